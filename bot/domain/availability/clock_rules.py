"""How people say single hours."""

from bot.domain.availability.clocks import DAY_MINUTES, HOUR, NOON, Clock, Part
from bot.domain.availability.making import rules
from bot.domain.availability.rules import Found
from bot.domain.availability.symbols import Kind, Symbol

MORE = {Kind.HALF: 30, Kind.QUARTER: 15}
ROUND = 5
"""Minutes after a bare hour are said in steps of this."""


def _clock(minutes: int, *, sure: bool = False) -> Symbol | None:
    if not 0 <= minutes <= DAY_MINUTES:
        return None
    return Symbol(Kind.CLOCK, Clock(minutes, sure or minutes >= NOON + HOUR or minutes < HOUR))


def said_hour(found: Found, name: str) -> Clock | None:
    """Return the hour at a place: a figure, a word, or a clock; None for no hour of a day."""
    if found.kind(name) is Kind.ONE:
        return Clock(HOUR)
    if found.kind(name) is not Kind.NUMBER:
        return found.get(name, Clock)
    hour = found.get(name, int)
    return Clock(hour * HOUR, hour > 12 or hour == 0) if hour <= 24 else None


def _minutes(found: Found, name: str) -> int:
    kind = found.kind(name)
    return MORE[kind] if kind in MORE else found.get(name, int)


def _full(found: Found) -> Symbol | None:
    said = said_hour(found, "hour")
    return _clock(said.minutes, sure=said.sure) if said else None


def _meridiem(found: Found) -> Symbol | None:
    said = said_hour(found, "hour")
    if said is None or said.minutes >= NOON + HOUR:
        return _full(found)
    afternoon = NOON if found.has("pm") else 0
    return _clock(said.minutes % NOON + afternoon, sure=True)


def _and_minutes(found: Found) -> Symbol | None:
    said, minutes = said_hour(found, "hour"), _minutes(found, "minutes")
    if said is None or minutes > 59 or said.minutes % HOUR:
        return None
    return _clock(said.minutes + minutes, sure=said.sure)


def _to_hour(found: Found) -> Symbol | None:
    said, minutes = said_hour(found, "hour"), _minutes(found, "minutes")
    return _clock(said.minutes - minutes) if said and minutes <= HOUR // 2 else None


def _to_in_figures(found: Found) -> Symbol | None:
    """ "20 to 2" is an hour, "10 to 2" a stretch."""
    return _to_hour(found) if found.get("minutes", int) in (20, 25) else None


def _half_hour(found: Found) -> Symbol | None:
    said = said_hour(found, "hour")
    return _clock(said.minutes + HOUR // 2) if said and said.minutes <= NOON else None


def _noon_and(found: Found) -> Symbol | None:
    if found.get("noon", Part) is not Part.NOON:
        return None
    return _clock(NOON + _minutes(found, "minutes"), sure=True)


def _two_figures(found: Found) -> Symbol | None:
    minutes = found.get("minutes", int)
    return _and_minutes(found) if minutes >= 10 and minutes % ROUND == 0 else None


def _four_figures(found: Found) -> Symbol:
    said = found.get("hour", Clock)
    return Symbol(Kind.CLOCK, Clock(said.minutes, said.minutes >= NOON + HOUR))


def _big_hours(found: Found) -> Symbol | None:
    """ "15 horas" is an hour of the day, "3 horas" is how long something takes."""
    return _full(found) if 7 <= found.get("hour", int) <= 24 else None


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


def _minutes_in_part(found: Found) -> list[Symbol] | None:
    """As in "Dez e quinze da manhã"."""
    clock = _two_figures(found)
    return [clock, found.symbols["part"]] if clock else None


SAID = "hour:NUMBER|ONE|CLOCK|HOUR_MINUTE"
SOME = "hour:NUMBER|CLOCK|HOUR_MINUTE"
START, END = "start:NUMBER|CLOCK|HOUR_MINUTE", "end:NUMBER|CLOCK|HOUR_MINUTE"
NO_UNIT = "!DAY_UNIT|WEEK_UNIT|MONTH_UNIT|YEAR_UNIT|MINUTE_UNIT|HOUR_UNIT|MONTH|OPTION"

_MERIDIEMS = (
    (f"{SAID} OCLOCK|HOUR_UNIT? am:AM", _meridiem),
    (f"{SAID} OCLOCK|HOUR_UNIT? pm:PM", _meridiem),
)
CLOCK_RULES = rules(
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
    ("hour:NUMBER AND minutes:NUMBER part:PART|AM|PM", _minutes_in_part),
    ("HALF hour:NUMBER !HOUR_UNIT|MINUTE_UNIT|DAY_UNIT", _half_hour),
    (f"hour:NUMBER minutes:NUMBER {NO_UNIT}", _two_figures),
    ("hour:FOUR_DIGITS OCLOCK|HOUR_UNIT", _four_figures),
    ("AT hour:FOUR_DIGITS", _four_figures),
    *_MERIDIEMS,
    ("AT|TOWARDS hour:NUMBER HOUR_UNIT", _full),
    ("^IN|WITHIN hour:NUMBER HOUR_UNIT", _big_hours),
)
"""Single hours. Days are read next, and take the figures that are theirs."""
