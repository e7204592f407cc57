"""Hours that stand beside a day or another hour, with no word that makes them hours."""

from bot.domain.availability.clock_rules import NO_UNIT, SOME, said_hour
from bot.domain.availability.clocks import Hours, Part, Shape
from bot.domain.availability.hour_rules import at_hour, during
from bot.domain.availability.making import rules
from bot.domain.availability.rules import Found
from bot.domain.availability.symbols import Kind, Symbol


def _on_day(found: Found) -> list[Symbol] | None:
    """As in "Tuesday 3"."""
    hour = at_hour(found)
    return [found.symbols["day"], hour] if hour else None


def _before_day(found: Found) -> list[Symbol] | None:
    """As in "9 on Friday"."""
    hour = at_hour(found)
    return [hour, found.symbols["day"]] if hour else None


def _approved(found: Found) -> list[Symbol] | None:
    """As in "would 4 suit?"."""
    hour = at_hour(found)
    return [hour, found.symbols["fine"]] if hour else None


def _two_before_day(found: Found) -> list[Symbol] | None:
    """As in "Either 9 or 10 on Friday"."""
    first, second = said_hour(found, "start"), said_hour(found, "end")
    if first is None or second is None:
        return None
    both = [Symbol(Kind.HOURS, Hours(Shape.AT, one)) for one in (first, second)]
    return [both[0], found.symbols["or"], both[1], found.symbols["day"]]


def _half_day(found: Found) -> list[Symbol]:
    """As in "Friday pm"."""
    part = Part.AFTERNOON if found.has("pm") else Part.MORNING
    return [found.symbols["day"], during(part)]


def _or_hour(found: Found) -> list[Symbol] | None:
    """As in "At 3 or 4"."""
    hour = at_hour(found)
    return [found.symbols["first"], found.symbols["or"], hour] if hour else None


BESIDE_RULES = rules(
    (f"day:DAYS COMMA|TO? {SOME} {NO_UNIT}", _on_day),
    ("start:NUMBER or:OR|AND end:NUMBER ON? day:DAYS", _two_before_day),
    ("hour:NUMBER ON? day:DAYS", _before_day),
    ("hour:NUMBER fine:CAN|FINE", _approved),
    ("day:DAYS pm:PM", _half_day),
    ("day:DAYS am:AM", _half_day),
    (f"first:HOURS or:OR|COMMA|AND {SOME} {NO_UNIT}", _or_hour),
    (f"first:HOURS or:OR|COMMA|AND {SOME} {NO_UNIT}", _or_hour),
)
