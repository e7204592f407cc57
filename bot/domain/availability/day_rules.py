"""How people say days: counted from today, by their weekdays, and from one to another."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.availability.clocks import Clock, Hours, Shape
from bot.domain.availability.days import (
    A_DAY,
    A_WEEK,
    SATURDAY,
    SUNDAY,
    Days,
    every_weekday,
    next_weekday,
    on_date,
    on_weekday,
    soon,
    upcoming,
    with_weekday,
    working,
)
from bot.domain.availability.making import count, of_days, rules, today
from bot.domain.availability.rules import Found
from bot.domain.availability.symbols import Kind, Symbol

FURTHEST = 10 * A_WEEK


def _relative(found: Found) -> Symbol | None:
    day = on_date(today(found) + found.get("day", int) * A_DAY)
    if not found.has("weekday"):
        return of_days(day)
    return of_days(with_weekday(day, today(found), found.get("weekday", int)))


def _days_ahead(found: Found) -> Symbol | None:
    return of_days(on_date(today(found) + count(found) * A_DAY))


def _a_week_ahead(found: Found) -> Symbol | None:
    return of_days(on_date(today(found) + A_WEEK))


def _later(found: Found) -> Symbol | None:
    """Return so many days, weeks or fortnights after a day that was named."""
    unit = A_DAY if found.has("days") else 2 * A_WEEK if found.has("fortnight") else A_WEEK
    if found.has("weekday"):
        first = upcoming(today(found), found.get("weekday", int))
        return of_days(Days(dates=(first + count(found) * unit,)))
    named = found.get("day", Days)
    moved = tuple(day + count(found) * unit for day in named.dates)
    return of_days(Days(dates=moved, doubt=named.doubt))


def _minutes_ahead(found: Found) -> list[Symbol]:
    minutes = 30 if found.has("half") else count(found) * (60 if found.has("hours") else 1)
    return _moment(found, minutes)


def _now(found: Found) -> list[Symbol]:
    return _moment(found, 0)


def _moment(found: Found, minutes: int) -> list[Symbol]:
    at = found.moment.now + timedelta(minutes=minutes)
    hours = Hours(Shape.AT, Clock(at.hour * 60 + at.minute, sure=True))
    return [Symbol(Kind.DAYS, Days(dates=(at.date(),))), Symbol(Kind.HOURS, hours)]


def _next_days(found: Found) -> Symbol | None:
    """As in "The next two days"; the next few are three."""
    wanted = count(found) if found.has("count") else 3
    days = working(today(found) + A_DAY, today(found) + FURTHEST)
    return of_days(Days(dates=days[:wanted]))


def _next_weeks(found: Found) -> Symbol | None:
    last = today(found) + min(count(found), 10) * A_WEEK
    return of_days(Days(dates=working(today(found), last)))


def _next_fortnight(found: Found) -> Symbol | None:
    return of_days(Days(dates=working(today(found), today(found) + 2 * A_WEEK)))


def _weekday(found: Found) -> Symbol | None:
    return of_days(on_weekday(today(found), found.get("weekday", int)))


def _this_weekday(found: Found) -> Symbol | None:
    if today(found).weekday() == found.get("weekday", int):
        return of_days(Days(dates=(today(found),)))
    return _weekday(found)


def _next_weekday(found: Found) -> Symbol | None:
    weekday, is_coming = found.get("weekday", int), found.moment.next_is_coming
    return of_days(next_weekday(today(found), weekday, is_coming=is_coming))


def _last_weekday(found: Found) -> Symbol | None:
    coming = upcoming(today(found) - A_DAY, found.get("weekday", int))
    return of_days(Days(dates=(coming - A_WEEK,)))


def _weekdays(found: Found) -> Symbol | None:
    named = found.get("weekday", int)
    weekdays = (SATURDAY, SUNDAY) if named > SUNDAY else (named,)
    return of_days(every_weekday(today(found), weekdays))


def _both_weekdays(found: Found) -> list[Symbol]:
    """As in "Every Tuesday and Thursday"."""
    named = [Symbol(Kind.WEEKDAYS, found.get(name, int)) for name in ("weekday", "other")]
    return [named[0], found.symbols["join"], named[1]]


def _workdays(found: Found) -> Symbol | None:
    return of_days(Days(dates=soon(today(found))))


def _duration(found: Found) -> Symbol:
    return Symbol(Kind.OTHER)


def _without_week(found: Found) -> Symbol | None:
    return of_days(replace(found.get("day", Days), week=None))


COUNT = "count:NUMBER|ONE|ARTICLE"

DAY_RULES = rules(
    ("day:DAY COMMA|ON? weekday:WEEKDAY", _relative),
    ("day:DAY", _relative),
    (f"IN? {COUNT} WEEK_UNIT FROM|AFTER|ON|OF? day:DAYS", _later),
    (f"IN? {COUNT} WEEK_UNIT FROM|AFTER|ON? weekday:WEEKDAY", _later),
    (f"IN? {COUNT} days:DAY_UNIT FROM|AFTER|OF day:DAYS", _later),
    ("FROM|OF|ON? day:DAYS EIGHT_DAYS|WEEK_UNIT", _later),
    ("FROM|OF|ON? day:DAYS fortnight:FORTNIGHT", _later),
    ("FROM|OF|ON? weekday:WEEKDAY EIGHT_DAYS|WEEK_UNIT", _later),
    ("FROM|OF|ON? weekday:WEEKDAY fortnight:FORTNIGHT", _later),
    ("IN? EIGHT_DAYS", _a_week_ahead),
    (f"WITHIN NEXT? {COUNT} WEEK_UNIT", _next_weeks),
    (f"IN? NEXT {COUNT} WEEK_UNIT", _next_weeks),
    (f"{COUNT} NEXT WEEK_UNIT", _next_weeks),
    ("IN|WITHIN? NEXT FORTNIGHT", _next_fortnight),
    (f"WITHIN NEXT? {COUNT} DAY_UNIT", _next_days),
    (f"IN? NEXT {COUNT} DAY_UNIT", _next_days),
    ("IN|WITHIN? NEXT DAY_UNIT", _next_days),
    ("WITHIN DAY_UNIT", _next_days),
    (f"IN {COUNT} DAY_UNIT", _days_ahead),
    (f"{COUNT} DAY_UNIT NEXT", _next_days),
    (f"IN {COUNT} hours:HOUR_UNIT", _minutes_ahead),
    (f"IN {COUNT} MINUTE_UNIT", _minutes_ahead),
    ("IN ARTICLE? half:HALF ARTICLE? HOUR_UNIT", _minutes_ahead),
    (f"{COUNT} hours:HOUR_UNIT FROM|OF NOW", _minutes_ahead),
    (f"{COUNT} MINUTE_UNIT FROM|OF NOW", _minutes_ahead),
    (f"{COUNT} DAY_UNIT FROM|OF NOW", _days_ahead),
    ("NOW", _now),
    (
        "^NEXT|THIS|LAST NUMBER|ONE|ARTICLE|HALF "
        "DAY_UNIT|WEEK_UNIT|MONTH_UNIT|YEAR_UNIT|HOUR_UNIT|MINUTE_UNIT",
        _duration,
    ),
    ("THIS NEXT? weekday:WEEKDAY", _this_weekday),
    ("ON? NEXT weekday:WEEKDAY", _next_weekday),
    ("ON? weekday:WEEKDAY NEXT", _next_weekday),
    ("ON? LAST weekday:WEEKDAY", _last_weekday),
    ("ON? weekday:WEEKDAY LAST", _last_weekday),
    ("EACH weekday:WEEKDAY join:AND|OR|COMMA other:WEEKDAY", _both_weekdays),
    ("weekday:WEEKDAYS join:AND|OR|COMMA other:WEEKDAY", _both_weekdays),
    ("EACH weekday:WEEKDAY", _weekdays),
    ("EACH? weekday:WEEKDAYS", _weekdays),
    ("ON? weekday:WEEKDAY", _weekday),
    ("WORKDAYS", _workdays),
    ("LATER day:DAYS", _without_week),
)
