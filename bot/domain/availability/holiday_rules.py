"""Holidays by their names."""

from datetime import date

from bot.domain.availability.days import A_DAY, A_WEEK, Days
from bot.domain.availability.making import rules, today
from bot.domain.availability.rules import Found
from bot.domain.availability.symbols import Kind, Symbol


def _holiday(found: Found) -> Symbol:
    """Read `12-25`, or days from Easter: `easter+1`."""
    name, now = found.get("holiday", str), today(found)
    if name.startswith("easter"):
        moved = int(name.removeprefix("easter") or 0) * A_DAY
        days = [easter(now.year + n) + moved for n in (0, 1)]
    else:
        month, number = map(int, name.split("-"))
        days = [date(now.year + n, month, number) for n in (0, 1)]
    return Symbol(Kind.DAYS, Days(dates=(next(day for day in days if day > now - A_WEEK),)))


def easter(year: int) -> date:
    """Return Easter Sunday, by the Gregorian reckoning that Gauss and others simplified.

    >>> easter(2026)
    datetime.date(2026, 4, 5)
    """
    century, golden = year // 100, year % 19
    skipped = century - century // 4 - (century - (century - 17) // 25) // 3
    moon = (skipped + 19 * golden + 15) % 30
    moon -= (moon // 28) * (1 - (moon // 28) * (29 // (moon + 1)) * ((21 - golden) // 11))
    sunday = (year + year // 4 + moon + 2 - century + century // 4) % 7
    days = moon - sunday
    month = 3 + (days + 40) // 44
    return date(year, month, days + 28 - 31 * (month // 4))


HOLIDAY_RULES = rules(("holiday:HOLIDAY", _holiday))
