"""Settling a send that nobody can vouch for: when the carrier is asked, and what follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.ports import CannotTell, Sighting

LOOKS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))
"""When the carrier is asked, counted from the send. A report settles it at any time."""


def next_look(began: datetime, now: datetime) -> datetime | None:
    """Return when to ask the carrier (again) about what began to leave at `began`, or None
    where it has been asked often enough."""
    return next((began + after for after in LOOKS if began + after > now), None)


class Step(StrEnum):
    FOUND = "found"
    """The carrier has it: one message with its words, and no other."""
    LATER = "later"
    """Ask again: its list may lag behind."""
    REPEAT = "repeat"
    """It certainly reached nobody, and may be sent once more."""
    PERSON = "person"
    """A person decides."""


@dataclass(frozen=True, kw_only=True)
class Doubt:
    told: Sequence[Sighting] | CannotTell
    """What the carrier has to that address, without what belongs to other messages."""
    twin: bool
    """Another message with the same words is in doubt too: nobody could tell them apart."""
    last_look: bool
    repeatable: bool
    """Twice would be a nuisance and no harm; and it has not been sent again before."""

    @property
    def found(self) -> Sighting | None:
        """The only one with its words."""
        told = () if isinstance(self.told, CannotTell) else self.told
        same = [one for one in told if one.same_words]
        return same[0] if len(same) == 1 else None


def settle(doubt: Doubt) -> tuple[Step, str]:
    """Return what to do, and why, as a recruiter reads it."""
    step, why = _now(doubt)
    if step is Step.FOUND or doubt.last_look:
        return step, why
    return Step.LATER, why


def _now(doubt: Doubt) -> tuple[Step, str]:
    if isinstance(doubt.told, CannotTell):
        return Step.PERSON, doubt.told.reason
    if not doubt.told:
        step = Step.REPEAT if doubt.repeatable else Step.PERSON
        return step, "the carrier does not have it"
    if doubt.found is not None and not doubt.twin:
        return Step.FOUND, ""
    return Step.PERSON, "the carrier has a message that could be this one, or another"
