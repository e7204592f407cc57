"""How vendors' JSON is read and our events are written, whoever the vendor is.

Other systems leave fields out, rename them and change their types: what is not there reads as
empty, and never as an error.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.domain.deliveries import Told
from bot.domain.events import EventType
from bot.sources.phones import e164_in

LONGEST_TEXT = 500
LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]+)*")


@dataclass(frozen=True, kw_only=True)
class Habits:
    """What a team says about its own system."""

    region: str = ""
    """The country of phone numbers without a country code, such as `US`."""
    stages: Told = field(default_factory=dict)
    """The system's names of stages, each with what comes next in words for candidates."""


def part(told: Told, *names: str) -> Told:
    """Return an object within an object, or an empty one."""
    for name in names:
        found = told.get(name)
        told = found if isinstance(found, dict) else {}
    return told


def parts(told: Told, name: str) -> Iterator[Told]:
    """Yield the objects of a list."""
    found = told.get(name)
    yield from (one for one in (found if isinstance(found, list) else []) if isinstance(one, dict))


def text(told: Told, name: str) -> str:
    """Return a text or a number as a text, or an empty one."""
    found = told.get(name)
    if isinstance(found, bool) or not isinstance(found, str | int):
        return ""
    return str(found).strip()[:LONGEST_TEXT]


def email(told: Told, name: str) -> str:
    found = text(told, name)
    return found if re.fullmatch(r"[^@\s]+@[^@\s]+", found) and len(found) <= 254 else ""


def link(told: Told, name: str) -> str:
    found = text(told, name)
    return found if re.fullmatch(r"https://\S+", found) else ""


def language(told: Told, name: str) -> str:
    found = text(told, name)
    return found if LANGUAGE.fullmatch(found) else ""


def time_zone(told: Told, name: str) -> str:
    found = text(told, name)
    try:
        return ZoneInfo(found).key if found else ""
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ""


def moment(told: Told, *names: str) -> datetime | None:
    """Return the first of these that is a moment. A day without an hour is none."""
    for name in names:
        found = told.get(name)
        try:
            at = datetime.fromisoformat(found) if isinstance(found, str) else None
        except ValueError:
            continue
        if at is not None and isinstance(found, str) and len(found) > len("2026-11-24"):
            return at if at.tzinfo else at.replace(tzinfo=UTC)
    return None


def phone(told: Told, habits: Habits) -> str:
    """Return the number of a list that WhatsApp most likely reaches."""
    kinds = ((text(one, "type"), text(one, "value")) for one in parts(told, "phone_numbers"))
    return first_phone(dict(kinds), habits)


def first_phone(by_kind: Mapping[str, str], habits: Habits) -> str:
    """Return the mobile of these, else any other that is a phone."""
    known = {kind.lower(): number for kind, number in by_kind.items()}
    wanted = (known[kind] for kind in ("mobile", "home", "other", "work", "") if kind in known)
    return next(filter(None, (e164_in(habits.region, one) for one in wanted)), "")


def event(
    id: str, type: EventType, at: datetime, candidate: Told, process: str = "", **about: Any
) -> Told:
    """Return an event as `docs/events.md` words it. What is empty is left out."""
    told = {
        "id": id,
        "type": type.value,
        "occurred_at": at.isoformat(),
        "candidate": _filled(candidate),
        "process": process,
    }
    parts_told = {name: _filled(value) for name, value in about.items() if value is not None}
    return {**_filled(told), **parts_told}


def _filled(told: Told) -> Told:
    return {name: value for name, value in told.items() if value not in ("", None, [], {})}
