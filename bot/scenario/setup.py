"""What a scenario says was so: company, candidate, interview, consents."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from bot.domain.manner import Tone
from bot.scenario.values import Language, Moment, called
from bot.settings import Hours, Zone
from bot.yamlfile import Duration, Strict


class Company(Strict):
    name: str = "Northwind Labs"
    recruiter: str = "Dana Weiss"
    language: Language | None = None
    time_zone: Zone | None = called("time_zone", "timezone", "tz", default=None)


class Policy(Strict):
    quiet_hours: Hours | None = None
    office_hours: Hours | None = None
    answer_within: Duration | None = None
    undo: Duration | None = None
    holidays: bool | None = None
    requests_due: Duration | None = None
    call_first: list[str] | None = None
    tone: Tone | None = None


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
    id: str = called("id", "ref", default="c1")
    name: str = "Daniel Okafor"
    phone: str = "+447700900101"
    email: str = ""
    language: Language | None = None
    time_zone: Zone | None = called("time_zone", "timezone", "tz", default=None)
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
    id: str = called("id", "ref", default="job-1")
    title: str = "Senior Backend Engineer"
    level: str = ""
    department: str = ""
    recruiter: Colleague | None = None
    hiring_manager: Colleague | None = None
    private_notes: str | list[str] = ""


class Interview(Strict):
    id: str = called("id", "ref", default="int-1")
    kind: str = "interview"
    visit: str = ""
    starts_at: Moment | None = called("starts_at", "start", default=None)
    ends_at: Moment | None = called("ends_at", "end", default=None)
    interviewers: list[Colleague] = Field(default_factory=lambda: [Colleague(name="Lena Vogt")])
    topics: list[str] = Field(default_factory=list)
    place: str = called("place", "location", default="")
    meeting_link: str = ""
    private_notes: str | list[str] = ""


class Decision(Strict):
    outcome: Literal["advance", "offer", "reject"] | None = None
    next_step: str = ""
    link: str = ""
    reason: str = ""
    expected_by: Moment | None = None
    recorded_at: Moment | None = None
    """Told then, where no step of the timeline tells it."""
    private_notes: str | list[str] = ""


class Offer(Strict):
    id: str = called("id", "ref", default="")
    how: str = "by e-mail"
    expected_at: Moment | None = None


class Process(Strict):
    id: str = called("id", "ref", default="p1")
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
    def addressees(self) -> set[str]:
        """Return everything that names the candidate."""
        told = self.candidate
        return {"candidate", told.id, told.name, told.phone, told.email} - {""}

    @property
    def colleagues(self) -> set[str]:
        """Return everything that names somebody of the team."""
        found = {"recruiter", "hiring_manager", "operator", "interviewer"}
        for process in self.all_processes:
            for one in (process.job.recruiter, process.job.hiring_manager):
                found |= {one.name, one.email} if one else set()
            for one in process.interview.interviewers:
                first = one.name.split()[:1]
                found |= {one.name, one.email, *(f"interviewer:{n}" for n in (one.name, *first))}
        return found - {""}

    @property
    def all_processes(self) -> list[Process]:
        if self.processes:
            return self.processes
        shared = {"job": self.job, "interview": self.interview}
        late = {"decision": self.decision, "offer": self.offer}
        told = {name: getattr(self.process, name) for name in self.process.model_fields_set}
        return [Process().model_copy(update={**shared, **late, **told})]
