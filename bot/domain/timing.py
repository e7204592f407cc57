"""The right moment inside a window, in the candidate's own time zone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

STEP = timedelta(minutes=5)
"""How finely a window is searched; a message on the minute looks like a machine's."""
HORIZON = timedelta(days=4)
"""How far past a window the search goes before it gives up on quiet hours."""
WEEKEND = (5, 6)
PREFERRED = "the preferred moment"
EVENING = time(18)
"""A word that comes early comes in the working day, rather than late on a Friday night."""


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


@dataclass(frozen=True)
class Span:
    """A window on the time line."""

    earliest: datetime
    preferred: datetime
    latest: datetime


@dataclass(frozen=True)
class Moment:
    at: datetime
    reason: str


def choose(
    span: Span, now: datetime, zone: ZoneInfo, quiet: QuietHours, *, keep_weekends_free: bool
) -> Moment:
    """Return the best moment of `span` that is not in the past, and why.

    Nights are hard. A free weekend yields to the end of the window: between an early word
    on Friday and none until Monday, Friday wins; between Sunday and silence, Sunday does.
    Where nothing in the window is permitted, the first permitted minute after it.
    """

    def awake(at: datetime) -> bool:
        return not quiet.cover(at, zone)

    def by_evening(at: datetime) -> bool:
        return at.astimezone(zone).time() < EVENING

    def polite(at: datetime) -> bool:
        return awake(at) and at.astimezone(zone).weekday() not in WEEKEND

    good = polite if keep_weekends_free else awake
    earliest, preferred = max(span.earliest, now), max(span.preferred, now)
    if now > span.latest:
        late = _first(awake, now, now + HORIZON) or now
        return Moment(late, _why("late: the window had passed", late, now, zone))
    early = "early, to keep the weekend free" if awake(preferred) else "early, before the night"
    for at, why in (
        (_first(good, preferred, span.latest), PREFERRED),
        (_last(lambda at: good(at) and by_evening(at), earliest, preferred), early),
        (_last(good, earliest, preferred), early),
        (_first(awake, preferred, span.latest), "on a weekend, to keep the window"),
        (_last(awake, earliest, preferred), early),
    ):
        if at is not None:
            return Moment(at, _why(why, at, preferred, zone))
    after = _first(awake, span.latest, span.latest + HORIZON) or span.latest
    return Moment(after, _why("the first minute after the quiet hours", after, preferred, zone))


def next_awake(at: datetime, zone: ZoneInfo, quiet: QuietHours) -> datetime:
    """Return `at`, or the first moment after it that is outside quiet hours."""
    return _first(lambda t: not quiet.cover(t, zone), at, at + HORIZON) or at


def add_office_hours(
    at: datetime, hours: timedelta, zone: ZoneInfo, opens: time, closes: time
) -> datetime:
    """Return the moment when `hours` of office time (Monday to Friday) have passed."""
    left, moment = hours, at
    while True:
        local = moment.astimezone(zone)
        start = local.replace(hour=opens.hour, minute=opens.minute, second=0, microsecond=0)
        end = local.replace(hour=closes.hour, minute=closes.minute, second=0, microsecond=0)
        if local.weekday() not in WEEKEND and local < end:
            begin = max(local, start)
            room = end.astimezone(at.tzinfo) - begin.astimezone(at.tzinfo)
            if room >= left:
                return (begin.astimezone(at.tzinfo) + left).astimezone(at.tzinfo)
            left -= room
        moment = (start + timedelta(days=1)).astimezone(at.tzinfo)


def working_day(at: datetime, number: int, zone: ZoneInfo, opens: time) -> datetime:
    """Return when the office opens on the `number`th working day after the day of `at`."""
    day = at.astimezone(zone).date()
    while number:
        day += timedelta(days=1)
        number -= day.weekday() not in WEEKEND
    return datetime.combine(day, opens, zone).astimezone(at.tzinfo)


def rounded_up(at: datetime, step: timedelta) -> datetime:
    """Return `at`, or the next full `step` of the hour: what is promised is what is said.

    >>> from datetime import UTC
    >>> rounded_up(datetime(2026, 11, 24, 8, 0, 27, tzinfo=UTC), timedelta(minutes=30)).minute
    30
    """
    hour = at.replace(minute=0, second=0, microsecond=0)
    return hour - (hour - at) // step * step


def _first(good: Callable[[datetime], bool], start: datetime, end: datetime) -> datetime | None:
    at = start
    while at <= end:
        if good(at):
            return at
        at += STEP
    return None


def _last(good: Callable[[datetime], bool], start: datetime, end: datetime) -> datetime | None:
    at = end
    while at >= start:
        if good(at):
            return at
        at -= STEP
    return None


def _why(choice: str, at: datetime, wanted: datetime, zone: ZoneInfo) -> str:
    local = f"{at.astimezone(zone):%a %d %b, %H:%M} in {zone.key}"
    if at == wanted:
        return f"{choice}: {local}"
    if choice == PREFERRED:
        choice = "the first good moment"
    return f"{choice}: {local} instead of {wanted.astimezone(zone):%a %H:%M}"
