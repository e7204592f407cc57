"""Stretches of time on the candidate's wall, and what is left of some without others."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, order=True)
class Interval:
    """From `start` to before `end`, local and without a zone."""

    start: datetime
    end: datetime

    def meets(self, other: "Interval") -> bool:
        return self.start < other.end and other.start < self.end

    def covers(self, other: "Interval") -> bool:
        return self.start <= other.start and other.end <= self.end

    def without(self, other: "Interval") -> Iterator["Interval"]:
        if not self.meets(other):
            yield self
            return
        if self.start < other.start:
            yield Interval(self.start, other.start)
        if other.end < self.end:
            yield Interval(other.end, self.end)


def without(free: Iterable[Interval], closed: Iterable[Interval]) -> list[Interval]:
    """Return what the closed ones leave, in the order given."""
    left = list(free)
    for one in closed:
        left = [part for interval in left for part in interval.without(one)]
    return left


def distinct(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the intervals in the order given, without those that lie inside another."""
    every = list(dict.fromkeys(intervals))
    return [one for one in every if not any(other.covers(one) for other in every if other != one)]


def joined(intervals: Sequence[Interval]) -> list[Interval]:
    """Return the intervals in order of time, those that overlap as one."""
    found = list[Interval]()
    for one in sorted(intervals):
        if found and one.start < found[-1].end:
            found[-1] = Interval(found[-1].start, max(found[-1].end, one.end))
        else:
            found.append(one)
    return found
