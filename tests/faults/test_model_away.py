"""F19: whatever a model server does, a candidate is answered in time, by the facts or a person."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.answering.model.breaker import MOST_FAILURES
from bot.domain.ports import HandoffRequest
from tests.fakes.asking import NEWS, Asking, asking
from tests.fakes.model_server import ModelServer, Says, answer, calls, error, message

A_PERSON = HandoffRequest(reason="unknown", reply="handoff_unknown")
IN_SPANISH = "Hola, Daniel. Dana Weiss te escribe antes del viernes, 27 de noviembre."
NO_CHOICES = Says(
    body='{"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": []}'
)


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer(answer(NEWS)) as server:
        yield server


@pytest.fixture
def turn(server: ModelServer, tmp_path: Path) -> Asking:
    return asking(tmp_path, server.url, seconds=1)


def stays_with_the_facts(turn: Asking) -> str:
    """What nobody can answer goes to a person, what the facts answer is answered by them."""
    unknown, known = turn.asks(), turn.asks("any news about my application?")

    assert (unknown.handoff, list(unknown.replies)) == (A_PERSON, [])
    assert [reply.key for reply in known.replies] == ["status_open"]
    assert unknown.reason.startswith("offline: ") and "secret" not in unknown.reason
    return unknown.reason.removeprefix("offline: ")


def test_f19_a_model_that_is_well_answers(turn: Asking) -> None:
    decision = turn.asks()

    assert [reply.text for reply in decision.replies] == [NEWS]
    assert decision.reason == "by small, 1 call, 1000 tokens, from hear_by"


@pytest.mark.parametrize(
    "says",
    [pytest.param(Says(hangs=True), id="hangs"), pytest.param(Says(drips=True), id="drips")],
)
def test_f19_a_model_that_is_too_slow_is_not_waited_for(
    turn: Asking, server: ModelServer, says: Says
) -> None:
    server.says(says)

    assert stays_with_the_facts(turn) == "the model did not answer in time"


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (400, "the model server refuses what it was asked"),
        (401, "the model server refuses our key"),
        (403, "the model server refuses our key"),
        (404, "the model server does not know the model"),
        (429, "the model server has no room for us"),
        (500, "the model server is broken"),
        (503, "the model server is broken"),
    ],
)
def test_f19_a_server_that_refuses_or_breaks(
    turn: Asking, server: ModelServer, status: int, why: str
) -> None:
    server.says(error(status))

    assert stays_with_the_facts(turn) == why


def test_f19_a_server_that_is_not_there(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        turn = asking(tmp_path, f"http://127.0.0.1:{nobody.getsockname()[1]}/v1", seconds=5)

        assert stays_with_the_facts(turn) == "the model server cannot be reached"


@pytest.mark.parametrize(
    ("says", "why"),
    [
        pytest.param(Says(drops=True), "cannot be reached", id="hangs up"),
        pytest.param(NO_CHOICES, "could not be read", id="no choices"),
        pytest.param(Says(body="<html>Bad gateway</html>"), "could not be read", id="a page"),
        pytest.param(
            Says(body="<html>Hi</html>", headers={"Content_Type": "text/html"}),
            "could not be read",
            id="a page that says so",
        ),
        pytest.param(Says(body='{"id": "1", "cho'), "could not be read", id="half an answer"),
        pytest.param(Says(body="[1, 2]"), "could not be read", id="another shape"),
        pytest.param(Says(body="x" * 2_000_000), "", id="two megabytes"),
        pytest.param(message({"content": ""}), "said nothing", id="empty"),
        pytest.param(answer(""), "said nothing", id="an empty text"),
        pytest.param(message({"content": "Hello!"}), "said nothing", id="not in the form"),
        pytest.param(message({"content": "You w"}, "length"), "was cut off", id="cut off"),
        pytest.param(
            message({"content": None, "refusal": "I cannot"}), "refused to answer", id="a refusal"
        ),
        pytest.param(calls(("Answer", '{"text": "Hi')), "could not be read", id="broken JSON"),
        pytest.param(calls(("Answer", {"words": 1})), "could not be read", id="other fields"),
        pytest.param(answer(NEWS, "fr"), "could not be read", id="an unknown language"),
        pytest.param(answer(IN_SPANISH, "es"), "do not back", id="the wrong language"),
        pytest.param(answer(IN_SPANISH, "en"), "do not back", id="a false language"),
        pytest.param(answer(f"{NEWS} " * 700), "do not back", id="forty thousand letters"),
        pytest.param(answer("You got the job!"), "do not back", id="an outcome"),
    ],
)
def test_f19_an_answer_that_cannot_be_used(
    turn: Asking, server: ModelServer, says: Says, why: str
) -> None:
    server.says(says)

    assert why in stays_with_the_facts(turn)


def test_f19_a_moment_of_weakness_is_forgiven(turn: Asking, server: ModelServer) -> None:
    server.says(error(503), answer(NEWS))

    assert [reply.text for reply in turn.asks().replies] == [NEWS]
    assert len(server.asked) == 2


def test_f19_after_five_failures_the_model_rests_for_a_minute(
    turn: Asking, server: ModelServer
) -> None:
    server.says(error(401))
    for _ in range(MOST_FAILURES):
        turn.asks()
    asked = len(server.asked)
    server.says(answer(NEWS))

    resting = turn.asks()
    turn.clock.move_to(turn.clock.now() + timedelta(seconds=61))
    rested = turn.asks()

    assert resting.reason == "offline: the model rests after several failures"
    assert resting.handoff == A_PERSON
    assert rested.replies[0].text == NEWS
    assert len(server.asked) == asked + 1


def test_f19_what_a_model_may_not_say_tires_nobody(turn: Asking, server: ModelServer) -> None:
    server.says(answer("You got the job!"))
    for _ in range(MOST_FAILURES):
        turn.asks()
    server.says(answer(NEWS))

    assert turn.asks().replies[0].text == NEWS


def test_f19_after_a_candidates_tokens_their_answers_come_from_the_facts(
    server: ModelServer, tmp_path: Path
) -> None:
    turn = asking(tmp_path, server.url, tokens_per_candidate=1000)
    first, second = turn.asks(), turn.asks()
    turn.clock.move_to(turn.clock.now() + timedelta(days=1))

    tomorrow = turn.asks()

    assert first.replies[0].text == tomorrow.replies[0].text == NEWS
    assert second.reason == "offline: today's tokens for the model are used up"


def test_f19_after_the_companys_tokens_nobody_asks_the_model(
    server: ModelServer, tmp_path: Path
) -> None:
    turn = asking(tmp_path, server.url, tokens_per_day=0)

    assert stays_with_the_facts(turn) == "today's tokens for the model are used up"
    assert server.asked == []


def test_f19_what_nobody_waits_for_any_more_asks_no_further(
    turn: Asking, server: ModelServer
) -> None:
    server.says(calls(("open_handoff", {"reason": "unknown"})), Says(hangs=True))
    turn.asks()

    with turn.store.read() as tx:
        spent = tx.model_tokens.of(turn.clock.now().date(), turn.person)

    assert len(server.asked) == 2
    assert spent > 1000, "what was asked and not answered was paid for, too"


def test_f19_nothing_is_traced_whatever_the_environment_says(
    turn: Asking, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    monkeypatch.setenv("LANGSMITH_API_KEY", "made-up")
    monkeypatch.setenv("LANGSMITH_ENDPOINT", server.url)

    turn.asks()

    assert {one["path"] for one in server.asked} == {"/v1/chat/completions"}
