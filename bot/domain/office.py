"""Time as an office counts it, for promises of an answer."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.daytime import FreeDays, weekends


def add_office_hours(
    at: datetime,
    hours: timedelta,
    zone: ZoneInfo,
    opens: time,
    closes: time,
    free: FreeDays = weekends,
) -> datetime:
    """Return the moment when `hours` of office time have passed: not on its free days."""
    left, moment = hours, at
    while True:
        local = moment.astimezone(zone)
        start = local.replace(hour=opens.hour, minute=opens.minute, second=0, microsecond=0)
        end = local.replace(hour=closes.hour, minute=closes.minute, second=0, microsecond=0)
        if not free(local.date()) and local < end:
            begin = max(local, start)
            room = end.astimezone(at.tzinfo) - begin.astimezone(at.tzinfo)
            if room >= left:
                return (begin.astimezone(at.tzinfo) + left).astimezone(at.tzinfo)
            left -= room
        moment = (start + timedelta(days=1)).astimezone(at.tzinfo)


def working_day(
    at: datetime, number: int, zone: ZoneInfo, opens: time, free: FreeDays = weekends
) -> datetime:
    """Return when the office opens on the `number`th working day after the day of `at`."""
    day = at.astimezone(zone).date()
    while number:
        day += timedelta(days=1)
        number -= not free(day)
    return datetime.combine(day, opens, zone).astimezone(at.tzinfo)


def rounded_up(at: datetime, step: timedelta) -> datetime:
    """Return `at`, or the next full `step` of the hour: what is promised is what is said.

    >>> from datetime import UTC
    >>> rounded_up(datetime(2026, 11, 24, 8, 0, 27, tzinfo=UTC), timedelta(minutes=30)).minute
    30
    """
    hour = at.replace(minute=0, second=0, microsecond=0)
    return hour - (hour - at) // step * step
