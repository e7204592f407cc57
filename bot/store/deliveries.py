"""What applicant tracking systems and calendars sent: once each, and what became of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.domain.deliveries import UNKNOWN, Delivery, DeliveryRow, Owner
from bot.domain.model import InterviewStatus, Outcome, ProcessId
from bot.store.schema import deliveries, identities, interviews, processes
from bot.store.sql import insert_once

MOST_ATTEMPTS = 5
REFERENCE = "ref"
"""The kind of identity by which another system knows a candidate."""


@dataclass(frozen=True, kw_only=True)
class Waiting:
    id: DeliveryRow
    source: str
    delivery: Delivery


@dataclass(frozen=True, kw_only=True)
class Heard:
    """How it stands with one source."""

    last_at: datetime | None
    unread: Mapping[str, int]
    """Kinds that mean nothing to us, and how many came of each."""
    failed: int


class Deliveries:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, source: str, delivery: Delivery) -> bool:
        """Store one delivery. Returns False where it is known: the replay changes nothing."""
        return self._store(source, delivery, wake_at=delivery.at)

    def keep(self, source: str, delivery: Delivery, why: str) -> bool:
        """Store what nothing is to be made of. Returns False where it is known."""
        return self._store(source, delivery, state="aside", why=why)

    def _store(self, source: str, delivery: Delivery, **values: object) -> bool:
        row = insert_once(
            self._connection,
            deliveries,
            source=source,
            delivery_id=delivery.id,
            kind=delivery.kind,
            raw=dict(delivery.raw),
            received_at=delivery.at,
            **values,
        )
        return row is not None

    def waiting(self, sources: Collection[str], now: datetime, room: int) -> list[Waiting]:
        """Return what is to be read now, in the order in which it came."""
        d = deliveries.c
        query = sa.select(deliveries).where(d.wake_at <= now, d.source.in_(sources))
        rows = self._connection.execute(query.order_by(d.id).limit(room))
        return [
            Waiting(
                id=DeliveryRow(row.id),
                source=row.source,
                delivery=Delivery(
                    id=row.delivery_id, kind=row.kind, raw=row.raw, at=row.received_at
                ),
            )
            for row in rows
        ]

    def read(self, row: DeliveryRow) -> None:
        """Its events are stored: of the delivery itself nothing needs to be kept."""
        self._set(row, state="read", wake_at=None, why="", raw={})

    def set_aside(self, row: DeliveryRow, why: str) -> None:
        """Nothing comes of it."""
        self._set(row, state="aside", wake_at=None, why=why)

    def put_off(self, row: DeliveryRow, why: str, again_at: datetime) -> None:
        """Whom it comes from had to be asked, and could not be: no fault of the delivery."""
        self._set(row, why=why, wake_at=again_at)

    def failed(self, row: DeliveryRow, why: str, again_at: datetime) -> bool:
        """Note a failed attempt. Returns True when it was the last one."""
        statement = (
            sa.update(deliveries)
            .where(deliveries.c.id == row)
            .values(attempts=deliveries.c.attempts + 1, why=why, wake_at=again_at)
            .returning(deliveries.c.attempts)
        )
        if self._connection.execute(statement).scalar_one() < MOST_ATTEMPTS:
            return False
        self._set(row, state="failed", wake_at=None)
        return True

    def forget(self, known_as: Collection[str]) -> None:
        """Blank what names somebody who is erased, by any of their references or addresses;
        some write numbers without a plus."""
        text = sa.cast(deliveries.c.raw, sa.Text)
        for name in known_as:
            vendors = (name.partition(":")[2] or name).removeprefix("+")
            self._connection.execute(
                sa.update(deliveries)
                .where(deliveries.c.state.in_(("aside", "failed")))
                .where(text.contains(vendors, autoescape=True))
                .values(raw={})
            )

    def prune(self, before: datetime) -> None:
        """Blank what nothing came of, once it is old."""
        self._connection.execute(
            sa.update(deliveries)
            .where(deliveries.c.state.in_(("aside", "failed")), deliveries.c.received_at < before)
            .values(raw={})
        )

    def heard(self, source: str, since: timedelta, now: datetime) -> Heard:
        """Return how it stands; what was not understood is counted for `since`."""
        d, of = deliveries.c, deliveries.c.source == source
        last = self._connection.execute(
            sa.select(sa.func.max(d.received_at, type_=d.received_at.type)).where(of)
        ).scalar()
        recent = (of, d.received_at > now - since)
        aside = (
            sa.select(d.kind, sa.func.count())
            .where(*recent, d.state == "aside", d.why == UNKNOWN)
            .group_by(d.kind)
            .order_by(d.kind)
        )
        failed = sa.select(sa.func.count()).select_from(deliveries).where(of, d.state == "failed")
        return Heard(
            last_at=last,
            unread={kind: count for kind, count in self._connection.execute(aside)},
            failed=int(self._connection.execute(failed).scalar_one()),
        )

    def _set(self, row: DeliveryRow, **values: object) -> None:
        self._connection.execute(
            sa.update(deliveries).where(deliveries.c.id == row).values(**values)
        )

    # --- whose it is --------------------------------------------------------------------

    def process(self, ref: str) -> Owner | None:
        """Return whose process this is, if it has been heard of."""
        return self._owner(processes.c.ref == ref)

    def interview(self, ref: str) -> Owner | None:
        """Return in whose process this interview is, if it has been heard of."""
        mine = sa.select(interviews.c.process_id).where(interviews.c.ref == ref)
        return self._owner(processes.c.id.in_(mine))

    def of_process(self, process_id: ProcessId) -> Owner | None:
        return self._owner(processes.c.id == process_id)

    def visit(self, ref: str) -> dict[str, Owner]:
        """Return the interviews of a visit that are booked."""
        i = interviews.c
        booked = (i.visit == ref, i.status == InterviewStatus.SCHEDULED.value)
        found = self._connection.execute(sa.select(i.ref).where(*booked).order_by(i.id)).scalars()
        owners = {one: self.interview(one) for one in found}
        return {one: owner for one, owner in owners.items() if owner is not None}

    def should_be_over(self, source: str, since: datetime, now: datetime) -> list[str]:
        """Return the processes of a source with an interview that ended by the calendar since
        then, and that nothing proves yet, by the ids that the source has for them."""
        i, prefix = interviews.c, f"{source}:"
        query = (
            sa.select(processes.c.ref)
            .join(interviews, i.process_id == processes.c.id)
            .where(i.status == InterviewStatus.SCHEDULED.value, i.ends_at.between(since, now))
            .where(processes.c.ref.startswith(prefix, autoescape=True))
            .distinct()
        )
        found = self._connection.execute(query).scalars()
        return sorted(one.removeprefix(prefix) for one in found)

    def _owner(self, which: sa.ColumnElement[bool]) -> Owner | None:
        query = (
            sa.select(identities.c.value, processes.c.ref, processes.c.outcome)
            .join(processes, processes.c.person_id == identities.c.person_id)
            .where(identities.c.kind == REFERENCE, which)
            .order_by(identities.c.id)
        )
        row = self._connection.execute(query).first()
        if row is None:
            return None
        is_rejected = row.outcome == Outcome.REJECT.value
        return Owner(candidate=row.value, process=row.ref, is_rejected=is_rejected)
