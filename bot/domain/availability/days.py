"""Days as people name them, counted on the candidate's calendar. Weeks start on Monday."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

A_DAY = timedelta(days=1)
A_WEEK = timedelta(weeks=1)
HORIZON = 14
"""Days, today among them, in which what somebody cannot do is marked."""
SOON = 5
"""Working days that "from the 7th on" reaches."""
FAR = 31
"""Days; a date in figures that is further away was perhaps meant the other way round."""
RECENT = 60
"""Days; a date that is longer ago is meant in the next year."""
SATURDAY, SUNDAY = 5, 6


class Reason(StrEnum):
    """What has to be asked before anything is booked; its value is the question's key."""

    PAST = "past"
    WHICH_DATE = "which_date"
    CLASH = "clash"
    FAR = "far"
    NEXT_WEEKDAY = "next_weekday"
    WEEKEND = "weekend"
    WHICH_DAY = "which_day"
    HOURS = "hours"
    GAP = "gap"
    WHICH_SLOT = "which_slot"


@dataclass(frozen=True)
class Doubt:
    reason: Reason
    readings: tuple[date, ...] = ()
    """Days that may be meant, the likely one first."""


@dataclass(frozen=True, kw_only=True)
class Days:
    """Some days, in order."""

    dates: tuple[date, ...]
    weekdays: tuple[int, ...] = ()
    """Where they were named by these alone: another week that is named moves them."""
    week: date | None = None
    """The Monday of the week that is meant as a whole."""
    month_day: int | None = None
    """Where no month was named."""
    doubt: Doubt | None = None

    @property
    def single(self) -> bool:
        return len(self.dates) == 1


def works(day: date) -> bool:
    return day.weekday() < SATURDAY


def stretch(first: date, last: date) -> tuple[date, ...]:
    """Return the working days from `first` to `last`, and these two whatever they are."""
    every = (first + n * A_DAY for n in range((last - first).days + 1))
    return tuple(day for day in every if works(day) or day in (first, last))


def working(first: date, last: date) -> tuple[date, ...]:
    return tuple(day for day in stretch(first, last) if works(day))


def soon(first: date) -> tuple[date, ...]:
    return working(first, first + 2 * A_WEEK)[:SOON]


def horizon(today: date) -> tuple[date, ...]:
    return tuple(today + n * A_DAY for n in range(HORIZON))


def upcoming(today: date, weekday: int) -> date:
    """Return the next such day after today."""
    return today + ((weekday - today.weekday() - 1) % 7 + 1) * A_DAY


def monday(today: date, offset: int = 0) -> date:
    """Return the Monday of this week, or of one so many weeks away. On a Sunday "this week"
    is the one that starts."""
    begun = today - today.weekday() * A_DAY
    if offset == 0 and today.weekday() >= SATURDAY:
        return begun + A_WEEK
    return begun + offset * A_WEEK


def week(today: date, start: date) -> Days:
    """Return what is left of a week."""
    days = working(start, start + 4 * A_DAY)
    left = tuple(day for day in days if day >= today)
    return Days(dates=left or days, week=start)


def on_weekday(today: date, weekday: int) -> Days:
    return Days(dates=(upcoming(today, weekday),), weekdays=(weekday,))


def every_weekday(today: date, weekdays: Iterable[int]) -> Days:
    wanted = tuple(weekdays)
    days = tuple(day for day in horizon(today) if day.weekday() in wanted)
    return Days(dates=days, weekdays=wanted)


def in_week(named: Days, start: date) -> Days:
    """Return weekdays moved into the week that begins at `start`."""
    return Days(dates=tuple(start + n * A_DAY for n in named.weekdays))


def next_weekday(today: date, weekday: int, *, is_coming: bool) -> Days:
    """Return "next Friday": on a Friday next week's, on other days as the language has it."""
    coming = upcoming(today, weekday)
    following = monday(today, 1) + weekday * A_DAY
    if coming == following and today.weekday() != weekday:
        return Days(dates=(coming,))
    if is_coming and today.weekday() != weekday:
        return Days(dates=(coming,))
    other = today if today.weekday() == weekday else coming
    readings = (following, other) if other != following else (following, following + A_WEEK)
    return Days(dates=(following,), doubt=Doubt(Reason.NEXT_WEEKDAY, readings))


def dated(today: date, day: int, month: int | None, year: int | None = None) -> date | None:
    """Return the date that is meant, None where there is none: the next one, or one that has
    just gone."""
    months = [(today.year, month)] if month else [_month(today, n) for n in range(12)]
    if month:
        months = [(today.year + n, month) for n in (0, 1)] if year is None else [(year, month)]
    found = [made for one in months if (made := _date(*one, day))]
    if month:
        return next((one for one in found if one >= today - RECENT * A_DAY or year), None)
    return next((one for one in found if one >= today), None)


def _month(today: date, offset: int) -> tuple[int, int]:
    months = today.year * 12 + today.month - 1 + offset
    return months // 12, months % 12 + 1


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def on_date(day: date) -> Days:
    """Return a date that was named without its weekday: on a weekend it is asked back."""
    doubt = None if works(day) else Doubt(Reason.WEEKEND, (day,))
    return Days(dates=(day,), doubt=doubt)


def with_weekday(named: Days, today: date, weekday: int) -> Days:
    """Return a date that was named with its weekday, which may be another one's."""
    day = named.dates[0]
    if day.weekday() == weekday:
        kept = named.doubt if named.doubt and named.doubt.reason is not Reason.WEEKEND else None
        return replace(named, weekdays=(), doubt=kept)
    return replace(named, doubt=Doubt(Reason.CLASH, (day, upcoming(today, weekday))))


def slashed(today: date, parts: Sequence[int], *, month_first: bool) -> Days | None:
    """Return what 03/04 means; in doubt where it is far away or on a weekend."""
    day, month = (parts[1], parts[0]) if month_first else (parts[0], parts[1])
    year = (parts[2] % 100 + 2000) if len(parts) > 2 else None
    read = dated(today, day, month, year) if 1 <= month <= 12 else None
    other = dated(today, month, day, year) if 1 <= day <= 12 else None
    if read is None:
        return on_date(other) if other else None
    readings = (read, other) if other and other != read else (read,)
    if (read - today).days > FAR or (read < today and len(readings) > 1):
        reason = Reason.WHICH_DATE if len(readings) > 1 else Reason.FAR
        return Days(dates=(read,), doubt=Doubt(reason, readings))
    return on_date(read)


def month_days(first: date) -> tuple[date, ...]:
    """Return the working days of the month that begins at `first`."""
    return working(first, month_start(first, 1) - A_DAY)


def month_start(day: date, offset: int = 0) -> date:
    return date(*_month(day, offset), 1)
