"""Who asked for which slot, and what became of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.domain.booking import Booking, BookingId, BookingState, SlotId
from bot.domain.errors import NotFound
from bot.domain.model import ConversationId, PersonId, ProcessId
from bot.store.schema import bookings, processes, slots
from bot.store.slots import HOLDING, slot_of
from bot.store.sql import insert, prepared


class Bookings:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def request(
        self,
        slot: SlotId,
        process_id: ProcessId,
        conversation_id: ConversationId,
        *,
        interview: str,
        stands_at: datetime,
        now: datetime,
        confirm_by: datetime,
    ) -> Booking | None:
        """Take a slot, in one statement. Returns None where it is taken, past or withdrawn:
        of any number who want it at once, one gets it."""
        told = {
            "process_id": process_id,
            "conversation_id": conversation_id,
            "interview": interview,
            "stands_at": stands_at,
            "state": BookingState.REQUESTED.value,
            "requested_at": now,
            "confirm_by": confirm_by,
        }
        theirs = [
            sa.literal(value, bookings.c[name].type).label(name) for name, value in told.items()
        ]
        open_ = (
            sa.select(slots.c.id, slots.c.starts_at, slots.c.ends_at, *theirs)
            .where(slots.c.id == slot, slots.c.withdrawn_at.is_(None))
            .where(slots.c.starts_at > now)
        )
        statement = insert(self._connection, bookings).from_select(
            ["slot_id", "starts_at", "ends_at", *told], open_
        )
        taken = statement.on_conflict_do_nothing().returning(bookings.c.id)
        row = self._connection.execute(taken).scalar()
        return self.find(BookingId(row)) if row is not None else None

    def find(self, booking: BookingId) -> Booking:
        for one in self._all(bookings.c.id == booking):
            return one
        raise NotFound(f"There is no booking {booking}")

    def standing(self, process_id: ProcessId) -> list[Booking]:
        """Return what holds a slot for a process, in the order in which it was asked for."""
        found = self._connection.execute(*_standing(process_id)).mappings()
        return [_booking(row) for row in found]

    def requested(self, process_id: ProcessId) -> list[Booking]:
        """Return what waits to be confirmed for a process."""
        return [one for one in self.standing(process_id) if one.state is BookingState.REQUESTED]

    def newest(self, process_id: ProcessId) -> Booking | None:
        """Return what was asked for last, whatever became of it."""
        found = self._all(bookings.c.process_id == process_id)
        return found[-1] if found else None

    def replaced_by(self, booking: Booking) -> list[Booking]:
        """Return the appointments of ours that a booking took the place of."""
        b = bookings.c
        return self._all(
            b.process_id == booking.process_id,
            b.id < booking.id,
            b.state == BookingState.RELEASED.value,
            b.settled_at >= booking.requested_at,
        )

    def settle(self, booking: Booking, state: BookingState, now: datetime) -> bool:
        """Let a booking stand otherwise. Returns False where somebody else has settled it."""
        statement = (
            sa.update(bookings)
            .where(bookings.c.id == booking.id, bookings.c.state == booking.state.value)
            .values(state=state.value, settled_at=now)
        )
        return self._connection.execute(statement).rowcount == 1

    def waiting_on(self, ref: str) -> list[ProcessId]:
        """Return the processes that have asked for a slot and wait for an answer."""
        query = (
            sa.select(bookings.c.process_id)
            .join(slots, slots.c.id == bookings.c.slot_id)
            .where(slots.c.ref == ref, bookings.c.state == BookingState.REQUESTED.value)
        )
        return [ProcessId(one) for one in self._connection.execute(query).scalars()]

    def forget(self, person_id: PersonId, now: datetime) -> list[BookingId]:
        """Free what somebody who is erased holds, and take out the slots that were theirs alone.
        Return their bookings."""
        theirs = sa.select(processes.c.id).where(processes.c.person_id == person_id)
        refs = sa.select(processes.c.ref).where(processes.c.person_id == person_id)
        self._connection.execute(
            sa.update(bookings)
            .where(bookings.c.process_id.in_(theirs), bookings.c.state.in_(HOLDING))
            .values(state=BookingState.RELEASED.value, settled_at=now)
        )
        self._connection.execute(
            sa.update(bookings).where(bookings.c.process_id.in_(theirs)).values(interview="")
        )
        self._connection.execute(
            sa.update(slots)
            .where(slots.c.process_ref.in_(refs))
            .values(withdrawn_at=now, hosts=[], place="", meeting_link="")
        )
        query = sa.select(bookings.c.id).where(bookings.c.process_id.in_(theirs))
        return [BookingId(one) for one in self._connection.execute(query).scalars()]

    def _all(self, *conditions: Any) -> list[Booking]:
        found = self._connection.execute(_with_slots().where(*conditions)).mappings()
        return [_booking(row) for row in found]


def _with_slots() -> sa.Select[Any]:
    return (
        sa.select(bookings, slots)
        .join(slots, slots.c.id == bookings.c.slot_id)
        .order_by(bookings.c.id)
    )


@prepared
def _standing(of: ProcessId) -> sa.Select[Any]:
    b = bookings.c
    return _with_slots().where(b.process_id == of, b.state.in_(HOLDING))


def _booking(row: Mapping[Any, Any]) -> Booking:
    """The columns of both tables: their names alone would not tell which is meant."""
    b = bookings.c
    return Booking(
        id=BookingId(row[b.id]),
        slot=slot_of(row),
        process_id=ProcessId(row[b.process_id]),
        conversation_id=ConversationId(row[b.conversation_id]),
        interview=row[b.interview],
        starts_at=row[b.starts_at],
        ends_at=row[b.ends_at],
        stands_at=row[b.stands_at],
        requested_at=row[b.requested_at],
        confirm_by=row[b.confirm_by],
        settled_at=row[b.settled_at],
        state=BookingState(row[b.state]),
    )
