"""The ledger of the promises that every process makes: kept, broken or excused, why and by whom.

Worked out from what was reported and what arrived; nothing is written down while it happens.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.candidacy import NO_WORD, Candidacy
from bot.domain.daytime import QuietHours, next_awake
from bot.domain.duties import FINAL_WORD_DAY
from bot.domain.journey import Fate, Said
from bot.domain.model import InterviewStatus
from bot.domain.office import working_day
from bot.domain.stages import Stage, Trigger
from bot.domain.story import Visit
from bot.domain.timing import SPARE, STEP

THANKS_WITHIN = timedelta(hours=2)
FIRST_THANKS = timedelta(minutes=10)


class Vow(StrEnum):
    """What every candidate is promised."""

    THANKS = "thanks"
    """A thank-you within two hours of the end of the interview."""
    WORD = "word"
    """Never more than 72 hours without a word that counts."""
    FINAL_WORD = "final word"
    """The outcome by the end of the fifth working day."""
    ANSWER = "answer"
    """A person answers by the moment that the candidate was told."""
    GIVEN = "given word"
    """What a recruiter promised in their own words."""


class Outcome(StrEnum):
    KEPT = "kept"
    BROKEN = "broken"
    EXCUSED = "excused"
    """A rule that the candidate knows of, or set, stood in the way."""
    OPEN = "open"
    """Its time has not come."""


@dataclass(frozen=True, kw_only=True)
class Span:
    """A stretch of time in which something stood in the way; without an end it still does."""

    start: datetime
    end: datetime | None
    why: str
    who: str = ""
    excuses: bool = False

    def covers(self, at: datetime) -> bool:
        return self.start <= at and (self.end is None or at < self.end)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One promise of one process."""

    vow: Vow
    since: datetime
    due_at: datetime
    kept_at: datetime | None
    outcome: Outcome
    why: str = ""
    who: str = ""


@dataclass(frozen=True, kw_only=True)
class Case:
    """Everything that a process's entries are worked out from."""

    candidacy: Candidacy
    stages: Sequence[Stage]
    said: Sequence[Said]
    obstacles: Sequence[Span]
    now: datetime


def entries(case: Case) -> list[Entry]:
    """Return every promise that a process has made so far."""
    return [*_thanks(case), *_words(case), *_final_words(case)]


# --- the thank-you --------------------------------------------------------------------------


def _thanks(case: Case) -> Iterator[Entry]:
    """Also where nobody said that the interview took place: an unanswered question counts."""
    quiet, zone = case.candidacy.company.quiet, case.candidacy.zone
    names = {s.name for s in case.stages if s.trigger is Trigger.INTERVIEW_COMPLETED}
    for visit in case.candidacy.story.visits:
        end = _end(visit)
        if end is None or end > case.now:
            continue
        due_at = end + THANKS_WITHIN
        kept_at = _arrival(case, names, f":{visit.ref}", end)
        first = next_awake(end + FIRST_THANKS, zone, quiet)
        night = Span(start=end, end=None, why="the night came first", excuses=True)
        extra = [night] if first > due_at else []
        yield _entry(case, Vow.THANKS, end, due_at, kept_at, extra)


def _end(visit: Visit) -> datetime | None:
    if all(i.status in _NOT_HELD for i in visit.interviews):
        return None
    return visit.ended_at or visit.ends_at


_NOT_HELD = {InterviewStatus.CANCELLED, InterviewStatus.NO_SHOW}


def _arrival(case: Case, names: set[str], ending: str, after: datetime) -> datetime | None:
    found = (
        word.arrived_at
        for word in case.said
        if word.stage in names and word.root.endswith(ending) and word.arrived_at
    )
    return min((at for at in found if at >= after), default=None)


# --- 72 hours -------------------------------------------------------------------------------


def _words(case: Case) -> Iterator[Entry]:
    """From each word, or the end of each appointment, to the next. While an appointment is
    booked the clock rests; a final word stops it until a new round has taken place."""
    story, since = case.candidacy.story, None
    for mark in _marks(case):
        if mark.at > (story.closed_at or case.now):
            break
        if since is not None:
            yield _until(case, since, mark)
        waits = since is not None or mark.booked_at is not None
        since = mark.at if waits and not mark.final else None
    if since is None:
        return
    due_at, booked = since + NO_WORD, story.booked(case.now)
    rests = booked is not None and booked.told_at <= due_at
    left = story.closed_at is not None and story.closed_at <= due_at
    if not rests and not left:
        yield _entry(case, Vow.WORD, since, due_at, None)


@dataclass(frozen=True, kw_only=True)
class _Mark:
    """A moment from which silence is counted anew."""

    at: datetime
    booked_at: datetime | None = None
    """Of the end of an appointment: when it was arranged."""
    final: bool = False


def _marks(case: Case) -> list[_Mark]:
    finals = {stage.name for stage in case.stages if stage.is_final_word}
    words = [
        _Mark(at=word.arrived_at, final=word.stage in finals)
        for word in case.said
        if word.counts and word.arrived_at
    ]
    ends = [
        _Mark(at=end, booked_at=visit.told_at)
        for visit in case.candidacy.story.visits
        if (end := _end(visit))
    ]
    return sorted([*words, *ends], key=lambda mark: mark.at)


def _until(case: Case, since: datetime, mark: _Mark) -> Entry:
    """A booked appointment is a word in itself: until its end the clock rests."""
    due_at = since + NO_WORD
    if mark.booked_at is not None and mark.booked_at <= due_at:
        return _entry(case, Vow.WORD, since, max(due_at, mark.at), mark.at)
    return _entry(case, Vow.WORD, since, due_at, mark.at if mark.booked_at is None else None)


# --- five working days ----------------------------------------------------------------------


def _final_words(case: Case) -> Iterator[Entry]:
    story, company = case.candidacy.story, case.candidacy.company
    names = {stage.name for stage in case.stages if stage.is_final_word}
    for visit in story.visits:
        end = visit.ended_at
        if end is None:
            continue
        due_at = working_day(end, FINAL_WORD_DAY, company.office, company.closes, company.free)
        others = [v.told_at for v in story.visits if v.told_at > end]
        if any(at <= due_at for at in [*others, story.closed_at] if at):
            continue  # the next round was arranged in time, or the candidate left
        kept_at = _arrival(case, names, "", end)
        yield _entry(case, Vow.FINAL_WORD, end, due_at, kept_at, [_missing_decision(case, end)])


def _missing_decision(case: Case, end: datetime) -> Span:
    decision, recruiter = case.candidacy.story.decision, case.candidacy.recruiter
    if decision is None or decision.made_at < end:
        return Span(start=end, end=None, why="there was no decision", who="the hiring manager")
    if decision.released_at is None:
        return Span(start=end, end=None, why="the decision was not released", who=recruiter)
    return Span(start=end, end=None, why="it was released late", who=decision.released_by)


# --- what became of it ----------------------------------------------------------------------


def _entry(
    case: Case,
    vow: Vow,
    since: datetime,
    due_at: datetime,
    kept_at: datetime | None,
    more: Sequence[Span] = (),
) -> Entry:
    if kept_at is not None and kept_at <= due_at:
        return Entry(vow=vow, since=since, due_at=due_at, kept_at=kept_at, outcome=Outcome.KEPT)
    if case.now <= due_at:
        return Entry(vow=vow, since=since, due_at=due_at, kept_at=None, outcome=Outcome.OPEN)
    cause = _cause(case, since, due_at, [*case.obstacles, *more])
    return Entry(
        vow=vow,
        since=since,
        due_at=due_at,
        kept_at=kept_at,
        outcome=Outcome.EXCUSED if cause.excuses else Outcome.BROKEN,
        why=cause.why,
        who=cause.who,
    )


def _cause(case: Case, since: datetime, due_at: datetime, obstacles: Sequence[Span]) -> Span:
    """What stood in the way when the time ran out; an excuse before anybody's fault."""
    there = [one for one in obstacles if one.covers(due_at)]
    for one in sorted(there, key=lambda one: not one.excuses):
        return one
    lost = [w for w in case.said if w.fate is not Fate.ARRIVED and since <= w.at <= due_at]
    if lost:
        by = lost[-1].channel.called
        return Span(start=since, end=None, why=f"{by} did not bring it in time", who=by)
    recruiter = case.candidacy.recruiter
    return Span(start=since, end=None, why="nobody wrote", who=recruiter)


# --- configurations that cannot keep it ------------------------------------------------------

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)


def breaking_example(stages: Sequence[Stage], quiet: QuietHours) -> str:
    """Return an example of a silence that these stages cannot end within 72 hours; an empty
    text where there is none. Weekends and holidays yield, so the nights of any week show all."""
    updates = [stage for stage in stages if stage.trigger is Trigger.SILENCE]
    if not updates:
        return "no stage has `trigger: silence`: after the thank-you nobody hears anything"
    for stage in updates:
        if stage.window.latest > NO_WORD:
            hours = stage.window.latest / timedelta(hours=1)
            return f"`{stage.name}` may wait for {hours:.0f} hours after the last word"
    for minutes in range(0, 24 * 60, STEP // timedelta(minutes=1)):
        since = MONDAY + timedelta(minutes=minutes)
        if not any(_ends_it(stage, since, quiet) for stage in updates):
            return (
                f"after a word on a Monday at {since:%H:%M}, every moment that the window allows "
                "lies in the quiet hours"
            )
    return ""


def _ends_it(stage: Stage, since: datetime, quiet: QuietHours) -> bool:
    last = since + stage.window.latest - SPARE
    return next_awake(since + stage.window.earliest, _UTC, quiet) <= last


_UTC = ZoneInfo("UTC")
