"""Questions to colleagues: what is asked, what may be answered, and when it goes out.

Whatever is answered here is said by a person and becomes an event or a task: nothing is
guessed from it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NewType

from bot.domain.candidacy import Candidacy
from bot.domain.duties import FINAL_WORD_DAY
from bot.domain.facts import Day, Fact, Hour, facts_hash
from bot.domain.model import MessageId, PersonId, ProcessId
from bot.domain.story import Interview
from bot.domain.worktime import Hours

AskId = NewType("AskId", int)

QUESTION = "question"
"""The message kind of a question that goes out by itself."""
QUESTIONS = "questions"
"""The message kind of all that a colleague is asked on one day."""
ASKING = frozenset({QUESTION, QUESTIONS})


class Kind(StrEnum):
    INTERVIEW_DONE = "interview_done"
    """To the interviewers: did it take place, and one thing you talked about?"""
    DECISION = "decision"
    """To the hiring manager: by when will there be a decision?"""
    REASON = "reason"
    """To the recruiter: a date, or a reason that the candidate may read."""
    BOOKING = "booking"
    """To who interviews in a slot: can the candidate come then instead?"""


class Choice(StrEnum):
    DONE = "done"
    NO_SHOW = "no_show"
    BY = "by"
    """By a day."""
    LATER = "later"
    """Not by the day that a button offers: the page asks for another one."""
    CALL = "call"
    """Somebody should call the candidate."""
    CALENDARS = "calendars"
    APPROVAL = "approval"
    INTERVIEWS = "interviews"
    WORDS = "words"
    """A reason in their own words."""
    CONFIRM = "confirm"
    DECLINE = "decline"


READY_REASONS = (Choice.CALENDARS, Choice.APPROVAL, Choice.INTERVIEWS)
"""Reasons that are worded already, for every candidate in their own language."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What holds for one kind of question."""

    choices: tuple[Choice, ...]
    """On the page."""
    buttons: tuple[Choice, ...]
    """On WhatsApp, which takes three."""
    wanted_within: timedelta
    """After this the answer helps less."""
    open_for: timedelta
    """After this nobody can answer it any more."""


RULES: Mapping[Kind, Rule] = {
    Kind.INTERVIEW_DONE: Rule(
        choices=(Choice.DONE, Choice.NO_SHOW),
        buttons=(Choice.DONE, Choice.NO_SHOW),
        wanted_within=timedelta(hours=1),
        open_for=timedelta(days=7),
    ),
    Kind.DECISION: Rule(
        choices=(Choice.BY, Choice.CALL),
        buttons=(Choice.BY, Choice.LATER, Choice.CALL),
        wanted_within=timedelta(days=1),
        open_for=timedelta(days=7),
    ),
    Kind.REASON: Rule(
        choices=(*READY_REASONS, Choice.BY, Choice.WORDS),
        buttons=READY_REASONS,
        wanted_within=timedelta(days=1),
        open_for=timedelta(days=4),
    ),
    Kind.BOOKING: Rule(
        choices=(Choice.CONFIRM, Choice.DECLINE),
        buttons=(Choice.CONFIRM, Choice.DECLINE),
        wanted_within=timedelta(hours=4),
        open_for=timedelta(days=7),
    ),
}


class Standing(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    """Settled otherwise: somebody else answered, or nobody needs to know any more."""
    EXPIRED = "expired"


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked, to whomever it goes."""

    key: str
    """`ask:{process}:{kind}:...`: what makes it one question."""
    process_id: ProcessId
    kind: Kind
    about: str
    """What in the process it is about, such as the interview's id."""
    urgent: bool = False
    """It goes out by itself: a promise to a candidate cannot wait for a batch."""
    due_at: datetime | None = None
    """When the answer is wanted by; by the rule of its kind where it is not told."""


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One question to one colleague."""

    id: AskId
    key: str
    """Of the question, however many are asked; see `Question.key`."""
    person_id: PersonId
    process_id: ProcessId
    kind: Kind
    about: str
    opened_at: datetime
    due_at: datetime
    """When the answer is wanted by."""
    expires_at: datetime
    message_id: MessageId | None
    """The message that it goes out with."""
    answered_at: datetime | None
    answer: str
    """A `Choice`, or nothing where the question was withdrawn."""
    detail: str
    """The topic, the day or the words that came with the answer; or why it was withdrawn; and
    until then the day that its button offers."""

    @property
    def offered(self) -> date | None:
        """The day that its button offers."""
        return date.fromisoformat(self.detail) if self.detail and not self.answered_at else None

    def standing(self, now: datetime) -> Standing:
        if self.answered_at is not None:
            return Standing.ANSWERED if self.answer else Standing.WITHDRAWN
        return Standing.OPEN if now < self.expires_at else Standing.EXPIRED


def asked_hash(asks: Collection[Ask], sent_at: datetime | None) -> str:
    """Return a fingerprint of what a message asks: another question, or another day to offer,
    needs other words."""
    return facts_hash({"sent": str(sent_at), **{str(ask.id): ask.key for ask in asks}})


# --- moments ------------------------------------------------------------------------------

GATHER = timedelta(minutes=15)
"""The first question of a day waits this long for others to go with it."""
RIGHT_AFTER = timedelta(hours=1)
"""Who has just come out of an interview is awake and at work, whatever the hour."""
OFFERED_DAYS = 3


def urgent_at(kind: Kind, ended_at: datetime | None, now: datetime, hours: Hours) -> datetime:
    """Return when an urgent question goes out: right after the interview, else in hours."""
    if kind is Kind.INTERVIEW_DONE and ended_at is not None:
        at = max(now, ended_at)
        if at - ended_at <= RIGHT_AFTER:
            return at
    return hours.next_open(now)


def batch_at(last: datetime | None, now: datetime, hours: Hours) -> datetime:
    """Return when the day's questions go out; `last` is when a batch last did."""
    at = hours.next_open(now + GATHER)
    if last is not None and hours.day(last) >= hours.day(at):
        return hours.morning_after(hours.day(last))
    return at


def offered_day(candidacy: Candidacy, sent_at: datetime, hours: Hours) -> date:
    """Return the day that the button for a decision offers: the one on which the final word is
    due, or the next working day where that has come."""
    (tomorrow,) = hours.working_days(hours.day(sent_at), 1)
    visit = candidacy.story.last_visit
    if visit is None or visit.ended_at is None:
        return tomorrow
    return max(tomorrow, hours.working_days(hours.day(visit.ended_at), FINAL_WORD_DAY)[-1])


def facts_of(ask: Ask, candidacy: Candidacy, hours: Hours, sent_at: datetime) -> Mapping[str, Fact]:
    """Return what a question may be made of: of the candidate, the first name, the role and
    the appointment, and nothing else."""
    interview = asked_about(ask, candidacy)
    starts = interview.starts_at if interview else None
    local = starts.astimezone(hours.zone) if starts else None
    facts: dict[str, Fact | None] = {
        "candidate": candidacy.person.first_name,
        "role": candidacy.job.title,
        "interview_day": Day(local.date()) if local else None,
        "interview_time": Hour(local) if local else None,
        "by": Day(offered_day(candidacy, sent_at, hours)) if ask.kind is Kind.DECISION else None,
    }
    return {name: fact for name, fact in facts.items() if fact}


def asked_about(ask: Ask, candidacy: Candidacy) -> Interview | None:
    """Return the interview in question, or the newest one that took place."""
    told = [one for visit in candidacy.story.visits for one in visit.interviews]
    named = [one for one in told if one.ref == ask.about]
    held = candidacy.story.last_visit
    return next(iter(named), held.took_place[-1] if held else None)
