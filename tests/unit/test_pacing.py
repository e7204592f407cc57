"""How fast messages may leave for one candidate, and what a pace is made of."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.pacing import EMAIL, WHATSAPP, Slot, may_follow
from bot.domain.retrying import OPENS_AFTER
from tests.factories import NOON

SECOND = timedelta(seconds=1)


def test_eighty_a_second_are_one_every_twelve_and_a_half_milliseconds() -> None:
    assert WHATSAPP.every == timedelta(milliseconds=12.5)
    assert EMAIL.every == timedelta(milliseconds=500)


def test_a_message_counts_for_a_minute() -> None:
    assert WHATSAPP.remembers == timedelta(minutes=1)
    assert EMAIL.remembers == timedelta()


@pytest.mark.parametrize("left", range(WHATSAPP.burst))
def test_fewer_than_ten_may_be_followed_at_once(left: int) -> None:
    assert may_follow([NOON] * left, WHATSAPP) is None


def test_the_eleventh_waits_six_seconds_from_the_last() -> None:
    left = [NOON + number * SECOND for number in range(10)]

    assert may_follow(left, WHATSAPP) == NOON + 15 * SECOND
    assert may_follow(left[::-1], WHATSAPP) == NOON + 15 * SECOND


def test_e_mail_knows_no_pace_for_one_candidate() -> None:
    assert may_follow([NOON] * 50, EMAIL) is None


@given(st.lists(st.floats(0, 90), min_size=1, max_size=60))
def test_no_candidate_gets_more_than_a_burst_and_one_in_six_seconds(wishes: list[float]) -> None:
    left = []
    for wish in sorted(wishes):
        now = max(NOON + wish * SECOND, *left, NOON)
        lately = [at for at in left if at >= now - WHATSAPP.remembers]
        left.append(may_follow(lately, WHATSAPP) or now)

    for number, at in enumerate(left):
        within = [one for one in left[: number + 1] if one > at - WHATSAPP.remembers]
        assert len(within) <= 2 * WHATSAPP.burst


def test_a_slot_after_five_failures_is_for_one_message_alone() -> None:
    slot = Slot(wait=timedelta(), failures=OPENS_AFTER)

    assert slot.alone
    assert not replace(slot, failures=OPENS_AFTER - 1).alone
