"""What carriers, networks and crashes do to a message, and what becomes of it all the same.

Named after the faults that every delivery has to survive. Twilio's real client talks HTTP to a
carrier on loopback; the clock is virtual.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from bot.domain.failpoints import watch
from bot.domain.model import State
from bot.domain.retrying import MOST_ATTEMPTS
from tests.factories import DAY, HOUR, completed, decided, released
from tests.fakes.answers import Answer, Kind, refuse, throttle
from tests.fakes.carrier import Carrier
from tests.wired import Wired, wired

MINUTE = timedelta(minutes=1)
DROP, VANISH = Answer(kind=Kind.DROP), Answer(kind=Kind.VANISH)


@pytest.fixture
def house(database_url: str) -> Iterator[Wired]:
    with wired(database_url) as opened:
        yield opened
    watch(None)


@pytest.fixture
def small(sqlite_url: str) -> Iterator[Wired]:
    """The same on SQLite alone, for long tables."""
    with wired(sqlite_url) as opened:
        yield opened


def interviewed(house: Wired, *answers: Answer) -> None:
    """An interview is over, and the carrier treats the thank-you so."""
    house.carrier.will(*answers)
    house.happens(completed())
    house.passes(40 * MINUTE + timedelta(seconds=10))


def rejected(house: Wired, *answers: Answer) -> None:
    """A rejection has been released, and the carrier treats it so."""
    interviewed(house)
    house.reports(house.carrier.taken[0], "sent", "delivered")
    now = house.clock.now()
    house.happens(decided(now, "reject"), released(now))
    (row,) = house.rows("rejection")
    house.hearback.desk.approve(row.id, house.recruiter, words_hash=row.words_hash)
    house.carrier.will(*answers)
    assert row.due_at is not None
    house.stepper.run_until(row.due_at + timedelta(seconds=10))


def a_recruiter_writes_twice(house: Wired, text: str) -> None:
    for once in ("1", "2"):
        house.hearback.desk.reply(
            house.conversation, house.recruiter, text, once=once, seen=house.last_inbound
        )


def asked(house: Wired) -> list[str]:
    """What recruiters are asked about messages that may or may not have arrived."""
    return [task for task in house.tasks() if "may not have arrived" in task]


# --- F2: a crash between the carrier's yes and our note of it ---------------------------------


def test_f2_a_message_whose_sender_died_is_found_and_never_sent_twice(house: Wired) -> None:
    def die(place: str) -> None:
        if place == "carrier.answered":
            watch(None)
            raise RuntimeError("the process is gone")

    watch(die)
    interviewed(house)
    assert house.states("thank_you") == [State.UNKNOWN]
    house.passes(HOUR)

    assert len(house.carrier.posts) == 1
    assert house.states("thank_you") == [State.ACCEPTED]
    assert house.rows("thank_you")[0].provider_id == house.carrier.taken[0].sid
    assert house.tasks() == []


# --- F3: no answer in time --------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Kind.HANG, Kind.DROP, Kind.RESET, Kind.CUT, Kind.MALFORMED])
def test_f3a_a_message_that_was_taken_without_an_answer_is_found(small: Wired, kind: Kind) -> None:
    interviewed(small, Answer(kind=kind))
    assert small.states("thank_you") == [State.UNKNOWN]

    small.passes(MINUTE)

    assert small.states("thank_you") == [State.ACCEPTED]
    small.passes(HOUR)
    assert len(small.carrier.posts) == 1
    assert small.tasks() == []


def test_f3a_what_the_list_says_of_it_counts_too(house: Wired) -> None:
    interviewed(house, DROP)
    house.carrier.becomes(house.carrier.taken[0], "delivered")

    house.passes(MINUTE)

    assert house.states("thank_you") == [State.DELIVERED]


def test_f3a_a_report_is_faster_than_the_list(house: Wired) -> None:
    interviewed(house, DROP)

    house.reports(house.carrier.taken[0], "delivered")

    assert house.states("thank_you") == [State.DELIVERED]


def test_f3b_a_harmless_message_that_was_never_taken_is_sent_once_more(house: Wired) -> None:
    interviewed(house, VANISH)
    house.passes(13 * MINUTE)
    assert (len(house.carrier.posts), house.states("thank_you")) == (1, [State.UNKNOWN])

    house.passes(2 * MINUTE)

    assert len(house.carrier.posts) == 2
    assert house.states("thank_you") == [State.ACCEPTED]
    assert house.tasks() == []


def test_f3b_and_only_once(house: Wired) -> None:
    interviewed(house, VANISH, VANISH)
    house.passes(HOUR)

    assert len(house.carrier.posts) == 2
    assert house.states("thank_you") == [State.UNKNOWN]
    assert asked(house) == [
        "The thank you for Daniel Okafor may not have arrived: the carrier does not have it. Say "
        "in the conversation whether it did; if it did not, send it again there, or write yourself"
    ]


def test_f3b_a_decision_goes_at_most_once_and_a_person_decides(house: Wired) -> None:
    rejected(house, VANISH)
    posts = len(house.carrier.posts)
    assert house.states("rejection") == [State.UNKNOWN]

    house.passes(3 * DAY)

    assert len(house.carrier.posts) == posts
    assert house.states("rejection") == [State.UNKNOWN]
    assert len(asked(house)) == 1


def test_f3b_a_person_may_say_that_it_arrived(house: Wired) -> None:
    rejected(house, VANISH)
    house.passes(HOUR)
    (row,) = house.rows("rejection")

    house.hearback.mending.vouch(row.id, house.recruiter, arrived=True)

    assert house.states("rejection") == [State.DELIVERED]
    assert asked(house) == []


def test_f3b_or_send_it_again(house: Wired) -> None:
    rejected(house, VANISH)
    house.passes(HOUR)
    (row,) = house.rows("rejection")
    posts = len(house.carrier.posts)

    house.hearback.mending.vouch(row.id, house.recruiter, arrived=False)
    house.passes(MINUTE)

    assert len(house.carrier.posts) == posts + 1
    assert house.states("rejection") == [State.ACCEPTED]
    assert asked(house) == []


def test_f3_a_report_that_comes_after_all_ends_the_task(house: Wired) -> None:
    rejected(house, DROP)
    house.carrier.will_list(*[Answer(kind=Kind.HTML, status=500)] * 3)
    house.passes(HOUR)
    assert len(asked(house)) == 1

    house.reports(house.carrier.taken[-1], "delivered")

    assert house.states("rejection") == [State.DELIVERED]
    assert asked(house) == []


def test_f3_a_carrier_that_cannot_be_asked_leaves_it_to_a_person(house: Wired) -> None:
    interviewed(house, DROP)
    house.carrier.will_list(*[Answer(kind=Kind.HTML, status=503)] * 3)

    house.passes(14 * MINUTE)
    assert asked(house) == []
    house.passes(2 * MINUTE)

    assert house.states("thank_you") == [State.UNKNOWN]
    assert "the carrier had a problem of its own" in asked(house)[0]
    assert len(house.carrier.posts) == 1


def test_f3_words_that_the_carrier_does_not_show_leave_it_to_a_person(house: Wired) -> None:
    """As with a messaging service, whose list leaves out what a template said."""
    house.carrier.forgets_words()
    interviewed(house, DROP)

    house.passes(HOUR)

    assert len(house.carrier.posts) == 1
    assert "could be this one, or another" in asked(house)[0]


def test_f3_the_same_words_in_doubt_twice_are_never_told_apart(house: Wired) -> None:
    interviewed(house)
    house.writes("Hello")
    house.carrier.will(DROP, VANISH)
    a_recruiter_writes_twice(house, "Friday?")
    house.passes(HOUR)

    assert house.states("human") == [State.UNKNOWN, State.UNKNOWN]
    assert len(asked(house)) == 2


def test_f3_what_belongs_to_another_message_is_not_mistaken_for_it(house: Wired) -> None:
    interviewed(house)
    house.writes("Hello")
    house.carrier.will(Answer(), VANISH)
    a_recruiter_writes_twice(house, "Friday?")
    house.passes(HOUR)

    assert house.states("human") == [State.ACCEPTED, State.UNKNOWN]
    assert "the carrier does not have it" in asked(house)[0]


# --- F4: the carrier and the way to it are in trouble ---------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        throttle(),
        throttle("30"),
        refuse(20429, 429),
        Answer(kind=Kind.PROBLEM, code=20429, status=429),
        Answer(kind=Kind.HTML, status=429),
        refuse(21611),
    ],
)
def test_f4_what_was_certainly_not_taken_is_tried_again(small: Wired, answer: Answer) -> None:
    interviewed(small, answer)
    small.passes(2 * MINUTE)

    assert len(small.carrier.posts) == 2
    assert small.states("thank_you") == [State.ACCEPTED]
    assert small.tasks() == []


def test_f4_a_wait_that_the_carrier_asks_for_is_honoured(house: Wired) -> None:
    interviewed(house, throttle("600"))

    house.passes(9 * MINUTE)
    assert len(house.carrier.posts) == 1
    house.passes(2 * MINUTE)

    assert len(house.carrier.posts) == 2


def test_f4_nobody_knocks_more_than_eight_times(house: Wired) -> None:
    interviewed(house, *[throttle()] * 20)
    house.passes(HOUR)

    assert len(house.carrier.posts) == MOST_ATTEMPTS
    assert house.states("thank_you")[0] is State.FAILED
    assert any("thank you yourself" in task for task in house.tasks())


@pytest.mark.parametrize(
    "answer",
    [
        refuse(20500, 500),
        Answer(kind=Kind.HTML, status=502),
        refuse(20503, 503),
        Answer(kind=Kind.HTML, status=200),
        Answer(kind=Kind.REDIRECT),
        VANISH,
    ],
    ids=lambda answer: f"{answer.kind}-{answer.status}",
)
def test_f4_what_may_have_been_taken_is_looked_up_before_it_goes_again(
    small: Wired, answer: Answer
) -> None:
    interviewed(small, answer)
    assert (len(small.carrier.posts), small.states("thank_you")) == (1, [State.UNKNOWN])

    small.passes(20 * MINUTE)

    assert len(small.carrier.posts) == 2
    assert small.states("thank_you") == [State.ACCEPTED]


def nobody_listens(carrier: Carrier) -> str:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        return f"http://127.0.0.1:{closed.getsockname()[1]}"


def no_such_name(carrier: Carrier) -> str:
    return "http://nowhere.invalid"


def no_tls(carrier: Carrier) -> str:
    return carrier.url.replace("http:", "https:")


@pytest.mark.parametrize("address", [nobody_listens, no_such_name, no_tls])
def test_f4_what_cannot_reach_the_carrier_waits_and_costs_the_message_nothing(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, address: Callable[[Carrier], str]
) -> None:
    if address is no_such_name:
        monkeypatch.setattr(socket, "getaddrinfo", _nobody_knows)

    with wired(sqlite_url, address=address) as house:
        house.happens(completed())
        house.passes(3 * HOUR)

        (row,) = house.rows("thank_you")
        assert (row.state, row.attempts) == (State.READY, 0)
        assert [task for task in house.tasks() if "Nothing leaves by WhatsApp" in task] != []
        assert len(house.tasks()) == 1


def _nobody_knows(*_: object) -> object:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
