"""How people say hours."""

from bot.domain.availability.clocks import (
    DAY_MINUTES,
    HOUR as AN_HOUR,
    NOON,
    WINDOWS,
    Clock,
    Hours,
    Part,
    Shape,
)
from bot.domain.availability.rules import Build, Found, Rule, rule
from bot.domain.availability.symbols import Kind, Symbol

MORE = {Kind.HALF: 30, Kind.QUARTER: 15}
ROUND = 5
"""Minutes after a bare hour are said in steps of this."""


def _clock(minutes: int, *, sure: bool = False) -> Symbol | None:
    if not 0 <= minutes <= DAY_MINUTES:
        return None
    return Symbol(Kind.CLOCK, Clock(minutes, sure or minutes >= NOON + AN_HOUR or minutes < AN_HOUR))


def _said(found: Found, name: str) -> Clock | None:
    """Return the hour at a place: a figure, a word, or a clock; None for no hour of a day."""
    if found.kind(name) is Kind.ONE:
        return Clock(AN_HOUR)
    if found.kind(name) is not Kind.NUMBER:
        return found.get(name, Clock)
    hour = found.get(name, int)
    return Clock(hour * AN_HOUR, hour > 12 or hour == 0) if hour <= 24 else None


def _minutes(found: Found, name: str) -> int:
    kind = found.kind(name)
    return MORE[kind] if kind in MORE else found.get(name, int)


def _full(found: Found) -> Symbol | None:
    said = _said(found, "hour")
    return _clock(said.minutes, sure=said.sure) if said else None


def _meridiem(found: Found) -> Symbol | None:
    said = _said(found, "hour")
    if said is None or said.minutes >= NOON + AN_HOUR:
        return _full(found)
    afternoon = NOON if found.has("pm") else 0
    return _clock(said.minutes % NOON + afternoon, sure=True)


def _and_minutes(found: Found) -> Symbol | None:
    said, minutes = _said(found, "hour"), _minutes(found, "minutes")
    if said is None or minutes > 59 or said.minutes % AN_HOUR:
        return None
    return _clock(said.minutes + minutes, sure=said.sure)


def _to_hour(found: Found) -> Symbol | None:
    said, minutes = _said(found, "hour"), _minutes(found, "minutes")
    return _clock(said.minutes - minutes) if said and minutes <= AN_HOUR // 2 else None


def _to_in_figures(found: Found) -> Symbol | None:
    """"20 to 2" is an hour, "10 to 2" a stretch."""
    return _to_hour(found) if found.get("minutes", int) in (20, 25) else None


def _half_hour(found: Found) -> Symbol | None:
    said = _said(found, "hour")
    return _clock(said.minutes + AN_HOUR // 2) if said and said.minutes <= NOON else None


def _noon_and(found: Found) -> Symbol | None:
    if found.get("noon", Part) is not Part.NOON:
        return None
    return _clock(NOON + _minutes(found, "minutes"), sure=True)


def _two_figures(found: Found) -> Symbol | None:
    minutes = found.get("minutes", int)
    return _and_minutes(found) if minutes >= 10 and minutes % ROUND == 0 else None


def _four_figures(found: Found) -> Symbol:
    said = found.get("hour", Clock)
    return Symbol(Kind.CLOCK, Clock(said.minutes, said.minutes >= NOON + AN_HOUR))


def _big_hours(found: Found) -> Symbol | None:
    """"15 horas" is an hour of the day, "3 horas" is how long something takes."""
    return _full(found) if 7 <= found.get("hour", int) <= 24 else None


def _at(found: Found) -> Symbol | None:
    said = _said(found, "hour")
    return Symbol(Kind.HOURS, Hours(Shape.AT, said)) if said else None


def _between(found: Found) -> Symbol | None:
    start, end = _said(found, "start"), _said(found, "end")
    return Symbol(Kind.HOURS, Hours(Shape.BETWEEN, start, end)) if start and end else None


def _after(found: Found) -> Symbol | None:
    said = _said(found, "hour")
    return Symbol(Kind.HOURS, Hours(Shape.AFTER, said)) if said else None


def _before(found: Found) -> Symbol | None:
    said = _said(found, "hour")
    return Symbol(Kind.HOURS, Hours(Shape.BEFORE, end=said)) if said else None


def _after_part(found: Found) -> Symbol:
    part = found.get("part", Part)
    if part in (Part.AFTER_LUNCH, Part.EVENING):
        return _during(part)
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
    start, end = WINDOWS[found.get("part", Part)].start, _said(found, "end")
    if end is None:
        return None
    return Symbol(Kind.HOURS, Hours(Shape.BETWEEN, Clock(start, sure=True), end))


def _hour_to_part(found: Found) -> Symbol | None:
    start, end = _said(found, "start"), WINDOWS[found.get("part", Part)].start
    if start is None:
        return None
    return Symbol(Kind.HOURS, Hours(Shape.BETWEEN, start, Clock(end, sure=True)))


FINER = {
    (Kind.START, Part.MORNING): Part.EARLY,
    (Kind.MID, Part.MORNING): Part.MID_MORNING,
    (Kind.END, Part.MORNING): Part.MID_MORNING,
    (Kind.START, Part.AFTERNOON): Part.EARLY_AFTERNOON,
    (Kind.MID, Part.AFTERNOON): Part.MID_AFTERNOON,
    (Kind.END, Part.AFTERNOON): Part.LATE_AFTERNOON,
    (Kind.START, Part.EVENING): Part.EVENING,
    (Kind.END, Part.WHOLE_DAY): Part.LATE_AFTERNOON,
    (Kind.END, Part.EVENING): Part.EVENING,
}


def _finer(found: Found) -> Symbol | None:
    part = FINER.get((found.kind("which"), found.get("part", Part)))
    return Symbol(Kind.PART, part) if part else None


def _during(part: Part) -> Symbol:
    return Symbol(Kind.HOURS, Hours(Shape.DURING, part=part))


def _part(found: Found) -> Symbol:
    return _during(found.get("part", Part))


def _meant(found: Found) -> Symbol | None:
    """"9 in the morning": the part says which 9."""
    said, part = _said(found, "hour"), found.get("part", Part)
    if said is None or part in (Part.NOON, Part.LUNCH, Part.WHOLE_DAY):
        return None
    return Symbol(Kind.CLOCK, Clock(said.settled(part), sure=True))


def _on_day(found: Found) -> list[Symbol] | None:
    """"Tuesday 3"."""
    hour = _at(found)
    return [found.symbols["day"], hour] if hour else None


def _before_day(found: Found) -> list[Symbol] | None:
    """"9 on Friday"."""
    hour = _at(found)
    return [hour, found.symbols["day"]] if hour else None


def _two_before_day(found: Found) -> list[Symbol] | None:
    """"Either 9 or 10 on Friday"."""
    first, second = _said(found, "start"), _said(found, "end")
    if first is None or second is None:
        return None
    both = [Symbol(Kind.HOURS, Hours(Shape.AT, one)) for one in (first, second)]
    return [both[0], found.symbols["or"], both[1], found.symbols["day"]]


def _half_day(found: Found) -> list[Symbol]:
    """"Friday pm"."""
    part = Part.AFTERNOON if found.has("pm") else Part.MORNING
    return [found.symbols["day"], _during(part)]


def _minutes_in_part(found: Found) -> list[Symbol] | None:
    """"Dez e quinze da manhã"."""
    clock = _two_figures(found)
    return [clock, found.symbols["part"]] if clock else None


def _or_hour(found: Found) -> list[Symbol] | None:
    """"At 3 or 4"."""
    hour = _at(found)
    return [found.symbols["first"], found.symbols["or"], hour] if hour else None


def _rules(*pairs: tuple[str, Build]) -> tuple[Rule, ...]:
    return tuple(rule(row, build) for row, build in pairs)


SAID = "hour:NUMBER|ONE|CLOCK|HOUR_MINUTE"
SOME = "hour:NUMBER|CLOCK|HOUR_MINUTE"
START, END = "start:NUMBER|CLOCK|HOUR_MINUTE", "end:NUMBER|CLOCK|HOUR_MINUTE"
NO_UNIT = "!DAY_UNIT|WEEK_UNIT|MONTH_UNIT|YEAR_UNIT|MINUTE_UNIT|HOUR_UNIT|MONTH|OPTION"

_MERIDIEMS = (
    (f"{SAID} OCLOCK|HOUR_UNIT? am:AM", _meridiem),
    (f"{SAID} OCLOCK|HOUR_UNIT? pm:PM", _meridiem),
)
CLOCK_RULES = _rules(
    ("which:START|MID|END OF? part:PART", _finer),
    *_MERIDIEMS,
    ("hour:NUMBER|HOUR_MINUTE OCLOCK", _full),
    ("noon:PART AND minutes:HALF|QUARTER", _noon_and),
    ("minutes:QUARTER|NUMBER MINUTE_UNIT? TOWARDS hour:NUMBER|ONE", _to_hour),
    ("minutes:QUARTER|NUMBER MINUTE_UNIT TO hour:NUMBER|ONE", _to_hour),
    ("minutes:QUARTER TO hour:NUMBER|ONE", _to_hour),
    ("minutes:NUMBER TO hour:NUMBER|ONE !MONTH|OF|MINUTE_UNIT", _to_in_figures),
    ("minutes:QUARTER|HALF|NUMBER MINUTE_UNIT? PAST hour:NUMBER|ONE", _and_minutes),
    ("hour:NUMBER|ONE EXCEPT minutes:QUARTER|NUMBER", _to_hour),
    ("hour:NUMBER|ONE AND minutes:HALF|QUARTER !HOUR_UNIT", _and_minutes),
    ("AT hour:NUMBER|ONE AND minutes:NUMBER MINUTE_UNIT?", _two_figures),
    ("hour:NUMBER AND minutes:NUMBER part:PART", _minutes_in_part),
    ("HALF hour:NUMBER !HOUR_UNIT|MINUTE_UNIT|DAY_UNIT", _half_hour),
    (f"hour:NUMBER minutes:NUMBER {NO_UNIT}", _two_figures),
    ("hour:FOUR_DIGITS OCLOCK|HOUR_UNIT", _four_figures),
    ("AT hour:FOUR_DIGITS", _four_figures),
    ("start:FOUR_DIGITS TO|UNTIL end:FOUR_DIGITS", _between),
    *_MERIDIEMS,
    ("AT|TOWARDS hour:NUMBER HOUR_UNIT", _full),
    ("^IN|WITHIN hour:NUMBER HOUR_UNIT", _big_hours),
)
"""Single hours. Days are read next, and take the figures that are theirs."""

HOUR_RULES = _rules(
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
    (f"AROUND|AT|TOWARDS AT|AROUND? {SAID} AROUND? {NO_UNIT}", _at),
    ("hour:CLOCK|HOUR_MINUTE AROUND?", _at),
    ("hour:NUMBER AROUND", _at),
    ("AFTER part:PART", _after_part),
    ("FROM part:PART ONWARD?", _from_part),
    ("BEFORE part:PART", _before_part),
    ("UNTIL part:PART", _until_part),
    ("part:PART", _part),
    (f"day:DAYS COMMA|TO? {SOME} {NO_UNIT}", _on_day),
    ("start:NUMBER or:OR|AND end:NUMBER ON? day:DAYS", _two_before_day),
    ("hour:NUMBER ON? day:DAYS", _before_day),
    ("day:DAYS pm:PM", _half_day),
    ("day:DAYS am:AM", _half_day),
    (f"first:HOURS or:OR|COMMA|AND {SOME} {NO_UNIT}", _or_hour),
    (f"first:HOURS or:OR|COMMA|AND {SOME} {NO_UNIT}", _or_hour),
)
