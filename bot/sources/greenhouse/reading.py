"""What Greenhouse tells, in our events: pure, but for applications that must be asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.deliveries import UNKNOWN, Delivery, Known, Owner, Reading, Told
from bot.domain.events import EventType
from bot.domain.model import Outcome
from bot.sources.greenhouse.application import Application, Events, ref, withheld
from bot.sources.greenhouse.vendor import NAME
from bot.sources.telling import Habits, email, event, link, moment, part, parts, text

INTERVIEW, SCORECARD = "polled_interview", "polled_scorecard"
"""Kinds of what was polled; webhooks do not tell of these."""
THEY_LEFT = "they rejected us"
"""The type of those reasons by which the candidate does not want us."""
NO_WORDS = "no words for this stage in `sources.stages`"
NOT_OUT = "an offer that is neither approved nor sent"
NOBODYS = "nobody here knows whose it is"
PARTLY = "the name was not anonymized, so nobody is forgotten"
ALL_IN = "all scorecards are in"

SILENT = frozenset(
    {
        *("ping", "new_candidate_application", "application_updated", "update_candidate"),
        *("new_prospect_application", "scorecard_deleted"),
    }
)
"""Kinds that are understood, and mean nothing to candidates."""


@dataclass(frozen=True, kw_only=True)
class Greenhouse:
    habits: Habits
    ask: Callable[[str], Told | None]
    """Returns an application by its id, or None where nobody can be asked or there is none.
    Raises SourceAway."""
    name: str = NAME

    def read(self, delivery: Delivery, known: Known) -> Reading:
        told, kind = part(delivery.raw, "payload"), delivery.kind
        if kind in _DECIDED or kind in (INTERVIEW, SCORECARD):
            return self._about_application(delivery, told, known)
        if kind in _OFFERS:
            return self._offer(delivery, part(told, "offer") or told, known)
        if kind in _PERSONAL:
            return _PERSONAL[kind](told, delivery.at)
        if kind == "interview_deleted":
            return _interview_deleted(told, delivery.at, known)
        return Reading() if kind in SILENT else Reading(why=UNKNOWN)

    def _about_application(self, delivery: Delivery, told: Told, known: Known) -> Reading:
        application = part(told, "application")
        if why := withheld(application):
            return Reading(why=why)
        subject = Application(application, self.habits)
        if delivery.kind in _DECIDED:
            return _DECIDED[delivery.kind](subject, delivery.at)
        if delivery.kind == SCORECARD:
            return _scorecard(subject, told)
        return _interview(subject, told, known)

    def _offer(self, delivery: Delivery, offer: Told, known: Known) -> Reading:
        state, sent = text(offer, "offer_status"), bool(offer.get("sent_on"))
        if delivery.kind == "offer_deleted" or state == "Deprecated":
            return Reading()
        if state == "Created" and not sent and delivery.kind != "offer_approved":
            return Reading(why=NOT_OUT)
        id = text(offer, "application_id")
        owner = known.process(ref(id))
        if owner is not None:
            return Reading(_offered(owner, offer, state, delivery.at))
        told = self.ask(id)
        if told is None or withheld(told):
            return Reading(why=NOBODYS)
        return _offered_to(Application(told, self.habits), offer, state, delivery.at)


# --- decisions ----------------------------------------------------------------------------


def _stage_changed(subject: Application, at: datetime) -> Reading:
    if not subject.next_step:
        return Reading(why=NO_WORDS)
    return _goes_on(subject, "stage", at)


def _unrejected(subject: Application, at: datetime) -> Reading:
    """Going on takes the place of a rejection that nobody has released."""
    return _goes_on(subject, "unrejected", at)


def _goes_on(subject: Application, why: str, at: datetime) -> Reading:
    when = moment(subject.told, "last_activity_at") or at
    decision = {"outcome": Outcome.ADVANCE.value, "next_step": subject.next_step}
    id = f"{why}:{subject.id}:{when.isoformat()}"
    return _one(subject.event(id, EventType.DECISION_MADE, when, decision=decision))


def _rejected(subject: Application, at: datetime) -> Reading:
    when = moment(subject.told, "rejected_at", "last_activity_at") or at
    reason = part(subject.told, "rejection_reason", "type")
    if text(reason, "name").casefold() == THEY_LEFT:
        id = f"withdrawn:{subject.id}:{when.isoformat()}"
        return _one(subject.event(id, EventType.PROCESS_WITHDRAWN, when))
    decision = {"outcome": Outcome.REJECT.value}
    id = f"rejected:{subject.id}:{when.isoformat()}"
    return _one(subject.event(id, EventType.DECISION_MADE, when, decision=decision))


def _hired(subject: Application, at: datetime) -> Reading:
    """The offer comes along, under other names than in webhooks about offers."""
    first = subject.event(f"hired:{subject.id}", EventType.OFFER_ACCEPTED, at)
    offer = part(subject.told, "offer")
    if not text(offer, "id"):
        return _one(first)
    return _offered_to(subject, offer, "Accepted", at)


# --- offers -------------------------------------------------------------------------------

_ANSWERS = {"Accepted": EventType.OFFER_ACCEPTED, "Rejected": EventType.OFFER_DECLINED}


def _offered_to(subject: Application, offer: Told, state: str, at: datetime) -> Reading:
    """The same with all that is known of the candidate and the job."""
    told = _offered(subject.owner, offer, state, at)
    more = {"candidate": subject.candidate(), "job": subject.job()}
    known = {name: value for name, value in more.items() if value}
    return Reading(tuple({**one, **known} for one in told))


def _offered(owner: Owner, offer: Told, state: str, at: datetime) -> Events:
    """Nothing of what is in it. Each version of an offer is one of its own, to be released."""
    answered = min(moment(offer, "resolved_at") or at, at)
    made = min(moment(offer, "created_at") or answered, answered)
    id = f"offer:{text(offer, 'id')}"
    candidate = {"ref": owner.candidate}
    decision = {"outcome": Outcome.OFFER.value}
    told = [
        event(
            f"{id}:made", EventType.DECISION_MADE, made, candidate, owner.process, decision=decision
        ),
        event(id, EventType.OFFER_GENERATED, made, candidate, owner.process, offer={}),
    ]
    if state in _ANSWERS:
        answer = _ANSWERS[state]
        told.append(event(f"{id}:{answer.value}", answer, answered, candidate, owner.process))
    return tuple(told)


# --- interviews ---------------------------------------------------------------------------

_BOOKED = frozenset({"scheduled", "awaiting_feedback", "collect_feedback"})
"""The clock alone turns one into the next: none of them proves that anybody came."""


def _interview(subject: Application, told: Told, known: Known) -> Reading:
    interview = part(told, "interview")
    type = _type(interview, known)
    at = moment(interview, "updated_at")
    if type is None or at is None:
        return Reading()
    id = f"interview:{text(interview, 'id')}:{at.isoformat()}"
    evidence = ALL_IN if type is EventType.INTERVIEW_COMPLETED else ""
    about = {**_shown(told), "evidence": evidence}
    return _one(subject.event(id, type, at, interview=about))


def _type(interview: Told, known: Known) -> EventType | None:
    status, is_known = text(interview, "status"), known.interview(ref(text(interview, "id")))
    has_hours = moment(interview, "starts_at") and moment(interview, "ends_at")
    if status == "complete":
        return EventType.INTERVIEW_COMPLETED
    if status in _BOOKED and has_hours:
        return EventType.INTERVIEW_MOVED if is_known else EventType.INTERVIEW_SCHEDULED
    return EventType.INTERVIEW_CANCELLED if is_known else None


def _scorecard(subject: Application, told: Told) -> Reading:
    card = part(told, "scorecard")
    at = moment(card, "submitted_at")
    if at is None:
        return Reading()
    id = f"scorecard:{text(card, 'id')}"
    return _one(subject.event(id, EventType.SCORECARD_SUBMITTED, at, interview=_shown(told)))


def _shown(told: Told) -> Told:
    """What candidates may know of an interview."""
    interview = part(told, "interview")
    place = text(interview, "location")
    return {
        "ref": ref(text(interview, "id")),
        "starts_at": text(interview, "starts_at"),
        "ends_at": text(interview, "ends_at"),
        "place": "" if place.startswith("http") else place,
        "meeting_link": link(interview, "video_conferencing_url"),
        "interviewers": [
            {"name": text(one, "name"), "email": email(one, "primary_email")}
            for one in parts(told, "interviewers")
            if text(one, "name")
        ],
    }


def _interview_deleted(told: Told, at: datetime, known: Known) -> Reading:
    id = text(part(told, "interview"), "id")
    owner = known.interview(ref(id))
    if owner is None:
        return Reading(why=NOBODYS)
    about = {"ref": ref(id)}
    told = {"ref": owner.candidate}
    type = EventType.INTERVIEW_CANCELLED
    return _one(event(f"deleted:{id}", type, at, told, owner.process, interview=about))


# --- people -------------------------------------------------------------------------------


def _deleted(told: Told, at: datetime) -> Reading:
    return _forgotten(text(part(told, "person"), "id"), at)


def _anonymized(told: Told, at: datetime) -> Reading:
    """It may be a part only, such as the attachments: who has a name yet is not forgotten."""
    fields = told.get("anonymized_fields")
    if not isinstance(fields, list) or "full_name" not in fields:
        return Reading(why=PARTLY)
    return _forgotten(text(told, "candidate_id"), at)


def _forgotten(id: str, at: datetime) -> Reading:
    if not id:
        return Reading(why=NOBODYS)
    return _one(event(f"erased:{id}", EventType.CANDIDATE_ERASED, at, {"ref": ref(id)}))


def _merged(told: Told, at: datetime) -> Reading:
    person = part(told, "person")
    old, new = text(person, "id"), text(person, "new_candidate_id")
    if not old or not new:
        return Reading(why=NOBODYS)
    id, into = f"merged:{old}:{new}", {"ref": ref(new)}
    return _one(event(id, EventType.CANDIDATE_MERGED, at, {"ref": ref(old)}, into=into))


def _one(told: Told) -> Reading:
    return Reading((told,))


_DECIDED: Mapping[str, Callable[[Application, datetime], Reading]] = {
    "candidate_stage_change": _stage_changed,
    "reject_candidate": _rejected,
    "unreject_candidate": _unrejected,
    "hire_candidate": _hired,
}
_OFFERS = frozenset({"offer_created", "offer_approved", "offer_updated", "offer_deleted"})
_PERSONAL: Mapping[str, Callable[[Told, datetime], Reading]] = {
    "delete_candidate": _deleted,
    "candidate_anonymized": _anonymized,
    "merge_candidate": _merged,
}
