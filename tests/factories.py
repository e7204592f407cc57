"""Builders: each test says only what matters to it."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.daytime import QuietHours
from bot.domain.model import (
    Channel,
    Company,
    Consent,
    Conversation,
    ConversationId,
    Person,
    PersonId,
)
from bot.domain.ports import Question
from bot.domain.routes import Reach

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
"""A Tuesday, noon in London."""
LONDON = ZoneInfo("Europe/London")
NIGHT = QuietHours(time(21), time(8))
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
PHONE = "+447700900101"
ANAS_PHONE = "+447700900105"


def candidate(ref: str = "cand-1", **told: Any) -> dict[str, Any]:
    return {
        "ref": ref,
        "name": "Daniel Okafor",
        "phone": PHONE,
        "language": "en",
        "time_zone": "Europe/London",
        "consents": [consent()],
        **told,
    }


def consent() -> dict[str, Any]:
    at = (NOON - 10 * DAY).isoformat()
    return {"channel": "whatsapp", "source": "form", "at": at, "text_version": "1"}


def colleague(name: str = "Ana Ruiz", **told: Any) -> dict[str, Any]:
    """Somebody of the team, in London, who agreed to WhatsApp."""
    first = name.split()[0].lower()
    return {
        "name": name,
        "email": f"{first}@northwind.example",
        "phone": ANAS_PHONE,
        "time_zone": "Europe/London",
        "consents": [consent()],
        **told,
    }


def job(**told: Any) -> dict[str, Any]:
    return {
        "ref": "job-1",
        "title": "Senior Backend Engineer",
        "recruiter": "dana@northwind.example",
        **told,
    }


def event(type: str, at: datetime, /, **told: Any) -> dict[str, Any]:
    """An event of the API: `event("interview.completed", NOON, interview={...})`."""
    return {
        "id": f"{type}@{at.isoformat()}",
        "type": type,
        "occurred_at": at.isoformat(),
        "candidate": candidate(),
        "process": "app-1",
        "job": job(),
        **told,
    }


def interview(ends_at: datetime = NOON, **told: Any) -> dict[str, Any]:
    return {
        "ref": "int-1",
        "kind": "technical interview",
        "starts_at": (ends_at - HOUR).isoformat(),
        "ends_at": ends_at.isoformat(),
        "interviewers": ["Ana Ruiz"],
        "topics": ["event-driven design"],
        **told,
    }


def completed(at: datetime = NOON, **told: Any) -> dict[str, Any]:
    return event("interview.completed", at, interview=interview(at), **told)


def decided(at: datetime, outcome: str = "advance", **told: Any) -> dict[str, Any]:
    return event("decision.made", at, decision={"outcome": outcome, **told})


def released(at: datetime) -> dict[str, Any]:
    return event("decision.released", at, decision={"released_by": "dana@northwind.example"})


BY_WHATSAPP = Reach(
    has=frozenset({Channel.WHATSAPP}), whatsapp=Consent(granted=True), email=Consent()
)


def company(**told: Any) -> Company:
    return Company(
        **{
            "name": "Northwind Labs",
            "recruiter": "Dana Weiss",
            "language": "en",
            "office": ZoneInfo("Europe/Madrid"),
            "opens": time(9),
            "closes": time(18),
            "quiet": NIGHT,
            "answer_within": 4 * HOUR,
            "requests_due": 30 * DAY,
            **told,
        }
    )


def daniel() -> Person:
    return Person(
        id=PersonId(1), name="Daniel Okafor", language="en", time_zone="", preferred_channel=""
    )


def question(text: str, **told: Any) -> Question:
    """What somebody wrote whose process is undecided, in a conversation without a past."""
    conversation = Conversation(
        id=ConversationId(1),
        person_id=PersonId(1),
        channel=Channel.WHATSAPP,
        address=PHONE,
        sender="+12025550100",
        seq=1,
        last_inbound_at=None,
        flow=None,
        slots={},
    )
    return Question(
        text=text,
        **{
            "language": "en",
            "facts": {},
            "topic": "undecided",
            "conversation": conversation,
            **told,
        },
    )


def slot(starts_at: datetime, ref: str = "slot-1", **told: Any) -> dict[str, Any]:
    """An hour in which an interview could be held."""
    times = {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + HOUR).isoformat()}
    return {"ref": ref, **times, **told}


def published(at: datetime, *slots: dict[str, Any], withdrawn: bool = False) -> dict[str, Any]:
    type = "slots.withdrawn" if withdrawn else "slots.published"
    refs = "+".join(one["ref"] for one in slots)
    told = {"type": type, "occurred_at": at.isoformat(), "slots": list(slots)}
    return {"id": f"{type}@{at.isoformat()}:{refs}", **told}
