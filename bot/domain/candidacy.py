"""One candidate in one process: where it stands, and what they may be told about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.facts import Day, Fact, Facts, Hour, Names
from bot.domain.manner import Manner, manner
from bot.domain.model import (
    Company,
    InterviewStatus,
    Job,
    Outcome,
    Person,
    ProcessId,
    ProcessStatus,
)
from bot.domain.story import Decision, Expected, Interview, Story
from bot.domain.topics import judges

NO_WORD = timedelta(hours=72)
"""The longest a candidate waits without a word."""


@dataclass(frozen=True, kw_only=True)
class Candidacy:
    process_id: ProcessId
    ref: str
    person: Person
    job: Job
    story: Story
    company: Company
    zone: ZoneInfo

    @property
    def language(self) -> str:
        return self.person.language or self.company.language

    @property
    def manner(self) -> Manner:
        """How they are written to."""
        return manner(self.person.wish, self.job.level, self.company.culture)

    @property
    def wants_a_call(self) -> bool:
        """Somebody of this level hears a rejection from a person before it is written."""
        return self.job.level.casefold() in self.company.call_first

    @property
    def recruiter(self) -> str:
        return self.job.recruiter or self.company.recruiter


def standing(candidacy: Candidacy, now: datetime, *, told: bool) -> str:
    """Return where the process stands, as the candidate knows it.

    `told` is whether the final word has left. Until then a decision changes nothing here,
    released or not: the words before and after it are the same.
    """
    story = candidacy.story
    if story.status is not ProcessStatus.OPEN:
        return story.status.value
    if story.booked(now) is not None:
        return "booked"
    if story.released is None or not told:
        return "undecided"
    if story.released.outcome is Outcome.REJECT:
        return "reject"
    return "offer" if story.offer else "advance"


def shareable(candidacy: Candidacy, at: datetime, next_word_by: datetime | None) -> Facts:
    """Return everything that a text to this candidate, read at `at`, may be made of."""
    story, zone = candidacy.story, candidacy.zone
    facts: dict[str, Fact | None] = {
        "first_name": candidacy.person.first_name,
        "company": candidacy.company.name,
        "role": candidacy.job.title,
        "recruiter": candidacy.recruiter,
        "hear_by": _day(next_word_by, zone),
    }
    facts |= _last_visit(story)
    if story.released is not None:
        facts |= _outcome(story.released, story, zone)
    elif story.expected is not None:
        facts |= _wait(story.expected, at, zone)
    return {name: fact for name, fact in facts.items() if fact}


def answerable(candidacy: Candidacy, now: datetime, next_word_by: datetime, *, told: bool) -> Facts:
    """Return what an answer may be made of: the appointment ahead, and the outcome only
    where the candidate was `told` by a stage."""
    facts = {**shareable(candidacy, now, next_word_by), **appointment(candidacy, now)}
    untold = () if told else _OUTCOME
    return {name: fact for name, fact in facts.items() if name not in untold}


def appointment(candidacy: Candidacy, now: datetime) -> Facts:
    """Return what may be told about the appointment ahead."""
    facts = _appointment(candidacy.story, now, candidacy.zone)
    return {name: fact for name, fact in facts.items() if fact}


def personal(facts: Facts) -> Facts:
    """Return what a model may know that words a stage: no outcome, and no link, as those stay
    where they are."""
    return {name: fact for name, fact in facts.items() if name not in (*_OUTCOME, *_LINKS)}


_LINKS = ("meeting_link", "whatsapp_link", "unsubscribe_link")
_OUTCOME = ("next_step", "link", "offer_how", "offer_by")


def _wait(expected: Expected, at: datetime, zone: ZoneInfo) -> dict[str, Fact | None]:
    """What a person said about the decision, until the day they named has come."""
    if expected.by is not None and expected.by <= at:
        return {}
    return {"expected_by": _day(expected.by, zone), "wait_reason": expected.reason}


def _last_visit(story: Story) -> dict[str, Fact | None]:
    visit = story.last_visit
    if visit is None:
        return {}
    held = visit.took_place
    names = tuple(dict.fromkeys(name for i in held for name in i.interviewers))
    topics = [topic for i in held for topic in i.topics if not judges(topic)]
    return {
        "interviewer": Names(names) if names else None,
        "topic": topics[0] if topics else None,
    }


def _appointment(story: Story, now: datetime, zone: ZoneInfo) -> dict[str, Fact | None]:
    visit = story.booked(now)
    if visit is None:
        return {}
    return _booked(next(i for i in visit.interviews if i.status is InterviewStatus.SCHEDULED), zone)


def _booked(interview: Interview, zone: ZoneInfo) -> dict[str, Fact | None]:
    starts = interview.starts_at
    return {
        "interview": interview.kind,
        "interviewer": Names(interview.interviewers) if interview.interviewers else None,
        "interview_day": _day(starts, zone),
        "interview_time": Hour(starts.astimezone(zone)) if starts else None,
        "minutes": interview.minutes,
        "place": interview.place,
        "meeting_link": interview.meeting_link,
    }


def _outcome(decision: Decision, story: Story, zone: ZoneInfo) -> dict[str, Fact | None]:
    facts: dict[str, Fact | None] = {"next_step": decision.next_step, "link": decision.link}
    if story.offer is not None:
        facts["offer_how"] = story.offer.how
        facts["offer_by"] = _day(story.offer.expected_at, zone)
    return facts


def _day(at: datetime | None, zone: ZoneInfo) -> Day | None:
    return Day(at.astimezone(zone).date()) if at else None
