"""When a candidate usually answers: a Bayesian histogram over the hours of their week.

All hours are local: 0 is Monday from midnight to one, 167 is Sunday's last. What counts is an
*occasion*, an hour in which somebody wrote, however many messages it took them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import exp
from zoneinfo import ZoneInfo

WEEK = 168
DAY = 24
WORKDAYS, WEEKEND = range(5), range(5, 7)

NEIGHBOURS = ((-1, 0.1), (0, 0.8), (1, 0.1))
"""How far an occasion speaks for the hours beside its own."""
SAME_DAY, SAME_KIND, ANY_DAY = 0.2, 0.6, 0.2
"""How it speaks for this hour of its own weekday, of the days of its kind (Monday to Friday,
or the weekend), and of every day. A few messages tell the hour rather than the day."""

BASE = (0.1,) * 6 + (0.3, 0.6) + (1.0,) * 13 + (0.8, 0.5, 0.2)
"""When people write, by hour of the day, before anybody has: by day rather than by night."""
BASE_WEIGHT = 50.0
"""Occasions that BASE is worth against what everybody's messages say."""
PRIOR_WEIGHT = 6.0
"""Occasions that the shared prior is worth against a candidate's own."""
ENOUGH = 3
"""Occasions from which on somebody has habits at all."""
KNOWN = 0.1
"""What an hour must have of their own occasions, smoothed, to be one in which they answer."""
A_WEEK = 28.0
"""Occasions for an answer in a week: one every six hours, if they were spread evenly."""

Shares = Sequence[float]
"""How likely each hour of the week is, given that somebody writes; they add up to 1."""


@dataclass(frozen=True)
class Habit:
    waits: Sequence[float]
    """Hours until the next answer is expected, from the beginning of each hour of the week."""
    answering: frozenset[int]
    """Hours in which they answer: waiting until later would only lengthen the wait."""

    def answers(self, local: datetime) -> bool:
        return hour_of_week(local) in self.answering

    def wait(self, local: datetime) -> float:
        """Return the hours until an answer is expected to a message that comes at `local`."""
        hour = hour_of_week(local)
        into = local.minute / 60 + local.second / 3600
        return self.waits[hour] * (1 - into) + self.waits[(hour + 1) % WEEK] * into


def hour_of_week(local: datetime) -> int:
    return local.weekday() * DAY + local.hour


def occasions(moments: Iterable[datetime], zone: ZoneInfo) -> list[int]:
    """Return the hour of the week of each occasion on which somebody wrote, in order."""
    wrote = (moment.astimezone(zone) for moment in moments)
    return sorted(hour_of_week(at) for at in {(at.date(), at.hour): at for at in wrote}.values())


def prior(hours: Iterable[int] = ()) -> Shares:
    """Return what is expected of anybody, from the occasions of everybody."""
    counts = _smoothed(hours)
    scale = BASE_WEIGHT / (7 * sum(BASE))
    return _shares([BASE[hour % DAY] * scale + count for hour, count in enumerate(counts)])


def habit(hours: Sequence[int], expected: Shares) -> Habit | None:
    """Return the habit of somebody with these occasions, or None while they are too few.

    A Dirichlet prior of weight PRIOR_WEIGHT with mean `expected`, and their own occasions.
    """
    if len(hours) < ENOUGH:
        return None
    own = _smoothed(hours)
    posterior = [PRIOR_WEIGHT * share + count for share, count in zip(expected, own, strict=True)]
    rates = [A_WEEK * share for share in _shares(posterior)]
    waits = _waits(rates)
    answering = (
        hour for hour in range(WEEK) if own[hour] >= KNOWN and rates[hour] * waits[hour] >= 1
    )
    return Habit(tuple(waits), frozenset(answering))


def _waits(rates: Sequence[float]) -> list[float]:
    """Return the expected hours until the next occasion, if they come at random at `rates`.

    Hour by hour, backwards: the wait is the time spent in this hour, and the wait from the
    next one if nothing has happened until then. Twice around is enough: with A_WEEK
    occasions a week nobody lets a whole one pass.
    """
    wait, waits = 0.0, []
    for rate in reversed([*rates, *rates]):
        wait = _spent(rate) + exp(-rate) * wait
        waits.append(wait)
    return waits[: WEEK - 1 : -1]


def _spent(rate: float) -> float:
    """The expected part of an hour that passes before the first occasion in it."""
    return (1 - exp(-rate)) / rate


def _smoothed(hours: Iterable[int]) -> list[float]:
    """Count the occasions, and let each speak for the hours that are like its own."""
    counts = [0.0] * WEEK
    for hour in hours:
        for offset, weight in NEIGHBOURS:
            counts[(hour + offset) % WEEK] += weight
    smoothed = [0.0] * WEEK
    for clock in range(DAY):
        of_day = counts[clock::DAY]
        everyday = ANY_DAY * sum(of_day) / 7
        for kind in (WORKDAYS, WEEKEND):
            alike = SAME_KIND * sum(of_day[day] for day in kind) / len(kind)
            for day in kind:
                smoothed[day * DAY + clock] = SAME_DAY * of_day[day] + alike + everyday
    return smoothed


def _shares(weights: Sequence[float]) -> Shares:
    total = sum(weights)
    return tuple(weight / total for weight in weights)
