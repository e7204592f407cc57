"""How people say days from one to another, and up to one."""

from bot.domain.availability.clocks import Part
from bot.domain.availability.days import A_DAY, A_WEEK, Days, soon, stretch, upcoming, working
from bot.domain.availability.making import of_days, rules, today
from bot.domain.availability.rules import Found
from bot.domain.availability.symbols import Kind, Symbol

LONGEST_RANGE = 10 * A_WEEK


def _range(found: Found) -> Symbol | None:
    first, last = found.get("first", Days), found.get("last", Days)
    start, end = first.dates[0], last.dates[-1]
    if last.weekdays and (end < start or not first.weekdays):
        end = upcoming(start, last.weekdays[-1])
    if first.weekdays and last.weekdays and end < start:
        end = upcoming(start, last.weekdays[-1])
    if not start <= end <= start + LONGEST_RANGE:
        return None
    days = stretch(start, end)
    both = bool(first.weekdays and last.weekdays)
    return of_days(Days(dates=days, weekdays=tuple(day.weekday() for day in days) if both else ()))


def _from_day(found: Found) -> Symbol | None:
    return of_days(Days(dates=soon(found.get("day", Days).dates[0])))


def _after_day(found: Found) -> Symbol | None:
    return of_days(Days(dates=soon(found.get("day", Days).dates[-1] + A_DAY)))


def _until_day(found: Found) -> Symbol | None:
    last = found.get("day", Days).dates[-1]
    return of_days(Days(dates=stretch(today(found), last))) if last >= today(found) else None


def _until_end(found: Found) -> Symbol | None:
    """As in "By end of day Thursday"."""
    return _until_day(found) if found.get("part", Part) is Part.LATE_AFTERNOON else None


def _not_until(found: Found) -> list[Symbol] | None:
    """As in "I cannot until Thursday": the days before it."""
    closed = _before_day(found)
    return [found.symbols["refusal"], closed] if closed else None


def _before_day(found: Found) -> Symbol | None:
    last = found.get("day", Days).dates[0] - A_DAY
    days = working(today(found), last) if last >= today(found) else ()
    return of_days(Days(dates=days))


def _early(found: Found) -> list[Symbol]:
    """As in "Early Tuesday" and "martes temprano"."""
    late = found.kind("which") is Kind.END
    part = Part.LATE_AFTERNOON if late else Part.EARLY
    return [found.symbols["day"], Symbol(Kind.PART, part)]


STRETCH_RULES = rules(
    ("FROM|OF? first:DAYS TO|UNTIL last:DAYS", _range),
    ("BETWEEN first:DAYS AND|TO last:DAYS", _range),
    ("refusal:CANNOT UNTIL day:DAYS", _not_until),
    ("UNTIL day:DAYS refusal:CANNOT", _not_until),
    ("AFTER OF? day:DAYS", _after_day),
    ("FROM day:DAYS ONWARD?", _from_day),
    ("day:DAYS ONWARD", _from_day),
    ("UNTIL|BEFORE part:PART ON? day:DAYS", _until_end),
    ("UNTIL|WITHIN day:DAYS", _until_day),
    ("BEFORE OF? day:DAYS", _before_day),
    ("which:START|END day:DAYS", _early),
    ("day:DAYS which:START|END", _early),
)
