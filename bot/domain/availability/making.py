"""What the rules of days have in common."""

from datetime import date

from bot.domain.availability.days import Days
from bot.domain.availability.rules import Build, Found, Rule, rule
from bot.domain.availability.symbols import Kind, Symbol


def of_days(days: Days | None) -> Symbol | None:
    return Symbol(Kind.DAYS, days) if days and days.dates else None


def today(found: Found) -> date:
    return found.moment.now.date()


def count(found: Found) -> int:
    """Return the number at the place `count`; one where there is none, or an article."""
    known = found.has("count") and found.kind("count") is Kind.NUMBER
    return found.get("count", int) if known else 1


def left(found: Found, days: tuple[date, ...]) -> Symbol | None:
    """Return those of the days that have not gone, or all where all have."""
    return of_days(Days(dates=tuple(day for day in days if day >= today(found)) or days))


def rules(*pairs: tuple[str, Build]) -> tuple[Rule, ...]:
    return tuple(rule(row, build) for row, build in pairs)
