"""Times that the team offers for interviews. Told in any order: what happened last counts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.domain.booking import STANDING, BookingState, Slot, SlotId
from bot.domain.events import SlotReport
from bot.domain.model import Host, ProcessId
from bot.store.schema import bookings, jobs, processes, slots
from bot.store.sql import insert

HOLDING = [state.value for state in STANDING]
MOST_FREE = 200
"""That a candidate's words are compared with."""


class Slots:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def publish(self, told: SlotReport, at: datetime) -> None:
        """Note a slot, or what is new about it since then."""
        picture: dict[str, Any] = {
            "starts_at": told.starts_at,
            "ends_at": told.ends_at,
            "hosts": [{"name": host.name, "email": host.email} for host in told.hosts],
            "process_ref": told.process,
            "job_ref": told.job,
            "place": told.place,
            "meeting_link": told.meeting_link,
            "withdrawn_at": None,
        }
        self._save(told.ref, picture, picture, at)

    def withdraw(self, ref: str, at: datetime) -> None:
        """Offer a slot no more. One that nobody knows yet is noted, for it may come late."""
        unknown = {"starts_at": at, "ends_at": at, "hosts": [], "withdrawn_at": at}
        self._save(ref, unknown, {"withdrawn_at": at}, at)

    def _save(
        self, ref: str, new: dict[str, Any], changes: dict[str, Any], told_at: datetime
    ) -> None:
        statement = insert(self._connection, slots).values(ref=ref, told_at=told_at, **new)
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["ref"],
                set_={"told_at": told_at, **changes},
                where=slots.c.told_at <= told_at,
            )
        )

    def take_out(self, slot: SlotId, at: datetime) -> None:
        """Nobody is offered this slot any more: its interviewer cannot."""
        self._connection.execute(sa.update(slots).where(slots.c.id == slot).values(withdrawn_at=at))

    def found(self, ids: Sequence[int]) -> list[Slot]:
        """Return slots by their ids, in that order, whatever became of them."""
        rows = self._connection.execute(sa.select(slots).where(slots.c.id.in_(ids))).mappings()
        known = {slot.id: slot for slot in map(slot_of, rows)}
        return [known[SlotId(one)] for one in ids if SlotId(one) in known]

    def free(self, process_id: ProcessId, after: datetime, but: datetime) -> list[Slot]:
        """Return what can be offered for a process, in order: later than `after`, not at the
        time `but`, held by nobody, and not one that did not work out for them before."""
        b, this = bookings.c, processes.c.id == process_id
        held = sa.exists().where(b.slot_id == slots.c.id, b.state.in_(HOLDING))
        refused = sa.exists().where(
            b.slot_id == slots.c.id,
            b.process_id == process_id,
            b.state == BookingState.DECLINED.value,
        )
        ref = sa.select(processes.c.ref).where(this).scalar_subquery()
        job = sa.select(jobs.c.ref).join(processes).where(this).scalar_subquery()
        query = (
            sa.select(slots)
            .where(slots.c.withdrawn_at.is_(None), slots.c.starts_at > after)
            .where(slots.c.starts_at != but, ~held, ~refused)
            .where(sa.or_(slots.c.process_ref == "", slots.c.process_ref == ref))
            .where(sa.or_(slots.c.job_ref == "", slots.c.job_ref == job))
            .order_by(slots.c.starts_at, slots.c.id)
            .limit(MOST_FREE)
        )
        return [slot_of(row) for row in self._connection.execute(query).mappings()]


def slot_of(row: Mapping[Any, Any]) -> Slot:
    c = slots.c
    return Slot(
        id=SlotId(row[c.id]),
        starts_at=row[c.starts_at],
        ends_at=row[c.ends_at],
        hosts=tuple(Host(**host) for host in row[c.hosts]),
        place=row[c.place],
        meeting_link=row[c.meeting_link],
        withdrawn=row[c.withdrawn_at] is not None,
    )
