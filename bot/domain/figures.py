"""What counts amount to: shares, scores and how sure one may be of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

SURE = 1.96
"""Standard errors on either side: nineteen of twenty such intervals hold the truth."""
FEW = 10
"""Below so many answers a score says more about who answered than about us."""
PROMOTES = 9
DETRACTS = 6


@dataclass(frozen=True, kw_only=True)
class Score:
    """The net promoter score of candidates: from -100 to 100."""

    answers: int
    value: float
    low: float
    high: float

    @property
    def few(self) -> bool:
        return self.answers < FEW


def net_promoter(counts: Mapping[int, int]) -> Score | None:
    """Return the score of so many answers for each of 0 to 10, with its interval; None without
    an answer.

    The interval is Wald's for a difference of shares, after one answer of each kind was added:
    three tens do not make a score of exactly 100.

    >>> net_promoter({10: 6, 8: 2, 3: 2}).value
    40.0
    """
    answers = sum(counts.values())
    if answers == 0:
        return None
    for_us = sum(count for score, count in counts.items() if score >= PROMOTES)
    against = sum(count for score, count in counts.items() if score <= DETRACTS)
    weighed = answers + 3
    plus, minus = (for_us + 1) / weighed, (against + 1) / weighed
    middle = plus - minus
    spread = SURE * sqrt(max(plus + minus - middle**2, 0) / weighed)
    return Score(
        answers=answers,
        value=100 * (for_us - against) / answers,
        low=100 * max(middle - spread, -1),
        high=100 * min(middle + spread, 1),
    )


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    part: int
    of: int

    @property
    def percent(self) -> int | None:
        """Rounded, but all and none are said only of all and none; None of nothing."""
        if self.of == 0:
            return None
        if self.part in (0, self.of):
            return 100 * self.part // self.of
        return min(max(round(100 * self.part / self.of), 1), 99)


def median(values: list[float]) -> float | None:
    """Return the value in the middle, or None of nothing.

    >>> median([3, 1, 2, 10])
    2.5
    """
    ordered = sorted(values)
    half = len(ordered) // 2
    if not ordered:
        return None
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
