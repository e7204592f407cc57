"""The shape of a scenario, and nothing about how it is played. See `docs/scenarios.md`."""

import re
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Annotated, Any, Literal

from pydantic import (
    AliasChoices,
    AwareDatetime,
    BeforeValidator,
    Field,
    TypeAdapter,
    model_validator,
)

from bot.scenario import names
from bot.settings import Hours, Zone
from bot.yamlfile import Duration, Strict

_OFFSET = re.compile(r"([+-]?)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


def _offset(value: object) -> timedelta:
    text = str(value).replace(" ", "")
    found = _OFFSET.fullmatch("0s" if text in ("0", "+0", "-0") else text)
    if isinstance(value, timedelta):
        return value
    if found is None or not any(found.groups()[1:]):
        raise ValueError("write how far from t0 it is, such as -26h, +72h or +7d1h5m")
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:])
    length = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -length if found[1] == "-" else length


def _moment(value: object) -> object:
    is_time = isinstance(value, datetime) or (isinstance(value, str) and "T" in value)
    return value if is_time else _offset(value)


def _clock_time(value: object) -> time:
    """YAML reads 21:00 without quotes as 1260 minutes."""
    if isinstance(value, int):
        return time(*divmod(value, 60))
    return time.fromisoformat(str(value).strip().zfill(5))


def _span(value: object) -> object:
    return value.split("-") if isinstance(value, str) else value


def _many(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _known_in(table: Any, what: str) -> BeforeValidator:
    def check(value: object) -> object:
        if value not in table:
            raise ValueError(f"is no {what}; known: {', '.join(sorted(table))}")
        return value

    return BeforeValidator(check)


def _called(*others: str, **options: Any) -> Any:
    """A field that goes by other names, too."""
    return Field(validation_alias=AliasChoices(*others), **options)


Offset = Annotated[timedelta, BeforeValidator(_offset)]
"""Elapsed time from t0."""
Moment = Annotated[timedelta | AwareDatetime, BeforeValidator(_moment)]
ClockTime = Annotated[time, BeforeValidator(_clock_time)]
Texts = Annotated[list[str], BeforeValidator(_many)]
Language = Literal["en", "es", "pt"]


# --- setup ----------------------------------------------------------------------------


class Company(Strict):
    name: str = "Northwind Labs"
    recruiter: str = "Dana Weiss"
    language: Language | None = None
    time_zone: Zone | None = _called("time_zone", "timezone", "tz", default=None)


class Policy(Strict):
    quiet_hours: Hours | None = None
    office_hours: Hours | None = None
    answer_within: Duration | None = None
    undo: Duration | None = None
    holidays: bool | None = None
    requests_due: Duration | None = None
    call_first: list[str] | None = None


def _stands(value: object) -> object:
    return {True: "granted", False: "none"}.get(value, value) if isinstance(value, bool) else value


Standing = Annotated[Literal["granted", "revoked", "none"], BeforeValidator(_stands)]


class Consents(Strict):
    whatsapp: Standing = "granted"
    email: Standing = "none"

    @model_validator(mode="before")
    @classmethod
    def _listed(cls, told: Any) -> Any:
        if isinstance(told, list):
            return {way: way in told for way in {"whatsapp", "email", *told}}
        return told


class Candidate(Strict):
    id: str = _called("id", "ref", default="c1")
    name: str = "Daniel Okafor"
    phone: str = "+447700900101"
    email: str = ""
    language: Language | None = None
    time_zone: Zone | None = _called("time_zone", "timezone", "tz", default=None)
    private_notes: str | list[str] = ""


class Colleague(Strict):
    name: str = ""
    email: str = ""

    @model_validator(mode="before")
    @classmethod
    def _named(cls, told: Any) -> Any:
        if isinstance(told, str):
            return {"email": told} if "@" in told else {"name": told}
        return told


class Job(Strict):
    id: str = _called("id", "ref", default="job-1")
    title: str = "Senior Backend Engineer"
    level: str = ""
    department: str = ""
    recruiter: Colleague | None = None
    hiring_manager: Colleague | None = None
    private_notes: str | list[str] = ""


class Interview(Strict):
    id: str = _called("id", "ref", default="int-1")
    kind: str = "interview"
    visit: str = ""
    starts_at: Moment | None = _called("starts_at", "start", default=None)
    ends_at: Moment | None = _called("ends_at", "end", default=None)
    interviewers: list[Colleague] = Field(default_factory=lambda: [Colleague(name="Lena Vogt")])
    topics: list[str] = Field(default_factory=list)
    place: str = ""
    meeting_link: str = ""
    private_notes: str | list[str] = ""


class Decision(Strict):
    outcome: Literal["advance", "offer", "reject"] | None = None
    next_step: str = ""
    link: str = ""
    reason: str = ""
    expected_by: Moment | None = None
    recorded_at: Moment | None = None
    private_notes: str | list[str] = ""


class Offer(Strict):
    id: str = _called("id", "ref", default="")
    how: str = "by e-mail"
    expected_at: Moment | None = None


class Process(Strict):
    id: str = _called("id", "ref", default="p1")
    job: Job = Job()
    interview: Interview = Interview()
    decision: Decision | None = None
    offer: Offer | None = None

    @model_validator(mode="before")
    @classmethod
    def _named(cls, told: Any) -> Any:
        return {"id": told} if isinstance(told, str) else told


class Setup(Strict):
    company: Company = Company()
    candidate: Candidate = Candidate()
    job: Job = Job()
    interview: Interview = Interview()
    process: Process = Process()
    decision: Decision | None = None
    offer: Offer | None = None
    consents: Consents = Consents()
    policy: Policy = Policy()
    processes: list[Process] = Field(default_factory=list)
    private_notes: str | list[str] = ""

    @property
    def all_processes(self) -> list[Process]:
        if self.processes:
            return self.processes
        shared = {"job": self.job, "interview": self.interview}
        late = {"decision": self.decision, "offer": self.offer}
        told = {name: getattr(self.process, name) for name in self.process.model_fields_set}
        return [Process().model_copy(update={**shared, **late, **told})]


# --- timeline -------------------------------------------------------------------------


class EventStep(Strict):
    type: Annotated[str, _known_in(names.EVENTS, "event")]
    event_id: str = ""
    occurred_at: Moment | None = None
    process: str = ""
    interview: Interview | None = None
    decision: Decision | None = None
    offer: Offer | None = None
    topics: list[str] = Field(default_factory=list)
    starts_at: Moment | None = _called("starts_at", "start", default=None)
    ends_at: Moment | None = _called("ends_at", "end", default=None)


class CandidateStep(Strict):
    text: str = ""
    media: Texts = Field(default_factory=list)
    wamid: str = ""
    sent_at: Moment | None = _called("sent_at", "occurred_at", default=None)
    phone: str = _called("phone", "from", default="")


class RecruiterStep(Strict):
    act: Literal[
        "release_decision",
        "recall_decision",
        "take_over",
        "send",
        "release_to_bot",
        "approve_erasure",
    ]
    process: str = ""
    text: str = ""
    by: str = ""


class ManagerStep(Strict):
    tap: Annotated[str, _known_in(names.TAPS, "answer")]
    who: str = ""
    day: Moment | None = None
    topic: str = ""
    words: str = ""


class CarrierStep(Strict):
    status: Annotated[str, _known_in(names.STATUSES, "status")] = "failed"
    code: str = ""
    kind: str = _called("kind", "of", default="")
    to: str = ""
    template: str = ""
    approved: bool = False
    only_if_sent: bool = False

    @model_validator(mode="before")
    @classmethod
    def _coded(cls, told: Any) -> Any:
        if not isinstance(told, Mapping):
            return told
        told = dict(told)
        told |= {"code": str(told.pop("error_code", told.get("code", "")))}
        if "template" in told:
            told["approved"] = told.pop("status", "paused") == "approved"
        return told


STEPS = {
    "event": ("type", EventStep),
    "candidate": ("text", CandidateStep),
    "recruiter": ("act", RecruiterStep),
    "manager": ("tap", ManagerStep),
    "carrier": ("status", CarrierStep),
    "clock": ("", None),
    "system": ("", None),
}
"""Kinds of steps, and what a plain text in place of a mapping means in each."""


class Step(Strict):
    at: Offset
    id: str = ""
    note: str = ""
    event: EventStep | None = None
    candidate: CandidateStep | None = None
    recruiter: RecruiterStep | None = None
    manager: ManagerStep | None = None
    carrier: CarrierStep | None = None
    clock: Literal["tick"] | None = None
    system: Literal["llm_down", "llm_up"] | None = None

    @model_validator(mode="before")
    @classmethod
    def _spelled_out(cls, told: Any) -> Any:
        """What stands beside the kind of a step belongs to it."""
        kinds = [kind for kind in STEPS if isinstance(told, Mapping) and kind in told]
        if len(kinds) != 1:
            raise ValueError(f"write exactly one of {', '.join(STEPS)}")
        kind = kinds[0]
        first, model = STEPS[kind]
        if model is None:
            return told
        body = told[kind]
        beside = {k: v for k, v in told.items() if k not in (kind, "at", "id", "note")}
        body = {first: body} if isinstance(body, str) else body
        if not isinstance(body, Mapping):
            raise ValueError(f"{kind} takes a text or a mapping")
        plain = {k: v for k, v in told.items() if k in ("at", "id", "note")}
        return {**plain, kind: {**body, **beside}}


# --- assertions -----------------------------------------------------------------------


class Words(Strict):
    """What a text has to say."""

    contains_any: Texts = Field(default_factory=list)
    contains_all: Texts = Field(default_factory=list)
    not_contains: Texts = Field(default_factory=list)


class Selected(Words):
    """Which messages are meant: those that everything fits that is given."""

    to: str = ""
    channel: Literal["whatsapp", "email", "any"] = "any"
    kind: Annotated[
        list[Annotated[str, _known_in(names.KINDS, "kind")]], BeforeValidator(_many)
    ] = Field(default_factory=list)
    by: Literal["bot", "human", "any"] = "any"
    lang: str = ""
    start: Offset | None = _called("from", default=None)
    until: Offset | None = None
    reply_to: str = ""
    process: str = ""
    mode: Literal["template", "freeform"] | None = None
    template: str = ""
    status: Texts = Field(default_factory=list)
    local_time_between: Annotated[tuple[ClockTime, ClockTime], BeforeValidator(_span)] | None = None


class Counted(Strict):
    min: int | None = None
    max: int | None = None
    min_count: int | None = None


class MessageAssertion(Selected, Counted):
    pass


class StateAssertion(Strict):
    path: str
    at: Offset | None = None
    start: Offset | None = _called("from", default=None)
    is_: Any = _called("is", default=None)
    is_in: list[Any] | None = None
    contains: Texts = Field(default_factory=list)

    @model_validator(mode="after")
    def _says_something(self) -> "StateAssertion":
        if not self.model_fields_set & {"is_", "is_in", "contains"}:
            raise ValueError("write `is`, `is_in` or `contains`")
        return self


class AlertAssertion(Counted):
    to: str = ""
    kind: Texts = Field(default_factory=list)
    severity: str = ""
    start: Offset | None = _called("from", default=None)
    until: Offset | None = None


class AuditAssertion(Counted):
    action: str
    count: int | None = None


class GapAssertion(Strict):
    to: str = ""
    while_: Literal["waiting", "open", "undecided", "always"] = _called("while", default="waiting")
    max: Offset = _called("max", "over", default=timedelta(hours=72))
    start: Offset | None = _called("from", default=None)
    until: Offset | None = None


class OrderAssertion(Strict):
    first: Selected
    then: Selected


class StoreAssertion(Words):
    start: Offset | None = _called("from", "at", default=None)


ASSERTIONS = ("msg", "state", "alert", "audit", "gap", "order", "store")


class Assertion(Strict):
    id: str
    note: str = ""
    msg: MessageAssertion | None = None
    state: StateAssertion | None = None
    alert: AlertAssertion | None = None
    audit: AuditAssertion | None = None
    gap: GapAssertion | None = None
    order: OrderAssertion | None = None
    store: StoreAssertion | None = None

    @model_validator(mode="after")
    def _one_of(self) -> "Assertion":
        if len(self.model_fields_set & set(ASSERTIONS)) != 1:
            raise ValueError(f"write exactly one of {', '.join(ASSERTIONS)}")
        return self

    @property
    def kind(self) -> str:
        return next(kind for kind in ASSERTIONS if getattr(self, kind) is not None)


class Story(Strict):
    """What was so, and what happens."""

    name: str
    language: Language = "en"
    covers: Texts = Field(default_factory=list)
    t0: AwareDatetime
    setup: Setup = Setup()
    timeline: list[Step] = Field(min_length=1)


class Scenario(Story):
    """A story, and what must be true of it."""

    must: list[Assertion] = Field(default_factory=list)
    must_not: list[Assertion] = Field(default_factory=list)

    @model_validator(mode="after")
    def _asserts_something(self) -> "Scenario":
        told = [one.id for one in self.assertions]
        if not told:
            raise ValueError("asserts nothing: write `must` or `must_not`")
        twice = {one for one in told if told.count(one) > 1}
        if twice:
            raise ValueError(f"two assertions have the id {', '.join(sorted(twice))}")
        return self

    @property
    def assertions(self) -> list[Assertion]:
        return [*self.must, *self.must_not]

    @property
    def offsets(self) -> list[timedelta]:
        """Every moment that an assertion names."""
        told = [getattr(one, one.kind) for one in self.assertions]
        parts = [p for t in told for p in ((t.first, t.then) if hasattr(t, "then") else (t,))]
        named = [getattr(part, name, None) for part in parts for name in ("at", "start", "until")]
        return [offset for offset in named if offset is not None]

    @property
    def searches(self) -> list[timedelta]:
        """When the store is searched; at the end where nothing is said."""
        told = [one.store for one in self.assertions if one.store is not None]
        return sorted({one.start for one in told if one.start is not None})


def read_moment(value: object) -> timedelta | datetime | None:
    """Return what a state says of a time, or None where it says none."""
    try:
        return _READS_MOMENTS.validate_python(value)
    except ValueError:
        return None


_READS_MOMENTS: TypeAdapter[timedelta | datetime] = TypeAdapter(Moment)
