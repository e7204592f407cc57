"""What is true about a process, folded from every report about it.

The fold sorts by the time things happened, so that the order and the number of
deliveries change nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.domain.events import (
    CandidateReport,
    DecisionReport,
    Event,
    EventType,
    InterviewReport,
    JobReport,
)
from bot.domain.model import InterviewStatus, Outcome, ProcessStatus


@dataclass(frozen=True, kw_only=True)
class Interview:
    ref: str
    visit: str
    status: InterviewStatus
    told_at: datetime
    """When it was first reported."""
    kind: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    interviewers: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    """Of those interviewers who can be asked something."""
    topics: tuple[str, ...] = ()
    place: str = ""
    meeting_link: str = ""
    evidence: str = ""
    """What proves that it took place."""
    reported_at: datetime | None = None
    """When the first proof happened: it was over by then, whatever the calendar says."""

    @property
    def ended_at(self) -> datetime | None:
        """When it was really over, or None while nothing proves that it took place."""
        if self.status is not InterviewStatus.COMPLETED:
            return None
        ends = [at for at in (self.ends_at, self.reported_at) if at]
        return min(ends, default=None)

    @property
    def minutes(self) -> int | None:
        if self.starts_at is None or self.ends_at is None:
            return None
        return round((self.ends_at - self.starts_at).total_seconds() / 60)


@dataclass(frozen=True, kw_only=True)
class Visit:
    """Interviews that the candidate experiences as one appointment."""

    ref: str
    interviews: tuple[Interview, ...]

    @property
    def told_at(self) -> datetime:
        """When the newest of its interviews was arranged."""
        return max(interview.told_at for interview in self.interviews)

    @property
    def ended_at(self) -> datetime | None:
        """The end of the last interview that took place, once none is still to come."""
        if any(i.status is InterviewStatus.SCHEDULED for i in self.interviews):
            return None
        return max((i.ended_at for i in self.interviews if i.ended_at), default=None)

    @property
    def starts_at(self) -> datetime | None:
        """When a booked visit begins; None once everything in it is over or off."""
        booked = (i for i in self.interviews if i.status is InterviewStatus.SCHEDULED)
        return min((i.starts_at for i in booked if i.starts_at), default=None)

    @property
    def ends_at(self) -> datetime | None:
        booked = (i for i in self.interviews if i.status is InterviewStatus.SCHEDULED)
        return max((end for i in booked if (end := i.ends_at or i.starts_at)), default=None)

    @property
    def took_place(self) -> tuple[Interview, ...]:
        return tuple(i for i in self.interviews if i.status is InterviewStatus.COMPLETED)


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The newest decision, and whether a named person let it out."""

    outcome: Outcome
    made_at: datetime
    next_step: str = ""
    link: str = ""
    released_at: datetime | None = None
    released_by: str = ""


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What a person said about when the decision comes."""

    told_at: datetime
    by: datetime | None
    reason: str = ""
    """Why it takes longer, in words for the candidate."""
    told_by: str = ""


@dataclass(frozen=True, kw_only=True)
class Offer:
    generated_at: datetime
    how: str = ""
    expected_at: datetime | None = None
    answer: str = ""
    """`accepted` or `declined`, as the applicant tracking system reports it."""


@dataclass(frozen=True, kw_only=True)
class Story:
    """One process as of now."""

    opened_at: datetime
    status: ProcessStatus = ProcessStatus.OPEN
    closed_at: datetime | None = None
    visits: tuple[Visit, ...] = ()
    decision: Decision | None = None
    expected: Expected | None = None
    offer: Offer | None = None

    @property
    def released(self) -> Decision | None:
        """The decision as the candidate may know it: made, let out, and not overtaken
        by an interview that took place after the release."""
        decision = self.decision
        if decision is None or decision.released_at is None:
            return None
        later = (v.ended_at for v in self.visits if v.ended_at)
        return None if any(end > decision.released_at for end in later) else decision

    def booked(self, now: datetime) -> Visit | None:
        """The appointment the candidate is waiting for, if there is one."""
        ahead = [v for v in self.visits if v.starts_at and v.ends_at and v.ends_at > now]
        return min(ahead, key=lambda v: v.starts_at or now, default=None)

    @property
    def last_visit(self) -> Visit | None:
        """The newest appointment that took place."""
        over = [v for v in self.visits if v.took_place]
        return max(over, key=lambda v: v.took_place[-1].ended_at or self.opened_at, default=None)


def fold(events: Iterable[Event]) -> Story:
    """Return what all reports about one process amount to.

    >>> fold([])
    Traceback (most recent call last):
    ...
    ValueError: a process without a report has no story
    """
    told = sorted({e.id: e for e in events}.values(), key=lambda e: (e.occurred_at, e.id))
    if not told:
        raise ValueError("a process without a report has no story")
    draft = _Draft()
    for event in told:
        draft.tell(event)
    status, closed_at = draft.ending()
    return Story(
        opened_at=told[0].occurred_at,
        status=status,
        closed_at=closed_at,
        visits=_visits(draft.told_interviews()),
        decision=draft.decision,
        expected=draft.expected,
        offer=draft.offer,
    )


_ENDS = {
    EventType.INTERVIEW_COMPLETED: InterviewStatus.COMPLETED,
    EventType.SCORECARD_SUBMITTED: InterviewStatus.COMPLETED,
    EventType.INTERVIEW_NO_SHOW: InterviewStatus.NO_SHOW,
    EventType.INTERVIEW_CANCELLED: InterviewStatus.CANCELLED,
}


@dataclass
class _Draft:
    status: ProcessStatus = ProcessStatus.OPEN
    closed_at: datetime | None = None
    interviews: dict[str, Interview] = field(default_factory=dict)
    struck: dict[str, set[str]] = field(default_factory=dict)
    decision: Decision | None = None
    expected: Expected | None = None
    offer: Offer | None = None
    answered_at: datetime | None = None
    """When the candidate answered the offer."""

    def tell(self, event: Event) -> None:
        if event.type is EventType.INTERVIEW_TOPICS_STRUCK:
            self._strike(event.interview)
        elif event.interview is not None:
            self._interview(event, event.interview)
        if event.type is EventType.PROCESS_WITHDRAWN:
            self.status = ProcessStatus.WITHDRAWN
            self.closed_at = self.closed_at or event.occurred_at
        elif event.type is EventType.DECISION_RECALLED:
            self._recall()
        elif event.type is EventType.DECISION_EXPECTED:
            self._expect(event)
        elif event.type in (EventType.DECISION_MADE, EventType.DECISION_RELEASED):
            self._decide(event)
        elif event.offer is not None or event.type in _OFFER_ANSWERS:
            self._offer(event)

    def ending(self) -> tuple[ProcessStatus, datetime | None]:
        """Return how and when it ended, if it did. Who answered an offer that nobody released
        here heard of it elsewhere: nothing is left to say, and "no decision yet" would be false.
        """
        told_here = self.decision is not None and self.decision.released_at is not None
        if self.status is ProcessStatus.OPEN and self.answered_at and not told_here:
            return ProcessStatus.CLOSED, self.answered_at
        return self.status, self.closed_at

    def told_interviews(self) -> list[Interview]:
        """The interviews, without the topics that nobody wants mentioned."""
        return [
            replace(one, topics=tuple(t for t in one.topics if _said(t) not in struck))
            for one in self.interviews.values()
            for struck in [self.struck.get(one.ref, set())]
        ]

    def _strike(self, report: InterviewReport | None) -> None:
        if report is not None:
            self.struck.setdefault(report.ref, set()).update(map(_said, report.topics))

    def _interview(self, event: Event, report: InterviewReport) -> None:
        known = self.interviews.get(report.ref) or Interview(
            ref=report.ref,
            visit=report.visit or report.ref,
            status=InterviewStatus.SCHEDULED,
            told_at=event.occurred_at,
        )
        merged = _with_known_parts(known, report)
        status = _ENDS.get(event.type, InterviewStatus.SCHEDULED)
        if status is InterviewStatus.COMPLETED:
            merged = replace(
                merged,
                status=status,
                evidence=known.evidence or report.evidence or event.type.value,
                reported_at=known.reported_at or event.occurred_at,
            )
        elif known.status is not InterviewStatus.COMPLETED:
            merged = replace(merged, status=status)
        self.interviews[report.ref] = merged

    def _decide(self, event: Event) -> None:
        told = event.decision
        if event.type is EventType.DECISION_MADE:
            if told is not None and told.outcome is not None:
                self.decision = Decision(
                    outcome=told.outcome,
                    made_at=event.occurred_at,
                    next_step=told.next_step,
                    link=told.link,
                )
        elif told is not None:
            self._release(event, told)

    def _release(self, event: Event, told: DecisionReport) -> None:
        decision = self.decision
        if told.outcome is not None and (decision is None or decision.outcome != told.outcome):
            decision = Decision(outcome=told.outcome, made_at=event.occurred_at)
        if decision is None or decision.released_at is not None:
            return
        self.decision = replace(
            decision,
            released_at=event.occurred_at,
            released_by=told.released_by,
            next_step=told.next_step or decision.next_step,
            link=told.link or decision.link,
        )

    def _recall(self) -> None:
        if self.decision is not None:
            self.decision = replace(self.decision, released_at=None, released_by="")

    def _expect(self, event: Event) -> None:
        told = event.decision
        if told is not None:
            self.expected = Expected(
                told_at=event.occurred_at,
                by=told.expected_by,
                reason=told.reason,
                told_by=told.told_by,
            )

    def _offer(self, event: Event) -> None:
        if event.type is EventType.OFFER_GENERATED and event.offer is not None:
            self.offer = Offer(
                generated_at=event.occurred_at,
                how=event.offer.how,
                expected_at=event.offer.expected_at,
            )
        else:
            known = self.offer or Offer(generated_at=event.occurred_at)
            self.offer = replace(known, answer=_OFFER_ANSWERS[event.type])
            self.answered_at = self.answered_at or event.occurred_at


def candidate_of(events: Iterable[Event]) -> CandidateReport:
    """Return what all reports say about the candidate: the later ones win where they speak,
    and every consent counts."""
    told = [event.candidate for event in sorted(events, key=lambda e: (e.occurred_at, e.id))]
    consents = {consent: None for report in told for consent in report.consents}
    known: dict[str, str] = {}
    for report in told:
        for name in ("ref", "name", "phone", "email", "language", "time_zone"):
            known[name] = getattr(report, name) or known.get(name, "")
    return CandidateReport(**known, consents=tuple(consents))


def job_of(events: Iterable[Event]) -> JobReport | None:
    """Return the job of a process as it was reported last, filled up with what was before."""
    told = [e.job for e in sorted(events, key=lambda e: (e.occurred_at, e.id)) if e.job]
    if not told:
        return None
    same = [job for job in told if job.ref == told[-1].ref]
    known: dict[str, Any] = {}
    for report in same:
        for name in ("ref", "title", "level", "department", "recruiter", "hiring_manager"):
            known[name] = getattr(report, name) or known.get(name, "")
    return replace(told[-1], **known)


_OFFER_ANSWERS = {
    EventType.OFFER_ACCEPTED: "accepted",
    EventType.OFFER_DECLINED: "declined",
}


def _said(topic: str) -> str:
    return topic.strip().casefold()


def _with_known_parts(known: Interview, report: InterviewReport) -> Interview:
    """Later reports win where they say something; silence keeps what was known."""
    return replace(
        known,
        visit=report.visit or known.visit,
        kind=report.kind or known.kind,
        starts_at=report.starts_at or known.starts_at,
        ends_at=report.ends_at or known.ends_at,
        interviewers=report.interviewers or known.interviewers,
        emails=_emails(report) if report.interviewers else known.emails,
        topics=report.topics or known.topics,
        place=report.place or known.place,
        meeting_link=report.meeting_link or known.meeting_link,
    )


def _emails(report: InterviewReport) -> tuple[str, ...]:
    return tuple(colleague.email for colleague in report.colleagues)


def _visits(interviews: Iterable[Interview]) -> tuple[Visit, ...]:
    together: dict[str, list[Interview]] = {}
    for interview in interviews:
        together.setdefault(interview.visit, []).append(interview)
    return tuple(
        Visit(ref=ref, interviews=tuple(sorted(group, key=_by_start)))
        for ref, group in together.items()
    )


def _by_start(interview: Interview) -> tuple[bool, datetime | None, str]:
    at = interview.starts_at or interview.reported_at
    return (at is None, at, interview.ref)
