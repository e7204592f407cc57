"""How fast messages may leave: by one number to everybody, and by it to one candidate."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.retrying import OPENS_AFTER

SOON = timedelta(seconds=0.5)
"""How far ahead a stage may book a slot. Whatever has booked goes before an answer that asks
now, so this is also the longest that a mass mailing can hold an answer up. A worker is called
this long before a slot, and waits for it."""
FOR_EVER = timedelta(days=365)
LATE = 2
"""A slot that is missed by more than this many others is lost: eighty slots a second, each used
at most two later, are never more than 82 messages in one second."""


class Lane(StrEnum):
    """Who goes first by a number."""

    ANSWERS = "answers"
    """To somebody who is waiting at the phone: whatever a candidate's message set off, and
    whatever a person writes."""
    STAGES = "stages"
    """The bot speaks first."""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """The limits of one way to candidates."""

    per_second: float = 80.0
    """By one number, to everybody together."""
    per_recipient: timedelta | None = None
    """Between two messages to the same candidate, once `burst` of them went at once."""
    burst: int = 10

    @property
    def every(self) -> timedelta:
        """The time from one slot to the next."""
        return timedelta(seconds=1 / self.per_second)

    @property
    def remembers(self) -> timedelta:
        """How long a message to a candidate counts for the next one to them."""
        return (self.per_recipient or timedelta()) * self.burst


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A moment at which one message may leave by a number."""

    wait: timedelta
    """From now."""
    failures: int
    """So many messages in a row could not leave by the number before."""

    @property
    def alone(self) -> bool:
        """Whether it is the one message that tries after a rest."""
        return self.failures >= OPENS_AFTER


WHATSAPP = Pace(per_recipient=timedelta(seconds=6))
"""80 a second by number; 10 a minute to one candidate, who may get a handful at once. WhatsApp
would take a burst of 45, and make us wait for all of them afterwards."""
EMAIL = Pace(per_second=2.0)
"""What small mail servers take without complaint."""


def may_follow(left: Sequence[datetime], pace: Pace) -> datetime | None:
    """Return when the next message may leave for a candidate, or None where it may at once.

    `left` are the moments of those that left within `pace.remembers`, in any order.
    """
    if pace.per_recipient is None or len(left) < pace.burst:
        return None
    return max(left) + pace.per_recipient
