"""Everything that came in from applicant tracking systems and calendars, once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.domain.model import EventRow
from bot.store.schema import events
from bot.store.sql import insert_once, prepared

GRACE = timedelta(seconds=2)
"""A new event is on its way to a worker by hint; the pump waits this long before it asks."""
REHINT = timedelta(seconds=5)
"""A rung event rings again after this, in case the hint or its worker was lost."""
MOST_ATTEMPTS = 5


@dataclass(frozen=True, kw_only=True)
class StoredEvent:
    id: EventRow
    source: str
    state: str
    candidate_ref: str
    process_ref: str
    raw: Mapping[str, Any]
    received_at: datetime


class Events:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(
        self,
        *,
        source: str,
        event_id: str,
        type: str,
        candidate_ref: str,
        process_ref: str,
        raw: Mapping[str, Any],
        now: datetime,
    ) -> EventRow | None:
        """Store one event. Returns None where it is known: the replay changes nothing."""
        row = insert_once(
            self._connection,
            events,
            source=source,
            event_id=event_id,
            type=type,
            candidate_ref=candidate_ref,
            process_ref=process_ref,
            raw=dict(raw),
            received_at=now,
            wake_at=now + GRACE,
        )
        return EventRow(row) if row is not None else None

    def find(self, event: EventRow) -> StoredEvent | None:
        row = self._connection.execute(
            sa.select(events).where(events.c.id == event).with_for_update()
        ).first()
        return _stored(row) if row else None

    def of_process(self, process_ref: str) -> list[StoredEvent]:
        """Return every event that concerns a process, in no particular order."""
        return [_stored(row) for row in self._connection.execute(*_of_process(process_ref))]

    def of_candidate(self, candidate_ref: str) -> list[StoredEvent]:
        """Return every event that names a candidate, in no particular order."""
        query = sa.select(events).where(events.c.candidate_ref == candidate_ref)
        return [_stored(row) for row in self._connection.execute(query)]

    def ring(self, now: datetime, room: int) -> list[EventRow]:
        """Return events that wait for their plan, and put them off by REHINT."""
        ids = list(self._connection.execute(*_ringing(now, room)).scalars())
        if ids:
            self._connection.execute(
                sa.update(events).where(events.c.id.in_(ids)).values(wake_at=now + REHINT)
            )
        return [EventRow(one) for one in ids]

    def next_ring(self) -> datetime | None:
        at: datetime | None = self._connection.execute(*_next()).scalar()
        return at

    def planned(self, event: EventRow) -> None:
        self._set(event, state="planned", wake_at=None, error="")

    def failed(self, event: EventRow, error: str, again_at: datetime) -> bool:
        """Note a failed attempt. Returns True when it was the last one."""
        attempts = self._connection.execute(
            sa.update(events)
            .where(events.c.id == event)
            .values(attempts=events.c.attempts + 1, error=error, wake_at=again_at)
            .returning(events.c.attempts)
        ).scalar_one()
        if attempts < MOST_ATTEMPTS:
            return False
        self._set(event, state="failed", wake_at=None)
        return True

    def again(self, event: EventRow, now: datetime) -> bool:
        """Let an event that failed for good try once more. Returns whether it had failed."""
        statement = (
            sa.update(events)
            .where(events.c.id == event, events.c.state == "failed")
            .values(state="received", attempts=0, wake_at=now)
        )
        return self._connection.execute(statement).rowcount == 1

    def forget(self, candidate_ref: str) -> None:
        """Blank the raw bodies of a candidate who is erased."""
        self._connection.execute(
            sa.update(events).where(events.c.candidate_ref == candidate_ref).values(raw={})
        )

    def _set(self, event: EventRow, **values: Any) -> None:
        self._connection.execute(sa.update(events).where(events.c.id == event).values(**values))


def _stored(row: Any) -> StoredEvent:
    return StoredEvent(
        id=EventRow(row.id),
        source=row.source,
        state=row.state,
        candidate_ref=row.candidate_ref,
        process_ref=row.process_ref,
        raw=row.raw,
        received_at=row.received_at,
    )


# --- the statements of every round, made once ---------------------------------------------


@prepared
def _of_process(ref: str) -> sa.Select[Any]:
    return sa.select(events).where(events.c.process_ref == ref)


@prepared
def _ringing(now: datetime, room: int) -> sa.Select[tuple[int]]:
    return (
        sa.select(events.c.id)
        .where(events.c.wake_at <= now)
        .order_by(events.c.wake_at)
        .limit(room)
        .with_for_update(skip_locked=True)
    )


@prepared
def _next() -> sa.Select[Any]:
    return sa.select(sa.func.min(events.c.wake_at, type_=events.c.wake_at.type))
