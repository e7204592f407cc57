"""Where each fact of a text comes from: who told it, and when. For a recruiter who reads it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.events import Event
from bot.domain.facts import Fact, Facts

TEAM, INBOX = "team", "inbox"
"""Where events come from that colleagues told us, by an answer and by a click."""
OURS = frozenset({"hear_by", "whatsapp_link", "unsubscribe_link"})
"""What we promise or offer ourselves."""
CHOSEN = frozenset({"company", "recruiter"})
"""What stands in `config.yaml` where nobody told it."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """One event as it came in."""

    event: Event
    source: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Source:
    who: str
    """As a recruiter reads it, such as `greenhouse` or `an interviewer's tap`."""
    at: datetime | None = None
    """When it came in; None for what always holds."""


def sources(facts: Facts, told: Sequence[Told]) -> Mapping[str, Source]:
    """Return the source of every fact, by its name."""
    newest = sorted(told, key=lambda one: one.event.occurred_at, reverse=True)
    return {name: _source(name, fact, newest) for name, fact in facts.items()}


def _source(name: str, fact: Fact, newest: Sequence[Told]) -> Source:
    if name in OURS:
        return Source(who="our own promise" if name == "hear_by" else "our own link")
    found = next((one for one in newest if _tells(one.event, name, fact)), None)
    if found is not None:
        return Source(who=_who(found), at=found.at)
    return Source(who="config.yaml" if name in CHOSEN else "not known")


def _tells(event: Event, name: str, fact: Fact) -> bool:
    read = _WHERE.get(name)
    told = read(event) if read else None
    return fact in told if isinstance(told, tuple) and name == "topic" else bool(told)


def _who(told: Told) -> str:
    decision, interview = told.event.decision, told.event.interview
    if told.source == TEAM:
        if decision is not None and decision.told_by:
            return f"{decision.told_by}'s answer"
        return interview.evidence if interview and interview.evidence else "a colleague's answer"
    return "a recruiter, in the inbox" if told.source == INBOX else told.source


def _of_interview(name: str) -> Callable[[Event], object]:
    return lambda event: getattr(event.interview, name, None)


def _of_decision(name: str) -> Callable[[Event], object]:
    return lambda event: getattr(event.decision, name, None)


_WHERE: Mapping[str, Callable[[Event], object]] = {
    "first_name": lambda event: event.candidate.name,
    "role": lambda event: getattr(event.job, "title", None),
    "recruiter": lambda event: getattr(event.job, "recruiter", None),
    "interviewer": _of_interview("interviewers"),
    "topic": _of_interview("topics"),
    "interview": _of_interview("kind"),
    "interview_day": _of_interview("starts_at"),
    "interview_time": _of_interview("starts_at"),
    "minutes": _of_interview("ends_at"),
    "place": _of_interview("place"),
    "meeting_link": _of_interview("meeting_link"),
    "expected_by": _of_decision("expected_by"),
    "wait_reason": _of_decision("reason"),
    "next_step": _of_decision("next_step"),
    "link": _of_decision("link"),
    "offer_how": lambda event: getattr(event.offer, "how", None),
    "offer_by": lambda event: getattr(event.offer, "expected_at", None),
}
