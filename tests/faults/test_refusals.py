"""F5: whatever a carrier refuses ends where a recruiter sees it, or leaves again; once each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.channels.errors import twilio_errors
from bot.domain.model import Channel, Form, State
from bot.domain.retrying import MENDING, MOST_ATTEMPTS, Reaction
from tests.factories import DAY, HOUR, completed
from tests.fakes.answers import refuse
from tests.wired import Wired, wired

MINUTE = timedelta(minutes=1)
CODES = twilio_errors().file.codes


def with_reaction(*reactions: Reaction) -> list[str]:
    """Codes of Twilio's own; the few that are HTTP statuses are tried where they happen."""
    found = (code for code, entry in CODES.items() if entry.reaction in reactions)
    return [str(code) for code in found if code > 999]


@pytest.fixture
def house(sqlite_url: str) -> Iterator[Wired]:
    """On SQLite alone: the tables are long, and the rows are the same on both."""
    with wired(sqlite_url) as opened:
        yield opened


def interviewed(house: Wired) -> None:
    house.happens(completed())
    house.passes(40 * MINUTE + timedelta(seconds=10))


@pytest.mark.parametrize("code", with_reaction(Reaction.PERMANENT, Reaction.ALERT))
def test_f5_what_never_works_is_not_tried_again_and_a_person_writes(
    house: Wired, code: str
) -> None:
    house.carrier.will(refuse(int(code)))
    interviewed(house)
    house.passes(2 * HOUR)

    (row,) = house.rows("thank_you")
    assert (row.state, len(house.carrier.posts)) == (State.FAILED, 1)
    assert twilio_errors().meaning(code) in row.reason
    assert [task for task in house.tasks() if "thank you" in task] != []


@pytest.mark.parametrize("code", with_reaction(Reaction.PERMANENT, Reaction.ALERT)[::6])
def test_f5_and_the_same_when_it_is_reported_hours_later(house: Wired, code: str) -> None:
    interviewed(house)
    house.passes(3 * HOUR)

    house.reports(house.carrier.taken[0], "sent", "undelivered", code=code)

    (row,) = house.rows("thank_you")
    assert (row.state, len(house.carrier.posts)) == (State.FAILED, 1)
    assert twilio_errors().meaning(code) in row.reason
    assert [task for task in house.tasks() if "thank you" in task] != []


@pytest.mark.parametrize("code", with_reaction(Reaction.RETRY))
def test_f5_what_may_work_later_leaves_later(house: Wired, code: str) -> None:
    house.carrier.will(refuse(int(code)))
    interviewed(house)

    house.passes(30 * MINUTE)

    assert house.states("thank_you") == [State.ACCEPTED]
    assert len(house.carrier.posts) == 2


def test_f5_a_report_that_it_may_work_later_sends_it_again_and_no_more_than_eight_times(
    house: Wired,
) -> None:
    interviewed(house)
    for _ in range(MOST_ATTEMPTS):
        assert house.states("thank_you") == [State.ACCEPTED]
        house.reports(house.carrier.taken[-1], "failed", code="63012")
        house.passes(15 * MINUTE)

    assert len(house.carrier.posts) == MOST_ATTEMPTS
    assert house.states("thank_you")[0] is State.FAILED


def test_f5_reports_on_an_earlier_try_change_nothing_any_more(house: Wired) -> None:
    interviewed(house)
    first = house.carrier.taken[0]
    house.reports(first, "failed", code="63012")
    house.passes(MINUTE)

    house.reports(first, "failed", "sent", code="63012")

    (row,) = house.rows("thank_you")
    assert (row.state, row.provider_id) == (State.ACCEPTED, house.carrier.taken[1].sid)


@pytest.mark.parametrize("code", with_reaction(Reaction.OPT_OUT))
def test_f5_a_candidate_who_does_not_want_it_is_left_alone(house: Wired, code: str) -> None:
    house.carrier.will(refuse(int(code)))
    interviewed(house)
    house.passes(5 * DAY)

    assert len(house.carrier.posts) == 1
    with house.store.read() as tx:
        person = tx.people.known_as("ref", "cand-1")
        assert person is not None
        assert tx.people.consent(person, Channel.WHATSAPP).revoked


@pytest.mark.parametrize("reported", [False, True])
def test_f5_a_window_that_was_closed_after_all_lets_the_template_through(
    house: Wired, reported: bool
) -> None:
    house.writes("Hello")  # the window is open, as far as we know
    if not reported:
        house.carrier.will(refuse(63016))
    house.happens(completed(house.clock.now()))
    house.passes(2 * HOUR)
    if reported:
        house.reports(house.carrier.taken[-1], "failed", code="63016")

    (row,) = house.rows("thank_you")
    assert (row.state, row.form) == (State.ACCEPTED, Form.TEMPLATE)
    assert house.carrier.taken[-1].content_sid
    assert not [task for task in house.tasks() if "thank you" in task]


def test_f5_an_answer_without_a_template_becomes_a_persons_task(house: Wired) -> None:
    house.carrier.will(refuse(63016))
    house.writes("What happens next?")
    house.passes(MINUTE)

    assert len(house.carrier.posts) == 1
    assert [task for task in house.tasks() if "24-hour window is closed" in task] != []


@pytest.mark.parametrize("code", with_reaction(Reaction.PAUSE))
def test_f5_what_concerns_the_account_stops_the_number_and_is_told_of_once(
    house: Wired, code: str
) -> None:
    house.carrier.will(*[refuse(int(code), 401)] * 4)
    interviewed(house)
    house.writes("What happens next?")
    assert len(house.carrier.posts) == 1
    told = [task for task in house.tasks() if task.startswith("Nothing leaves by WhatsApp")]
    assert len(told) == 1 and "An admin has to mend it" in told[0]

    house.passes(5 * MENDING)

    assert set(house.states("thank_you") + house.states("reply")) == {State.ACCEPTED}
    assert not [task for task in house.tasks() if task.startswith("Nothing leaves")]


def test_f5_an_account_that_is_locked_later_stops_the_number_too(house: Wired) -> None:
    interviewed(house)

    house.reports(house.carrier.taken[0], "failed", code="63051")

    assert house.states("thank_you") == [State.READY]
    assert [task for task in house.tasks() if task.startswith("Nothing leaves by WhatsApp")] != []
    house.passes(MENDING + MINUTE)
    assert house.states("thank_you") == [State.ACCEPTED]
    assert house.tasks() == []
