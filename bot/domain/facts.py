"""What may be told to a candidate, as values that the words know how to say.

Only what stands here can reach a text. Private notes, scorecards, amounts and unreleased
decisions have no way in.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Day:
    """A day in the candidate's zone, worded as in "Thursday, 26 November"."""

    on: date


@dataclass(frozen=True)
class Hour:
    """A moment in the candidate's zone, worded as a time of day."""

    at: datetime


@dataclass(frozen=True)
class DayHour:
    """A moment in the candidate's zone, worded as day and time."""

    at: datetime


@dataclass(frozen=True)
class Names:
    """People, joined as the language joins them."""

    names: tuple[str, ...]


Fact = str | int | Day | Hour | DayHour | Names
Facts = Mapping[str, Fact]


def facts_hash(facts: Facts) -> str:
    """Return a short fingerprint: equal facts give equal words."""
    told = "\n".join(f"{name}={facts[name]!r}" for name in sorted(facts))
    return hashlib.sha256(told.encode()).hexdigest()[:16]
