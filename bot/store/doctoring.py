"""What is stuck: read for `app.py doctor`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from bot.domain.model import State
from bot.store.receipts import Receipts
from bot.store.schema import events, messages, senders


@dataclass(frozen=True, kw_only=True)
class Trouble:
    resting: Mapping[str, float]
    """Our numbers by which nothing leaves, and in how many seconds one message tries again."""
    in_doubt: int
    """Messages that only a person can say about whether they arrived."""
    unreadable: int
    events: int
    orphans: int


def trouble(connection: sa.Connection, now: float, old: timedelta) -> Trouble:
    """`now` is in seconds since 1970; reports older than `old` have found no message."""
    m, s = messages.c, senders.c
    doubted = (m.state == State.UNKNOWN.value, m.due_at.is_(None))
    resting = sa.select(s.address, s.rests_until).where(s.rests_until > now)
    before = datetime.fromtimestamp(now, UTC) - old
    return Trouble(
        resting={row.address: row.rests_until - now for row in connection.execute(resting)},
        in_doubt=_count(connection, messages, *doubted),
        unreadable=_count(connection, messages, m.state == State.DEAD.value),
        events=_count(connection, events, events.c.state == "failed"),
        orphans=Receipts(connection).orphans(before),
    )


def _count(connection: sa.Connection, table: sa.Table, *of: sa.ColumnElement[bool]) -> int:
    query = sa.select(sa.func.count()).select_from(table).where(*of)
    return int(connection.execute(query).scalar_one())
