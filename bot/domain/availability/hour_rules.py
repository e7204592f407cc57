"""How people say stretches of a day, by hours and by its parts."""

from bot.domain.availability.clock_rules import END, NO_UNIT, SAID, SOME, START, said_hour
from bot.domain.availability.clocks import WINDOWS, Clock, Hours, Part, Shape
from bot.domain.availability.making import rules
from bot.domain.availability.rules import Found
from bot.domain.availability.symbols import Kind, Symbol


def during(part: Part) -> Symbol:
    return Symbol(Kind.HOURS, Hours(Shape.DURING, part=part))


def at_hour(found: Found) -> Symbol | None:
    said = said_hour(found, "hour")
    return Symbol(Kind.HOURS, Hours(Shape.AT, said)) if said else None


def _between(found: Found) -> Symbol | None:
    start, end = said_hour(found, "start"), said_hour(found, "end")
    return Symbol(Kind.HOURS, Hours(Shape.BETWEEN, start, end)) if start and end else None


def _after(found: Found) -> Symbol | None:
    said = said_hour(found, "hour")
    return Symbol(Kind.HOURS, Hours(Shape.AFTER, said)) if said else None


def _before(found: Found) -> Symbol | None:
    said = said_hour(found, "hour")
    return Symbol(Kind.HOURS, Hours(Shape.BEFORE, end=said)) if said else None


def _after_part(found: Found) -> Symbol:
    part = found.get("part", Part)
    if part in (Part.AFTER_LUNCH, Part.EVENING):
        return during(part)
    window = WINDOWS[part]
    start = window.start if window.point else window.end
    return Symbol(Kind.HOURS, Hours(Shape.AFTER, Clock(start, sure=True)))


def _from_part(found: Found) -> Symbol:
    start = WINDOWS[found.get("part", Part)].start
    return Symbol(Kind.HOURS, Hours(Shape.AFTER, Clock(start, sure=True)))


def _before_part(found: Found) -> Symbol:
    start = WINDOWS[found.get("part", Part)].start
    return Symbol(Kind.HOURS, Hours(Shape.BEFORE, end=Clock(start, sure=True)))


def _until_part(found: Found) -> Symbol:
    window = WINDOWS[found.get("part", Part)]
    end = window.start if window.point else window.end
    return Symbol(Kind.HOURS, Hours(Shape.BEFORE, end=Clock(end, sure=True)))


def _part_to_hour(found: Found) -> Symbol | None:
    """From noon to 3."""
    start, end = WINDOWS[found.get("part", Part)].start, said_hour(found, "end")
    if end is None:
        return None
    return Symbol(Kind.HOURS, Hours(Shape.BETWEEN, Clock(start, sure=True), end))


def _hour_to_part(found: Found) -> Symbol | None:
    start, end = said_hour(found, "start"), WINDOWS[found.get("part", Part)].start
    if start is None:
        return None
    return Symbol(Kind.HOURS, Hours(Shape.BETWEEN, start, Clock(end, sure=True)))


def _part(found: Found) -> Symbol:
    return during(found.get("part", Part))


def _meant(found: Found) -> Symbol | None:
    """As in "9 in the morning": the part says which 9."""
    said, part = said_hour(found, "hour"), found.get("part", Part)
    if said is None or part in (Part.NOON, Part.LUNCH, Part.WHOLE_DAY):
        return None
    return Symbol(Kind.CLOCK, Clock(said.settled(part), sure=True))


HOUR_RULES = rules(
    ("start:FOUR_DIGITS TO|UNTIL end:FOUR_DIGITS", _between),
    (f"{SOME} OF? part:PART", _meant),
    (f"BETWEEN AT? {START} AND|TO|UNTIL AT? {END} {NO_UNIT}", _between),
    (f"FROM|OF AT? {START} TO|UNTIL|TOWARDS|AT AT? {END} {NO_UNIT}", _between),
    (f"AT? {START} TO|UNTIL AT? {END} {NO_UNIT}", _between),
    (f"FROM|BETWEEN|OF? part:PART TO|UNTIL|AND AT? {END}", _part_to_hour),
    (f"FROM|OF|BETWEEN AT? {START} TO|UNTIL|AND part:PART", _hour_to_part),
    (f"AFTER OF? AT? {SAID} ONWARD? {NO_UNIT}", _after),
    (f"FROM AT? {SAID} ONWARD? {NO_UNIT}", _after),
    (f"AT? {SOME} ONWARD", _after),
    (f"BEFORE|UNTIL OF? AT? {SAID} {NO_UNIT}", _before),
    (f"AROUND|AT|TOWARDS AT|AROUND? {SAID} AROUND? {NO_UNIT}", at_hour),
    ("hour:CLOCK|HOUR_MINUTE AROUND?", at_hour),
    ("hour:NUMBER AROUND", at_hour),
    ("AFTER part:PART", _after_part),
    ("FROM part:PART ONWARD?", _from_part),
    ("BEFORE part:PART", _before_part),
    ("UNTIL part:PART", _until_part),
    ("part:PART", _part),
)
