"""What could be seen, moment by moment, while a scenario was played."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.clock import VirtualClock
from bot.domain.booking import Booking
from bot.domain.candidacy import Candidacy
from bot.domain.model import (
    Channel,
    ConversationId,
    InterviewStatus,
    PersonId,
    ProcessStatus,
)
from bot.domain.stages import FINAL
from bot.scenario import names
from bot.scenario.house import House
from bot.store import scenes as stored
from bot.store.scenes import Notice, Said

if TYPE_CHECKING:
    from bot.store import Tx


@dataclass(frozen=True, kw_only=True)
class Wait:
    """Whether the candidate waits for the company in one process."""

    open: bool
    undecided: bool
    told: bool
    """The outcome has left for them."""
    booked: tuple[tuple[datetime, datetime], ...]
    """Appointments that are still to take place."""

    def holds(self, word: str, at: datetime) -> bool:
        booked = any(end > at for _, end in self.booked)
        match word:
            case "always":
                return True
            case "open":
                return self.open
            case "undecided":
                return self.open and self.undecided
            case _:
                return self.open and not self.told and not booked


@dataclass(frozen=True, kw_only=True)
class Scene:
    at: datetime
    states: Mapping[str, Any]
    """By path, as scenarios name them."""
    waits: Sequence[Wait]


@dataclass
class Film:
    """Looks whenever everything that was due at a moment is done."""

    house: House
    candidate: str
    processes: Sequence[str]
    scenes: list[Scene] = field(default_factory=list)
    said: dict[int, Said] = field(default_factory=dict)
    notices: dict[tuple[str, datetime, int | None], Notice] = field(default_factory=dict)
    answers: dict[str, frozenset[int]] = field(default_factory=dict)
    """By the id of an inbound message: what was put into the outbox when it was read."""
    ledger: list[str] = field(default_factory=list)
    person: PersonId | None = None

    def look(self) -> None:
        now = self.house.clock.now()
        with self.house.store.read() as tx:
            self.person = tx.people.known_as("ref", self.candidate) or self.person
            self._read(tx)
            told = self._candidacies(tx)
            waits = [self._wait(one) for one in told]
            self.scenes.append(Scene(at=now, states=self._states(tx, told), waits=waits))

    def _read(self, tx: Tx) -> None:
        """What is erased later was still said, and seen."""
        rows = stored.said(tx.connection)
        new = [row for row in rows if row.id not in self.said]
        for row in rows:
            known = self.said.get(row.id, row)
            blanked = not row.body and bool(known.body)
            kept = replace(row, body=known.body, subject=known.subject) if blanked else row
            self.said[row.id] = kept
        for heard in stored.heard(tx.connection):
            if heard.handled and heard.provider_id not in self.answers:
                here = {row.id for row in new if row.conversation_id == heard.conversation_id}
                self.answers[heard.provider_id] = frozenset(here)

    def look_around(self) -> None:
        """See what colleagues were told, and what was done: both stay where they are."""
        with self.house.store.read() as tx:
            for one in stored.notices(tx.connection):
                self.notices[(one.kind, one.at, one.person_id)] = one
            self.ledger = stored.ledger(tx.connection)

    # --- states -------------------------------------------------------------------------

    def _candidacies(self, tx: Tx) -> list[Candidacy]:
        rows = tx.processes.of_person(self.person) if self.person is not None else []
        find = self.house.hearback.planner.candidacies.find
        found = (find(tx, row.id) for row in rows if row.ref in self.processes)
        return [one for one in found if one is not None]

    def _states(self, tx: Tx, told: Sequence[Candidacy]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for candidacy in told:
            found |= self._process(tx, candidacy.ref, candidacy)
        if self.person is not None:
            found |= self._candidate(tx, self.person)
        return found

    def _process(self, tx: Tx, ref: str, candidacy: Candidacy) -> dict[str, Any]:
        story = candidacy.story
        survey = stored.survey(tx.connection, candidacy.process_id)
        asked = any(one.kind == "survey" and one.left_at for one in self._about(ref))
        return {
            f"process.{ref}.status": story.status.value,
            f"decision.{ref}.state": _decision(candidacy),
            f"offer.{ref}.status": self._offer(tx, candidacy),
            f"survey.{ref}.score": survey.score,
            f"survey.{ref}.comment": survey.comment or None,
            f"survey.{ref}.status": "answered"
            if survey.score is not None
            else "sent"
            if asked
            else None,
            **_interviews(ref, candidacy),
            **_booking(ref, tx.bookings.newest(candidacy.process_id)),
        }

    def _about(self, ref: str) -> list[Said]:
        return [one for one in self.said.values() if one.process == ref]

    def _offer(self, tx: Tx, candidacy: Candidacy) -> str | None:
        offer = candidacy.story.offer
        if offer is None or offer.answer:
            return offer.answer if offer else None
        pending = {"accept_offer": "accept_pending", "decline_offer": "decline_pending"}
        for reason, status in pending.items():
            if stored.has_handoff(tx.connection, candidacy.person.id, reason):
                return status
        return "open"

    def _candidate(self, tx: Tx, person_id: PersonId) -> dict[str, Any]:
        person, c = tx.people.find(person_id), self.candidate
        whatsapp = tx.people.consent(person_id, Channel.WHATSAPP)
        email = tx.people.consent(person_id, Channel.EMAIL)
        erased = stored.is_erased(tx.connection, person_id)
        asked = stored.has_open_task(tx.connection, person_id, "request_delete")
        return {
            f"consent.{c}.whatsapp": _standing(whatsapp.granted, whatsapp.revoked),
            f"consent.{c}.email": _standing(email.granted, email.revoked),
            f"channel.{c}.preferred": person.preferred_channel or "whatsapp",
            f"language.{c}": person.language or None,
            f"wish.{c}.tone": person.wish.tone,
            f"wish.{c}.length": person.wish.length,
            f"identity.{c}.phone": tx.people.identity(person_id, "phone") or None,
            f"erasure.{c}.status": "done" if erased else "requested" if asked else None,
            **self._conversation(tx, person_id),
        }

    def _conversation(self, tx: Tx, person_id: PersonId) -> dict[str, Any]:
        talks = tx.conversations.of_person(person_id)
        held = [tx.handoffs.current(ConversationId(one.id)) for one in talks]
        current = next((one for one in held if one is not None), None)
        taken = current is not None and current.holder_id is not None
        state = None if current is None else "taken" if taken else "open"
        return {
            f"conversation.{self.candidate}.mode": "human" if taken else "bot",
            f"conversation.{self.candidate}.handoff": state,
        }

    # --- waiting --------------------------------------------------------------------------

    def _wait(self, candidacy: Candidacy) -> Wait:
        story = candidacy.story
        finals = {s.name for s in self.house.hearback.stages if s.trigger in FINAL}
        released = story.released
        told = released is not None and any(
            one.kind in finals and one.left_at and one.left_at >= (released.released_at or one.at)
            for one in self._about(candidacy.ref)
        )
        ahead = [
            i for v in story.visits for i in v.interviews if i.status is InterviewStatus.SCHEDULED
        ]
        return Wait(
            open=story.status is ProcessStatus.OPEN,
            undecided=released is None,
            told=told,
            booked=tuple((i.starts_at, i.ends_at) for i in ahead if i.starts_at and i.ends_at),
        )


class Watched(VirtualClock):
    """Lets a film look before any time passes."""

    def __init__(self, clock: VirtualClock, film: Film) -> None:
        self._clock, self._film = clock, film

    def now(self) -> datetime:
        return self._clock.now()

    def move_to(self, at: datetime) -> None:
        if at > self._clock.now():
            self._film.look()
        self._clock.move_to(at)


def _decision(candidacy: Candidacy) -> str:
    decision = candidacy.story.decision
    if decision is None:
        return "none"
    return "held" if decision.released_at is None else "released"


def _interviews(ref: str, candidacy: Candidacy) -> dict[str, Any]:
    told = [one for visit in candidacy.story.visits for one in visit.interviews]
    told.sort(key=lambda one: (one.told_at, one.ref))
    if not told:
        return {}
    first = told[0]
    ahead = [one.starts_at for one in told[1:] if one.status is InterviewStatus.SCHEDULED]
    return {
        f"interview.{ref}.when": first.starts_at,
        f"interview.{ref}.status": first.status.value,
        f"interview.{ref}.next.when": min((at for at in ahead if at), default=None),
    }


def _booking(ref: str, newest: Booking | None) -> dict[str, Any]:
    return {
        f"booking.{ref}.status": newest.state.value if newest else None,
        f"booking.{ref}.when": newest.starts_at if newest else None,
    }


def _standing(granted: bool, revoked: bool) -> str:
    return "granted" if granted else "revoked" if revoked else "none"


def shown(row: Said) -> str | None:
    """Return the status of a message as the log shows it, or None where it is not in it."""
    if row.left_at is None and not (row.attempts and row.state in names.LOGGED):
        return None
    return names.LOGGED.get(row.state, "failed")
