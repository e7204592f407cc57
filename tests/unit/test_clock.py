"""The clock of production: the database's, and it never goes back."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import LONGEST_LOOK, DatabaseClock
from bot.domain.errors import StoreDown
from tests.factories import NOON


class Times:
    """What a process measures, and what the database says."""

    def __init__(self) -> None:
        self.elapsed = 1_000.0
        self.database = NOON.timestamp()
        self.slow = 0.0
        self.away = False

    def pass_(self, seconds: float) -> None:
        self.elapsed += seconds
        self.database += seconds

    def monotonic(self) -> float:
        return self.elapsed

    def seconds(self) -> float:
        if self.away:
            raise StoreDown
        self.pass_(self.slow)
        told = self.database
        self.pass_(self.slow)
        return told


@pytest.fixture
def times() -> Times:
    return Times()


@pytest.fixture
def clock(times: Times) -> DatabaseClock:
    return DatabaseClock(times.seconds, times.monotonic)


def test_it_says_what_the_database_says(clock: DatabaseClock, times: Times) -> None:
    times.pass_(90)

    assert clock.now() == NOON + timedelta(seconds=90)
    assert clock.now().tzinfo is UTC


def test_it_runs_on_while_the_database_is_away(clock: DatabaseClock, times: Times) -> None:
    times.away = True
    with pytest.raises(StoreDown):
        clock.look()
    times.pass_(90)

    assert clock.now() == NOON + timedelta(seconds=90)


def test_it_follows_when_the_database_jumps_ahead(clock: DatabaseClock, times: Times) -> None:
    times.database += 600
    clock.look()

    assert clock.now() == NOON + timedelta(seconds=600)


def test_it_never_goes_back_and_never_stands_still(clock: DatabaseClock, times: Times) -> None:
    told: list[datetime] = [clock.now()]
    times.database -= 300

    clock.look()
    for _ in range(300):
        times.pass_(4)
        told.append(clock.now())

    steps = [(later - sooner).total_seconds() for sooner, later in itertools.pairwise(told)]
    assert all(2 <= step <= 4 for step in steps)
    assert told[-1] == datetime.fromtimestamp(times.database, UTC)


def test_a_slow_answer_is_taken_for_the_middle_of_the_wait(
    clock: DatabaseClock, times: Times
) -> None:
    times.slow = LONGEST_LOOK / 4
    clock.look()
    times.slow = 0.0

    assert clock.now().timestamp() == pytest.approx(times.database, abs=1e-6)


def test_an_answer_that_took_too_long_says_nothing(clock: DatabaseClock, times: Times) -> None:
    times.slow = LONGEST_LOOK
    times.database += 600
    clock.look()

    assert clock.now() == NOON + timedelta(seconds=2 * LONGEST_LOOK)
