"""Whole turns with a language model behind an OpenAI-compatible server on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from bot.store.schema import messages
from tests.factories import HOUR, PHONE, completed, decided
from tests.fakes.model_server import ModelServer, Says, answer, calls, error
from tests.world import World, with_model, world

LUNCH = "what is the canteen like at your place?"
NEWS = "Dana Weiss will write to you by Friday, 27 November."
A_PERSON_ANSWERS = "Dana Weiss"


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer(answer(NEWS, facts=["hear_by"])) as server:
        yield server


@pytest.fixture
def thanked(server: ModelServer, database_url: str) -> Iterator[World]:
    with world(database_url, choices=with_model(server.url)) as opened:
        opened.happens(completed())
        opened.passes(2 * HOUR)
        assert opened.kinds() == ["thank_you"]
        yield opened


def told(request: dict[str, Any]) -> dict[str, Any]:
    """What the model was told about the candidate."""
    document: dict[str, Any] = json.loads(request["messages"][1]["content"])
    return document


def test_a_model_answers_and_says_so(thanked: World, server: ModelServer) -> None:
    thanked.writes(LUNCH)

    (reply,) = thanked.rows("reply")
    with thanked.store.read() as tx:
        query = sa.select(messages.c.wording, messages.c.counts, messages.c.promised_by)
        row = tx.connection.execute(query.where(messages.c.kind == "reply")).one()
    assert thanked.last == NEWS
    assert reply.reason.startswith("by small, 1 call, 1000 tokens, from hear_by")
    assert row.wording.startswith("model:small:")
    assert row.counts and row.promised_by is not None, "it gave the next date"


def test_it_knows_what_was_said_and_nothing_else(thanked: World, server: ModelServer) -> None:
    thanked.writes("one\U000e0041 thing")
    dana, desk = thanked.recruiter, thanked.hearback.desk
    desk.take(thanked.conversation, dana)
    with thanked.store.read() as tx:
        seen = tx.history.last_inbound(thanked.conversation)
    desk.reply(thanked.conversation, dana, "Hi, this is Dana!", once="1", seen=seen)
    thanked.passes(HOUR)
    desk.release(thanked.conversation, dana, "seems nervous: a private note")
    thanked.happens(decided(thanked.clock.now(), "reject"))

    thanked.writes(LUNCH)

    read = told(server.asked[-1])
    assert read["said_before"][-3:] == [
        {"candidate": "one thing"},
        {"bot": NEWS},
        {"person": "Hi, this is Dana!"},
    ]
    assert (read["stands"], read["candidate_writes"]) == ("undecided", LUNCH)
    assert "nervous" not in server.read() and "reject" not in server.read()


@pytest.mark.parametrize(
    "words",
    [
        "there is nothing left for me and I can't see any reason to keep going",
        "you keep sending me stuff and I really don't want any more of your messages",
        "I want to withdraw my application",
        "I accept the offer",
        "please delete all data that you have about me",
        "are you a bot?",
        "HUMAN",
    ],
)
def test_what_must_not_depend_on_a_model_does_not(
    thanked: World, server: ModelServer, words: str
) -> None:
    thanked.writes(words)

    assert server.asked == []
    assert len(thanked.texts) == 2, "and is answered"


def test_a_bot_says_that_it_is_one_whatever_else_is_asked(
    thanked: World, server: ModelServer
) -> None:
    server.says(answer("I am a person, and lunch is free."))

    thanked.writes("are you a bot? and what is lunch like?")

    assert "automated assistant" in " ".join(thanked.texts[1:])
    assert server.asked == []


def test_while_a_person_holds_the_conversation_no_model_reads_it(
    thanked: World, server: ModelServer
) -> None:
    thanked.hearback.desk.take(thanked.conversation, thanked.recruiter)

    thanked.writes(LUNCH)

    assert server.asked == []


def test_who_takes_over_while_the_model_thinks_is_not_talked_over(
    thanked: World, server: ModelServer
) -> None:
    def slow(request: object) -> Says:
        thanked.hearback.desk.take(thanked.conversation, thanked.recruiter)
        return answer(NEWS)

    server.says(slow)

    thanked.writes(LUNCH)

    assert thanked.kinds() == ["thank_you"]


@pytest.mark.parametrize("says", [error(500), answer("You got the job!")])
def test_where_the_model_fails_a_person_answers_what_no_fact_does(
    thanked: World, server: ModelServer, says: Says
) -> None:
    server.says(says)

    thanked.writes(LUNCH)

    (reply,) = thanked.rows("reply")
    assert reply.reason.startswith("offline: the ")
    assert A_PERSON_ANSWERS in thanked.last
    with thanked.store.read() as tx:
        assert tx.handoffs.current(thanked.conversation) is not None


def test_a_model_hands_over_and_the_candidate_reads_by_when(
    thanked: World, server: ModelServer
) -> None:
    server.says(calls(("open_handoff", {"reason": "unknown"})), answer(""))

    thanked.writes(LUNCH)

    assert A_PERSON_ANSWERS in thanked.said_to(PHONE)[-1]
    with thanked.store.read() as tx:
        handoff = tx.handoffs.current(thanked.conversation)
    assert handoff is not None and handoff.answer_by is not None


def test_no_model_reads_what_somebody_writes_who_may_be_somebody_else(
    thanked: World, server: ModelServer
) -> None:
    thanked.writes("wrong number")

    thanked.writes(LUNCH)

    assert server.asked == []
    assert thanked.kinds() == ["thank_you", "contact_check"]


def test_while_a_person_is_awaited_it_answers_what_is_new_and_sees_nothing_else(
    thanked: World, server: ModelServer
) -> None:
    thanked.writes("HUMAN")
    thanked.writes("Thanks!")
    assert server.asked == []

    thanked.writes(LUNCH)

    read = told(server.asked[-1])
    assert (read["said_before"], read["candidate_writes"]) == ([], LUNCH)
    assert "Answer only what is asked now" in read["awaited"]
    assert thanked.last == NEWS


def test_a_model_that_hands_over_while_a_person_is_awaited_says_nothing(
    thanked: World, server: ModelServer
) -> None:
    thanked.writes("HUMAN")
    said = list(thanked.texts)
    server.says(answer(A_PERSON_ANSWERS, handoff=True))

    thanked.writes(LUNCH)

    assert thanked.texts == said
