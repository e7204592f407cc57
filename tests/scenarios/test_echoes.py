"""A colleague writes to a candidate in WhatsApp's own app, on the same number as the bot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from bot.domain.model import Author, MessageId, State
from bot.domain.ports import Echo, Report
from bot.domain.retrying import Reaction
from tests.factories import PHONE, completed
from tests.world import World, world

MINUTE = timedelta(minutes=1)
NUMBERS = count()


@pytest.fixture
def house(database_url: str) -> Iterator[World]:
    """Daniel was thanked for an interview."""
    with world(database_url) as house:
        house.happens(completed())
        house.passes(timedelta(hours=3))
        yield house


def writes_past_us(house: World, text: str = "I'll call you at five", to: str = PHONE) -> Echo:
    echo = Echo(
        provider_id=f"wamid.{next(NUMBERS)}",
        address=to,
        sender=house.hearback.carrier.sender,
        text=text,
        at=house.clock.now(),
    )
    house.hearback.echoes.take(echo)
    return echo


def becomes(house: World, echo: Echo, state: State, **told: object) -> None:
    report = Report(
        provider_id=echo.provider_id, reference=None, status=state, at=house.clock.now()
    )
    house.hearback.settler.report(replace(report, **told))  # type: ignore[arg-type]


def reason(house: World) -> str | None:
    with house.store.read() as tx:
        handoff = tx.handoffs.current(house.conversation)
    return handoff.reason if handoff else None


def test_it_stands_in_the_thread_as_a_colleagues_and_silences_the_bot(house: World) -> None:
    read = len(house.texts)

    writes_past_us(house)
    house.writes("Great. And what happens next?")

    [row] = house.rows("elsewhere")
    assert (row.author, row.state, row.body) == (
        Author.PERSON,
        State.SENT,
        "I'll call you at five",
    )
    assert reason(house) == "elsewhere"
    assert len(house.texts) == read


def test_what_the_bot_was_about_to_say_is_dropped(house: World) -> None:
    read = len(house.texts)
    house.receives("What happens next?")

    writes_past_us(house)
    house.passes(MINUTE)

    assert len(house.texts) == read


def test_whoever_gives_the_conversation_back_lets_the_bot_speak_again(house: World) -> None:
    writes_past_us(house)

    house.hearback.desk.release(house.conversation, house.recruiter, "done")
    house.writes("What happens next?")

    assert reason(house) is None
    assert house.kinds()[-1] == "reply"


def test_what_comes_days_late_silences_nobody(house: World) -> None:
    echo = writes_past_us(house, to="+34600999888")
    house.passes(timedelta(days=2))

    house.hearback.echoes.take(replace(echo, address=PHONE))

    assert len(house.rows("elsewhere")) == 1
    assert reason(house) is None


def test_told_twice_it_is_one_message(house: World) -> None:
    echo = writes_past_us(house)

    house.hearback.echoes.take(echo)

    assert len(house.rows("elsewhere")) == 1


def test_it_keeps_the_promise_of_an_answer(house: World) -> None:
    house.writes("Can I talk to a person, please?")
    house.passes(MINUTE)

    writes_past_us(house)

    with house.store.read() as tx:
        kept = [row.kept_at for row in house.record().tables["promises"] if row.kind == "answer"]
        assert tx.handoffs.current(house.conversation) is not None
    assert kept == [house.clock.now()]


def test_a_plain_question_is_left_to_the_colleague_although_a_person_was_awaited_before(
    house: World,
) -> None:
    house.writes("Can I talk to a person, please?")
    house.passes(MINUTE)
    read = len(house.texts)

    writes_past_us(house)
    house.writes("Are you a bot?")

    assert reason(house) == "elsewhere"
    assert len(house.texts) == read


def test_who_holds_the_conversation_keeps_it(house: World) -> None:
    house.hearback.desk.take(house.conversation, house.recruiter)

    writes_past_us(house)

    assert reason(house) == "taken"


def test_reports_on_it_climb_as_on_ours(house: World) -> None:
    echo = writes_past_us(house)

    for state in (State.READ, State.DELIVERED, State.SENT):
        becomes(house, echo, state)

    assert house.states("elsewhere") == [State.READ]


@pytest.mark.parametrize("reaction", list(Reaction))
def test_what_failed_is_never_sent_by_us(house: World, reaction: Reaction) -> None:
    echo, read = writes_past_us(house), len(house.texts)

    becomes(house, echo, State.FAILED, code="131000", detail="made up", reaction=reaction)
    house.passes(timedelta(hours=2))

    assert house.states("elsewhere") == [State.FAILED]
    assert len(house.texts) == read
    assert any("message from the WhatsApp app" in task for task in house.tasks())


def test_what_goes_to_somebody_we_do_not_know_is_no_business_of_ours(house: World) -> None:
    writes_past_us(house, to="+34600999888")

    assert house.rows("elsewhere") == []
    assert reason(house) is None


def test_a_number_that_is_a_report_before_it_is_an_echo_is_settled_too(house: World) -> None:
    early = Report(
        provider_id="wamid.early",
        reference=MessageId(999),
        status=State.DELIVERED,
        at=house.clock.now(),
    )
    house.hearback.settler.report(early)
    echo = Echo(
        provider_id="wamid.early",
        address=PHONE,
        sender=house.hearback.carrier.sender,
        text="Hello",
        at=house.clock.now(),
    )

    house.hearback.echoes.take(echo)

    assert house.states("elsewhere") == [State.DELIVERED]
