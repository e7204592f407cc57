"""How long a message waits for its next try, and how long a number rests."""

from datetime import timedelta

import pytest

from bot.domain.retrying import (
    FIRST_PAUSE,
    FIRST_REST,
    LONGEST_REST,
    MOST_ATTEMPTS,
    OPENS_AFTER,
    Reaction,
    pause,
    rest,
)


@pytest.mark.parametrize(("attempts", "times"), [(1, 1), (2, 2), (3, 4), (8, 128)])
def test_a_pause_doubles_with_each_try(attempts: int, times: int) -> None:
    assert pause(attempts, 1.0) == FIRST_PAUSE * times


def test_a_pause_does_not_double_for_ever() -> None:
    assert pause(500, 1.0) == pause(501, 1.0) == FIRST_PAUSE * 2**MOST_ATTEMPTS


@pytest.mark.parametrize("jitter", [0.0, 0.25, 1.0])
def test_jitter_is_full(jitter: float) -> None:
    assert pause(2, jitter) == 2 * FIRST_PAUSE * jitter


def test_some_refusals_have_a_longer_first_pause() -> None:
    minute = timedelta(minutes=1)

    assert [pause(tries, 1.0, first=minute) for tries in (1, 2)] == [minute, 2 * minute]


def test_what_the_carrier_asks_for_is_what_it_gets() -> None:
    assert pause(5, 0.0, asked=7.5) == timedelta(seconds=7.5)
    assert pause(5, 1.0, asked=0.0) == timedelta()


@pytest.mark.parametrize(
    ("failures", "length"),
    [
        (0, timedelta()),
        (OPENS_AFTER - 1, timedelta()),
        (OPENS_AFTER, FIRST_REST),
        (OPENS_AFTER + 1, 2 * FIRST_REST),
        (OPENS_AFTER + 2, 4 * FIRST_REST),
        (OPENS_AFTER + 4, 16 * FIRST_REST),
        (OPENS_AFTER + 5, LONGEST_REST),
        (500, LONGEST_REST),
    ],
)
def test_a_number_rests_from_the_fifth_failure_on_and_longer_each_time(
    failures: int, length: timedelta
) -> None:
    assert rest(failures) == length


def test_only_two_reactions_are_about_the_number() -> None:
    about = {reaction for reaction in Reaction if reaction.of_the_number}

    assert about == {Reaction.PAUSE, Reaction.UNREACHABLE}
