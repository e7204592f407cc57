"""F10, F24 and F28: a number that rests, a backlog that drains, words that nobody can read."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa

from bot.channels.moods import Behaviour, Mood
from bot.domain.failpoints import watch
from bot.domain.model import Author, Channel, State
from bot.domain.retrying import FIRST_REST
from bot.store.schema import messages
from tests.factories import HOUR, candidate, completed
from tests.world import World, world

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
AWAY = Mood(behaviour=Behaviour.AWAY)
MOST = 82
"""Messages of one number in any one second."""


@pytest.fixture
def house(database_url: str) -> Iterator[World]:
    with world(database_url) as opened:
        yield opened
    watch(None)


@pytest.fixture
def small(sqlite_url: str) -> Iterator[World]:
    with world(sqlite_url) as opened:
        yield opened
    watch(None)


def phone(number: int) -> str:
    return f"+4477009{number:05}"


def many(number: int, at: datetime) -> list[dict[str, Any]]:
    """As many interviews that ended at one moment."""
    return [
        completed(
            at,
            candidate=candidate(f"cand-{one}", phone=phone(one)),
            process=f"app-{one}",
        )
        | {"id": f"completed-{one}"}
        for one in range(number)
    ]


def left(house: World) -> list[tuple[datetime, str]]:
    """When what left, in order."""
    with house.store.read() as tx:
        query = sa.select(messages.c.left_at, messages.c.kind).where(
            messages.c.left_at.is_not(None)
        )
        return sorted((row.left_at, row.kind) for row in tx.connection.execute(query))


def in_the_worst_second(moments: list[datetime]) -> int:
    return max(bisect_left(moments, at + SECOND) - first for first, at in enumerate(moments))


def alerts(house: World) -> list[str]:
    return [task for task in house.tasks() if task.startswith("Nothing leaves by WhatsApp")]


# --- a mass mailing -----------------------------------------------------------------------------


def test_a_mass_mailing_keeps_the_pace_and_an_answer_goes_before_it(small: World) -> None:
    small.happens(*many(120, small.clock.now()))
    small.passes(39 * MINUTE + 59 * SECOND)
    small.receives("What happens next?", address=phone(7))
    small.passes(20 * SECOND)

    moments = [at for at, _ in left(small)]
    assert len(moments) == 121
    assert in_the_worst_second(moments) <= MOST
    (answered,) = (at for at, kind in left(small) if kind == "reply")
    wrote = small.clock.now() - 20 * SECOND
    assert answered - wrote <= 7 * SECOND  # the pause for a burst, and no more


def test_one_candidate_gets_ten_at_once_and_then_one_in_six_seconds(house: World) -> None:
    house.receives("Hello")
    with house.store.read() as tx:
        seen = tx.history.last_inbound(house.conversation)
    for number in range(13):
        house.hearback.desk.reply(
            house.conversation, house.recruiter, f"Word {number}", once=str(number), seen=seen
        )
    house.passes(MINUTE)

    assert house.texts == [f"Word {number}" for number in range(13)]
    moments = [at for at, _ in left(house)]
    assert moments[9] - moments[0] < SECOND
    gaps = [later - earlier for earlier, later in pairwise(moments[9:])]
    assert all(gap >= 6 * SECOND for gap in gaps)


def test_parts_of_an_answer_keep_their_order_when_the_first_is_refused_for_now(
    house: World,
) -> None:
    house.receives("Hello")
    now = house.clock.now()
    with house.store.begin() as tx:
        talk = tx.conversations.find(house.conversation, for_update=True)
        tx.messages.handled([row.id for row in tx.messages.unread(talk.id)])
        for part in range(3):
            tx.messages.add(
                talk,
                author=Author.BOT,
                kind="reply",
                key=f"reply:1:{part}",
                body=f"Part {part}",
                wording="thanks.1.en",
                due_at=now,
            )
        tx.conversations.reset_alarm(talk.id, now)
    house.carrier.next_moods(Mood(behaviour=Behaviour.REFUSES, code="20429"))
    house.passes(MINUTE)

    assert house.texts == ["Part 0", "Part 1", "Part 2"]


# --- the number rests ---------------------------------------------------------------------------


def test_f4_after_five_failures_nothing_is_tried_until_one_message_may(small: World) -> None:
    tried: list[str] = []
    watch(lambda place: tried.append(place) if place == "carrier.answered" else None)
    small.carrier.mood = AWAY
    small.happens(*many(8, small.clock.now()))
    small.passes(40 * MINUTE + FIRST_REST - SECOND)
    assert len(tried) == 5
    assert len(alerts(small)) == 1

    small.passes(2 * SECOND)
    assert len(tried) == 6

    small.passes(HOUR)
    assert len(tried) < 20
    assert len(alerts(small)) == 1
    waiting = [row for row in small.rows("thank_you") if row.state is State.READY]
    assert len(waiting) == 8
    assert all("number" in row.reason and row.due_at is not None for row in waiting)


def test_f4_when_the_carrier_is_back_everything_leaves_at_its_pace_and_the_alert_ends(
    small: World,
) -> None:
    small.carrier.mood = AWAY
    small.happens(*many(100, small.clock.now()))
    small.passes(41 * MINUTE)
    small.receives("What happens next?", address=phone(7))
    small.passes(9 * SECOND)
    small.carrier.mood = Mood()
    small.passes(15 * MINUTE)

    assert len(small.carrier.taken) == 101
    assert in_the_worst_second([at for at, _ in left(small)]) <= MOST
    kinds = [kind for _, kind in left(small)]
    assert "reply" in kinds[:3]  # behind no more than the message that tried
    assert alerts(small) == []


def test_f4_answers_that_get_lost_open_it_too_and_what_may_have_left_is_not_repeated(
    small: World,
) -> None:
    small.carrier.mood = Mood(behaviour=Behaviour.DROPS_ANSWER)
    small.happens(*many(8, small.clock.now()))
    small.passes(40 * MINUTE + SECOND)
    assert len(alerts(small)) == 1
    small.carrier.mood = Mood()
    small.passes(HOUR)

    assert len(small.carrier.taken) == 8
    assert alerts(small) == []


# --- F10: STOP -----------------------------------------------------------------------------------


def test_f10_a_stop_while_a_message_is_claimed_keeps_it_from_leaving(house: World) -> None:
    def stop(place: str) -> None:
        if place == "send.committed":
            watch(None)
            house.receives("STOP")

    house.happens(completed())
    watch(stop)
    house.passes(HOUR)

    assert house.kinds() == ["opt_out_ack"]


def test_f10_a_stop_cancels_a_thousand_messages_that_wait(small: World) -> None:
    small.receives("Hello")
    now = small.clock.now()
    with small.store.begin() as tx:
        talk = tx.conversations.find(small.conversation, for_update=True)
        tx.messages.handled([row.id for row in tx.messages.unread(talk.id)])
        for number in range(1000):
            tx.messages.add(
                talk,
                author=Author.BOT,
                kind="reply",
                key=f"reply:{number}:0",
                body=f"Word {number}",
                due_at=now + MINUTE,
            )
        tx.conversations.reset_alarm(talk.id, now)

    small.receives("STOP")
    small.passes(HOUR)

    assert small.kinds() == ["opt_out_ack"]
    with small.store.read() as tx:
        assert tx.people.consent(talk.person_id, Channel.WHATSAPP).revoked


# --- F24: words that nobody can read --------------------------------------------------------------


def test_f24_a_message_that_breaks_every_turn_is_parked_and_hinders_nobody(house: World) -> None:
    def break_one(place: str) -> None:
        if place == "turn.decided" and "poison" in unread(house):
            raise RuntimeError("this cannot be read")

    watch(break_one)
    house.receives("poison")
    house.passes(HOUR)
    house.writes("What happens next?", address=phone(1))

    assert [row.body for row in dead(house)] == ["poison"]
    assert any("got stuck in the conversation" in task for task in house.tasks())
    assert len(house.texts) == 1


def test_f24_a_recruiter_lets_the_bot_try_again(house: World) -> None:
    def break_all(place: str) -> None:
        if place == "turn.decided":
            raise RuntimeError("this cannot be read")

    watch(break_all)
    house.receives("What happens next?")
    house.passes(HOUR)
    assert len(dead(house)) == 1
    watch(None)

    house.hearback.mending.read_again(house.conversation, house.recruiter)
    house.passes(MINUTE)

    assert dead(house) == []
    assert len(house.texts) == 1
    assert not any("got stuck" in task for task in house.tasks())


def test_f24_an_event_that_failed_five_times_may_try_again(house: World) -> None:
    def break_all(place: str) -> None:
        if place == "plan.begun":
            raise RuntimeError("no effect")

    watch(break_all)
    house.hearback.receive_event("test", completed())
    for _ in range(6):
        try_to_plan(house)
    assert any("had no effect" in task for task in house.tasks())
    watch(None)

    house.hearback.mending.take_in_again(the_event(house), house.recruiter)
    house.passes(HOUR)

    assert house.kinds() == ["thank_you"]
    assert not any("had no effect" in task for task in house.tasks())


def unread(house: World) -> str:
    with house.store.read() as tx:
        query = sa.select(messages.c.body).where(messages.c.state == State.RECEIVED.value)
        return " ".join(tx.connection.execute(query).scalars())


def dead(house: World) -> list[Any]:
    with house.store.read() as tx:
        query = sa.select(messages).where(messages.c.state == State.DEAD.value)
        return list(tx.connection.execute(query))


# --- F28: a backlog after an outage ---------------------------------------------------------------


def test_f28_after_an_outage_the_freshest_go_first_and_stale_answers_do_not_go(
    small: World,
) -> None:
    small.carrier.mood = AWAY
    for one in range(6):
        small.receives("What happens next?", address=phone(one))
        small.passes(5 * HOUR)
    small.carrier.mood = Mood()
    small.passes(20 * MINUTE)

    answered = [message.to for message in small.carrier.taken]
    assert answered == [phone(one) for one in (5, 4, 3, 2)]
    stale = [task for task in small.tasks() if "did not leave: expired" in task]
    assert len(stale) == 2


def test_f28_an_answer_that_the_window_has_closed_for_is_a_persons(house: World) -> None:
    house.happens(completed())
    house.passes(HOUR)
    house.receives("MY DATA")
    house.restarts(after=48 * HOUR)
    house.passes(MINUTE)

    assert house.states("data_request_ack") == [State.FAILED]
    assert any("did not leave" in task for task in house.tasks())


def test_f28_stages_are_asked_about_again_and_leave_at_the_pace(small: World) -> None:
    small.happens(*many(100, small.clock.now()))
    small.clock.move_to(small.clock.now() + 8 * HOUR)  # and nobody works
    withdrawn = candidate("cand-0", phone=phone(0))
    now = small.clock.now()
    small.hearback.receive_event(
        "test",
        completed(now, candidate=withdrawn, process="app-0")
        | {"type": "process.withdrawn", "id": "gone", "interview": None},
    )
    small.passes(15 * MINUTE)

    assert {message.to for message in small.carrier.taken} == {phone(one) for one in range(1, 100)}
    assert in_the_worst_second([at for at, _ in left(small)]) <= MOST


def the_event(house: World) -> Any:
    from bot.store.schema import events

    with house.store.read() as tx:
        return tx.connection.execute(sa.select(events.c.id)).scalar_one()


def try_to_plan(house: World) -> None:
    with pytest.raises(RuntimeError, match="no effect"):
        house.hearback.intake.plan(the_event(house))
