"""The generic source: typed JSON events by API or from a file. See `docs/events.md`.

Unknown fields are allowed: they stay in the raw event and change nothing here.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from bot.domain.errors import BadInput, Mistake
from bot.domain.events import (
    NOBODY,
    CandidateReport,
    ColleagueReport,
    ConsentReport,
    DecisionReport,
    Event,
    EventType,
    InterviewReport,
    JobReport,
    OfferReport,
    SlotReport,
)
from bot.domain.model import Channel, Host, Outcome
from bot.sources.phones import e164


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key if name else ""
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("no such time zone; write one such as Europe/Madrid") from None


def _printable(text: str) -> str:
    """PostgreSQL cannot hold NUL, and nobody can send half a surrogate pair."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


Text = Annotated[str, Field(max_length=500), AfterValidator(_printable)]
Ref = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_printable)]
Phone = Annotated[str, AfterValidator(lambda phone: e164(phone) if phone else "")]
Zone = Annotated[str, AfterValidator(_zone)]
Email = Annotated[str, Field(max_length=254, pattern=r"^([^@\s]+@[^@\s]+)?$")]
Language = Annotated[str, Field(pattern=r"^([A-Za-z]{2,3}([-_][A-Za-z0-9]+)*)?$")]
Link = Annotated[str, Field(max_length=500, pattern=r"^(https://\S+)?$")]


MOST_SLOTS = 500
"""In one event."""


class _Open(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)


class ConsentBody(_Open):
    channel: Channel = Channel.WHATSAPP
    source: Ref
    at: AwareDatetime
    text_version: Ref


Consents = Annotated[list[ConsentBody], Field(max_length=20)]


class CandidateBody(_Open):
    ref: Ref
    name: Text = ""
    phone: Phone = ""
    email: Email = ""
    language: Language = ""
    time_zone: Zone = ""
    consents: Consents = Field(default_factory=list)


class ColleagueBody(_Open):
    """Somebody of the team, known by their address."""

    email: Email
    name: Text = ""
    phone: Phone = ""
    language: Language = ""
    time_zone: Zone = ""
    consents: Consents = Field(default_factory=list)

    def to_report(self) -> ColleagueReport:
        known = _known(self)
        known["consents"] = tuple(ConsentReport(**_known(consent)) for consent in self.consents)
        return ColleagueReport(**known)


class InterviewerBody(ColleagueBody):
    """The same with a name. Without an address they are only a name to the candidate."""

    @model_validator(mode="after")
    def _has_name(self) -> "InterviewerBody":
        if self.email and not self.name:
            raise ValueError("has no name: candidates read it")
        return self


def _named(told: object) -> object:
    if not isinstance(told, str | Mapping | BaseModel):
        raise ValueError("write a name, or an object with name and email")
    return {"name": told, "email": ""} if isinstance(told, str) else told


def _addressed(told: object) -> object:
    if not isinstance(told, str | Mapping | BaseModel):
        raise ValueError("write an e-mail address, or an object with one")
    return {"email": told} if isinstance(told, str) else told


Interviewer = Annotated[InterviewerBody, BeforeValidator(_named)]
Member = Annotated[ColleagueBody, BeforeValidator(_addressed)]
NO_COLLEAGUE = ColleagueBody(email="")


class JobBody(_Open):
    ref: Ref
    title: Text = ""
    level: Text = ""
    department: Text = ""
    recruiter: Member = NO_COLLEAGUE
    hiring_manager: Member = NO_COLLEAGUE


class InterviewBody(_Open):
    ref: Ref
    visit: Text = ""
    kind: Text = ""
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    interviewers: Annotated[list[Interviewer], Field(max_length=20)] = Field(default_factory=list)
    topics: Annotated[list[Text], Field(max_length=3)] = Field(default_factory=list)
    place: Text = ""
    meeting_link: Link = ""
    evidence: Text = ""

    @model_validator(mode="after")
    def _in_order(self) -> "InterviewBody":
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValueError("ends_at must come after starts_at")
        return self


class DecisionBody(_Open):
    outcome: Outcome | None = None
    next_step: Text = ""
    link: Link = ""
    released_by: Email = ""
    recalled_by: Email = ""
    expected_by: AwareDatetime | None = None
    reason: Text = ""
    told_by: Text = ""


class OfferBody(_Open):
    how: Text = ""
    expected_at: AwareDatetime | None = None


class IntoBody(_Open):
    ref: Ref


class SlotBody(_Open):
    ref: Ref
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    interviewers: Annotated[list[Interviewer], Field(max_length=20)] = Field(default_factory=list)
    process: Text = ""
    job: Text = ""
    place: Text = ""
    meeting_link: Link = ""

    @model_validator(mode="after")
    def _in_order(self) -> "SlotBody":
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValueError("ends_at must come after starts_at")
        return self


class EventBody(_Open):
    id: Ref
    type: EventType
    occurred_at: AwareDatetime
    candidate: CandidateBody | None = None
    process: Text = ""
    job: JobBody | None = None
    interview: InterviewBody | None = None
    decision: DecisionBody | None = None
    offer: OfferBody | None = None
    into: IntoBody | None = None
    slots: Annotated[list[SlotBody], Field(max_length=MOST_SLOTS)] = Field(default_factory=list)

    def to_event(self) -> Event:
        return Event(
            id=self.id,
            type=self.type,
            occurred_at=self.occurred_at,
            candidate=_candidate(self.candidate) if self.candidate else NOBODY,
            process=self.process,
            job=_job(self.job) if self.job else None,
            interview=_interview(self.interview) if self.interview else None,
            decision=DecisionReport(**_known(self.decision)) if self.decision else None,
            offer=OfferReport(**_known(self.offer)) if self.offer else None,
            into=self.into.ref if self.into else "",
            slots=tuple(_slot(one) for one in self.slots),
        )


_ABOUT_INTERVIEWS = {t for t in EventType if t.value.startswith("interview.")}
_PERSONAL = {EventType.CANDIDATE_MERGED, EventType.CANDIDATE_ERASED}
_ABOUT_SLOTS = {EventType.SLOTS_PUBLISHED, EventType.SLOTS_WITHDRAWN}


def read_event(raw: Mapping[str, Any]) -> Event:
    """Return the event that a JSON body tells. Raises BadInput, naming every field."""
    try:
        body = EventBody.model_validate(raw)
    except ValidationError as error:
        raise BadInput([_mistake(one) for one in error.errors()]) from None
    missing = _missing(body)
    if missing:
        raise BadInput(missing)
    return body.to_event()


def _missing(body: EventBody) -> list[Mistake]:
    """Return what this type of event cannot do without."""
    if body.type in _ABOUT_SLOTS:
        return _missing_of_slots(body)
    needed: dict[str, object] = {"candidate": body.candidate}
    if body.type not in _PERSONAL:
        needed["process"] = body.process
    if body.type in _ABOUT_INTERVIEWS or body.type is EventType.SCORECARD_SUBMITTED:
        needed["interview"] = body.interview
    if body.type in (EventType.INTERVIEW_SCHEDULED, EventType.INTERVIEW_MOVED):
        needed["interview.starts_at"] = body.interview and body.interview.starts_at
        needed["interview.ends_at"] = body.interview and body.interview.ends_at
    if body.type is EventType.DECISION_MADE:
        needed["decision.outcome"] = body.decision and body.decision.outcome
    if body.type is EventType.DECISION_RELEASED:
        needed["decision.released_by"] = body.decision and body.decision.released_by
    if body.type is EventType.DECISION_RECALLED:
        needed["decision.recalled_by"] = body.decision and body.decision.recalled_by
    if body.type is EventType.DECISION_EXPECTED:
        told = body.decision and (body.decision.expected_by or body.decision.reason)
        needed["decision.expected_by"] = told
    if body.type is EventType.INTERVIEW_TOPICS_STRUCK:
        needed["interview.topics"] = body.interview and body.interview.topics
    if body.type is EventType.OFFER_GENERATED:
        needed["offer"] = body.offer
    if body.type is EventType.CANDIDATE_MERGED:
        needed["into.ref"] = body.into
    return _not_told(body.type, needed)


def _missing_of_slots(body: EventBody) -> list[Mistake]:
    needed: dict[str, object] = {"slots": body.slots}
    for number, slot in enumerate(body.slots):
        if body.type is EventType.SLOTS_PUBLISHED:
            needed[f"slots.{number}.starts_at"] = slot.starts_at
            needed[f"slots.{number}.ends_at"] = slot.ends_at
    return _not_told(body.type, needed)


def _not_told(type: EventType, needed: Mapping[str, object]) -> list[Mistake]:
    mend = f"{type.value} needs it; see docs/events.md"
    return [Mistake(field, "is missing", mend) for field, value in needed.items() if not value]


_FORMS = {
    "email": "write an address, such as ana@example.com",
    "language": "write a code, such as es or pt-BR",
    "link": "begin it with https://",
    "meeting_link": "begin it with https://",
}


def _mistake(error: Any) -> Mistake:
    field = ".".join(str(part) for part in error["loc"]) or "body"
    if error["type"] == "missing":
        return Mistake(field, "is missing", "see docs/events.md")
    if error["type"] == "timezone_aware":
        return Mistake(field, "has no time zone", "write one, such as 2026-11-23T15:00:00+01:00")
    if error["type"] == "string_pattern_mismatch":
        mend = _FORMS.get(field.rpartition(".")[2], "see docs/events.md")
        return Mistake(field, "is not written as it should be", mend)
    return Mistake(field, error["msg"].removeprefix("Value error, "))


def _known(body: BaseModel) -> dict[str, Any]:
    """The declared fields of a body, without what was sent besides."""
    return {name: getattr(body, name) for name in type(body).model_fields}


def _candidate(body: CandidateBody) -> CandidateReport:
    known = _known(body)
    known["consents"] = tuple(ConsentReport(**_known(consent)) for consent in body.consents)
    return CandidateReport(**known)


def _job(body: JobBody) -> JobReport:
    known = _known(body)
    known |= {"recruiter": body.recruiter.email, "hiring_manager": body.hiring_manager.email}
    return JobReport(**known, colleagues=_colleagues([body.recruiter, body.hiring_manager]))


def _interview(body: InterviewBody) -> InterviewReport:
    known = _known(body)
    known["interviewers"] = tuple(one.name for one in body.interviewers if one.name)
    known["topics"] = tuple(body.topics)
    return InterviewReport(**known, colleagues=_colleagues(body.interviewers))


def _slot(body: SlotBody) -> SlotReport:
    known = _known(body)
    told = known.pop("interviewers")
    hosts = tuple(Host(name=one.name, email=one.email) for one in told if one.name)
    return SlotReport(**known, hosts=hosts, colleagues=_colleagues(told))


def _colleagues(told: Sequence[ColleagueBody]) -> tuple[ColleagueReport, ...]:
    """Whom more is told of than an address, or than a name."""
    return tuple(one.to_report() for one in told if one.email and one.model_fields_set > {"email"})
