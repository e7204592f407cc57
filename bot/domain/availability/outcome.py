"""What a text comes to, and what that is worked out with."""

from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.domain.availability.days import Doubt
from bot.domain.availability.intervals import Interval, without


@dataclass(frozen=True, kw_only=True)
class Availability:
    """What a candidate's words leave, on their own clock."""

    free: tuple[Interval, ...] = ()
    """In the order in which they were said."""
    not_: tuple[Interval, ...] = ()
    """Closed, within fourteen days; nothing free is inside."""
    ask: Doubt | None = None
    """What must be asked before anything is booked."""


@dataclass(frozen=True, kw_only=True)
class Clocks:
    """The candidate's clock, and the one whose hours they named."""

    now: datetime
    """On the candidate's wall."""
    own: ZoneInfo
    said: ZoneInfo

    @property
    def today(self) -> date:
        return self.now.date()


@dataclass
class Sums:
    """What has been worked out so far."""

    free: list[Interval] = field(default_factory=list)
    closed: list[Interval] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    gone: bool = False
    """Something offered lies in the past."""

    def add(self, free: Interval) -> None:
        """Take in what is free. It opens what was closed around it: "not this week, but Friday
        at noon"."""
        self.free.append(free)
        if any(one.covers(free) for one in self.closed):
            self.closed = without(self.closed, [free])
