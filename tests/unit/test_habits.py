"""What is learned about when somebody answers."""

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.habits import WEEK, habit, hour_of_week, occasions, prior
from tests.factories import DAY, HOUR, LONDON, NOON

MADRID, KATHMANDU = ZoneInfo("Europe/Madrid"), ZoneInfo("Asia/Kathmandu")
MONDAY = datetime(2026, 11, 23, tzinfo=LONDON)
EVENINGS = [day * 24 + 19 for day in range(5)]
"""Seven in the evening, Monday to Friday."""


def test_an_hour_of_the_week_is_local() -> None:
    sunday_night = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)

    assert hour_of_week(sunday_night.astimezone(LONDON)) == WEEK - 1
    assert occasions([sunday_night], MADRID) == [0]
    assert occasions([sunday_night], KATHMANDU) == [5]


def test_a_burst_of_messages_is_one_occasion_and_the_next_day_is_another() -> None:
    burst = [NOON + timedelta(seconds=20 * n) for n in range(9)]

    assert occasions(burst, LONDON) == [36]
    assert occasions([*burst, NOON + DAY, NOON + 7 * DAY], LONDON) == [36, 36, 60]


def test_before_anybody_wrote_days_are_likelier_than_nights() -> None:
    expected = prior()

    assert sum(expected) == pytest.approx(1)
    assert expected[3] < expected[6] < expected[12]
    assert expected[:24] == expected[24:48]


def test_what_everybody_does_outweighs_the_base_in_time() -> None:
    owls = prior([day * 24 + 23 for day in range(7)] * 50)

    assert max(range(WEEK), key=owls.__getitem__) % 24 == 23


def test_fifty_occasions_weigh_as_much_as_the_base() -> None:
    base, both = prior(), prior([19] * 50)
    their_own = [2 * share - expected for share, expected in zip(both, base, strict=True)]

    assert sum(their_own) == pytest.approx(1)
    assert {clock % 24 for clock, share in enumerate(their_own) if share > 1e-9} == {18, 19, 20}
    assert their_own[19] == pytest.approx(0.8 * (0.2 + 0.6 / 5 + 0.2 / 7))
    assert their_own[24 + 19] == pytest.approx(0.8 * (0.6 / 5 + 0.2 / 7))
    assert their_own[5 * 24 + 20] == pytest.approx(0.1 * 0.2 / 7)


@pytest.mark.parametrize("hours", [[], [19], [19, 43]])
def test_one_or_two_messages_are_no_habit(hours: list[int]) -> None:
    assert habit(hours, prior()) is None


def test_who_always_answers_at_seven_in_the_evening_is_expected_then() -> None:
    known = habit(EVENINGS, prior())

    assert known is not None
    at_seven, at_ten = known.wait(MONDAY + 19 * HOUR), known.wait(MONDAY + 10 * HOUR)
    assert at_seven < at_ten / 2
    assert known.wait(MONDAY + 21 * HOUR) > at_seven
    assert known.answers(MONDAY + 19 * HOUR)
    assert not known.answers(MONDAY + 10 * HOUR)


def test_an_hour_speaks_for_the_other_days_of_its_kind() -> None:
    known = habit([24 + 19, 24 + 19, 48 + 19, 72 + 19], prior())

    assert known is not None
    assert known.answers(MONDAY + 19 * HOUR)
    assert known.wait(MONDAY + 19 * HOUR) < known.wait(MONDAY + 5 * DAY + 19 * HOUR)


def test_who_writes_at_any_hour_is_expected_at_any_hour() -> None:
    known = habit(list(range(WEEK)), [1 / WEEK] * WEEK)

    assert known is not None
    assert min(known.waits) == pytest.approx(6)
    assert max(known.waits) == pytest.approx(6)


def test_an_hour_in_which_they_never_wrote_is_none_of_theirs_however_likely_it_is() -> None:
    at_ten = [0.0] * WEEK
    at_ten[10] = 1.0

    known = habit(EVENINGS, [share + 1e-6 for share in at_ten])

    assert known is not None
    assert not known.answers(MONDAY + 10 * HOUR)


def test_an_hour_in_which_they_wrote_once_is_none_of_theirs_where_they_soon_write_more() -> None:
    known = habit([16, *EVENINGS * 8], prior())

    assert known is not None
    assert not known.answers(MONDAY + 16 * HOUR)
    assert known.answers(MONDAY + 19 * HOUR)


def test_within_an_hour_the_wait_passes_evenly_into_the_next_hours() -> None:
    known = habit(EVENINGS, prior())
    assert known is not None
    ten, eleven = known.waits[10:12]

    assert known.wait(MONDAY + 10 * HOUR + HOUR / 4) == pytest.approx(0.75 * ten + 0.25 * eleven)
    assert known.wait(MONDAY + 10 * HOUR + HOUR / 100) == pytest.approx(
        0.99 * ten + 0.01 * eleven, rel=1e-9
    )


def test_the_wait_runs_down_towards_an_answering_hour() -> None:
    known = habit(EVENINGS * 4, prior())
    assert known is not None

    afternoon = [known.wait(MONDAY + 14 * HOUR + n * HOUR / 4) for n in range(16)]

    assert all(later < earlier for earlier, later in pairwise(afternoon))


def test_the_expected_wait_is_the_average_of_the_waits_of_a_life_lived_by_these_rates() -> None:
    known = habit(EVENINGS, prior())
    assert known is not None
    rates = _rates(known.waits)
    dice = random.Random(7)

    for hour in (0, 10, 19, 20, 130):
        lived = [_lived(rates, hour, dice) for _ in range(4000)]
        assert sum(lived) / len(lived) == pytest.approx(known.waits[hour], rel=0.08)


def _rates(waits: tuple[float, ...]) -> list[float]:
    """Work the rates back out of the waits, hour by hour, by halving."""
    return [_rate(wait, waits[(hour + 1) % WEEK]) for hour, wait in enumerate(waits)]


def _rate(wait: float, later: float) -> float:
    from math import exp

    low, high = 1e-9, 50.0
    for _ in range(200):
        rate = (low + high) / 2
        found = (1 - exp(-rate)) / rate + exp(-rate) * later
        low, high = (rate, high) if found > wait else (low, rate)
    return rate


def _lived(rates: list[float], hour: int, dice: random.Random) -> float:
    left, passed = dice.expovariate(1), 0
    while (rate := rates[(hour + passed) % WEEK]) < left:
        left, passed = left - rate, passed + 1
    return passed + left / rate


@settings(deadline=None)
@given(st.lists(st.integers(0, WEEK - 1), min_size=3, max_size=60))
def test_whatever_somebody_did_an_answer_is_expected_within_the_week(hours: list[int]) -> None:
    known = habit(hours, prior())

    assert known is not None
    assert all(0 < wait < WEEK for wait in known.waits)
    assert habit(hours, prior()) == known
