"""Stages in words for one candidate, by a language model on loopback; what it may not say, and
what happens instead."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.answering.model.breaker import MOST_FAILURES
from bot.channels.email import Email
from bot.store.schema import messages, model_tokens
from tests.factories import HOUR, candidate, completed, consent, decided, released
from tests.fakes.mailbox import MailServer, mail_settings
from tests.fakes.model_server import ModelServer, Says, answer, calls, error, message
from tests.world import World, with_model, world

CANARY = "rather timid, maybe junior"
IN_FILE = "in the words of the file: "


def told(request: Mapping[str, Any]) -> dict[str, Any]:
    """What the model was told about the text; the first document of a request."""
    document: dict[str, Any] = json.JSONDecoder().raw_decode(request["messages"][1]["content"])[0]
    return document


def good(request: Mapping[str, Any], more: str = "", language: str = "en") -> Says:
    if "our_text" not in told(request):
        return answer("You are welcome.")
    keep = " and ".join(told(request)["keep_word_for_word"])
    words = f"This is where we are, with all that belongs to it: {keep}, as we told you.{more}"
    return calls(("Worded", {"text": words, "language": language, "facts": ["role", "hear_by"]}))


def says(text: str) -> Any:
    return lambda request: good(request, f" {text}")


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer(good) as server:
        yield server


@pytest.fixture
def here(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def waiting(server: ModelServer, here: str) -> Iterator[World]:
    """The thank-you has left; the candidate wrote a word an hour before the update is due."""
    with world(here, choices=with_model(server.url, seconds=2)) as opened:
        opened.happens(completed(private_notes=CANARY))
        opened.passes(2 * HOUR)
        assert opened.kinds() == ["thank_you"]
        assert server.asked == [], "its window was closed: it is an approved template"
        opened.passes(44 * HOUR)
        opened.writes("thanks")
        server.asked.clear()
        yield opened


def update(one: World) -> Any:
    """The row of the update, once it has left."""
    one.passes(6 * HOUR)
    with one.store.read() as tx:
        query = sa.select(messages).where(messages.c.kind == "status_update")
        return tx.connection.execute(query.order_by(messages.c.id).limit(1)).one()


# --- in other words -----------------------------------------------------------------------


def test_inside_the_window_a_stage_is_said_for_this_candidate(
    waiting: World, server: ModelServer
) -> None:
    row = update(waiting)

    assert row.body.startswith("This is where we are")
    assert row.form == "text" and row.template is None
    assert row.worded == "by small, 1 call, 1000 tokens"
    assert {"role", "hear_by"} <= set(row.facts)
    assert row.promised_by is not None, "and it promises what the text promised"
    assert row.wording.startswith("model:small:") and row.wording.endswith(":status_update.1.en")


def test_what_it_asks_stays_ours(waiting: World) -> None:
    row = update(waiting)

    body, ask = row.body.split("\n\n")
    assert ask == "Is there a question you would like me to pass on?"
    assert "?" not in body


def test_it_reads_what_may_be_told_and_nothing_else(waiting: World, server: ModelServer) -> None:
    waiting.happens(decided(waiting.clock.now(), "reject"))

    update(waiting)

    (request,) = server.asked
    asked = json.dumps(request)
    assert told(request)["facts"]["role"] == "Senior Backend Engineer"
    for secret in (CANARY, "timid", "reject", "thanks", "+44", "hiring_manager"):
        assert secret not in asked


def test_it_reads_the_same_before_and_after_a_decision_that_nobody_released(
    server: ModelServer, tmp_path: Path
) -> None:
    read = []
    for decides in (False, True):
        url = f"sqlite:///{tmp_path / str(decides)}.db"
        with world(url, choices=with_model(server.url)) as one:
            one.happens(completed())
            one.passes(46 * HOUR)
            if decides:
                one.happens(decided(one.clock.now(), "reject"))
            one.writes("thanks")
            server.asked.clear()
            update(one)
            read.append(server.read())

    assert read[0] and read[0] == read[1]


def test_the_same_base_text_is_not_said_twice(waiting: World) -> None:
    update(waiting)
    waiting.passes(44 * HOUR)
    waiting.writes("ok, thanks")
    waiting.passes(8 * HOUR)

    with waiting.store.read() as tx:
        query = sa.select(messages.c.wording).where(messages.c.kind == "status_update")
        names = list(tx.connection.execute(query.order_by(messages.c.id)).scalars())
    assert [name.rpartition(":")[2] for name in names[:2]] == [
        "status_update.1.en",
        "status_update.2.en",
    ]


# --- what may not leave -------------------------------------------------------------------


LIES = [
    "You did very well.",
    "Marta Lind will call you tomorrow.",
    "The salary is 60,000 euros.",
    "We have decided to hire you.",
    "Choose a time at https://evil.example/x now.",
    "May I ask you something?",
    "Reply STOP to end this.",
    "\U0001f389",
    "I am a real person.",
]


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_sent_back_once_and_mended(waiting: World, server: ModelServer, lie: str) -> None:
    server.says(says(lie), good)

    row = update(waiting)

    assert lie not in row.body
    assert row.worded == "by small, 2 calls, 2000 tokens"
    assert "That cannot be sent." in server.asked[1]["messages"][1]["content"]


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_told_twice_leaves_the_text_as_it_is(
    waiting: World, server: ModelServer, lie: str
) -> None:
    server.says(says(lie))

    row = update(waiting)

    assert row.wording == "status_update.1.en"
    assert row.worded == f"{IN_FILE}the facts do not back what the model said"
    assert len(server.asked) == 2


def test_who_leaves_out_the_promise_is_told_so(waiting: World, server: ModelServer) -> None:
    vague = {"text": "Your application is open, and you will hear from us.", "language": "en"}
    server.says(calls(("Worded", vague)))

    row = update(waiting)

    assert row.wording == "status_update.1.en"
    assert "leaves out 'Sunday, 29 November'" in server.asked[1]["messages"][1]["content"]


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (Says(hangs=True), "the model did not answer in time"),
        (Says(drops=True), "the model server cannot be reached"),
        (Says(drips=True), "the model did not answer in time"),
        (Says(body="{]"), "the model's answer could not be read"),
        (Says(body="[]"), "the model's answer could not be read"),
        (error(500), "the model server is broken"),
        (error(429), "the model server has no room for us"),
        (message({"content": "Hello!"}), "the model's answer could not be read"),
        (message({"content": None, "refusal": "no"}), "the model refused to answer"),
        (calls(("Worded", {"text": "Hi"})), "the model's answer could not be read"),
        (calls(("Worded", "{not json")), "the model's answer could not be read"),
        (answer("Hello!"), "the model's answer could not be read"),
    ],
)
def test_whatever_goes_wrong_the_update_leaves_in_time(
    waiting: World, server: ModelServer, broken: Says, why: str
) -> None:
    server.says(broken)

    row = update(waiting)

    assert row.wording == "status_update.1.en"
    assert row.worded == f"{IN_FILE}{why}"
    assert row.state in ("accepted", "sent", "delivered", "read")


def test_a_server_that_fails_is_left_alone_by_stages_and_answers_alike(
    waiting: World, server: ModelServer
) -> None:
    server.says(error(500))
    for _ in range(MOST_FAILURES):
        waiting.writes("what is the canteen like at your place?")
        with waiting.store.begin() as tx:
            handoff = tx.handoffs.current(waiting.conversation)
            if handoff is not None:
                tx.handoffs.release(waiting.conversation, "", waiting.clock.now())
    asked = len(server.asked)

    breaker = waiting.hearback.composer.rewording.means.breaker  # type: ignore[union-attr]
    assert not breaker.allows()
    assert asked >= MOST_FAILURES


def test_what_it_costs_is_counted_and_ends_for_the_day(server: ModelServer, here: str) -> None:
    with world(here, choices=with_model(server.url, tokens_per_candidate=0)) as one:
        one.happens(completed())
        one.passes(46 * HOUR)
        one.writes("thanks")

        row = update(one)

        assert row.worded == f"{IN_FILE}today's tokens for the model are used up"
        assert server.asked == []


def test_a_stage_is_paid_for_like_an_answer(waiting: World) -> None:
    update(waiting)

    with waiting.store.read() as tx:
        query = sa.select(sa.func.sum(model_tokens.c.tokens))
        assert tx.connection.execute(query).scalar_one() >= 1000


# --- where no model is asked --------------------------------------------------------------


def test_outside_the_window_the_approved_words_leave(server: ModelServer, here: str) -> None:
    with world(here, choices=with_model(server.url)) as one:
        one.happens(completed())
        one.passes(54 * HOUR)

        assert one.kinds() == ["thank_you", "status_update"]
        assert server.asked == []


@pytest.mark.parametrize("outcome", ["advance", "reject"])
def test_no_model_words_an_outcome(waiting: World, server: ModelServer, outcome: str) -> None:
    now = waiting.clock.now()
    waiting.happens(decided(now, outcome), released(now))
    if outcome == "reject":
        waiting.approves("rejection")

    waiting.passes(20 * HOUR)

    assert {"next_step", "rejection"} & set(waiting.kinds())
    assert server.asked == []


def test_words_of_a_model_that_missed_the_window_are_worded_anew(waiting: World) -> None:
    """The machine slept from the wording until the next day: only an approved text may leave."""
    while "ready" not in waiting.states("status_update"):
        waiting.passes(timedelta(minutes=5))
    (row,) = waiting.rows("status_update")
    assert row.is_in_words_of_a_model

    slept = waiting.clock.now()
    waiting.clock.move_to(slept + 25 * HOUR)
    waiting.downtimes.append((slept, waiting.clock.now()))
    waiting.stepper.settle_now()

    (sent,) = [one for one in waiting.carrier.taken if one.reference == row.id]
    assert sent.template is not None and sent.template.name.startswith("status_update.")
    assert not waiting.rows("status_update")[0].is_in_words_of_a_model


def test_the_manner_is_told_and_kept(server: ModelServer, here: str) -> None:
    with world(here, choices=with_model(server.url)) as one:
        one.happens(completed())
        one.passes(46 * HOUR)
        one.writes("Shorter please. More formal, please.")
        server.asked.clear()

        update(one)

        document = told(server.asked[0])
        assert (document["tone"], document["length"]) == ("formal", "short")


def test_a_letter_is_said_in_other_words_and_signed_in_ours(server: ModelServer, here: str) -> None:
    """By e-mail there is no window."""
    with MailServer() as mailbox:
        mail = partial(Email, mail_settings(mailbox))
        with world(here, mail=mail, choices=with_model(server.url)) as one:
            by_mail = [{**consent(), "channel": "email"}]
            one.happens(completed(candidate=candidate(email="d@example.org", consents=by_mail)))
            one.passes(2 * HOUR)

        (taken,) = mailbox.taken
    body, ask, _ = taken.text.split("\n\n", 2)
    assert body.startswith("This is where we are")
    assert ask.endswith("?")
    assert "automated assistant" in taken.text
