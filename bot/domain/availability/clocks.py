"""Hours of a day: as they are said, and the stretches of a day that they mean.

Minutes are counted from midnight on the wall.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

HOUR = 60
NOON = 12 * HOUR
DAY_MINUTES = 24 * HOUR
OPENS, CLOSES = 8 * HOUR, 18 * HOUR
"""A whole working day, and what "before" and "after" reach to."""
LATEST = 21 * HOUR
"""What "after" reaches to from five o'clock on; nothing is booked beyond without asking."""
LATE = 17 * HOUR
NOMINAL = 60
"""Minutes that a point is given, as somebody said when and not how long."""


class Part(StrEnum):
    """Of a day, by the words for it."""

    EARLY = "early"
    MORNING = "morning"
    MID_MORNING = "mid_morning"
    NOON = "noon"
    LUNCH = "lunch"
    LATE_LUNCH = "late_lunch"
    """When Spain eats."""
    AFTER_LUNCH = "after_lunch"
    AFTERNOON = "afternoon"
    EARLY_AFTERNOON = "early_afternoon"
    MID_AFTERNOON = "mid_afternoon"
    LATE_AFTERNOON = "late_afternoon"
    DUSK = "dusk"
    """La tardecita."""
    EVENING = "evening"
    MIDNIGHT = "midnight"
    NIGHT = "night"
    """La madrugada."""
    WHOLE_DAY = "whole_day"


@dataclass(frozen=True)
class Window:
    """A stretch of a day."""

    start: int
    end: int
    point: bool = False
    """Only its start was said."""
    clocked: bool = False
    """Hours were named, so it stands on the clock of the zone that was named."""

    def overlap(self, other: "Window") -> "Window | None":
        start, end = max(self.start, other.start), min(self.end, other.end)
        return replace(self, start=start, end=end, clocked=self.clocked) if start < end else None


WINDOWS: Mapping[Part, Window] = {
    Part.EARLY: Window(8 * HOUR, 10 * HOUR),
    Part.MORNING: Window(8 * HOUR, 12 * HOUR),
    Part.MID_MORNING: Window(10 * HOUR, 12 * HOUR),
    Part.NOON: Window(NOON, NOON + NOMINAL, point=True),
    Part.LUNCH: Window(12 * HOUR, 14 * HOUR),
    Part.LATE_LUNCH: Window(14 * HOUR, 16 * HOUR),
    Part.AFTER_LUNCH: Window(14 * HOUR, 18 * HOUR),
    Part.AFTERNOON: Window(12 * HOUR, 18 * HOUR),
    Part.EARLY_AFTERNOON: Window(12 * HOUR, 15 * HOUR),
    Part.MID_AFTERNOON: Window(14 * HOUR, 16 * HOUR),
    Part.LATE_AFTERNOON: Window(16 * HOUR, 18 * HOUR),
    Part.DUSK: Window(17 * HOUR, 20 * HOUR),
    Part.EVENING: Window(18 * HOUR, 21 * HOUR),
    Part.MIDNIGHT: Window(DAY_MINUTES, DAY_MINUTES + NOMINAL, point=True),
    Part.NIGHT: Window(0, 6 * HOUR),
    Part.WHOLE_DAY: Window(OPENS, CLOSES),
}
WHOLE_DAY = WINDOWS[Part.WHOLE_DAY]
BEFORE_NOON = frozenset({Part.EARLY, Part.MORNING, Part.MID_MORNING, Part.NIGHT})
NIGHTLY = frozenset({Part.EVENING, Part.MIDNIGHT})


@dataclass(frozen=True)
class Clock:
    """An hour as it was said."""

    minutes: int
    sure: bool = False
    """Said with "am" or "pm", or in twenty-four hours."""

    def settled(self, part: Part | None = None) -> int:
        """Return the minutes that are meant: from one to seven after noon, if nothing says
        otherwise."""
        if self.sure or self.minutes >= NOON + HOUR or self.minutes < HOUR:
            return self.minutes
        if part in BEFORE_NOON:
            return self.minutes % NOON if part is Part.NIGHT else self.minutes
        if part in NIGHTLY:
            return self.minutes % NOON + (NOON if self.minutes < NOON else DAY_MINUTES)
        afternoon = part is not None and part is not Part.LUNCH and self.minutes < 10 * HOUR
        return self.minutes + NOON if self.minutes < OPENS or afternoon else self.minutes

    def either(self) -> Sequence[int]:
        """Return every time of day at which a wall clock shows it."""
        return (self.minutes,) if self.sure else (self.minutes, (self.minutes + NOON) % DAY_MINUTES)


class Shape(StrEnum):
    AT = "at"
    BETWEEN = "between"
    AFTER = "after"
    BEFORE = "before"
    DURING = "during"


@dataclass(frozen=True)
class Hours:
    """One thing that was said of the hour."""

    shape: Shape
    start: Clock | None = None
    end: Clock | None = None
    part: Part | None = None


def windows(said: Sequence[Hours]) -> Window | None:
    """Return what several things said of one occasion leave, or None where they clash."""
    part = next((one.part for one in said if one.part), None)
    found = [_window(one, part) for one in _joined(said)]
    clocked = [one for one in found if one.clocked]
    if clocked and part is not None:
        found = [_within(one, WINDOWS[part], clocked[0]) for one in clocked]
    result: Window | None = found[0]
    for other in found[1:]:
        result = result.overlap(other) if result else None
    return result


def _joined(said: Iterable[Hours]) -> list[Hours]:
    """ "After 3 and before 5" is one stretch."""
    rest = list(said)
    after = next((one for one in rest if one.shape is Shape.AFTER), None)
    before = next((one for one in rest if one.shape is Shape.BEFORE), None)
    if after is None or before is None:
        return rest
    kept = [one for one in rest if one not in (after, before)]
    return [*kept, Hours(Shape.BETWEEN, after.start, before.end)]


def _within(one: Window, part: Window, clocked: Window) -> Window:
    """A part of the day closes what "after" and "before" leave open."""
    if one.point or one.start not in (OPENS, clocked.start):
        return one
    if one.end in (CLOSES, LATEST) and part.start <= one.start < part.end:
        return replace(one, end=part.end)
    if one.start == OPENS and part.start < one.end:
        return replace(one, start=part.start)
    return one


def _window(said: Hours, part: Part | None) -> Window:
    if said.part is not None:
        return WINDOWS[said.part]
    if said.shape is Shape.BETWEEN and said.start and said.end:
        return _between(said.start, said.end, part)
    if said.shape is Shape.BEFORE and said.end:
        return _before(said.end.settled(part))
    start = said.start.settled(part) if said.start else NOON
    if said.shape is Shape.AFTER:
        return Window(start, after(start), clocked=True)
    return Window(start, start + NOMINAL, point=True, clocked=True)


def _before(end: int) -> Window:
    return Window(OPENS if end > OPENS else end - NOMINAL, end, clocked=True)


def after(start: int) -> int:
    """Return until when somebody is free who is free after `start`."""
    if start < LATE:
        return CLOSES
    return LATEST if start < LATEST else start + NOMINAL


def _between(start: Clock, end: Clock, part: Part | None) -> Window:
    """The hour that is sure tells what the other one is: "2-4pm", "11-1pm"."""
    if end.sure and not start.sure:
        finish = end.settled(part)
        begin = max((one for one in start.either() if one < finish), default=start.settled(part))
    else:
        begin = start.settled(part)
        due = end.settled(part)
        later = sorted({due, *end.either(), due + NOON})
        finish = due if due > begin else next((one for one in later if one > begin), due)
    return Window(begin, finish if finish > begin else finish + DAY_MINUTES, clocked=True)
