"""Pauses: one switch that stops everything the bot would say, and who turned it."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.domain.model import UserId
from bot.store.schema import pauses, users
from bot.store.sql import add


@dataclass(frozen=True, kw_only=True)
class Pause:
    by: str
    """The name of who stopped everything."""
    at: datetime
    note: str
    ended_at: datetime | None = None


class Pauses:
    def __init__(self, connection: sa.Connection, touched: set[str]) -> None:
        self._connection = connection
        self._touched = touched

    def current(self) -> Pause | None:
        return next((pause for pause in self._some(pauses.c.ended_at.is_(None))), None)

    def all(self) -> list[Pause]:
        return self._some(sa.true())

    def _some(self, condition: sa.ColumnElement[bool]) -> list[Pause]:
        query = (
            sa.select(pauses.c.at, pauses.c.note, pauses.c.ended_at, users.c.name)
            .join(users, users.c.id == pauses.c.user_id)
            .where(condition)
            .order_by(pauses.c.id)
        )
        return [
            Pause(by=row.name, at=row.at, note=row.note, ended_at=row.ended_at)
            for row in self._connection.execute(query)
        ]

    def begin(self, user_id: UserId, note: str, now: datetime) -> None:
        """Stop everything; a pause that stands already goes on."""
        if self.current() is None:
            self._touched.add("inbox")
            add(self._connection, pauses, user_id=user_id, at=now, note=note)

    def end(self, user_id: UserId, now: datetime) -> None:
        self._touched.add("inbox")
        self._connection.execute(
            sa.update(pauses)
            .where(pauses.c.ended_at.is_(None))
            .values(ended_at=now, ended_by_id=user_id)
        )
