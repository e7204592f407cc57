"""What Lever says about an opportunity, in our events: the same facts, the same ids."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from bot.domain.deliveries import UNKNOWN, Delivery, Known, Reading, Told
from bot.domain.events import EventType
from bot.domain.model import Outcome
from bot.sources.lever.api import LOOKED_AT
from bot.sources.lever.vendor import NAME
from bot.sources.telling import Habits, email, event, first_phone, part, parts, text

KINDS = frozenset(
    {
        *("candidateHired", "candidateStageChange", "candidateArchiveChange", "candidateDeleted"),
        *("interviewCreated", "interviewUpdated", "interviewDeleted", "applicationCreated"),
        LOOKED_AT,
    }
)
SILENT = frozenset({"contactCreated", "contactUpdated"})
SENT = frozenset({"sent", "sent-manually", "opened", "signed"})
"""States of an offer that has left the house."""
NOBODYS = "it names no opportunity"
CONFIDENTIAL = "the opportunity is confidential"
NOT_ALLOWED = "the candidate must not be contacted any more"


class Asked(Protocol):
    def opportunity(self, id: str) -> Told | None: ...

    def others(self, contact: str) -> bool: ...


def ref(id: str) -> str:
    return f"{NAME}:{id}"


@dataclass(frozen=True, kw_only=True)
class Lever:
    habits: Habits
    ask: Asked
    name: str = NAME

    def read(self, delivery: Delivery, known: Known) -> Reading:
        """Raises SourceAway: it is not known yet what is true."""
        if delivery.kind not in KINDS:
            return Reading() if delivery.kind in SILENT else Reading(why=UNKNOWN)
        data = part(delivery.raw, "data")
        id = text(data, "opportunityId") or text(data, "candidateId")
        if not id.replace("-", "").isalnum():  # it becomes a part of an address
            return Reading(why=NOBODYS)
        told = self.ask.opportunity(id)
        if told is None or told.get("isAnonymized"):
            return self._gone(id, delivery.at, known)
        why = _withheld(told)
        if why:
            return Reading(why=why)
        subject = _Opportunity(told, self.habits, delivery.at, known)
        deleted = text(data, "interviewId") if delivery.kind == "interviewDeleted" else ""
        events = (*subject.events(), *subject.without(deleted), *subject.back())
        return Reading(events)

    def _gone(self, id: str, at: datetime, known: Known) -> Reading:
        """Who has no other opportunity is forgotten; for the others, this one ends."""
        owner = known.process(ref(id))
        if owner is None:
            return Reading()
        candidate = {"ref": owner.candidate}
        if self.ask.others(owner.candidate.removeprefix(ref(""))):
            told = event(f"gone:{id}", EventType.PROCESS_WITHDRAWN, at, candidate, owner.process)
        else:
            told = event(f"erased:{id}", EventType.CANDIDATE_ERASED, at, candidate)
        return Reading((told,))


def _withheld(told: Told) -> str:
    if not text(told, "contact"):
        return NOBODYS
    if text(told, "confidentiality") == "confidential":
        return CONFIDENTIAL
    allowed = part(told, "dataProtection", "contact").get("allowed")
    return NOT_ALLOWED if allowed is False else ""


@dataclass(frozen=True)
class _Opportunity:
    told: Told
    habits: Habits
    at: datetime
    known: Known

    def events(self) -> Iterator[Told]:
        yield from self._interviews()
        yield from self._feedback()
        yield from self._offers()
        archived = part(self.told, "archived")
        yield from self._archived(archived) if archived else self._stage()

    def without(self, interview: str) -> Iterator[Told]:
        """An interview is said to be deleted: believed where it is known, and no longer there."""
        there = {text(one, "id") for one in parts(self.told, "interviews")}
        if interview and interview not in there and self.known.interview(ref(interview)):
            id, type = f"deleted:{interview}", EventType.INTERVIEW_CANCELLED
            yield self._event(id, type, self.at, interview={"ref": ref(interview)})

    def back(self) -> Iterator[Told]:
        """Who was taken back can no longer be turned down."""
        owner = self.known.process(ref(self._id))
        if owner is not None and owner.is_rejected and not part(self.told, "archived"):
            words = str(self.habits.stages.get(text(part(self.told, "stage"), "text"), ""))
            decision = {"outcome": Outcome.ADVANCE.value, "next_step": words}
            id = f"back:{self._id}:{text(self.told, 'updatedAt')}"
            yield self._event(id, EventType.DECISION_MADE, self.at, decision=decision)

    def _interviews(self) -> Iterator[Told]:
        for one in parts(self.told, "interviews"):
            begins, off = _moment(one, "date"), _moment(one, "canceledAt")
            if begins is None:
                continue
            ends = begins + timedelta(minutes=_number(one, "duration") or 60)
            version = f"{text(one, 'id')}:{text(one, 'date')}:{text(one, 'duration')}"
            about = _shown(one) | {"starts_at": begins.isoformat(), "ends_at": ends.isoformat()}
            if off is not None:
                id, type = f"cancelled:{version}", EventType.INTERVIEW_CANCELLED
                yield self._event(id, type, min(off, self.at), interview=about)
                continue
            made = min(_moment(one, "createdAt") or self.at, self.at)
            known = self.known.interview(ref(text(one, "id")))
            type = EventType.INTERVIEW_MOVED if known else EventType.INTERVIEW_SCHEDULED
            when = self.at if known else made
            yield self._event(f"interview:{version}", type, when, interview=about)

    def _feedback(self) -> Iterator[Told]:
        booked = {text(one, "id") for one in parts(self.told, "interviews")}
        for one in parts(self.told, "feedback"):
            at, interview = _moment(one, "completedAt"), text(one, "interview")
            if at is not None and interview in booked:
                id, type = f"feedback:{text(one, 'id')}", EventType.SCORECARD_SUBMITTED
                yield self._event(id, type, min(at, self.at), interview={"ref": ref(interview)})

    def _offers(self) -> Iterator[Told]:
        """Nothing of what is in them."""
        for one in parts(self.told, "offers"):
            state = text(one, "status")
            if state in SENT:
                id, made = (
                    f"offer:{text(one, 'id')}",
                    min(_moment(one, "createdAt") or self.at, self.at),
                )
                decision = {"outcome": Outcome.OFFER.value}
                yield self._event(f"{id}:made", EventType.DECISION_MADE, made, decision=decision)
                yield self._event(id, EventType.OFFER_GENERATED, made, offer={})
            if state == "signed":
                yield self._event(f"{id}:signed", EventType.OFFER_ACCEPTED, self.at)

    def _archived(self, archived: Told) -> Iterator[Told]:
        at = min(_moment(archived, "archivedAt") or self.at, self.at)
        id = f"archived:{self._id}:{text(archived, 'archivedAt')}"
        if self.told.get("hired"):
            yield self._event(id, EventType.OFFER_ACCEPTED, at)
        else:
            decision = {"outcome": Outcome.REJECT.value}
            yield self._event(id, EventType.DECISION_MADE, at, decision=decision)

    def _stage(self) -> Iterator[Told]:
        """News only in the team's words."""
        words = str(self.habits.stages.get(text(part(self.told, "stage"), "text"), ""))
        at = min(_moment(self.told, "lastAdvancedAt") or self.at, self.at)
        if words:
            decision = {"outcome": Outcome.ADVANCE.value, "next_step": words}
            id = f"stage:{self._id}:{text(self.told, 'lastAdvancedAt')}"
            yield self._event(id, EventType.DECISION_MADE, at, decision=decision)

    def _event(self, id: str, type: EventType, at: datetime, **about: Any) -> Told:
        job = self._job()
        return event(id, type, at, self._candidate(), ref(self._id), job=job, **about)

    @property
    def _id(self) -> str:
        return text(self.told, "id")

    def _candidate(self) -> Told:
        numbers = {text(one, "type"): text(one, "value") for one in parts(self.told, "phones")}
        mails = self.told.get("emails")
        addresses = [{"value": one} for one in mails] if isinstance(mails, list) else []
        return {
            "ref": ref(text(self.told, "contact")),
            "name": text(self.told, "name"),
            "phone": first_phone(numbers, self.habits),
            "email": next(filter(None, (email(one, "value") for one in addresses)), ""),
        }

    def _job(self) -> Told | None:
        posting, owner = part(self.told, "application", "posting"), part(self.told, "owner")
        if not text(posting, "id"):
            return None
        address = email(owner, "email")
        return {
            "ref": ref(text(posting, "id")),
            "title": text(posting, "text"),
            "department": text(part(posting, "categories"), "department"),
            "recruiter": {"email": address, "name": text(owner, "name")} if address else None,
        }


def _shown(interview: Told) -> dict[str, Any]:
    """What candidates may know of an interview: neither its note nor its subject."""
    place = text(interview, "location")
    return {
        "ref": ref(text(interview, "id")),
        "place": "" if place.startswith("http") else place,
        "meeting_link": place if place.startswith("https://") and " " not in place else "",
        "interviewers": [
            {"name": text(one, "name"), "email": email(one, "email")}
            for one in parts(interview, "interviewers")
            if text(one, "name")
        ],
    }


def _moment(told: Told, name: str) -> datetime | None:
    """Lever tells times in milliseconds since 1970."""
    found = _number(told, name)
    try:
        return datetime.fromtimestamp(found / 1000, UTC) if found else None
    except (OverflowError, OSError, ValueError):
        return None


def _number(told: Told, name: str) -> float | None:
    found = told.get(name)
    return found if isinstance(found, int | float) and not isinstance(found, bool) else None
