"""How people say dates."""

from dataclasses import replace
from datetime import date

from bot.domain.availability.days import (
    A_DAY,
    Days,
    dated,
    month_start,
    on_date,
    slashed,
    stretch,
    with_weekday,
    working,
)
from bot.domain.availability.making import of_days, rules, today
from bot.domain.availability.rules import Found
from bot.domain.availability.symbols import Kind, Symbol


def _month_day(found: Found) -> Symbol | None:
    year = found.get("year", int) if found.has("year") else None
    day = dated(today(found), found.get("day", int), found.get("month", int), year)
    return of_days(on_date(day)) if day else None


def _day_of_month(found: Found) -> Symbol | None:
    number = found.get("day", int)
    day = dated(today(found), number, None)
    return of_days(replace(on_date(day), month_day=number)) if day else None


def _day_of_next_month(found: Found) -> Symbol | None:
    start = month_start(today(found), 1)
    day = dated(start, found.get("day", int), start.month)
    return of_days(on_date(day)) if day else None


def _same_month(found: Found) -> list[Symbol] | None:
    """As in "3 and 4 March": the first of them takes the month of the second."""
    named = found.get("named", Days)
    other = _day_in(named.dates[0], found.get("day", int)) if named.single else None
    if other is None:
        return None
    first = Symbol(Kind.DAYS, on_date(other))
    return [first, found.symbols["join"], found.symbols["named"]]


def _day_in(month: date, number: int) -> date | None:
    return dated(month.replace(day=1), number, month.month) if number <= 31 else None


def _next_in_month(found: Found) -> list[Symbol] | None:
    """As in "March 3 and 4" and "el 3 o 4"."""
    named = found.get("named", Days)
    other = dated(named.dates[0], found.get("day", int), None) if named.single else None
    if other is None:
        return None
    second = Symbol(Kind.DAYS, on_date(other))
    return [found.symbols["named"], found.symbols["join"], second]


def _three_in_month(found: Found) -> list[Symbol] | None:
    """As in "el 9, 10 u 11"."""
    two = _next_in_month(found)
    last = dated(today(found), found.get("last", int), None)
    return [*two, found.symbols["join"], Symbol(Kind.DAYS, on_date(last))] if two and last else None


def _number_range(found: Found) -> Symbol | None:
    """As in "3-6 March" and "del 3 al 6"."""
    month = found.get("month", int) if found.has("month") else None
    start = dated(today(found), found.get("first", int), month)
    end = dated(start, found.get("last", int), None) if start else None
    if start is None or end is None:
        return None
    return of_days(Days(dates=working(start, end) or stretch(start, end)))


def _slashed(found: Found) -> Symbol | None:
    parts = found.get("parts", tuple)
    return of_days(slashed(today(found), parts, month_first=found.moment.month_first))


def _iso(found: Found) -> Symbol:
    return Symbol(Kind.DAYS, on_date(found.get("day", date)))


def _with_weekday(found: Found) -> Symbol | None:
    named, weekday = found.get("named", Days), found.get("weekday", int)
    if not named.single:
        return None
    if named.month_day is not None:
        named = _fitting(named, named.month_day, weekday)
    return of_days(with_weekday(named, today(found), weekday))


def _fitting(named: Days, number: int, weekday: int) -> Days:
    """Where no month was named, the next one is meant if the weekday fits there."""
    later = dated(named.dates[0] + A_DAY, number, None)
    fits = later is not None and later.weekday() == weekday != named.dates[0].weekday()
    return replace(named, dates=(later,)) if fits and later else named


def _weekday_after(found: Found) -> Symbol | None:
    """As in "9 March (Monday)"; where they do not fit, they are two days."""
    named, weekday = found.get("named", Days), found.get("weekday", int)
    fits = named.single and named.dates[0].weekday() == weekday
    return of_days(with_weekday(named, today(found), weekday)) if fits else None


LAST_HOUR = 20
"""A bigger number beside a weekday is a date, whatever the calendar says."""


def _weekday_number(found: Found) -> Symbol | None:
    """ "Viernes 6" is a date where the calendar says so."""
    number, weekday = found.get("day", int), found.get("weekday", int)
    day = dated(today(found), number, None)
    if day is None or (day.weekday() != weekday and number <= LAST_HOUR):
        return None
    return of_days(with_weekday(Days(dates=(day,)), today(found), weekday))


def _on_day(found: Found) -> list[Symbol]:
    return [Symbol(Kind.ON), found.symbols["day"]]


def _week_of_day(found: Found) -> list[Symbol] | None:
    """As in "Semana de 16"."""
    day = _day_of_month(found)
    return [found.symbols["week"], Symbol(Kind.OF), day] if day else None


def _weekday_numbers(found: Found) -> list[Symbol] | None:
    """As in "martes 10 a jueves 12"."""
    first, last = (dated(today(found), found.get(name, int), None) for name in ("day", "last"))
    if first is None or last is None:
        return None
    days = [Symbol(Kind.DAYS, on_date(day)) for day in (first, last)]
    return [days[0], found.symbols["to"], days[1]]


FIRST, LAST = "first:NUMBER|NTH", "last:NUMBER|NTH"
DAY = "day:NUMBER|NTH|ORDINAL"
NO_CLOCK = "!AM|PM|OCLOCK|HOUR_UNIT|MINUTE_UNIT|DAY_UNIT|WEEK_UNIT|MONTH_UNIT|YEAR_UNIT"
NO_HOUR = f"{NO_CLOCK}|PART"

DATE_RULES = rules(
    ("ON DAY_UNIT", lambda found: Symbol(Kind.ON)),
    ("week:WEEK_UNIT OF day:NUMBER !MONTH|OF", _week_of_day),
    ("^NUMBER|NEXT|THIS|ONE|ARTICLE DAY_UNIT day:NUMBER|NTH", _on_day),
    ("parts:SLASHED", _slashed),
    ("day:ISO_DAY", _iso),
    (f"FROM|OF? ON? {FIRST} TO|UNTIL ON? {LAST} OF? month:MONTH OF? YEAR?", _number_range),
    (f"BETWEEN ON? {FIRST} AND ON? {LAST} OF? month:MONTH", _number_range),
    (f"FROM|OF? month:MONTH {FIRST} TO|UNTIL {LAST}", _number_range),
    (f"FROM|OF? ON {FIRST} TO|UNTIL ON? {LAST}", _number_range),
    (f"BETWEEN ON {FIRST} AND ON? {LAST} {NO_HOUR}", _number_range),
    ("FROM|BETWEEN? first:NTH TO|UNTIL|AND last:NTH !OF|MONTH", _number_range),
    (f"ON? {DAY} OF? month:MONTH COMMA|OF? year:YEAR", _month_day),
    (f"ON? {DAY} OF? month:MONTH", _month_day),
    (f"month:MONTH ON? {DAY} COMMA|OF? year:YEAR", _month_day),
    (f"month:MONTH ON? {DAY}", _month_day),
    (f"{DAY} TO month:MONTH", _month_day),
    ("weekday:WEEKDAY ON? day:ORDINAL !OPTION|WEEK_UNIT", _weekday_number),
    ("^AT|AROUND|AFTER|BEFORE ON? day:NUMBER|NTH join:AND|OR|COMMA ON? named:DAYS", _same_month),
    ("^AT|AROUND|AFTER|BEFORE ON? day:NUMBER|NTH join:AND|OR|COMMA ON? named:DAYS", _same_month),
    (f"ON? {DAY} OF? THIS MONTH_UNIT", _day_of_month),
    (f"ON? {DAY} OF? NEXT MONTH_UNIT", _day_of_next_month),
    (f"ON? {DAY} OF? MONTH_UNIT NEXT", _day_of_next_month),
    ("ON day:NUMBER|NTH !HOUR_UNIT|OPTION|WEEK_UNIT|FORTNIGHT", _day_of_month),
    ("day:NTH !OPTION|WEEK_UNIT|FORTNIGHT", _day_of_month),
    (f"named:DAYS COMMA day:NUMBER join:AND|OR ON? last:NUMBER {NO_CLOCK}", _three_in_month),
    (f"named:DAYS join:AND|OR ON? day:NUMBER {NO_CLOCK}", _next_in_month),
    (f"named:DAYS join:AND|OR ON? day:NUMBER {NO_CLOCK}", _next_in_month),
    ("THIS|NEXT|ON? weekday:WEEKDAY COMMA|OF|ON? named:DAYS", _with_weekday),
    ("named:DAYS COMMA|ON? weekday:WEEKDAY COMMA?", _weekday_after),
    ("weekday:WEEKDAY day:NUMBER to:TO|UNTIL ON? other:WEEKDAY last:NUMBER", _weekday_numbers),
    (f"weekday:WEEKDAY day:NUMBER {NO_CLOCK}|TO|UNTIL", _weekday_number),
)
