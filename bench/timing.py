"""How much sooner simulated candidates answer when an update waits for their usual hours.

    python -m bench.timing [--people 200] [--seed 1]

Each simulated candidate looks at their phone at random, at a rate that depends on the hour
of their week, and answers when they next do. Four ways choose the moment of a status update
(24 to 71 hours after the interview): the stage's preferred moment, 10:00, the learned hours,
and an oracle that knows the true rates. All four meet the same future. The crowd that the
shared prior is learned from lives by other hours than the candidates who are measured.
"""

import argparse
import random
import sys
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from itertools import takewhile
from math import exp
from statistics import fmean
from zoneinfo import ZoneInfo

from bot.domain.daytime import Local, QuietHours
from bot.domain.habits import Shares, habit, occasions, prior
from bot.domain.timing import Span, choose

MADRID = ZoneInfo("Europe/Madrid")
PLACE = Local(zone=MADRID, quiet=QuietHours(time(21), time(8)))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
START = datetime(2027, 1, 11, tzinfo=UTC)
EPOCH = datetime(2026, 10, 26, tzinfo=UTC)
"""A Monday on which winter time has begun: the clock stands still until the simulation ends."""
THREE_WEEKS = 21 * 24
AHEAD = 14
"""Days of each candidate's future that are played."""
HISTORIES = (3, 6, 12, 24)
"""Earlier occasions on which a candidate wrote."""
RESAMPLES = 1_000

Rate = Callable[[datetime], float]
"""How often somebody looks at their phone at a local time, against their other hours."""


# --- how people live --------------------------------------------------------------------


def _weekend(at: datetime) -> bool:
    return at.weekday() >= 5


def office_worker(at: datetime) -> float:
    if _weekend(at):
        return 0.7 if 10 <= at.hour < 23 else 0.02
    return {8: 1.0, 13: 1.6, 14: 0.8, 18: 1.2, 19: 1.2, 20: 1.0, 21: 1.0, 22: 0.6}.get(
        at.hour, 0.15 if 7 <= at.hour < 18 else 0.02
    )


def evening_person(at: datetime) -> float:
    return 3.0 if 19 <= at.hour < 23 else 0.1 if at.hour >= 11 else 0.02


def night_shift(at: datetime) -> float:
    return 2.0 if 15 <= at.hour < 20 else 0.8 if 2 <= at.hour < 4 else 0.03


def rotating_shifts(at: datetime) -> float:
    """Early, late and night shift, a week each."""
    hours = (range(15, 22), range(9, 13), range(15, 20))[at.isocalendar().week % 3]
    return 2.0 if at.hour in hours else 0.05


def weekend_person(at: datetime) -> float:
    if _weekend(at):
        return 3.0 if 10 <= at.hour < 20 else 0.1
    return 0.3 if 18 <= at.hour < 22 else 0.03


def no_habit(at: datetime) -> float:
    return 1.0


KINDS: dict[str, Rate] = {
    "office worker": office_worker,
    "evening person": evening_person,
    "night shift": night_shift,
    "rotating shifts": rotating_shifts,
    "weekend person": weekend_person,
    "no habit": no_habit,
}


def _student(at: datetime) -> float:
    return 1.0 if 11 <= at.hour else 0.4 if at.hour < 1 else 0.02


def _parent(at: datetime) -> float:
    return 2.0 if at.hour in (6, 7, 21, 22) else 0.2 if at.hour > 7 else 0.02


def _at_home(at: datetime) -> float:
    return 1.0 if 9 <= at.hour < 18 and not _weekend(at) else 0.2 if at.hour > 7 else 0.02


CROWD: tuple[Rate, ...] = (_student, _parent, _at_home)


# --- one of them ------------------------------------------------------------------------


@dataclass(frozen=True)
class Simulated:
    rates: Sequence[float]
    """Looks at the phone an hour, for each of the hours of THREE_WEEKS in UTC; it repeats."""

    def hourly(self, at: datetime) -> float:
        return self.rates[(at - EPOCH) // HOUR % THREE_WEEKS]

    def looks(self, start: datetime, dice: random.Random) -> Iterator[datetime]:
        """Play when they look at their phone from `start` on."""
        at, left = start, dice.expovariate(1)
        while True:
            ends = EPOCH + ((at - EPOCH) // HOUR + 1) * HOUR
            rate = self.hourly(at)
            room = rate * ((ends - at) / HOUR)
            if left > room:
                at, left = ends, left - room
            else:
                at, left = at + left / rate * HOUR, dice.expovariate(1)
                yield at

    def wait(self, at: datetime) -> float:
        """Return the expected hours until they look, from `at` on."""
        hour = (at - EPOCH) // HOUR
        length = 1 - (at - EPOCH) / HOUR + hour
        rate, later = self.hourly(at), self.waits[(hour + 1) % THREE_WEEKS]
        return (1 - exp(-rate * length)) / rate + exp(-rate * length) * later

    @cached_property
    def waits(self) -> Sequence[float]:
        """The expected hours from the start of each hour, worked out from the last to the
        first; the second round begins with what the first one found."""
        wait, found = 0.0, []
        for rate in reversed([*self.rates, *self.rates]):
            wait = (1 - exp(-rate)) / rate + exp(-rate) * wait
            found.append(wait)
        return found[: -THREE_WEEKS - 1 : -1]


def somebody(rate: Rate, dice: random.Random) -> Simulated:
    """Draw how early and how often one of a kind looks at their phone."""
    shift = dice.gauss(0, 1) * HOUR
    pattern = [rate((EPOCH + n * HOUR).astimezone(MADRID) - shift) for n in range(THREE_WEEKS)]
    scale = 3 * dice.lognormvariate(3.2, 0.4) / sum(pattern)
    return Simulated([one * scale for one in pattern])


def history(one: Simulated, many: int, dice: random.Random) -> list[datetime]:
    """Play when they wrote before START: mostly in answer to messages of the working day."""
    wrote: list[datetime] = []
    at = START - 2 * many * DAY - 7 * DAY
    for number in range(many):
        local = at + 2 * number * DAY
        if dice.random() < 0.7:
            asked = local.replace(hour=9) + dice.random() * 9 * HOUR
        else:
            asked = local + dice.random() * DAY
        wrote.append(next(one.looks(asked, dice)))
    return wrote


# --- four ways to choose ----------------------------------------------------------------


def update_after(interview: datetime) -> Span:
    return Span(interview + 24 * HOUR, interview + 48 * HOUR, interview + 71 * HOUR)


def chosen(span: Span, place: Local) -> datetime:
    return choose(span, span.earliest, place, keep_weekends_free=True).at


def at_ten(span: Span) -> datetime:
    """Return 10:00 on the candidate's clock, as near to the preferred moment as is permitted."""
    days = (span.preferred.astimezone(MADRID) + number * DAY for number in (-1, 0, 1))
    tens = [day.replace(hour=10, minute=0, second=0).astimezone(UTC) for day in days]
    inside = [ten for ten in tens if span.earliest <= ten <= span.latest]
    wanted = min(inside, key=lambda ten: abs(ten - span.preferred))
    return chosen(replace(span, preferred=wanted), PLACE)


def best(span: Span, one: Simulated) -> datetime:
    """Return the moment from which the candidate's true wait is the shortest."""
    stretches = list(PLACE.stretches(span.earliest, span.latest))
    polite = [s for s in stretches if not s.free] or stretches
    return min((at for s in polite for at in s.hours()), key=one.wait)


@dataclass(frozen=True)
class Trial:
    """Hours one candidate took to answer, by the way their moment was chosen."""

    preferred: float
    ten: float
    learned: float
    later: float
    """Hours that the learned moment lies after the preferred one."""
    regret: float
    """Hours that an answer is expected later at the preferred moment than at the best one."""
    learned_regret: float


def trial(rate: Rate, many: int, expected: Shares, dice: random.Random) -> Trial:
    one = somebody(rate, dice)
    known = habit(occasions(history(one, many, dice), MADRID), expected)
    interview = START + dice.randrange(21) * DAY + (8 + 9 * dice.random()) * HOUR
    span = update_after(interview.replace(microsecond=0))
    looks = one.looks(span.earliest, dice)
    future = list(takewhile(lambda at: at < span.earliest + AHEAD * DAY, looks))

    def took(at: datetime) -> float:
        number = bisect_left(future, at)
        return ((future[number] if number < len(future) else at + AHEAD * DAY) - at) / HOUR

    plain, learned = chosen(span, PLACE), chosen(span, replace(PLACE, habit=known))
    shortest = one.wait(best(span, one))
    return Trial(
        preferred=took(plain),
        ten=took(at_ten(span)),
        learned=took(learned),
        later=(learned - plain) / HOUR,
        regret=one.wait(plain) - shortest,
        learned_regret=one.wait(learned) - shortest,
    )


def crowd(dice: random.Random, people: int = 200) -> Shares:
    """Learn the shared prior from other people than those who are measured."""
    hours: list[int] = []
    for number in range(people):
        wrote = history(somebody(CROWD[number % len(CROWD)], dice), 10, dice)
        hours += occasions(wrote, MADRID)
    return prior(hours)


# --- the table ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Gain:
    """Hours saved on average, and between which bounds 95 of 100 resampled means lie."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:.1f} ({self.low:.1f} to {self.high:.1f})"


def gain(saved: Sequence[float], dice: random.Random) -> Gain:
    means = sorted(fmean(dice.choices(saved, k=len(saved))) for _ in range(RESAMPLES))
    return Gain(fmean(saved), means[RESAMPLES // 40], means[-RESAMPLES // 40])


def line(kind: str, many: int, trials: Sequence[Trial], dice: random.Random) -> str:
    cells = (
        kind,
        many,
        f"{fmean(one.preferred for one in trials):.1f}",
        f"{fmean(one.ten for one in trials):.1f}",
        f"{fmean(one.learned for one in trials):.1f}",
        gain([one.preferred - one.learned for one in trials], dice),
        gain([one.ten - one.learned for one in trials], dice),
        f"{fmean(one.regret for one in trials):.1f}",
        f"{fmean(one.learned_regret for one in trials):.1f}",
        f"{fmean(one.later != 0 for one in trials):.0%}",
        f"{fmean(one.later for one in trials):+.1f}",
    )
    return f"| {' | '.join(map(str, cells))} |"


HEAD = """\
| candidates | wrote before | preferred | 10:00 | learned | sooner than preferred \
| sooner than 10:00 | regret, preferred | regret, learned | moved | later by |
|---|---|---|---|---|---|---|---|---|---|---|"""


def table(people: int, seed: int) -> Iterator[str]:
    expected = crowd(random.Random(f"{seed} crowd"))
    everybody: dict[int, list[Trial]] = {}
    yield HEAD
    for kind, rate in KINDS.items():
        for many in HISTORIES:
            print(f"{kind}, {many} earlier occasions ...", file=sys.stderr)
            trials = [
                trial(rate, many, expected, random.Random(f"{seed} {kind} {many} {number}"))
                for number in range(people)
            ]
            everybody.setdefault(many, []).extend(trials)
            yield line(kind, many, trials, random.Random(seed))
    for many, trials in everybody.items():
        yield line("all of them", many, trials, random.Random(seed))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=200, help="of each kind and history")
    parser.add_argument("--seed", type=int, default=1)
    chosen_by = parser.parse_args()
    for row in table(chosen_by.people, chosen_by.seed):
        print(row, flush=True)


if __name__ == "__main__":
    main()
