"""What Ashby tells, in our events. One thing that happens comes as several webhooks: what they
say in common has one id, and counts once."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.deliveries import UNKNOWN, Delivery, Known, Owner, Reading, Told
from bot.domain.events import EventType
from bot.domain.model import Outcome
from bot.sources.ashby.vendor import NAME
from bot.sources.telling import (
    Habits,
    email,
    event,
    first_phone,
    link,
    moment,
    part,
    parts,
    text,
)

APPLICATION = frozenset({"applicationUpdate", "candidateStageChange", "candidateHire"})
OFFER = frozenset({"offerCreate", "offerUpdate"})
SCHEDULE = frozenset({"interviewScheduleCreate", "interviewScheduleUpdate"})
SILENT = frozenset({"applicationSubmit", "surveySubmit", "offerDelete"})
BOOKED = frozenset({"Scheduled", "WaitingOnFeedback", "Complete"})
THEY_LEFT = "RejectedByCandidate"
WATCHING = "Shadow"
"""Whoever is in training as this only looks on: candidates are not told their name."""
NOBODYS = "it names nobody"
NOT_OUT = "an offer that does not wait for the candidate"

_ANSWERS = {
    "CandidateAccepted": EventType.OFFER_ACCEPTED,
    "CandidateRejected": EventType.OFFER_DECLINED,
}
WAITS = "WaitingOnCandidateResponse"


def ref(id: str) -> str:
    return f"{NAME}:{id}"


@dataclass(frozen=True, kw_only=True)
class Ashby:
    habits: Habits
    ask: Callable[[str], Told | None]
    """Returns an application by its id. Raises SourceAway."""
    name: str = NAME

    def read(self, delivery: Delivery, known: Known) -> Reading:
        told, kind = part(delivery.raw, "data"), delivery.kind
        if kind in APPLICATION:
            return self._application(told, delivery.at, known)
        if kind in OFFER:
            return self._offer(part(told, "offer"), delivery.at, known)
        if kind in SCHEDULE:
            return self._schedule(part(told, "interviewSchedule"), delivery.at, known)
        if kind in _PERSONAL:
            return _PERSONAL[kind](told, delivery.at)
        return Reading() if kind in SILENT else Reading(why=UNKNOWN)

    def _application(self, told: Told, at: datetime, known: Known) -> Reading:
        subject = _Application(part(told, "application"), self.habits, at)
        if not subject.is_somebodys:
            return Reading(why=NOBODYS)
        events = [*_offered(subject.subject, part(told, "offer"), at), *subject.events(known)]
        return Reading(tuple(events))

    def _offer(self, offer: Told, at: datetime, known: Known) -> Reading:
        if text(offer, "offerStatus") not in {WAITS, *_ANSWERS}:
            return Reading(why=NOT_OUT)
        subject = self._subject(text(offer, "applicationId"), at, known)
        return Reading(tuple(_offered(subject, offer, at))) if subject else Reading(why=NOBODYS)

    def _schedule(self, schedule: Told, at: datetime, known: Known) -> Reading:
        held = known.visit(ref(text(schedule, "id")))
        events = [*parts(schedule, "interviewEvents")]
        if text(schedule, "status") not in BOOKED:
            events = []
        still = {ref(text(one, "id")) for one in events}
        gone = [_cancelled(one, owner, at) for one, owner in held.items() if one not in still]
        if not events:
            return Reading(tuple(gone))
        subject = self._subject(text(schedule, "applicationId"), at, known)
        if subject is None:
            return Reading(why=NOBODYS)
        told = _Schedule(schedule, subject, at, known)
        return Reading((*gone, *(found for one in events for found in told.events(one))))

    def _subject(self, application: str, at: datetime, known: Known) -> "_Subject | None":
        """Whom it is about: known by reference, or asked for with name and addresses."""
        owner = known.process(ref(application))
        if owner is not None:
            return _Subject({"ref": owner.candidate}, owner.process)
        told = self.ask(application) if application else None
        found = _Application(told or {}, self.habits, at)
        return found.subject if found.is_somebodys else None


@dataclass(frozen=True)
class _Subject:
    candidate: Told
    process: str
    job: Told | None = None

    def event(self, id: str, type: EventType, at: datetime, **about: Any) -> Told:
        return event(id, type, at, self.candidate, self.process, job=self.job, **about)


# --- applications -------------------------------------------------------------------------


@dataclass(frozen=True)
class _Application:
    told: Told
    habits: Habits
    at: datetime

    @property
    def id(self) -> str:
        return text(self.told, "id")

    @property
    def is_somebodys(self) -> bool:
        return bool(self.id and text(part(self.told, "candidate"), "id"))

    @property
    def subject(self) -> _Subject:
        return _Subject(self._candidate(), ref(self.id), self._job())

    def events(self, known: Known) -> Iterator[Told]:
        match text(self.told, "status"):
            case "Hired":
                yield self._event(f"hired:{self.id}", EventType.OFFER_ACCEPTED, self._when)
            case "Archived":
                yield self._archived()
            case "Active":
                yield from self._active(known)

    def _archived(self) -> Told:
        when = min(moment(self.told, "archivedAt") or self._when, self.at)
        id = f"archived:{self.id}:{when.isoformat()}"
        if text(part(self.told, "archiveReason"), "reasonType") == THEY_LEFT:
            return self._event(id, EventType.PROCESS_WITHDRAWN, when)
        decision = {"outcome": Outcome.REJECT.value}
        return self._event(id, EventType.DECISION_MADE, when, decision=decision)

    def _active(self, known: Known) -> Iterator[Told]:
        """A stage in the team's words; and that somebody is back who was turned down."""
        stage = part(self.told, "currentInterviewStage")
        words = str(self.habits.stages.get(text(stage, "title"), ""))
        owner = known.process(ref(self.id))
        decision = {"outcome": Outcome.ADVANCE.value, "next_step": words}
        if owner is not None and owner.is_rejected:
            id = f"back:{self.id}:{self._when.isoformat()}"
            yield self._event(id, EventType.DECISION_MADE, self.at, decision=decision)
        elif words:
            id = f"stage:{self.id}:{text(stage, 'id')}"
            yield self._event(id, EventType.DECISION_MADE, self._when, decision=decision)

    @property
    def _when(self) -> datetime:
        return min(moment(self.told, "updatedAt") or self.at, self.at)

    def _event(self, id: str, type: EventType, at: datetime, **about: Any) -> Told:
        return self.subject.event(id, type, at, **about)

    def _candidate(self) -> Told:
        who = part(self.told, "candidate")
        number = {"": text(part(who, "primaryPhoneNumber"), "value")}
        return {
            "ref": ref(text(who, "id")),
            "name": text(who, "name"),
            "phone": first_phone(number, self.habits),
            "email": email(part(who, "primaryEmailAddress"), "value"),
        }

    def _job(self) -> Told | None:
        job = part(self.told, "job")
        if not text(job, "id"):
            return None
        return {
            "ref": ref(text(job, "id")),
            "title": text(job, "title"),
            "recruiter": self._of_the_team("recruiter"),
            "hiring_manager": self._of_the_team("hiringmanager"),
        }

    def _of_the_team(self, role: str) -> Told | None:
        for one in parts(self.told, "hiringTeam"):
            address = email(one, "email")
            if address and text(one, "role").replace(" ", "").casefold() == role:
                return {"email": address, "name": _name(one)}
        return None


# --- offers -------------------------------------------------------------------------------


def _offered(subject: _Subject, offer: Told, at: datetime) -> Iterator[Told]:
    """Nothing of what is in it, and nothing before it waits for the candidate."""
    state, id = text(offer, "offerStatus"), f"offer:{text(offer, 'id')}"
    if state not in {WAITS, *_ANSWERS} or not text(offer, "id"):
        return
    answered = min(moment(offer, "decidedAt") or at, at)
    made = min(moment(part(offer, "latestVersion"), "createdAt") or answered, answered)
    decision = {"outcome": Outcome.OFFER.value}
    yield subject.event(f"{id}:made", EventType.DECISION_MADE, made, decision=decision)
    yield subject.event(id, EventType.OFFER_GENERATED, made, offer={})
    if state in _ANSWERS:
        yield subject.event(f"{id}:{state}", _ANSWERS[state], answered)


# --- interviews ---------------------------------------------------------------------------


@dataclass(frozen=True)
class _Schedule:
    told: Told
    subject: _Subject
    at: datetime
    known: Known

    def events(self, one: Told) -> Iterator[Told]:
        begins, ends = moment(one, "startTime"), moment(one, "endTime")
        is_shown = not part(one, "interview").get("isDebrief")
        if begins is None or ends is None or ends <= begins or not is_shown:
            return
        id, about = text(one, "id"), self._shown(one)
        is_known = self.known.interview(ref(id))
        type = EventType.INTERVIEW_MOVED if is_known else EventType.INTERVIEW_SCHEDULED
        version = f"interview:{id}:{begins.isoformat()}:{ends.isoformat()}"
        yield self._event(version, type, about)
        if one.get("hasSubmittedFeedback"):
            yield self._event(f"feedback:{id}", EventType.SCORECARD_SUBMITTED, about)
        if text(self.told, "status") == "Complete":
            yield self._event(f"complete:{id}", EventType.INTERVIEW_COMPLETED, about)

    def _event(self, id: str, type: EventType, about: Told) -> Told:
        when = min(moment(self.told, "updatedAt") or self.at, self.at)
        return self.subject.event(id, type, when, interview=about)

    def _shown(self, one: Told) -> Told:
        """What candidates may know: the title that is meant for them, and who really asks."""
        place = text(one, "location")
        return {
            "ref": ref(text(one, "id")),
            "visit": ref(text(self.told, "id")),
            "kind": text(part(one, "interview"), "externalTitle"),
            "starts_at": text(one, "startTime"),
            "ends_at": text(one, "endTime"),
            "place": "" if place.startswith("http") else place,
            "meeting_link": link(one, "meetingLink"),
            "interviewers": [
                {"name": _name(who), "email": email(who, "email")}
                for who in parts(one, "interviewers")
                if text(who, "trainingRole") != WATCHING and _name(who)
            ],
        }


def _cancelled(interview: str, owner: Owner, at: datetime) -> Told:
    id = f"cancelled:{interview}:{at.isoformat()}"
    who = {"ref": owner.candidate}
    type = EventType.INTERVIEW_CANCELLED
    return event(id, type, at, who, owner.process, interview={"ref": interview})


# --- people -------------------------------------------------------------------------------


def _deleted(told: Told, at: datetime) -> Reading:
    id = text(part(told, "candidate"), "id")
    if not id:
        return Reading(why=NOBODYS)
    return Reading((event(f"erased:{id}", EventType.CANDIDATE_ERASED, at, {"ref": ref(id)}),))


def _merged(told: Told, at: datetime) -> Reading:
    old = text(part(told, "deletedCandidate"), "id")
    new = text(part(told, "mergedCandidate"), "id")
    if not old or not new or old == new:
        return Reading(why=NOBODYS)
    id, into = f"merged:{old}:{new}", {"ref": ref(new)}
    return Reading((event(id, EventType.CANDIDATE_MERGED, at, {"ref": ref(old)}, into=into),))


def _name(told: Told) -> str:
    return f"{text(told, 'firstName')} {text(told, 'lastName')}".strip()


_PERSONAL: Mapping[str, Callable[[Told, datetime], Reading]] = {
    "candidateDelete": _deleted,
    "candidateMerge": _merged,
}
