"""What happened, as the outside world reports it.

Reports come twice, late and in any order. An `Event` is one of them, already checked
at the door; `story.fold` turns all reports about a process into what is true.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.model import Channel, Host, Outcome


class EventType(StrEnum):
    INTERVIEW_SCHEDULED = "interview.scheduled"
    INTERVIEW_MOVED = "interview.moved"
    INTERVIEW_CANCELLED = "interview.cancelled"
    INTERVIEW_COMPLETED = "interview.completed"
    INTERVIEW_NO_SHOW = "interview.no_show"
    INTERVIEW_TOPICS_STRUCK = "interview.topics_struck"
    """A recruiter does not want these topics to be mentioned."""
    SCORECARD_SUBMITTED = "scorecard.submitted"
    DECISION_MADE = "decision.made"
    DECISION_RELEASED = "decision.released"
    DECISION_RECALLED = "decision.recalled"
    """A person took the release back before it reached the candidate."""
    DECISION_EXPECTED = "decision.expected"
    """A person said by when there will be one, or why it takes longer."""
    OFFER_GENERATED = "offer.generated"
    OFFER_ACCEPTED = "offer.accepted"
    OFFER_DECLINED = "offer.declined"
    PROCESS_WITHDRAWN = "process.withdrawn"
    SLOTS_PUBLISHED = "slots.published"
    """Times at which interviews can be held; the same ref again takes the place of a slot."""
    SLOTS_WITHDRAWN = "slots.withdrawn"
    CANDIDATE_MERGED = "candidate.merged"
    CANDIDATE_ERASED = "candidate.erased"


@dataclass(frozen=True, kw_only=True)
class ConsentReport:
    """Somebody agreed to be written to."""

    channel: Channel
    source: str
    """Where they agreed, such as `application form`."""
    at: datetime
    text_version: str
    """Which wording they agreed to."""


@dataclass(frozen=True, kw_only=True)
class CandidateReport:
    ref: str
    """The candidate's id in the system that reports."""
    name: str = ""
    phone: str = ""
    """E.164."""
    email: str = ""
    language: str = ""
    time_zone: str = ""
    consents: tuple[ConsentReport, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ColleagueReport:
    """Somebody of the team who may be asked something, with or without an account."""

    email: str
    """They are known by it."""
    name: str = ""
    phone: str = ""
    """E.164."""
    language: str = ""
    time_zone: str = ""
    consents: tuple[ConsentReport, ...] = ()


@dataclass(frozen=True, kw_only=True)
class JobReport:
    ref: str
    title: str = ""
    level: str = ""
    department: str = ""
    recruiter: str = ""
    """E-mail of the user who looks after it."""
    hiring_manager: str = ""
    """E-mail of who decides."""
    colleagues: tuple[ColleagueReport, ...] = ()
    """Those two, where more than their address was told."""


@dataclass(frozen=True, kw_only=True)
class InterviewReport:
    ref: str
    visit: str = ""
    """Interviews of one day on site share a visit; one that stands alone is its own."""
    kind: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    interviewers: tuple[str, ...] = ()
    """Their names, as the candidate may read them."""
    colleagues: tuple[ColleagueReport, ...] = ()
    """Those of them who can be asked something."""
    topics: tuple[str, ...] = ()
    """What may be said to the candidate; private notes never come this way."""
    evidence: str = ""
    """What proves that it took place, where it is more than the report itself."""
    place: str = ""
    meeting_link: str = ""


@dataclass(frozen=True, kw_only=True)
class DecisionReport:
    outcome: Outcome | None = None
    next_step: str = ""
    link: str = ""
    released_by: str = ""
    """E-mail of the user who released it, checked at the door."""
    recalled_by: str = ""
    """E-mail of the user who took the release back."""
    expected_by: datetime | None = None
    """By when a person expects the decision."""
    reason: str = ""
    """Why it takes longer, in words for the candidate."""
    told_by: str = ""
    """The name of who said so."""


@dataclass(frozen=True, kw_only=True)
class OfferReport:
    how: str = ""
    expected_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class SlotReport:
    """A time for an interview; of one that is taken out only the ref is told."""

    ref: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    hosts: tuple[Host, ...] = ()
    """Who interviews then."""
    colleagues: tuple[ColleagueReport, ...] = ()
    """Those of them of whom more is told."""
    process: str = ""
    """The one application that it is for; empty for all of them."""
    job: str = ""
    """The ref of the one job that it is for; empty for all of them."""
    place: str = ""
    meeting_link: str = ""


NOBODY = CandidateReport(ref="")
"""Whom an event is about that concerns no candidate."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """One report. Which parts are there depends on the type."""

    id: str
    type: EventType
    occurred_at: datetime
    candidate: CandidateReport
    process: str = ""
    """The application's id in the system that reports; empty where it concerns the person."""
    job: JobReport | None = None
    interview: InterviewReport | None = None
    decision: DecisionReport | None = None
    offer: OfferReport | None = None
    into: str = ""
    """For a merge: the candidate that stays."""
    slots: tuple[SlotReport, ...] = ()

    @property
    def colleagues(self) -> tuple[ColleagueReport, ...]:
        told = (self.job, self.interview, *self.slots)
        return tuple(one for report in told if report for one in report.colleagues)
