"""F6, F7 and F11: the same message many times, many messages at once, and a person who steps in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.domain.model import State
from bot.domain.ports import Inbound
from bot.store.pages import unsaid
from bot.store.schema import conversations, messages
from tests.factories import HOUR, PHONE, completed
from tests.faults.dying import watched
from tests.world import World, world

MOMENT, MINUTE = timedelta(milliseconds=200), timedelta(minutes=1)
STRANGER = "+447700900199"


@pytest.fixture
def thanked(database_url: str) -> Iterator[World]:
    with world(database_url) as house:
        house.happens(completed())
        house.passes(HOUR)
        assert house.kinds() == ["thank_you"]
        yield house


def inbound(house: World, number: int = 1, *, address: str = PHONE, **told: object) -> Inbound:
    return Inbound(
        provider_id=f"SM{number}",
        address=address,
        sender=house.carrier.sender,
        at=house.clock.now(),
        **{"text": "What happens next?", **told},  # type: ignore[arg-type]
    )


def at_once(*acts: Callable[[], object]) -> None:
    """Do all of them at the same moment, each in a thread of its own."""
    start, failures = threading.Barrier(len(acts)), []

    def run(act: Callable[[], object]) -> None:
        start.wait()
        try:
            act()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def written(house: World) -> list[str]:
    """The carrier's ids of what candidates wrote."""
    with house.store.read() as tx:
        query = sa.select(messages.c.provider_id).where(messages.c.direction == "in")
        return sorted(tx.connection.execute(query).scalars())


# --- F6 -------------------------------------------------------------------------------------


@pytest.mark.parametrize("times", [2, 50])
def test_f6_a_message_that_is_told_many_times_at_once_is_stored_and_answered_once(
    thanked: World, times: int
) -> None:
    told = inbound(thanked)

    at_once(*[lambda: thanked.hearback.receiver.receive(told)] * times)
    thanked.passes(MINUTE)
    thanked.hearback.receiver.receive(told)
    thanked.passes(MINUTE)

    assert written(thanked) == ["SM1"]
    assert thanked.kinds() == ["thank_you", "reply"]


def test_f6_an_event_that_is_told_many_times_at_once_takes_effect_once(database_url: str) -> None:
    with world(database_url) as house:
        told: list[bool] = []

        at_once(*[lambda: told.append(house.hearback.receive_event("test", completed()))] * 50)
        house.passes(2 * HOUR)

        assert sorted(told) == [False] * 49 + [True]
        assert house.kinds() == ["thank_you"]


# --- F7 -------------------------------------------------------------------------------------


def test_f7_the_pictures_of_an_album_are_answered_together(thanked: World) -> None:
    for number in range(6):
        album = inbound(thanked, number, text="", media=("image/jpeg",))
        thanked.hearback.receiver.receive(album)
        thanked.clock.move_to(thanked.clock.now() + MOMENT / 2)
    thanked.passes(MINUTE)

    assert len(written(thanked)) == 6
    assert thanked.kinds() == ["thank_you", "reply"]


def test_f7_an_album_of_a_stranger_opens_one_conversation(database_url: str) -> None:
    with world(database_url) as house:
        album = [
            inbound(house, number, address=STRANGER, text="", media=("image/jpeg",))
            for number in range(6)
        ]

        receive = house.hearback.receiver.receive
        at_once(*[lambda one=one: receive(one) for one in album])  # type: ignore[misc]
        house.passes(MINUTE)

        assert len(written(house)) == 6
        with house.store.read() as tx:
            opened = tx.connection.execute(sa.select(conversations.c.address)).scalars().all()
        assert opened == [STRANGER]
        assert len(house.texts) == 1


def test_f7_two_texts_a_moment_apart_are_one_question(thanked: World) -> None:
    thanked.receives("Thanks!")
    thanked.clock.move_to(thanked.clock.now() + MOMENT)
    thanked.receives("What happens next?")
    thanked.passes(MINUTE)

    assert thanked.kinds() == ["thank_you", "reply"]


# --- F11 ------------------------------------------------------------------------------------

OPEN = ("alarm.rung", "turn.claimed", "turn.decided", "turn.committed", "slot.taken")
"""Places of a turn before anything is on its way, at which no transaction is open."""
LOCKED = ("turn.saved", "send.claimed")
"""Places at which whoever steps in has to wait for the transaction."""
LEAVING = ("send.committed", "carrier.answered", "send.noted")
"""From here on one message may be on its way."""


def taken_over_at(house: World, place: str) -> int:
    """Let a person step in when a turn reaches `place`; return how many messages had left."""
    had_left: list[int] = []

    def take() -> None:
        house.hearback.desk.take(house.conversation, house.recruiter)
        had_left.append(len(house.texts))

    person = threading.Thread(target=take)

    def reached(name: str) -> None:
        if name == place and not had_left and not person.ident:
            person.start()
            if place not in LOCKED:
                person.join()

    with watched(reached):
        house.writes("What happens next?")
        person.join()
    return had_left[0]


@pytest.mark.parametrize("place", [*OPEN, *LOCKED, *LEAVING])
def test_f11_whoever_takes_over_in_the_middle_of_a_turn_is_not_talked_over(
    thanked: World, place: str
) -> None:
    had_left = taken_over_at(thanked, place)
    thanked.passes(50 * HOUR)

    assert len(thanked.texts) <= had_left + (place == "send.committed" or place in LOCKED)
    assert set(thanked.states("reply")) <= {State.HELD, State.CANCELLED, State.DELIVERED}
    assert thanked.states("status_update") == [State.HELD]


def test_f11_what_the_bot_was_about_to_say_is_there_for_whoever_took_over(thanked: World) -> None:
    def written() -> str:
        with thanked.store.read() as tx:
            return unsaid(tx.connection, thanked.conversation)

    taken_over_at(thanked, "turn.committed")
    assert "Dana" in written()

    with thanked.store.read() as tx:
        seen = tx.history.last_inbound(thanked.conversation)
    words = "I will ask, and write tomorrow."
    thanked.hearback.desk.reply(thanked.conversation, thanked.recruiter, words, once="1", seen=seen)
    assert written() == ""


@pytest.mark.parametrize("place", OPEN)
def test_f11_nothing_leaves_that_had_not_begun_to(thanked: World, place: str) -> None:
    taken_over_at(thanked, place)
    thanked.passes(HOUR)

    assert thanked.kinds() == ["thank_you"]
    with thanked.store.read() as tx:
        handoff = tx.handoffs.current(thanked.conversation)
    assert handoff is not None and handoff.holder == "Dana Weiss"
