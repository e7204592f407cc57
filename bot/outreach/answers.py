"""Lets what a colleague answers take effect: as an event, or as a task. Nothing is guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.domain.ask_answers import Answer
from bot.domain.asks import READY_REASONS, Ask, Choice, Standing
from bot.domain.booking import Booking, BookingId
from bot.domain.candidacy import Candidacy
from bot.domain.events import EventType
from bot.domain.worktime import Hours
from bot.outreach.asker import Asker
from bot.outreach.bookings import Bookings
from bot.outreach.phrasing import Phrasing

if TYPE_CHECKING:
    from bot.store import Tx

SOURCE = "team"
"""Where events come from that a colleague told us by an answer."""
EVIDENCE = "the interviewer's tap"


@dataclass(frozen=True)
class Answers:
    asker: Asker
    bookings: Bookings

    @property
    def phrasing(self) -> Phrasing:
        return self.asker.batches.phrasing

    def take(self, tx: Tx, ask: Ask, answer: Answer, now: datetime) -> Standing:
        """Let an answer take effect, once; it was checked by `ask_answers.problem`.

        Returns how the question stood: anything but `open` means that it came too late.
        """
        fresh = next(one for one in tx.asks.same(ask.key, for_update=True) if one.id == ask.id)
        candidacy, standing = self.phrasing.candidacy(tx, ask), fresh.standing(now)
        if candidacy is None:
            return Standing.WITHDRAWN
        if standing is not Standing.OPEN:
            return standing
        tx.asks.answer(ask, answer.choice, answer.detail, now)
        self.asker.withdraw(tx, [ask.key], f"answered by {self.name(tx, ask)}", now)
        if ask.message_id is not None:
            self.asker.close(tx, ask.message_id, now)
        self._effect(tx, ask, candidacy, answer, now)
        return standing

    def add_topic(self, tx: Tx, ask: Ask, topic: str, now: datetime) -> None:
        """Note what they talked about, told after they had answered that it took place."""
        candidacy = self.phrasing.candidacy(tx, ask)
        if candidacy is not None:
            tx.asks.add_detail(ask, topic)
            told = _held(ask, [topic])
            _report(tx, f"ask:{ask.id}:topic", candidacy, EventType.INTERVIEW_COMPLETED, told, now)

    def name(self, tx: Tx, ask: Ask) -> str:
        """Return the name of who was asked, or their address."""
        person = tx.people.find(ask.person_id)
        return person.name or tx.people.identity(person.id, "colleague")

    def reason(self, candidacy: Candidacy, answer: Answer) -> str:
        """Return a reason in the words that the candidate will read."""
        if answer.choice in READY_REASONS:
            return self.phrasing.words.reason(answer.choice, candidacy.language)
        return answer.detail

    def _effect(
        self, tx: Tx, ask: Ask, candidacy: Candidacy, answer: Answer, now: datetime
    ) -> None:
        told: Mapping[str, Any]
        match answer.choice:
            case Choice.DECLINE:
                self.bookings.decline(tx, BookingId(int(ask.about)), now)
                return
            case Choice.CONFIRM:
                told = _moved(tx.bookings.find(BookingId(int(ask.about))))
                kind = EventType.INTERVIEW_MOVED
            case Choice.CALL:
                self._call(tx, ask, candidacy, now)
                return
            case Choice.DONE:
                told = _held(ask, [answer.detail] if answer.detail else [])
                kind = EventType.INTERVIEW_COMPLETED
            case Choice.NO_SHOW:
                told, kind = {"interview": {"ref": ask.about}}, EventType.INTERVIEW_NO_SHOW
            case _:
                told = {"decision": self._expected(tx, ask, candidacy, answer)}
                kind = EventType.DECISION_EXPECTED
        _report(tx, f"ask:{ask.id}", candidacy, kind, told, now)

    def _expected(
        self, tx: Tx, ask: Ask, candidacy: Candidacy, answer: Answer
    ) -> Mapping[str, str]:
        by = {"told_by": self.name(tx, ask)}
        if answer.day is None:
            return {"reason": self.reason(candidacy, answer), **by}
        return {"expected_by": self._office.end_of(answer.day).isoformat(), **by}

    @property
    def _office(self) -> Hours:
        return self.phrasing.office_hours

    def _call(self, tx: Tx, ask: Ask, candidacy: Candidacy, now: datetime) -> None:
        (tomorrow,) = self._office.working_days(self._office.day(now), 1)
        role = f" about {candidacy.job.title}" if candidacy.job.title else ""
        tx.tasks.open(
            kind="call",
            key=f"call:{ask.key}",
            what=f"Call {candidacy.person.name}{role}: {self.name(tx, ask)} asks for it, "
            "as the decision takes longer",
            now=now,
            person_id=candidacy.person.id,
            process_id=candidacy.process_id,
            due_at=self._office.end_of(tomorrow),
        )


def _moved(booking: Booking) -> Mapping[str, Any]:
    """The slot is the interview's time now; what it does not tell stays as it was."""
    slot = booking.slot
    told = {
        "ref": booking.interview,
        "starts_at": booking.starts_at.isoformat(),
        "ends_at": booking.ends_at.isoformat(),
        "interviewers": [{"name": host.name, "email": host.email} for host in slot.hosts],
        "place": slot.place,
        "meeting_link": slot.meeting_link,
    }
    return {"interview": told}


def _held(ask: Ask, topics: Sequence[str]) -> Mapping[str, Any]:
    return {"interview": {"ref": ask.about, "topics": list(topics), "evidence": EVIDENCE}}


def _report(
    tx: Tx,
    id: str,
    candidacy: Candidacy,
    type: EventType,
    told: Mapping[str, Any],
    now: datetime,
) -> None:
    """Store what a colleague told us, as any other system would; a worker plans it."""
    ref = tx.people.identity(candidacy.person.id, "ref")
    raw = {
        "id": id,
        "type": type.value,
        "occurred_at": now.isoformat(),
        "candidate": {"ref": ref},
        "process": candidacy.ref,
        **told,
    }
    tx.events.add(
        source=SOURCE,
        event_id=id,
        type=type.value,
        candidate_ref=ref,
        process_ref=candidacy.ref,
        raw=raw,
        now=now,
    )
