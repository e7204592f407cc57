"""Numbers out of runs: percentiles, and rounds that take turns so that noise hits both sides."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

Side = Callable[[], float]


def percentile(values: Iterable[float], share: float) -> float:
    """Return the smallest value that `share` of all values do not exceed.

    >>> percentile([4, 1, 3, 2], 0.5)
    2
    """
    ranked = sorted(values)
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)]


@dataclass(frozen=True)
class Spread:
    """The median of several rounds, and how far they lay apart."""

    middle: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread:
        ranked = sorted(values)
        return cls(percentile(ranked, 0.5), ranked[0], ranked[-1])


def in_turns(rounds: int, *sides: Side) -> list[list[float]]:
    """Let the sides run by turns, `rounds` times; return what each one measured, round by round."""
    return [list(of_a_side) for of_a_side in zip(*_rounds(rounds, sides), strict=True)]


def _rounds(rounds: int, sides: Sequence[Side]) -> Iterable[list[float]]:
    for number in range(rounds):
        order = range(len(sides)) if number % 2 == 0 else reversed(range(len(sides)))
        measured = {index: sides[index]() for index in order}
        yield [measured[index] for index in range(len(sides))]


def ratios(above: Sequence[float], below: Sequence[float]) -> Spread:
    """Return the ratio of two sides, of each round by itself."""
    return Spread.of(a / b for a, b in zip(above, below, strict=True))


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def worst_second(moments: Iterable[float]) -> int:
    """Return the most moments that lie within one second, wherever it begins."""
    ranked, first, most = sorted(moments), 0, 0
    for last, moment in enumerate(ranked):
        while moment - ranked[first] >= 1:
            first += 1
        most = max(most, last - first + 1)
    return most
