"""F20: a model that misuses its tools is stopped, and nothing has happened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.answering.model.guard import MOST_THOUGHTS
from bot.answering.offline import HANDOFFS
from bot.domain.ports import HandoffRequest, Question, SurveyAnswer
from bot.domain.rights import Right
from tests.fakes.asking import NEWS, Asking, asking
from tests.fakes.model_server import ModelServer, answer, calls

A_PERSON = HandoffRequest(reason="unknown", reply="handoff_unknown")
HAND_OVER = ("open_handoff", {"reason": "ask_feedback"})


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer(answer(NEWS)) as server:
        yield server


@pytest.fixture
def turn(server: ModelServer, tmp_path: Path) -> Asking:
    return asking(tmp_path, server.url)


def test_f20_a_loop_of_tools_ends(turn: Asking, server: ModelServer) -> None:
    server.says(calls(HAND_OVER))

    decision = turn.asks()

    assert decision.handoff == A_PERSON
    assert decision.reason == "offline: the model went round in circles"
    assert len(server.asked) == MOST_THOUGHTS


def test_f20_an_unknown_tool_is_an_error_for_the_model_alone(
    turn: Asking, server: ModelServer
) -> None:
    server.says(calls(("release_decision", {"process_id": 7})), answer(NEWS))

    assert [reply.text for reply in turn.asks().replies] == [NEWS]
    assert "release_decision" in server.asked[1]["messages"][-1]["content"]


@pytest.mark.parametrize(
    "wrong", [{"reason": "hire_me"}, {"reason": 7}, {}, {"reason": ["unknown"]}]
)
def test_f20_wrong_arguments_are_an_error_for_the_model_alone(
    turn: Asking, server: ModelServer, wrong: dict[str, object]
) -> None:
    server.says(calls(("open_handoff", wrong)), answer(NEWS))

    decision = turn.asks()

    assert decision.handoff is None
    assert decision.replies[0].text == NEWS


def test_f20_ten_calls_at_once_end_the_turn(turn: Asking, server: ModelServer) -> None:
    server.says(calls(*[HAND_OVER] * 10))

    decision = turn.asks()

    assert decision.handoff == A_PERSON
    assert decision.reason == "offline: the model went round in circles"


def test_f20_the_same_wish_twice_is_one_wish(turn: Asking, server: ModelServer) -> None:
    server.says(calls(HAND_OVER, HAND_OVER), answer(""))

    decision = turn.asks()

    assert decision.handoff == HandoffRequest(reason="ask_feedback", reply=HANDOFFS["ask_feedback"])


def test_f20_of_two_wishes_by_one_tool_the_first_is_heard(
    turn: Asking, server: ModelServer
) -> None:
    other = ("open_handoff", {"reason": "complaint"})
    server.says(calls(HAND_OVER), calls(other), answer(""))

    decision = turn.asks()

    assert decision.handoff is not None
    assert decision.handoff.reason == "ask_feedback"


def test_f20_forged_arguments_reach_nobody_else(turn: Asking, server: ModelServer) -> None:
    forged = {"reason": "unknown", "conversation_id": 2, "runtime": {"context": None}}
    server.says(calls(("open_handoff", forged)), answer(""))

    decision = turn.asks()

    assert decision.handoff == A_PERSON
    tools = {one["function"]["name"]: one["function"] for one in server.asked[0]["tools"]}
    arguments = {name: set(one["parameters"]["properties"]) for name, one in tools.items()}
    assert arguments == {
        "open_handoff": {"reason"},
        "note_withdrawal": set(),
        "set_preferences": {"email", "length", "tone"},
        "record_survey": {"quote"},
        "search_knowledge": {"query"},
        "Answer": {"text", "language", "facts", "handoff"},
        "propose_slots": {"quote"},
        "ask_for_slot": {"quote"},
    }


def test_f20_two_answers_at_once_are_none(turn: Asking, server: ModelServer) -> None:
    told = {"text": NEWS, "language": "en"}
    server.says(calls(("Answer", told), ("Answer", told)))

    assert turn.asks().handoff == A_PERSON


def test_f20_words_that_nothing_backs_are_mended_once(turn: Asking, server: ModelServer) -> None:
    server.says(answer("Maria Lopez writes by Friday, 27 November."), answer(NEWS))

    decision = turn.asks()

    assert decision.replies[0].text == NEWS
    assert "Maria Lopez" in server.asked[1]["messages"][-1]["content"]
    assert len(server.asked) == 2


def test_f20_words_that_cannot_be_mended_are_not_said(turn: Asking, server: ModelServer) -> None:
    server.says(answer("Maria Lopez writes by Friday, 27 November."))

    decision = turn.asks()

    assert decision.handoff == A_PERSON
    assert len(server.asked) == 2


# --- what a wish becomes ------------------------------------------------------------------


def test_f20_a_withdrawal_is_for_a_person_to_confirm(turn: Asking, server: ModelServer) -> None:
    server.says(calls(("note_withdrawal", {})), answer("I have withdrawn your application."))

    decision = turn.asks()

    assert decision.handoff == HandoffRequest(reason="withdraw", reply="handoff_withdraw")
    assert not decision.replies


def test_f20_email_is_a_right_only_where_the_candidate_was_heard_to_want_it(
    turn: Asking, server: ModelServer
) -> None:
    server.says(calls(("set_preferences", {"email": True})), answer(""))

    unheard = turn.asks()

    assert unheard.right is not Right.EMAIL
    assert unheard.handoff == A_PERSON


def test_f20_a_score_is_only_what_the_candidate_wrote(turn: Asking, server: ModelServer) -> None:
    asked = "it was an 8 I would say, but what is the canteen like and can I bring a friend along?"
    survey = {"flow": "survey", "slots": {"process": "1"}, "after": "survey"}

    server.says(calls(("record_survey", {"quote": "10"})), answer(NEWS))
    forged = turn.asks(asked, **survey)
    server.says(calls(("record_survey", {"quote": "it was an 8"})), answer(NEWS))
    told = turn.asks(asked, **survey)

    assert forged.survey is None
    assert told.survey == SurveyAnswer(score=8)
    assert told.replies[0].key == "survey_ask_comment_mid"


@dataclass(frozen=True)
class Page:
    title: str
    text: str


def test_f20_what_the_team_wrote_can_be_told(server: ModelServer, tmp_path: Path) -> None:
    def search(text: str, question: Question) -> list[Page]:
        return [Page("Lunch", "Our canteen in Madrid is free and opens at 12:30.")]

    turn = asking(tmp_path, server.url, search)
    lunch = "Our canteen in Madrid is free and opens at 12:30."
    server.says(calls(("search_knowledge", {"query": "canteen"})), answer(lunch))

    assert turn.asks().replies[0].text == lunch


def test_f20_what_is_written_about_everybody_makes_no_outcome_true(
    server: ModelServer, tmp_path: Path
) -> None:
    def search(text: str, question: Question) -> list[Page]:
        return [Page("Offers", "Once you are hired we send you an offer.")]

    turn = asking(tmp_path, server.url, search)
    server.says(calls(("search_knowledge", {"query": "offer"})), answer("You are hired!"))

    assert turn.asks().handoff == A_PERSON


def test_f20_a_search_that_fails_tells_the_model_nothing(
    server: ModelServer, tmp_path: Path
) -> None:
    def search(text: str, question: Question) -> list[Page]:
        raise RuntimeError("the password is hunter2")

    turn = asking(tmp_path, server.url, search)
    server.says(calls(("search_knowledge", {"query": "x"})), answer(NEWS))

    assert turn.asks().replies[0].text == NEWS
    assert "hunter2" not in str(server.asked)
