"""When somebody of the team is at work, by the clock where they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.daytime import FreeDays, weekends

A_DAY = timedelta(days=1)
A_MONTH = 31
"""Days that are searched for one to work on."""


@dataclass(frozen=True, kw_only=True)
class Hours:
    """Their office hours."""

    zone: ZoneInfo
    opens: time
    closes: time
    free: FreeDays = weekends

    def day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def next_open(self, at: datetime) -> datetime:
        """Return `at`, or the first moment after it at which they are at work."""
        first = self.day(at)
        for day in (first + n * A_DAY for n in range(A_MONTH)):
            opens, closes = (self._at(day, clock) for clock in (self.opens, self.closes))
            if at < closes and not self.free(day):
                return max(at, opens)
        return at

    def morning_after(self, day: date) -> datetime:
        return self.next_open(self._at(day + A_DAY, time()))

    def end_of(self, day: date) -> datetime:
        return self._at(day, self.closes)

    def working_days(self, after: date, count: int) -> Sequence[date]:
        """Return the next `count` days on which they work."""
        days = (after + n * A_DAY for n in range(1, A_MONTH))
        return [day for day in days if not self.free(day)][:count]

    def _at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, self.zone).astimezone(UTC)
