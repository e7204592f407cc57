"""Slots: nobody shares one, and nobody is told of an appointment that nobody has confirmed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from tests.invariants.record import Record, Row

STANDING = ("requested", "confirmed")
IT_STANDS = "booking_confirmed."
"""How the names of the words begin that say so."""


def slots_are_held_once(record: Record) -> Iterator[str]:
    """I19. No slot is held by two bookings that stand, and a candidate reads that a time stands
    only after the calendar or an interviewer said so."""
    holders = Counter(row.slot_id for row in record.tables["bookings"] if row.state in STANDING)
    yield from (f"slot {slot} is held {n} times" for slot, n in holders.items() if n > 1)
    for took in record.took:
        row = record.messages.get(took.reference)
        if row is None or not row.wording.startswith(IT_STANDS) or record.erased(row):
            continue
        for booking in record.booked_by(row):
            if not _was_confirmed(record, booking, took.at):
                yield f"message {row.id} says that booking {booking.id} stands; nobody said so"


def _was_confirmed(record: Record, booking: Row, at: datetime) -> bool:
    """Whether an interview at its time had been reported by then."""
    told = record.events_of_process.get(record.processes[booking.process_id].ref, [])
    starts = [
        (event.received_at, event.raw["interview"].get("starts_at"))
        for event in told
        if event.type in ("interview.scheduled", "interview.moved")
    ]
    return any(
        came <= at and start and datetime.fromisoformat(start) == booking.starts_at
        for came, start in starts
    )
