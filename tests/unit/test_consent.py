"""Whether to ask a candidate for agreement in the same breath."""

import pytest

from bot.domain.consent import FLOW, asking_too, resumed
from bot.domain.identity import Step
from bot.domain.ports import Decision, HandoffRequest, Reply
from bot.domain.rights import Right

STATUS = [Reply(key="status_open")]


def test_an_answer_asks_too_and_waits_for_the_answer() -> None:
    asked = asking_too(Decision(replies=STATUS, slots={"a": "b"}), {})

    assert [reply.key for reply in asked.replies] == ["status_open", "consent_ask"]
    assert asked.flow == FLOW
    assert asked.slots == {"a": "b", FLOW: "asked"}


@pytest.mark.parametrize("so_far", ["asked", "given", "declined"])
def test_nobody_is_asked_twice(so_far: str) -> None:
    assert asking_too(Decision(replies=STATUS), {FLOW: so_far}) == Decision(replies=STATUS)


@pytest.mark.parametrize(
    "decision",
    [
        Decision(),
        Decision(replies=STATUS, right=Right.STOP),
        Decision(replies=STATUS, handoff=HandoffRequest(reason="unknown", reply="unknown")),
        Decision(replies=STATUS, identity=Step.ASKED),
        Decision(replies=STATUS, flow="reschedule"),
    ],
    ids=["says nothing", "a right", "a person", "a stranger", "a flow"],
)
def test_who_is_busy_with_something_else_is_not_asked(decision: Decision) -> None:
    assert asking_too(decision, {}) == decision


def test_a_digression_ends_the_question_and_no_other_flow() -> None:
    assert resumed(FLOW) is None
    assert resumed("survey") == "survey"
    assert resumed(None) is None
