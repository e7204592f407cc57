"""Backups that were put back: which hours the database does not remember, and who is not to
come back with it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.domain.model import PersonId
from bot.store.schema import (
    consents,
    events,
    identities,
    messages,
    polls,
    restores,
    tombstones,
)
from bot.store.sql import add, insert_once, prepared

REMEMBERED = timedelta(days=8)
"""Longer than any stage's window is open, so that what may have left was asked about."""


@dataclass(frozen=True, kw_only=True)
class Gap:
    """What happened from `since` to `until` is not in the database."""

    since: datetime
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Who does not want what; of a person who was merged or renamed, every identity."""

    kind: str
    value: str
    to: str
    """A channel or a topic."""
    at: datetime


class Restores:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def note(self, gap: Gap) -> None:
        add(self._connection, restores, since=gap.since, at=gap.until)

    def gap(self, now: datetime) -> Gap | None:
        """Return the hours that matter still; several backups lie in one gap."""
        since, until = self._connection.execute(*_gap(now - REMEMBERED)).one()
        return Gap(since=since, until=until) if since else None

    def last_sign_of_life(self) -> datetime | None:
        """Return the newest moment that the database knows of."""
        columns = (messages.c.left_at, messages.c.arrived_at, events.c.received_at)
        newest = [
            self._connection.execute(sa.select(sa.func.max(c, type_=c.type))).scalar()
            for c in (*columns, polls.c.position)
        ]
        return max((at for at in newest if at is not None), default=None)

    # --- what must not come back ------------------------------------------------------

    def bury(self, seals: Iterable[str], now: datetime) -> None:
        """Remember somebody who was erased, by nothing that can be read."""
        for seal in seals:
            insert_once(self._connection, tombstones, seal=seal, at=now)

    def buried(self, since: datetime | None) -> list[tuple[str, datetime]]:
        """Return who was erased, of all times or from then on."""
        t = tombstones.c
        query = sa.select(t.seal, t.at).where(t.at >= since if since else sa.true())
        return [(row.seal, row.at) for row in self._connection.execute(query.order_by(t.id))]

    def refusals(self, since: datetime | None) -> list[Refusal]:
        """Return what people did not want any more, of all times or from then on."""
        c, i = consents.c, identities.c
        query = (
            sa.select(i.kind, i.value, c.channel, c.at)
            .join(consents, c.person_id == i.person_id)
            .where(c.at >= since if since else sa.true(), sa.not_(c.granted))
            .order_by(c.at, i.id)
        )
        return [
            Refusal(kind=row.kind, value=row.value, to=row.channel, at=row.at)
            for row in self._connection.execute(query)
        ]

    def everybody(self) -> Iterable[tuple[PersonId, str, str]]:
        """Give every identity: whose it is, of which kind, and itself."""
        i = identities.c
        query = sa.select(i.person_id, i.kind, i.value).order_by(i.id)
        for row in self._connection.execute(query).all():
            yield PersonId(row.person_id), row.kind, row.value


@prepared
def _gap(after: datetime) -> sa.Select[Any]:
    c = restores.c
    query = sa.select(sa.func.min(c.since, type_=c.since.type), sa.func.max(c.at, type_=c.at.type))
    return query.where(c.at > after)
