"""Slots that candidates ask for: taken once, confirmed by others, and told as they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.domain.booking import (
    NOTICE,
    OFFERED,
    Booking,
    BookingId,
    BookingState,
    Diary,
    Slot,
    Wish,
    asked_for,
    key_of,
    listed,
    movable,
    named,
    offers,
    openings,
    promised_by,
    time_to_ask,
    verdict,
)
from bot.domain.candidacy import Candidacy, shareable
from bot.domain.events import Event, EventType
from bot.domain.facts import Facts, facts_hash
from bot.domain.model import Author, Conversation, ProcessId
from bot.domain.office import add_office_hours, rounded_up
from bot.domain.worktime import Hours
from bot.outreach.appointments import Appointments
from bot.outreach.candidacies import Candidacies
from bot.outreach.planning import Planner

if TYPE_CHECKING:
    from bot.store import Tx

HALF_HOUR = timedelta(minutes=30)
FLOW = "reschedule"
PROMISE = "booking"
"""The kind of the promise that a candidate hears whether a time stands."""


@dataclass(frozen=True)
class Bookings:
    planner: Planner
    appointments: Appointments
    notice: timedelta
    """No slot that begins sooner is offered."""
    confirm_within: timedelta
    """Office hours until a candidate hears whether a slot stands."""

    # --- asking for one -------------------------------------------------------------------

    def diary(
        self, tx: Tx, candidacy: Candidacy, now: datetime, shown: Sequence[int] = ()
    ) -> Diary | None:
        """Return what somebody can choose from who was `shown` these slots last; None where there
        is nothing to move, or nobody could be asked in time."""
        one = movable(candidacy.story, now)
        if one is None or one.starts_at is None:
            return None
        by = self._confirm_by(one.starts_at, now)
        if not time_to_ask(self._office.next_open(now), by):
            return None
        after = max(now + self.notice, by)
        requested = tx.bookings.requested(candidacy.process_id)
        return Diary(
            now=now,
            zone=candidacy.zone,
            interview=one.ref,
            stands_at=one.starts_at,
            free=tuple(tx.slots.free(candidacy.process_id, after, one.starts_at)),
            shown=tuple(tx.slots.found(shown)),
            requested=requested[-1] if requested else None,
        )

    def request(
        self, tx: Tx, conversation: Conversation, process_id: ProcessId, wish: Wish, now: datetime
    ) -> Booking | None:
        """Take the slot for a candidate, and let its interviewer be asked. Returns None where
        somebody else has it, it is too near by now, or nothing is there to be moved any more."""
        candidacy = self._candidacies.find(tx, process_id)
        diary = self.diary(tx, candidacy, now) if candidacy else None
        if candidacy is None or diary is None or not diary.grants(wish):
            return None
        booking = tx.bookings.request(
            wish.slot,
            process_id,
            conversation.id,
            interview=wish.interview,
            stands_at=diary.stands_at,
            now=now,
            confirm_by=self._confirm_by(diary.stands_at, now),
        )
        if booking is None:
            return None
        if diary.requested is not None:
            self._settle(tx, diary.requested, BookingState.DROPPED, now)
        self._promise(tx, candidacy, booking, now)
        self.planner.replan(tx, process_id, now)
        return booking

    def _promise(self, tx: Tx, candidacy: Candidacy, booking: Booking, now: datetime) -> None:
        tx.promises.make(
            kind=PROMISE,
            key=key_of(booking.id),
            person_id=candidacy.person.id,
            process_id=candidacy.process_id,
            what="to hear whether the new time for the interview stands",
            owner=candidacy.recruiter,
            now=now,
            due_at=booking.confirm_by,
        )

    # --- what becomes of it ---------------------------------------------------------------

    def look(self, tx: Tx, process_id: ProcessId, now: datetime) -> None:
        """Bring what holds a slot for a process in line with its story, and tell the candidate."""
        held = tx.bookings.standing(process_id)
        candidacy = self._candidacies.find(tx, process_id) if held else None
        if candidacy is None:
            return
        for booking in held:
            state = verdict(booking, candidacy.story, now)
            if state is not booking.state:
                self._become(tx, candidacy, booking, state, now)

    def decline(self, tx: Tx, booking_id: BookingId, now: datetime) -> None:
        """The interviewer cannot: nobody else is offered this slot."""
        booking = tx.bookings.find(booking_id)
        candidacy = self._candidacies.find(tx, booking.process_id)
        if booking.state is BookingState.REQUESTED and candidacy is not None:
            tx.slots.take_out(booking.slot.id, now)
            self._become(tx, candidacy, booking, BookingState.DECLINED, now)
            self.planner.replan(tx, booking.process_id, now)

    def change_slots(self, tx: Tx, event: Event, now: datetime) -> None:
        """Let slots be offered, be others, or be offered no more."""
        for slot in event.slots:
            if event.type is EventType.SLOTS_PUBLISHED:
                tx.slots.publish(slot, event.occurred_at)
            else:
                tx.slots.withdraw(slot.ref, event.occurred_at)
            for process_id in tx.bookings.waiting_on(slot.ref):
                self.look(tx, process_id, now)
                self.planner.replan(tx, process_id, now)

    def _become(
        self, tx: Tx, candidacy: Candidacy, booking: Booking, state: BookingState, now: datetime
    ) -> None:
        if not self._settle(tx, booking, state, now):
            return
        match state:
            case BookingState.CONFIRMED:
                self._tell(tx, candidacy, booking, state, self._confirmed(candidacy, booking), now)
                self.appointments.tell_hosts(tx, candidacy, booking, state, now)
            case BookingState.DECLINED:
                self._offer_others(tx, candidacy, booking, now)
            case BookingState.RELEASED:
                self.appointments.tell_hosts(tx, candidacy, booking, state, now)

    def _settle(self, tx: Tx, booking: Booking, state: BookingState, now: datetime) -> bool:
        """A wish that was overtaken is no promise any more."""
        if state is BookingState.DROPPED:
            tx.promises.void(key_of(booking.id), now)
        return tx.bookings.settle(booking, state, now)

    def _confirmed(self, candidacy: Candidacy, booking: Booking) -> Facts:
        one, slot = asked_for(booking, candidacy.zone), booking.slot
        more = {
            "place": slot.place,
            "meeting_link": slot.meeting_link,
            "calendar_link": self.appointments.links.appointment,
        }
        facts = {"slot_day": one["slot_day"], "slot_time": one["slot_time"], **more}
        return {name: fact for name, fact in facts.items() if fact}

    def _offer_others(self, tx: Tx, candidacy: Candidacy, booking: Booking, now: datetime) -> None:
        """Say that it did not work out, and what else is free; else a recruiter finds a time."""
        others = self.others(tx, candidacy, now)
        facts = {**asked_for(booking, candidacy.zone), **named(others, candidacy.zone)}
        talk = self._tell(tx, candidacy, booking, BookingState.DECLINED, facts, now)
        if talk is not None and others:
            keep_offered(tx, talk, others)
        elif not others:
            self._ask_a_recruiter(tx, candidacy, booking, "no slot is left to offer", now)

    def others(self, tx: Tx, candidacy: Candidacy, now: datetime) -> list[Slot]:
        """Return up to three slots that are free."""
        diary = self.diary(tx, candidacy, now)
        if diary is None:
            return []
        return diary.found(one.id for one in offers(openings(diary.free, diary.zone)))

    # --- telling the candidate ------------------------------------------------------------

    def _tell(
        self,
        tx: Tx,
        candidacy: Candidacy,
        booking: Booking,
        state: BookingState,
        facts: Facts,
        now: datetime,
    ) -> Conversation | None:
        """Put what became of a wish into the outbox; return the conversation it goes out in."""
        talk = self._way(tx, candidacy, booking)
        if talk is None:
            self._ask_a_recruiter(tx, candidacy, booking, f"tell them that it is {state}", now)
            return None
        known = {**shareable(candidacy, now, None), **facts}
        wording = self.appointments.worded(f"booking_{state}", candidacy.language, known, talk)
        number = tx.messages.add(
            talk,
            author=Author.BOT,
            kind=NOTICE,
            key=key_of(booking.id, state),
            process_id=candidacy.process_id,
            word_at=now,
            due_at=now,
            reason=f"the time that they asked for is {state}",
        )
        row = tx.messages.find(number) if number is not None else None
        if row is not None:
            tx.messages.worded(row, wording, facts_hash(known))
        tx.conversations.reset_alarm(talk.id, now)
        return talk

    def _way(self, tx: Tx, candidacy: Candidacy, booking: Booking) -> Conversation | None:
        """Where they asked, unless they want nothing more there."""
        reach = self.planner.reach(tx, candidacy.person.id)
        if not reach.whatsapp.revoked and not reach.prefers_email:
            return tx.conversations.find(booking.conversation_id, for_update=True)
        return self.planner.talk(tx, candidacy.person.id)

    def _ask_a_recruiter(
        self, tx: Tx, candidacy: Candidacy, booking: Booking, what: str, now: datetime
    ) -> None:
        tx.tasks.open(
            kind="booking",
            key=key_of(booking.id),
            what=f"{candidacy.person.name} asked to move their interview: {what}",
            now=now,
            person_id=candidacy.person.id,
            process_id=candidacy.process_id,
            due_at=booking.confirm_by,
        )

    # --- by when --------------------------------------------------------------------------

    def _confirm_by(self, stands_at: datetime, now: datetime) -> datetime:
        hours = self._office
        says = add_office_hours(
            now, self.confirm_within, hours.zone, hours.opens, hours.closes, hours.free
        )
        return promised_by(rounded_up(says, HALF_HOUR), stands_at)

    @property
    def _office(self) -> Hours:
        return self.appointments.phrasing.office_hours

    @property
    def _candidacies(self) -> Candidacies:
        return self.planner.candidacies


def keep_offered(tx: Tx, talk: Conversation, slots: Sequence[Slot]) -> None:
    """What is answered next is about these slots, unless another flow is going on."""
    fresh = tx.conversations.find(talk.id)
    if fresh.flow in (None, FLOW):
        tx.conversations.set_state(talk.id, FLOW, {**fresh.slots, OFFERED: listed(slots)})
