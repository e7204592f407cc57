"""How people say weeks, months and parts of them."""

from datetime import date

from bot.domain.availability.days import (
    A_DAY,
    A_WEEK,
    SATURDAY,
    SUNDAY,
    Days,
    monday,
    month_days,
    month_start,
    week,
    working,
)
from bot.domain.availability.making import count, left, of_days, rules, today
from bot.domain.availability.rules import Build, Found
from bot.domain.availability.symbols import Kind, Symbol

THIRDS = {Kind.START: range(1, 11), Kind.MID: range(11, 21), Kind.END: range(21, 32)}
WEEK_PARTS = {Kind.START: (0, 1), Kind.MID: (1, 2, 3), Kind.END: (3, 4)}


def _week(offset: int) -> Build:
    return lambda found: Symbol(Kind.WEEK, monday(today(found), offset))


def _weeks_ahead(found: Found) -> Symbol:
    return Symbol(Kind.WEEK, monday(today(found), count(found)))


def _week_of(found: Found) -> Symbol:
    return Symbol(Kind.WEEK, monday(found.get("day", Days).dates[0]))


def _week_after(found: Found) -> Symbol:
    return Symbol(Kind.WEEK, found.get("week", date) + A_WEEK)


def _nth_week(found: Found) -> Symbol | None:
    """A week of a month is what of it lies in the month."""
    days = month_days(found.get("month", date))
    weeks = sorted({monday(day) for day in days})
    last = found.kind("which") is Kind.FINAL
    start = weeks[-1] if last else weeks[min(found.get("which", int), len(weeks)) - 1]
    return left(found, tuple(day for day in days if monday(day) == start))


def _month(offset: int) -> Build:
    return lambda found: Symbol(Kind.MONTH_SPAN, month_start(today(found), offset))


def _months_ahead(found: Found) -> Symbol:
    return Symbol(Kind.MONTH_SPAN, month_start(today(found), count(found)))


def _named_month(found: Found) -> list[Symbol]:
    ahead = (found.get("month", int) - today(found).month) % 12
    span = Symbol(Kind.MONTH_SPAN, month_start(today(found), ahead))
    return [found.symbols["before"], span]


def _half_month(found: Found) -> Symbol | None:
    """La segunda quincena."""
    second = found.get("which", int) == 2
    days = [day for day in month_days(found.get("month", date)) if (day.day > 15) == second]
    return left(found, tuple(days))


def _month_part(found: Found) -> Symbol | None:
    first = found.get("month", date) if found.has("month") else month_start(today(found))
    third = THIRDS[found.kind("which")]
    return left(found, tuple(day for day in month_days(first) if day.day in third))


def _week_part(found: Found) -> Symbol | None:
    start = found.get("week", date) if found.has("week") else monday(today(found))
    days = tuple(start + n * A_DAY for n in WEEK_PARTS[found.kind("which")])
    gone = not found.has("week") and days[-1] < today(found)
    return left(found, tuple(day + A_WEEK for day in days) if gone else days)


def _rest_of_week(found: Found) -> Symbol | None:
    start = found.get("week", date) if found.has("week") else monday(today(found))
    first = max(today(found) + A_DAY, start)
    return of_days(Days(dates=working(first, start + 4 * A_DAY)))


def _rest_of_month(found: Found) -> Symbol | None:
    days = month_days(month_start(today(found)))
    return of_days(Days(dates=tuple(day for day in days if day > today(found))))


def _whole_week(found: Found) -> Symbol | None:
    return of_days(week(today(found), found.get("week", date)))


def _whole_month(found: Found) -> Symbol | None:
    return left(found, month_days(found.get("month", date)))


def _weekend(found: Found) -> Symbol | None:
    skipped = found.has("next") and not found.moment.next_is_coming
    start = today(found) + (7 * skipped - today(found).weekday()) * A_DAY
    return left(found, (start + SATURDAY * A_DAY, start + SUNDAY * A_DAY))


COUNT = "count:NUMBER|ONE|ARTICLE"
WHICH = "which:START|MID|END"

WEEK_RULES = rules(
    ("NEXT? WEEK_UNIT AFTER NEXT", _week(2)),
    ("THIS? NEXT WEEK_UNIT", _week(1)),
    ("THIS? WEEK_UNIT NEXT", _week(1)),
    ("THIS WEEK_UNIT", _week(0)),
    (f"IN {COUNT} WEEK_UNIT !FROM", _weeks_ahead),
    ("IN ONE|ARTICLE? FORTNIGHT", _week(2)),
    ("WEEK_UNIT OF day:DAYS", _week_of),
    ("WEEK_UNIT AFTER week:WEEK", _week_after),
    ("NEXT MONTH_UNIT", _month(1)),
    ("MONTH_UNIT NEXT", _month(1)),
    ("THIS MONTH_UNIT", _month(0)),
    (f"IN {COUNT} MONTH_UNIT", _months_ahead),
    ("before:IN|OF|START|MID|END|AFTER|UNTIL|BEFORE month:MONTH", _named_month),
    ("before:WEEK_UNIT|FORTNIGHT|NEXT month:MONTH", _named_month),
    ("which:ORDINAL|NTH|FINAL WEEK_UNIT OF|IN? month:MONTH_SPAN", _nth_week),
    ("which:ORDINAL|NTH FORTNIGHT OF|IN? month:MONTH_SPAN", _half_month),
    (f"{WHICH} OF? month:MONTH_SPAN", _month_part),
    (f"{WHICH} OF? MONTH_UNIT", _month_part),
    (f"{WHICH} OF? week:WEEK", _week_part),
    (f"{WHICH} OF? WEEK_UNIT", _week_part),
    (f"week:WEEK COMMA? {WHICH} !OF", _week_part),
    ("REST|LATER OF? week:WEEK", _rest_of_week),
    ("REST|LATER OF? WEEK_UNIT", _rest_of_week),
    ("REST OF? MONTH_UNIT|MONTH_SPAN", _rest_of_month),
    ("THIS? next:NEXT WEEKEND", _weekend),
    ("THIS? WEEKEND next:NEXT", _weekend),
    ("THIS? WEEKEND", _weekend),
    ("IN? month:MONTH_SPAN", _whole_month),
    ("week:WEEK", _whole_week),
)
