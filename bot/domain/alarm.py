"""When a conversation must be looked at again: the earliest of everything that waits in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.model import State
from bot.domain.pacing import SOON

QUIET_AFTER_LAST = timedelta(seconds=2)
"""People write in bursts: the turn waits until they have paused this long ..."""
LONGEST_BURST = timedelta(seconds=6)
"""... but never longer than this after the first message of the burst."""
LEASE = timedelta(seconds=15)
"""How long a worker may hold a conversation without a sign of life."""


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One row that waits."""

    state: State
    at: datetime
    due_at: datetime | None
    """Inbound: set where no pause is waited for, as with STOP or a tapped button."""
    word_at: datetime | None = None
    """Outbound: when it is worded, while it has no words."""
    slot_at: datetime | None = None
    """Outbound: when its turn at the sending number comes."""


def next_alarm(rows: Iterable[Waiting], now: datetime) -> datetime | None:
    """Return when to look again, or None when nothing waits."""
    waiting = tuple(rows)
    inbox = burst_ends(row for row in waiting if row.state is State.RECEIVED)
    outbox = [_outbound(row, now) for row in waiting]
    return min((at for at in (inbox, *outbox) if at is not None), default=None)


def burst_ends(unread: Iterable[Waiting]) -> datetime | None:
    """Return when the unread messages may be taken as one turn."""
    rows = tuple(unread)
    if not rows:
        return None
    urgent = [row.due_at for row in rows if row.due_at is not None]
    first, last = min(row.at for row in rows), max(row.at for row in rows)
    return min([*urgent, first + LONGEST_BURST, last + QUIET_AFTER_LAST])


def _outbound(row: Waiting, now: datetime) -> datetime | None:
    match row.state:
        case State.PLANNED:
            return row.word_at or row.due_at
        case State.READY if row.due_at is not None and row.slot_at is not None:
            return max(row.due_at, row.slot_at - SOON)
        case State.READY | State.UNKNOWN:
            return row.due_at
        case State.SENDING:
            return now + LEASE
        case _:
            return None
