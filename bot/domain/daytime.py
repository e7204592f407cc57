"""When something may be started where a candidate is: nights, free days, and the zone's clock."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.habits import Habit

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
STEADY = timedelta(days=4)
"""No zone changes its clock twice within so many days."""
FreeDays = Callable[[date], str]
"""Returns what makes a day free, such as "the weekend" or "the holiday Navidad", or an empty
string for a working day."""


def weekends(day: date) -> str:
    return "the weekend" if day.weekday() >= 5 else ""


@dataclass(frozen=True)
class QuietHours:
    """Hours of the night, in the candidate's zone, in which the bot starts nothing."""

    start: time
    end: time

    def cover(self, at: datetime, zone: ZoneInfo) -> bool:
        """True when `at` lies in them. The start is quiet, the end is not."""
        local = at.astimezone(zone).time()
        if self.start <= self.end:
            return self.start <= local < self.end
        return local >= self.start or local < self.end

    def waking(self, midnight: datetime) -> list[tuple[datetime, datetime]]:
        """Return the parts of a day outside them, by the clock on the wall."""
        start, end = datetime.combine(midnight, self.start), datetime.combine(midnight, self.end)
        if self.start > self.end:
            return [(end, start)]
        return [(midnight, start), (end, midnight + DAY)]


@dataclass(frozen=True, kw_only=True)
class Local:
    """What holds where a candidate is, and how they live there."""

    zone: ZoneInfo
    quiet: QuietHours
    free: FreeDays = weekends
    habit: Habit | None = None

    def free_at(self, at: datetime) -> str:
        return self.free(at.astimezone(self.zone).date())

    def stretches(self, start: datetime, end: datetime) -> Iterator["Stretch"]:
        """Yield what lies outside the quiet hours from `start` on and before `end`, in order.

        Worked out once per local day, and exactly: where the clock springs forward, what
        would begin in the gap begins after it; where it falls back, an hour comes twice, and
        what begins in it begins the first time.
        """
        for begin, finish, offset in _steady(start, end, self.zone):
            first, last = begin + offset, finish + offset
            midnight = datetime.combine(first, time())
            while midnight < last:
                free = self.free(midnight.date())
                for wakes, sleeps in self.quiet.waking(midnight):
                    rises, ends = max(wakes, first), min(sleeps, last)
                    if rises < ends:
                        yield Stretch(_utc(rises - offset), _utc(ends - offset), offset, free)
                midnight += DAY


@dataclass(frozen=True)
class Stretch:
    """A part of one local day outside the quiet hours; its end is not in it. In UTC."""

    start: datetime
    end: datetime
    offset: timedelta
    """What the clock on the wall is ahead of UTC."""
    free: str
    """What makes the day free, or an empty string."""

    @property
    def day(self) -> date:
        return self._wall(self.start).date()

    def at(self, clock: time) -> datetime:
        """Return the moment at which the clock on the wall shows `clock` on this day."""
        return _utc(datetime.combine(self.day, clock) - self.offset)

    def hours(self) -> Iterator[datetime]:
        """Yield the start, and every full hour after it."""
        yield self.start
        clock = self._wall(self.start).replace(minute=0, second=0, microsecond=0) + HOUR
        while (at := _utc(clock - self.offset)) < self.end:
            yield at
            clock += HOUR

    def _wall(self, at: datetime) -> datetime:
        return at.replace(tzinfo=None) + self.offset


def next_awake(at: datetime, zone: ZoneInfo, quiet: QuietHours) -> datetime:
    """Return `at`, or the first moment after it that is outside quiet hours."""
    local = Local(zone=zone, quiet=quiet)
    return next((stretch.start for stretch in local.stretches(at, at + 3 * DAY)), at)


def _steady(
    start: datetime, end: datetime, zone: ZoneInfo
) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """Cut a span where the zone's offset changes; UTC, without saying so."""
    at, end = start.astimezone(UTC), end.astimezone(UTC)
    while at < end:
        offset, until = _offset(at, zone), min(at + STEADY, end)
        if _offset(until, zone) != offset:
            until = _change(at, until, zone)
        yield at.replace(tzinfo=None), until.replace(tzinfo=None), offset
        at = until


def _change(at: datetime, until: datetime, zone: ZoneInfo) -> datetime:
    """Return the second at which the offset that holds at `at` ends; it does by `until`."""
    before = _offset(at, zone)
    low, high = int(at.timestamp()), int(until.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(datetime.fromtimestamp(middle, UTC), zone) == before:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC)
