"""The pace of a number, on SQLite and on PostgreSQL alike: how fast, who first, and its rests."""

from __future__ import annotations

import random
from bisect import bisect_left
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from bot.domain.pacing import FOR_EVER, LATE, SOON, WHATSAPP, Slot
from bot.domain.retrying import FIRST_REST, LONGEST_REST, MENDING, OPENS_AFTER, PROBE
from bot.store import Store
from tests.factories import NOON

NUMBER = "+12025550100"
EVERY = WHATSAPP.every
SECOND, A_BIT = timedelta(seconds=1), timedelta(milliseconds=1)
MOST = 82
"""Messages in any one second, of 80 that are allowed."""


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    with store.alone() as tx:
        assert tx.senders.know(NUMBER)
        assert not tx.senders.know(NUMBER)
    yield store
    store.close()


def answer(store: Store, now: datetime) -> Slot | None:
    with store.alone() as tx:
        return tx.senders.book(NUMBER, EVERY, now)


def stage(store: Store, now: datetime) -> Slot | None:
    with store.alone() as tx:
        return tx.senders.book(NUMBER, EVERY, now, within=SOON)


def in_the_worst_second(moments: list[datetime]) -> int:
    ordered = sorted(moments)
    return max(bisect_left(ordered, at + SECOND) - first for first, at in enumerate(ordered))


# --- how fast -----------------------------------------------------------------------------


def test_slots_follow_each_other_and_none_is_saved_up(store: Store) -> None:
    together = [answer(store, NOON) for _ in range(3)]
    later = [answer(store, NOON + 60 * SECOND) for _ in range(2)]

    waits = [slot.wait for slot in together + later if slot is not None]
    assert waits == pytest.approx([0 * EVERY, EVERY, 2 * EVERY, 0 * EVERY, EVERY], abs=A_BIT)


def test_a_mass_mailing_and_answers_together_keep_the_pace_however_late_each_is(
    store: Store,
) -> None:
    chance, now, sent, waited = random.Random(7), NOON, [], []
    with store.alone() as tx:
        for _ in range(1000):
            now += chance.choice((0, 1, 4, 30)) * A_BIT
            is_answer = chance.random() < 0.15
            within = FOR_EVER if is_answer else SOON
            slot = tx.senders.book(NUMBER, EVERY, now, within=within)
            if slot is not None:
                sent.append(now + slot.wait + chance.random() * LATE * EVERY)
                waited += [slot.wait] if is_answer else []

    assert len(sent) > 500
    assert in_the_worst_second(sent) <= MOST
    assert max(waited) <= SOON + 5 * EVERY  # behind what was booked, and behind each other


def test_a_stage_books_only_what_is_near(store: Store) -> None:
    with store.alone() as tx:
        booked = [tx.senders.book(NUMBER, EVERY, NOON, within=SOON) for _ in range(60)]

    near = [slot.wait for slot in booked if slot is not None]
    assert max(near) <= SOON
    assert len(near) == pytest.approx(SOON / EVERY, abs=1)
    later = stage(store, NOON + SECOND)
    assert later is not None and later.wait == timedelta()


def test_ten_thousand_stages_never_hold_an_answer_up(store: Store) -> None:
    with store.alone() as tx:
        for _ in range(60):
            tx.senders.book(NUMBER, EVERY, NOON, within=SOON)
        waits = [tx.senders.line_up(NUMBER, SECOND, NOON) for _ in range(200)]

    slot = answer(store, NOON)

    assert slot is not None and slot.wait <= SOON + EVERY
    assert max(waits) > timedelta(minutes=3)


def test_the_line_of_stages_is_as_long_as_their_pace_makes_it(store: Store) -> None:
    with store.alone() as tx:
        waits = [tx.senders.line_up(NUMBER, EVERY, NOON) for _ in range(80)]

    assert waits == sorted(waits)
    assert waits[-1] - waits[0] == pytest.approx(79 * EVERY, abs=A_BIT)


def test_processes_share_one_pace(store: Store) -> None:
    with ThreadPoolExecutor(8) as together:
        slots = list(together.map(lambda _: answer(store, NOON), range(80)))

    waits = sorted(slot.wait for slot in slots if slot is not None)
    assert waits == pytest.approx([number * EVERY for number in range(80)], abs=A_BIT)


# --- its rests ----------------------------------------------------------------------------


def fails(store: Store, now: datetime, *, alone: bool = False, mending: bool = False) -> bool:
    with store.alone() as tx:
        return tx.senders.failed(NUMBER, now, alone=alone, mending=mending)


def rests(store: Store, now: datetime) -> timedelta:
    with store.alone() as tx:
        return tx.senders.rests(NUMBER, now)


def test_five_failures_in_a_row_make_a_number_rest(store: Store) -> None:
    told = [fails(store, NOON) for _ in range(OPENS_AFTER)]

    assert told == [False] * (OPENS_AFTER - 1) + [True]
    assert rests(store, NOON) == FIRST_REST
    assert answer(store, NOON) is None
    assert stage(store, NOON + 29 * SECOND) is None


def test_an_answer_of_the_carrier_between_failures_starts_the_count_anew(store: Store) -> None:
    for _ in range(OPENS_AFTER - 1):
        fails(store, NOON)
    with store.alone() as tx:
        assert tx.senders.works(NUMBER)
        assert not tx.senders.works(NUMBER)

    assert not any(fails(store, NOON) for _ in range(OPENS_AFTER - 1))
    assert answer(store, NOON) is not None


def test_what_was_under_way_does_not_make_a_rest_longer(store: Store) -> None:
    for _ in range(OPENS_AFTER + 5):
        fails(store, NOON)

    assert rests(store, NOON) == FIRST_REST


def test_after_a_rest_one_message_tries_alone(store: Store) -> None:
    for _ in range(OPENS_AFTER):
        fails(store, NOON)
    over = NOON + FIRST_REST

    trying = answer(store, over)

    assert trying is not None and trying.alone
    assert [answer(store, over), stage(store, over + SECOND)] == [None, None]
    assert answer(store, over + PROBE) is not None


def test_each_failed_try_doubles_the_rest_up_to_ten_minutes(store: Store) -> None:
    now, lengths = NOON, []
    for _ in range(OPENS_AFTER):
        fails(store, now)
    for _ in range(8):
        lengths.append(rests(store, now))
        now += lengths[-1]
        assert answer(store, now) is not None
        assert not fails(store, now, alone=True)

    assert lengths[:3] == [FIRST_REST, 2 * FIRST_REST, 4 * FIRST_REST]
    assert lengths[-1] == LONGEST_REST


def test_once_it_works_everybody_may_send_again(store: Store) -> None:
    for _ in range(OPENS_AFTER):
        fails(store, NOON)
    over = NOON + FIRST_REST
    answer(store, over)

    with store.alone() as tx:
        assert tx.senders.works(NUMBER)

    assert answer(store, over) is not None
    assert stage(store, over) is not None


def test_an_account_that_has_to_be_mended_rests_at_once_and_is_told_of_once(store: Store) -> None:
    assert fails(store, NOON, mending=True)
    assert rests(store, NOON) == MENDING

    over = NOON + MENDING
    answer(store, over)
    assert not fails(store, over, alone=True, mending=True)


def test_stages_line_up_behind_a_rest(store: Store) -> None:
    fails(store, NOON, mending=True)

    with store.alone() as tx:
        first = tx.senders.line_up(NUMBER, EVERY, NOON)
        second = tx.senders.line_up(NUMBER, EVERY, NOON)

    assert first == pytest.approx(MENDING, abs=A_BIT)
    assert second - first == pytest.approx(EVERY, abs=A_BIT)
