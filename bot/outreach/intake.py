"""An event comes in once, is acknowledged, and becomes a plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.domain.errors import BadInput, Mistake, StoreDown
from bot.domain.events import CandidateReport, Event, EventType
from bot.domain.failpoints import fp
from bot.domain.model import MAY_RELEASE, Channel, EventRow, Party, PersonId, ProcessId
from bot.domain.ports import Clock, Hints
from bot.domain.story import candidate_of, fold, job_of
from bot.outreach.asker import Asker
from bot.outreach.bookings import Bookings
from bot.outreach.candidacies import Candidacies
from bot.outreach.colleagues import learn
from bot.outreach.planning import Planner

if TYPE_CHECKING:
    from bot.store import Store, Tx

AGAIN = timedelta(seconds=30)
"""How long after a failed attempt an event is tried again."""

_SIGNED_BY = {
    EventType.DECISION_RELEASED: "released_by",
    EventType.DECISION_RECALLED: "recalled_by",
}
"""Where an event names the person who answers for it."""
_KNOWN_BY = {Channel.WHATSAPP: "phone", Channel.EMAIL: "email"}
"""The kind of identity that is an address of the channel."""


@dataclass(frozen=True)
class Intake:
    store: Store
    clock: Clock
    hints: Hints
    candidacies: Candidacies
    planner: Planner
    asker: Asker
    bookings: Bookings
    senders: Mapping[Channel, str]
    """Our own address on each channel: where new conversations are opened."""
    seal: Callable[[str, str], str]
    """Makes of an identity what may outlive it."""

    def receive(self, source: str, event: Event, raw: Mapping[str, Any]) -> bool:
        """Store one event; a worker plans it. Returns False for a replay.

        Raises BadInput: a decision is released by somebody who may not. StoreDown.
        """
        row = self.store.doing(lambda tx: self._take_in(tx, source, event, raw), urgent=True)
        fp("event.committed")
        if row is not None:
            self.hints.plan(row)
        return row is not None

    def _take_in(
        self, tx: Tx, source: str, event: Event, raw: Mapping[str, Any]
    ) -> EventRow | None:
        self._check_release(tx, event)
        row = tx.events.add(
            source=source,
            event_id=event.id,
            type=event.type.value,
            candidate_ref=event.candidate.ref,
            process_ref=event.process,
            raw=raw,
            now=self.clock.now(),
        )
        fp("event.inserted")
        return row

    def _check_release(self, tx: Tx, event: Event) -> None:
        field = _SIGNED_BY.get(event.type)
        if field is None or event.decision is None:
            return
        email = getattr(event.decision, field)
        user = tx.users.with_email(email)
        if user is None or user.role not in MAY_RELEASE:
            problem = f"{email} is not a user who may release decisions"
            mend = "name an admin or a recruiter; `app.py users add` adds one"
            raise BadInput([Mistake(f"decision.{field}", problem, mend)])

    def plan(self, row: EventRow) -> None:
        """Let one stored event take effect. Safe to repeat, and in any order."""
        try:
            self.store.doing(lambda tx: self._plan(tx, row))
        except StoreDown:
            raise  # the event is not to blame: its alarm rings again
        except Exception as error:
            self._note_failure(row, error)
            raise
        fp("plan.committed")

    def _plan(self, tx: Tx, row: EventRow) -> None:
        fp("plan.begun")
        stored = tx.events.find(row)
        if stored is not None and stored.state == "received":
            self._take_effect(tx, self.candidacies.read_event(stored.raw))
            tx.events.planned(row)
            fp("plan.applied")

    def watch(self, process_id: ProcessId) -> None:
        """Work a process's plan and duties out again, because its alarm rang."""
        self.store.doing(lambda tx: self._look(tx, process_id))

    def _look(self, tx: Tx, process_id: ProcessId) -> None:
        now = self.clock.now()
        self.bookings.look(tx, process_id, now)
        self.planner.replan(tx, process_id, now)

    def _note_failure(self, row: EventRow, error: Exception) -> None:
        now = self.clock.now()
        with self.store.begin() as tx:
            if tx.events.failed(row, f"{type(error).__name__}: {error}", now + AGAIN):
                tx.tasks.open(
                    kind="event",
                    key=f"event:{row}",
                    what=f"Event {row} from another system had no effect: show it to an admin",
                    now=now,
                )

    def _take_effect(self, tx: Tx, event: Event) -> None:
        if event.slots:
            for colleague in event.colleagues:
                learn(tx, colleague, self.clock.now())
            self.bookings.change_slots(tx, event, self.clock.now())
            return
        person_id = self._person(tx, candidate_of(self._told_of(tx, event)))
        for colleague in event.colleagues:
            learn(tx, colleague, self.clock.now())
        if event.process:
            self._draw(tx, event, person_id)
        match event.type:
            case EventType.CANDIDATE_ERASED:
                self.erase(tx, person_id)
                tx.events.forget(event.candidate.ref)
            case EventType.CANDIDATE_MERGED:
                self._merge(tx, event, person_id)
            case _:
                self._open_conversation(tx, person_id)
                self.planner.replan_person(tx, person_id, self.clock.now())

    def _told_of(self, tx: Tx, event: Event) -> list[Event]:
        """Everything reported about the candidate so far: events are planned in any order."""
        stored = tx.events.of_candidate(event.candidate.ref)
        return [self.candidacies.read_event(one.raw) for one in stored if one.raw] or [event]

    def _person(self, tx: Tx, told: CandidateReport) -> PersonId:
        person_id = tx.people.known_as("ref", told.ref)
        if person_id is None and told.phone:
            person_id = self._candidate_at(tx, told.phone)
        if person_id is None:
            person_id = tx.people.add(self.clock.now())
        for kind, value in (("ref", told.ref), ("phone", told.phone), ("email", told.email)):
            if value and not tx.people.identify(person_id, kind, value):
                self._shared_identity(tx, person_id, kind, told)
        tx.people.update(
            person_id, name=told.name, language=told.language, time_zone=told.time_zone
        )
        for consent in told.consents:
            tx.people.record_consent(
                person_id,
                consent.channel,
                granted=True,
                source=consent.source,
                at=consent.at,
                text_version=consent.text_version,
            )
        return person_id

    def _candidate_at(self, tx: Tx, phone: str) -> PersonId | None:
        """Return the candidate with this number: a colleague's is never taken for theirs."""
        person_id = tx.people.known_as("phone", phone)
        if person_id is None or tx.people.find(person_id).party is Party.COLLEAGUE:
            return None
        return person_id

    def _shared_identity(
        self, tx: Tx, person_id: PersonId, kind: str, told: CandidateReport
    ) -> None:
        """A number or address of somebody else: nothing is sent to it for this person."""
        tx.tasks.open(
            kind="identity",
            key=f"identity:{told.ref}:{kind}",
            what=f"{told.name or told.ref} shares a {kind} with somebody else: who owns it?",
            now=self.clock.now(),
            person_id=person_id,
        )

    def _draw(self, tx: Tx, event: Event, person_id: PersonId) -> None:
        stored = tx.events.of_process(event.process)
        told = [self.candidacies.read_event(one.raw) for one in stored if one.raw]
        job = job_of(told)
        job_id = tx.processes.save_job(job) if job else None
        process_id = tx.processes.save(event.process, person_id, job_id, fold(told))
        self.bookings.look(tx, process_id, self.clock.now())

    def _open_conversation(self, tx: Tx, person_id: PersonId) -> None:
        for channel, sender in self.senders.items():
            address = tx.people.identity(person_id, _KNOWN_BY[channel])
            if address:
                tx.conversations.with_address(channel, address, sender, lambda: person_id)
        if not self.planner.reach(tx, person_id).doubted:  # another number was told
            for doubt in tx.doubts.of_person(person_id):
                tx.tasks.withdraw(doubt.tasks, self.clock.now())

    # --- what concerns the person, not one process --------------------------------------

    def _merge(self, tx: Tx, event: Event, person_id: PersonId) -> None:
        into = self._person(tx, CandidateReport(ref=event.into))
        if into != person_id:
            tx.people.merge(person_id, into, self.clock.now())
        self.planner.replan_person(tx, into, self.clock.now())

    def erase(self, tx: Tx, person_id: PersonId) -> None:
        """Forget a person; what is left keeps them from coming back with a backup."""
        now, known = self.clock.now(), tx.people.identities(person_id)
        tx.restores.bury([self.seal(kind, value) for kind, value in known], now)
        for kind, value in known:
            if kind == "ref":
                tx.events.forget(value)
        tx.deliveries.forget([value for _, value in known])
        talks = tx.conversations.of_person(person_id)
        for conversation in talks:
            for row in tx.messages.waiting_in(conversation.id):
                tx.messages.cancel(row, "the candidate was erased")
            tx.conversations.reset_alarm(conversation.id, now)
        fp("erase.begun")
        tx.messages.forget(conversation.id for conversation in talks)
        self.asker.forget(tx, person_id, now)
        tx.tasks.forget(person_id, now)
        tx.handoffs.forget(person_id)
        tx.notes.forget(person_id)
        tx.promises.forget_comments(person_id)
        for row in tx.messages.about(tx.bookings.forget(person_id, now)):
            tx.conversations.find(row.conversation_id, for_update=True)
            tx.messages.blank(row)
        tx.people.forget(person_id, now)
