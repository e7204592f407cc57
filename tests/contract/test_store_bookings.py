"""Slots and bookings in the store, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime
from itertools import permutations

import pytest

from bot.domain.booking import Booking, BookingState, Slot, SlotId
from bot.domain.events import JobReport, SlotReport
from bot.domain.model import Channel, ConversationId, PersonId, ProcessId
from bot.domain.story import Story
from bot.store import Store, Tx
from tests.factories import DAY, HOUR, NOON

TAKERS = 24
FRIDAY = NOON + 3 * DAY
OLD = NOON + 2 * DAY


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """Many candidates with a process each, for two jobs."""
    store = Store(database_url)
    with store.begin() as tx:
        jobs = [tx.processes.save_job(JobReport(ref=f"job-{number}")) for number in range(2)]
        for number in range(TAKERS):
            person = tx.people.add(NOON, name=f"Candidate {number}")
            story = Story(opened_at=NOON)
            tx.processes.save(f"app-{number}", person, jobs[number % 2], story)
            owner = _owner(person)
            tx.conversations.with_address(Channel.WHATSAPP, f"+4477009{number:05}", "+1", owner)
    yield store
    store.close()


def _owner(person: PersonId):  # type: ignore[no-untyped-def]
    return lambda: person


def told(ref: str = "s1", starts_at: datetime = FRIDAY, **more: str) -> SlotReport:
    return SlotReport(ref=ref, starts_at=starts_at, ends_at=starts_at + HOUR, **more)


def free(tx: Tx, process: int = 1) -> list[Slot]:
    return tx.slots.free(ProcessId(process), NOON, OLD)


def takes(tx: Tx, slot: SlotId, process: int = 1, now: datetime = NOON) -> Booking | None:
    return tx.bookings.request(
        slot,
        ProcessId(process),
        ConversationId(process),
        interview="int-1",
        stands_at=OLD,
        now=now,
        confirm_by=NOON + DAY,
    )


def test_of_many_who_want_a_slot_at_once_one_gets_it(store: Store) -> None:
    with store.begin() as tx:
        tx.slots.publish(told(), NOON)
        (slot,) = free(tx)
    got: list[int] = []
    start = threading.Barrier(TAKERS)

    def wants(process: int) -> None:
        start.wait()
        if store.doing(lambda tx: takes(tx, slot.id, process)) is not None:
            got.append(process)

    threads = [threading.Thread(target=wants, args=(n + 1,)) for n in range(TAKERS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert len(got) == 1
    with store.read() as tx:
        held = [tx.bookings.standing(ProcessId(n + 1)) for n in range(TAKERS)]
        assert [one.process_id for some in held for one in some] == got
        assert free(tx) == []


def test_many_who_want_any_of_a_few_slots_share_none(store: Store) -> None:
    with store.begin() as tx:
        for number in range(5):
            tx.slots.publish(told(f"s{number}", FRIDAY + number * HOUR), NOON)
        slots = [slot.id for slot in free(tx)]
    got: list[SlotId] = []
    start = threading.Barrier(TAKERS)

    def wants(process: int) -> None:
        start.wait()
        for slot in (*slots[process % 5 :], *slots[: process % 5]):
            if store.doing(lambda tx, slot=slot: takes(tx, slot, process)) is not None:
                got.append(slot)
                return

    threads = [threading.Thread(target=wants, args=(n + 1,)) for n in range(TAKERS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert sorted(got) == sorted(slots)


def test_a_slot_that_is_past_withdrawn_or_unknown_is_nobodys(store: Store) -> None:
    with store.begin() as tx:
        tx.slots.publish(told("s1"), NOON)
        tx.slots.publish(told("s2"), NOON)
        one, two = free(tx)
        tx.slots.withdraw("s1", NOON + HOUR)

        assert takes(tx, one.id) is None
        assert takes(tx, two.id, now=FRIDAY) is None
        assert takes(tx, SlotId(99)) is None


@pytest.mark.parametrize("state", [BookingState.DECLINED, BookingState.DROPPED])
def test_what_did_not_come_off_is_free_for_others(store: Store, state: BookingState) -> None:
    with store.begin() as tx:
        tx.slots.publish(told(), NOON)
        (slot,) = free(tx)
        mine = takes(tx, slot.id, 1)
        assert mine is not None

        assert takes(tx, slot.id, 2) is None
        assert tx.bookings.settle(mine, state, NOON + HOUR)

        assert takes(tx, slot.id, 2) is not None


def test_who_was_declined_is_not_offered_the_same_slot_again(store: Store) -> None:
    with store.begin() as tx:
        tx.slots.publish(told(), NOON)
        mine = takes(tx, free(tx)[0].id)
        assert mine is not None

        tx.bookings.settle(mine, BookingState.DECLINED, NOON)

        assert free(tx, 1) == []
        assert len(free(tx, 2)) == 1


def test_a_booking_is_settled_once(store: Store) -> None:
    with store.begin() as tx:
        tx.slots.publish(told(), NOON)
        mine = takes(tx, free(tx)[0].id)
        assert mine is not None

        assert tx.bookings.settle(mine, BookingState.CONFIRMED, NOON)
        assert not tx.bookings.settle(mine, BookingState.DECLINED, NOON)

        assert tx.bookings.find(mine.id).state is BookingState.CONFIRMED


def test_slots_are_for_everybody_one_job_or_one_process(store: Store) -> None:
    with store.begin() as tx:
        tx.slots.publish(told("all", FRIDAY), NOON)
        tx.slots.publish(told("job", FRIDAY + HOUR, job="job-1"), NOON)
        tx.slots.publish(told("one", FRIDAY + 2 * HOUR, process="app-1"), NOON)
        tx.slots.publish(told("old", OLD), NOON)
        tx.slots.publish(told("gone", NOON), NOON)

        starts = [[slot.starts_at - FRIDAY for slot in free(tx, process)] for process in (1, 2, 4)]

    assert starts == [[0 * HOUR], [0 * HOUR, HOUR, 2 * HOUR], [0 * HOUR, HOUR]]


def test_reports_about_a_slot_may_come_in_any_order(store: Store) -> None:
    for number, order in enumerate(permutations(range(3))):
        ref = f"s{number}"
        with store.begin() as tx:
            reports = [
                lambda tx=tx, ref=ref: tx.slots.publish(told(ref), NOON),
                lambda tx=tx, ref=ref: tx.slots.withdraw(ref, NOON + HOUR),
                lambda tx=tx, ref=ref: tx.slots.publish(told(ref, FRIDAY + HOUR), NOON + 2 * HOUR),
            ]
            for one in order:
                reports[one]()

    with store.read() as tx:
        assert {slot.starts_at for slot in free(tx)} == {FRIDAY + HOUR}
        assert len(free(tx)) == 6


def test_who_is_erased_holds_nothing(store: Store) -> None:
    with store.begin() as tx:
        tx.slots.publish(told(), NOON)
        tx.slots.publish(told("theirs", FRIDAY + HOUR, process="app-0", place="Room"), NOON)
        mine = takes(tx, free(tx)[0].id)
        assert mine is not None
        (row,) = [one for one in tx.processes.of_person(PersonId(1))]
        assert row.id == 1

        assert tx.bookings.forget(PersonId(1), NOON) == [mine.id]

        assert tx.bookings.standing(ProcessId(1)) == []
        assert [slot.starts_at for slot in free(tx, 2)] == [FRIDAY]
        assert [slot.starts_at for slot in free(tx, 1)] == [FRIDAY]
