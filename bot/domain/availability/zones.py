"""Hours on a wall, in the zone that was named and in the candidate's."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.availability.clocks import Window
from bot.domain.availability.intervals import Interval


def on_wall(day: date, window: Window, said: ZoneInfo, own: ZoneInfo) -> tuple[Interval, bool]:
    """Return a window of a day on the candidate's wall, and whether its clock skips the start.

    An hour that is skipped is shown an hour later; one that comes twice is the first.
    """
    start, end = (_moment(day, minutes) for minutes in (window.start, window.end))
    zone = said if window.clocked else own
    skipped = not exists(start, zone)
    first, last = (_moved(at, zone, own) for at in (start, end))
    return Interval(first, last if first < last else first + (end - start)), skipped


def exists(local: datetime, zone: ZoneInfo) -> bool:
    """Whether clocks of the zone ever show it."""
    return _moved(local, zone, zone) == local


def _moment(day: date, minutes: int) -> datetime:
    return datetime.combine(day, time()) + timedelta(minutes=minutes)


def _moved(local: datetime, zone: ZoneInfo, own: ZoneInfo) -> datetime:
    return local.replace(tzinfo=zone).astimezone(UTC).astimezone(own).replace(tzinfo=None)
