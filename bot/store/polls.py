"""Rounds, which are gone from time to time by one process at a time: how far each has come."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.store.schema import polls
from bot.store.sql import insert_once


@dataclass(frozen=True, kw_only=True)
class Turn:
    """It is this process's turn."""

    since: datetime | None
    """Where the last one got to; None the first time."""


class Polls:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def know(self, name: str, now: datetime) -> None:
        """Add the round, if it is new: it is time at once."""
        insert_once(self._connection, polls, name=name, wake_at=now)

    def rings(self, name: str, now: datetime) -> bool:
        """Return whether it is time, which it is for a round that is new."""
        query = sa.select(polls.c.wake_at > now).where(polls.c.name == name)
        return not self._connection.execute(query).scalar()

    def ring(self, name: str, now: datetime, patience: timedelta) -> Turn | None:
        """Take the turn, if it is time. Nobody else gets it before `patience` is over."""
        statement = (
            sa.update(polls)
            .where(polls.c.name == name, polls.c.wake_at <= now)
            .values(wake_at=now + patience)
            .returning(polls.c.position)
        )
        row = self._connection.execute(statement).first()
        return Turn(since=row.position) if row is not None else None

    def done(self, name: str, position: datetime, again_at: datetime) -> None:
        self._connection.execute(
            sa.update(polls).where(polls.c.name == name).values(position=position, wake_at=again_at)
        )
