"""F8 and F9: messages and reports that come late, twice, in any order, or not by webhook at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import permutations

import pytest

from bot.domain.model import Channel, State
from bot.domain.ports import CannotTell, Report
from bot.outreach.orphans import KEPT
from tests.factories import DAY, HOUR, PHONE, completed
from tests.fakes.answers import Answer, Kind
from tests.wired import Wired, wired

MINUTE = timedelta(minutes=1)


@pytest.fixture
def house(database_url: str) -> Iterator[Wired]:
    with wired(database_url) as opened:
        opened.catches_up()  # from here on, what comes in is ours
        yield opened


@pytest.fixture
def small(sqlite_url: str) -> Iterator[Wired]:
    with wired(sqlite_url) as opened:
        yield opened


def inbound(house: Wired) -> list[str]:
    """What candidates wrote, in the order that it is read."""
    with house.store.read() as tx:
        return [row.body for row in tx.messages.all() if row.direction == "in"]


# --- F8: messages ---------------------------------------------------------------------------


def test_f8_what_no_webhook_told_is_fetched_and_answered(house: Wired) -> None:
    house.carrier.writes(PHONE, "What happens next?")
    house.carrier.writes(PHONE, "And when?")
    assert inbound(house) == []

    house.passes(4 * MINUTE)
    house.catches_up()
    house.passes(MINUTE)

    assert inbound(house) == ["What happens next?", "And when?"]
    assert house.states("reply") != []


def test_f8_what_came_by_webhook_is_not_taken_in_again(house: Wired) -> None:
    sid = house.carrier.writes(PHONE, "Hello")
    house.receives("Hello", provider_id=sid)
    for _ in range(3):
        house.passes(4 * MINUTE)
        house.catches_up()

    assert inbound(house) == ["Hello"]


def test_f8_the_time_is_the_carriers(house: Wired) -> None:
    wrote = house.clock.now()
    house.carrier.writes(PHONE, "Hello")
    house.passes(8 * HOUR)
    house.catches_up()

    with house.store.read() as tx:
        assert tx.conversations.find(house.conversation).last_inbound_at == wrote


@pytest.mark.parametrize("order", list(permutations((0, 1, 2))))
def test_f8_messages_fetched_in_any_order_open_the_window_at_the_newest(
    small: Wired, order: tuple[int, ...]
) -> None:
    now = small.clock.now()
    for hours in order:
        small.receives("Hello", at=now - hours * HOUR)

    with small.store.read() as tx:
        assert tx.conversations.find(small.conversation).last_inbound_at == now


def test_f8_what_is_older_than_a_day_opens_nothing_and_is_a_persons_to_answer(
    house: Wired,
) -> None:
    house.carrier.writes(PHONE, "What happens next?")
    house.passes(25 * HOUR)
    house.catches_up()
    house.passes(MINUTE)

    assert inbound(house) == ["What happens next?"]
    assert house.carrier.posts == []
    assert "it only came in now: read it and answer" in house.tasks()[0]


def test_f8_a_stop_counts_however_late_it_comes(house: Wired) -> None:
    house.happens(completed())
    house.carrier.writes(PHONE, "STOP")
    house.passes(30 * MINUTE)
    house.catches_up()
    house.passes(2 * DAY)

    assert [taken for taken in house.carrier.taken if taken.content_sid] == []
    with house.store.read() as tx:
        person = tx.people.known_as("phone", PHONE)
        assert person is not None
        assert tx.people.consent(person, Channel.WHATSAPP).revoked


def test_f8_a_start_that_was_written_after_a_late_stop_stands(house: Wired) -> None:
    house.happens(completed())
    house.carrier.writes(PHONE, "STOP")
    house.passes(MINUTE)
    house.receives("START")
    house.passes(4 * MINUTE)
    house.catches_up()

    with house.store.read() as tx:
        person = tx.people.known_as("phone", PHONE)
        assert person is not None
        assert tx.people.consent(person, Channel.WHATSAPP).granted


def test_f8_what_was_written_before_our_time_is_not_ours(sqlite_url: str) -> None:
    with wired(sqlite_url) as house:
        house.carrier.writes(PHONE, "Hello", at=house.clock.now() - 2 * HOUR)

        house.catches_up()

        assert inbound(house) == []


def test_f8_nothing_is_skipped_while_the_carrier_cannot_be_asked(house: Wired) -> None:
    house.carrier.writes(PHONE, "Hello")
    house.carrier.will_list(Answer(kind=Kind.HTML, status=502), Answer(kind=Kind.DROP))
    for _ in range(2):
        house.passes(4 * MINUTE)
        house.catches_up()
        assert inbound(house) == []
    house.passes(3 * HOUR)

    house.catches_up()

    assert inbound(house) == ["Hello"]


def test_f8_one_process_asks_at_a_time(house: Wired) -> None:
    house.passes(4 * MINUTE)
    with house.store.begin() as tx:
        name, now = house.hearback.rounds[0].name, house.clock.now()
        first = tx.polls.ring(name, now, 10 * MINUTE)
        second = tx.polls.ring(name, now, 10 * MINUTE)
        later = tx.polls.ring(name, now + 10 * MINUTE, 10 * MINUTE)

    assert first is not None
    assert second is None
    assert later is not None  # whoever had begun is taken for dead


def test_f8_many_pages_are_read_to_their_end(small: Wired, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.twilio_list.PAGE", 3)
    small.catches_up()
    for number in range(10):
        small.carrier.writes(f"+4477009002{number:02}", f"Hello {number}")
    small.passes(4 * MINUTE)

    small.catches_up()

    assert inbound(small) == [f"Hello {number}" for number in range(10)]


# --- F9: reports --------------------------------------------------------------------------------


@pytest.mark.parametrize("order", list(permutations(("sent", "delivered", "read"))))
def test_f9_reports_in_any_order_before_the_carriers_answer_end_at_the_highest(
    small: Wired, order: tuple[str, ...]
) -> None:
    """The callback is faster than the answer to our request."""
    small.carrier.will(Answer(first=order))
    small.happens(completed())
    small.passes(41 * MINUTE)

    assert small.states("thank_you") == [State.READ]


@pytest.mark.parametrize("order", list(permutations(("sent", "delivered", "failed", "read"))))
def test_f9_reports_in_any_order_after_it_end_at_the_highest(
    small: Wired, order: tuple[str, ...]
) -> None:
    small.happens(completed())
    small.passes(41 * MINUTE)

    small.reports(small.carrier.taken[0], *order, code="63024")

    assert small.states("thank_you") == [State.READ]


@pytest.mark.parametrize("order", list(permutations(("sent", "failed"))))
def test_f9_a_failure_is_seen_in_any_order(small: Wired, order: tuple[str, ...]) -> None:
    small.happens(completed())
    small.passes(41 * MINUTE)

    small.reports(small.carrier.taken[0], *order, code="63024")

    assert small.states("thank_you")[0] is State.FAILED
    assert [task for task in small.tasks() if "thank you" in task] != []


def test_f9_a_failure_before_the_carriers_answer_is_seen_too(small: Wired) -> None:
    small.carrier.will(Answer(first=("failed",)))
    small.happens(completed())
    small.passes(41 * MINUTE)

    assert small.states("thank_you")[0] is State.FAILED


def test_f9_a_failure_whose_answer_is_lost_is_seen_and_not_sent_again(small: Wired) -> None:
    small.carrier.will(Answer(kind=Kind.DROP, first=("failed",)))
    small.happens(completed())
    small.passes(2 * HOUR)

    assert small.states("thank_you")[0] is State.FAILED
    assert len(small.carrier.posts) == 1


def test_f9_a_block_that_is_reported_before_the_carriers_answer_ends_their_messages(
    small: Wired,
) -> None:
    small.carrier.will(Answer(first=("failed",), code=63033))
    small.happens(completed())
    small.passes(41 * MINUTE)

    with small.store.read() as tx:
        person = tx.people.known_as("phone", PHONE)
        assert person is not None
        assert tx.people.consent(person, Channel.WHATSAPP).revoked


def test_f9_a_failure_after_delivery_changes_nothing(small: Wired) -> None:
    small.happens(completed())
    small.passes(41 * MINUTE)

    small.reports(small.carrier.taken[0], "delivered", "failed", code="63012")

    assert small.states("thank_you") == [State.DELIVERED]
    assert len(small.carrier.posts) == 1


def test_f9_a_report_without_our_reference_waits_for_its_message(small: Wired) -> None:
    small.happens(completed())
    small.carrier.will(Answer(kind=Kind.DROP))
    small.passes(40 * MINUTE + timedelta(seconds=10))
    small.hearback.settler.report(report(small, small.carrier.taken[0].sid))
    assert small.states("thank_you") == [State.UNKNOWN]

    small.passes(MINUTE)

    assert small.states("thank_you") == [State.DELIVERED]


def test_f9_reports_about_nothing_of_ours_are_forgotten_after_a_month(house: Wired) -> None:
    house.hearback.settler.report(report(house, "SM" + "f" * 32))
    assert orphans(house) == 1
    house.passes(KEPT - DAY)
    house.catches_up()
    assert orphans(house) == 1

    house.passes(2 * DAY)
    house.catches_up()

    assert orphans(house) == 0


def report(house: Wired, sid: str) -> Report:
    return Report(provider_id=sid, reference=None, status=State.DELIVERED, at=house.clock.now())


def orphans(house: Wired) -> int:
    with house.store.read() as tx:
        return tx.receipts.orphans(house.clock.now() + DAY)


def test_f9_the_list_says_that_it_cannot_tell_where_it_is_broken(small: Wired) -> None:
    small.happens(completed())
    small.passes(41 * MINUTE)
    (row,) = small.rows("thank_you")
    with small.store.read() as tx:
        talk = tx.conversations.find(row.conversation_id)
        outgoing = tx.messages.outgoing(row, talk, row.form)
    small.carrier.will_list(Answer(kind=Kind.LIST), Answer(kind=Kind.HTML, status=200))

    for _ in range(2):
        told = small.hearback.carrier.find(outgoing, small.clock.now() - HOUR)
        assert isinstance(told, CannotTell)
