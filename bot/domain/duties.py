"""What the team owes a process, and when: questions to colleagues, tasks and warnings.

Derived like the plan of messages: worked out again after every change, so that a question
that was answered otherwise goes away by itself.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.booking import Booking
from bot.domain.candidacy import NO_WORD, Candidacy
from bot.domain.journey import UNDELIVERED, Fate, Planned, Said, holds, last_word_at
from bot.domain.model import InterviewStatus, ProcessStatus, Promise
from bot.domain.office import working_day
from bot.domain.stages import Guard, Stage
from bot.domain.story import Story

EVIDENCE_WITHIN = timedelta(minutes=90)
"""After an interview's end; then half an hour is left for a thank-you in time."""
ASKED_ON = (3, 4)
"""Working days after the interview on which a missing decision is asked for."""
FINAL_WORD_DAY = 5
"""The working day on which the final word is due."""
WARNED_AT = timedelta(hours=60)
"""Of silence, where nothing that may go out is planned before its end."""
LINK_RESTS = timedelta(hours=96)
"""A link unused for 48 hours is reminded of once; after 48 more a person looks."""
UPDATES_BEFORE_A_REASON = 2
"""The third update is to say more than the two before it."""
REASON_AFTER = timedelta(hours=12)
WARNING = timedelta(hours=1)
"""How long before a promise breaks its owner is told, or halfway if it is a short one."""


class DutyKind(StrEnum):
    INTERVIEW_DONE = "interview_done"
    """Ask the interviewers whether it took place, and what was talked about."""
    NO_EVIDENCE = "no_evidence"
    DECISION = "decision"
    """Ask the hiring manager by when."""
    RELEASE = "release"
    """A decision waits to be let out, or the final word is due today."""
    REASON = "reason"
    """Ask the recruiter for a date or a reason."""
    BOOKING = "booking"
    """Ask who interviews whether a slot that the candidate chose stands."""
    LINK_UNUSED = "link_unused"
    SILENCE = "silence"
    PROMISE = "promise"
    LOOK = "look"
    """Work the plan out again: a message may have got lost."""


@dataclass(frozen=True, kw_only=True)
class Duty:
    kind: DutyKind
    key: str
    """Unique among all processes; the same duty always has the same."""
    at: datetime
    """When it begins."""
    due_at: datetime | None = None
    about: str = ""
    """The interview's ref, or what was promised."""
    urgent: bool


@dataclass(frozen=True, kw_only=True)
class Situation:
    """Everything that duties are worked out from."""

    candidacy: Candidacy
    stages: Sequence[Stage]
    said: Sequence[Said]
    owed: Sequence[Planned]
    held: frozenset[str]
    """Keys of messages that something holds."""
    promises: Sequence[Promise]
    """Those of people that are neither kept nor taken back."""
    waited_for: bool
    """The candidate may be written to, and wants to be."""
    requested: Sequence[Booking] = ()
    """Slots that the candidate waits for."""


def duties(s: Situation) -> list[Duty]:
    """Return every duty of a process, those of the past and those still to come."""
    if s.candidacy.story.status is not ProcessStatus.OPEN:
        return []
    parts = (_evidence, _decision, _release, _reason, _link, _silence, _promises, _lost, _booking)
    return [duty for part in parts for duty in part(s)]


def _evidence(s: Situation) -> Iterator[Duty]:
    for visit in s.candidacy.story.visits:
        for one in visit.interviews:
            if one.status is InterviewStatus.SCHEDULED and one.ends_at is not None:
                at, key = one.ends_at, f"{one.ref}:{_stamp(one.ends_at)}"
                late = at + EVIDENCE_WITHIN
                yield _duty(s, DutyKind.INTERVIEW_DONE, key, at, late, about=one.ref, urgent=True)
                yield _duty(s, DutyKind.NO_EVIDENCE, key, late, about=one.ref, urgent=True)


def _decision(s: Situation) -> Iterator[Duty]:
    """On working days 3 and 4, and whenever a date that was named has passed."""
    story = s.candidacy.story
    visit, expected = story.last_visit, story.expected
    if visit is None or visit.ended_at is None or _decided_since(story, visit.ended_at):
        return
    named = expected.by if expected and expected.told_at > visit.ended_at else None
    for day in ASKED_ON:
        at = _working_day(s, visit.ended_at, day)
        if named is None or at > named:
            yield _duty(s, DutyKind.DECISION, f"{visit.ref}:{day}", at, urgent=day == ASKED_ON[-1])
    if named is not None:
        yield _duty(s, DutyKind.DECISION, f"{visit.ref}:{_stamp(named)}", named, urgent=True)


def _working_day(s: Situation, at: datetime, number: int) -> datetime:
    company = s.candidacy.company
    return working_day(at, number, company.office, company.opens, company.free)


def _decided_since(story: Story, end: datetime) -> bool:
    return story.decision is not None and story.decision.made_at >= end


def _release(s: Situation) -> Iterator[Duty]:
    story = s.candidacy.story
    visit, decision = story.last_visit, story.decision
    if visit is None or visit.ended_at is None or story.released is not None:
        return
    last = _working_day(s, visit.ended_at, FINAL_WORD_DAY)
    if decision is not None and _decided_since(story, visit.ended_at):
        at = min(_working_day(s, decision.made_at, 1), max(last, decision.made_at))
        yield _duty(s, DutyKind.RELEASE, f"{visit.ref}:{_stamp(decision.made_at)}", at, last)
    else:
        yield _duty(s, DutyKind.RELEASE, f"{visit.ref}:last", last, last, urgent=True)


def _reason(s: Situation) -> Iterator[Duty]:
    story = s.candidacy.story
    visit, expected = story.last_visit, story.expected
    if visit is None or visit.ended_at is None or story.released is not None or not s.waited_for:
        return
    news = max(visit.ended_at, expected.told_at if expected else visit.ended_at)
    updates = {stage.name for stage in s.stages if stage.repeat}
    said = sorted(
        w.arrived_at for w in s.said if w.stage in updates and w.arrived_at and w.arrived_at > news
    )
    if len(said) >= UPDATES_BEFORE_A_REASON:
        yield _duty(s, DutyKind.REASON, _stamp(said[-1]), said[-1] + REASON_AFTER)


def _link(s: Situation) -> Iterator[Duty]:
    decision = s.candidacy.story.released
    if decision is None or decision.released_at is None or not decision.link:
        return
    since = decision.released_at
    finals = {stage.name for stage in s.stages if stage.is_final_word}
    arrived = [w.arrived_at for w in s.said if w.stage in finals and w.arrived_at]
    booked = any(visit.told_at > since for visit in s.candidacy.story.visits)
    if not booked and (after := [at for at in arrived if at > since]):
        yield _duty(s, DutyKind.LINK_UNUSED, _stamp(min(after)), min(after) + LINK_RESTS)


def _silence(s: Situation) -> Iterator[Duty]:
    """Only where nothing that may go out, or is on its way, ends the silence in time. A
    reminder or a survey does not: it says nothing about the process."""
    story = s.candidacy.story
    since = last_word_at(story, s.said)
    if since is None or not s.waited_for or not holds(Guard.UNDECIDED, story):
        return
    end = since + NO_WORD
    idle = {stage.name for stage in s.stages if stage.optional}
    coming = any(
        item.due_at <= end and item.key not in s.held for item in s.owed if item.stage not in idle
    )
    leaving = any(w.counts and w.at >= since and w.fate is Fate.ON_ITS_WAY for w in s.said)
    if not coming and not leaving:
        yield _duty(s, DutyKind.SILENCE, _stamp(since), since + WARNED_AT, end, urgent=True)


def _promises(s: Situation) -> Iterator[Duty]:
    for promise in s.promises:
        at = max(promise.due_at - WARNING, promise.made_at + (promise.due_at - promise.made_at) / 2)
        yield _duty(
            s, DutyKind.PROMISE, promise.key, at, promise.due_at, about=promise.what, urgent=True
        )


def _booking(s: Situation) -> Iterator[Duty]:
    for one in s.requested:
        key, by = str(one.id), one.confirm_by
        yield _duty(s, DutyKind.BOOKING, key, one.requested_at, by, about=key, urgent=True)
        yield _duty(s, DutyKind.LOOK, f"booking:{key}", by)


def _lost(s: Situation) -> Iterator[Duty]:
    """A look at what is on its way by then, or was to be."""
    for word in s.said:
        if word.fate in (Fate.ON_ITS_WAY, Fate.UNSURE) and word.counts:
            yield _duty(s, DutyKind.LOOK, word.key, word.at + UNDELIVERED)
    for item in s.owed:
        if item.way is not None:
            yield _duty(s, DutyKind.LOOK, item.key, item.due_at + UNDELIVERED)


def _duty(
    s: Situation,
    kind: DutyKind,
    key: str,
    at: datetime,
    due_at: datetime | None = None,
    *,
    about: str = "",
    urgent: bool = False,
) -> Duty:
    full = f"{s.candidacy.process_id}:{kind.value}:{key}"
    return Duty(kind=kind, key=full, at=at, due_at=due_at, about=about, urgent=urgent)


def _stamp(at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M%S}"
