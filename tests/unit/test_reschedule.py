"""The script for moving an interview, called by the bot, by a model's tools, and from outside."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

import app
from bot.answering.model.draft import Draft
from bot.answering.model.tools import wishes
from bot.answering.rasa_bridge import RasaFlows
from bot.domain import moving
from bot.domain.booking import OFFERED, Diary, Slot, SlotId, Wish
from bot.domain.ports import Decision, Question
from tests.factories import DAY, HOUR, LONDON, NOON, question
from tests.world import script

FRIDAY = NOON + 3 * DAY
FLOWS = RasaFlows(app.actions, script().understanding, script().availability)
SLOTS = tuple(
    Slot(id=SlotId(n), starts_at=FRIDAY + n * HOUR, ends_at=FRIDAY + (n + 1) * HOUR)
    for n in range(1, 5)
)
DIARY = Diary(
    now=NOON,
    zone=LONDON,
    interview="int-1",
    stands_at=NOON + 2 * DAY,
    free=SLOTS,
)


def asked(text: str, shown: int = 0, **told: Any) -> Question:
    """A question of somebody who was shown so many slots."""
    plain = question(text, topic="booked", diary=replace(DIARY, shown=SLOTS[:shown]), **told)
    kept = {OFFERED: ",".join(str(slot.id) for slot in SLOTS[:shown])} if shown else {}
    flow = "reschedule" if shown else None
    return replace(plain, conversation=replace(plain.conversation, flow=flow, slots=kept))


def run(text: str, shown: int = 0) -> Decision | None:
    return FLOWS.run("reschedule", asked(text, shown))


def test_without_anything_to_move_it_is_not_meant() -> None:
    assert FLOWS.run("reschedule", replace(asked("Another time, please"), diary=None)) is None


def test_it_offers_and_keeps_what_it_offered() -> None:
    decision = run("Could we move the interview to Friday?")

    assert decision is not None
    assert [reply.key for reply in decision.replies] == ["reschedule_offer_3"]
    assert decision.slots[OFFERED] == "1,2,3"
    assert decision.flow == "reschedule"
    assert decision.books is None


def test_it_only_notes_which_slot_was_chosen() -> None:
    decision = run("the second one", shown=3)

    assert decision is not None
    assert decision.books == Wish(slot=SlotId(2), interview="int-1")
    assert decision.flow is None
    assert moving.CHOSEN not in decision.slots


def test_the_second_stays_the_second_when_the_first_is_gone() -> None:
    gone = replace(DIARY, free=SLOTS[1:], shown=SLOTS[:3])

    decision = FLOWS.run("reschedule", replace(asked("the second one", 3), diary=gone))

    assert decision is not None and decision.books is not None
    assert decision.books.slot == 2


@pytest.mark.parametrize(
    "text",
    [
        "Who will I be talking to?",
        "Is there somewhere to leave a bike?",
        "I don't want to live any more",
        "please stop texting me",
    ],
)
def test_what_is_meant_for_somebody_else_is_left_to_them(text: str) -> None:
    assert run(text, shown=3) is None


def test_a_time_that_has_gone_by_is_asked_about() -> None:
    decision = run("could we do yesterday at 10?", shown=3)

    assert decision is not None
    assert decision.replies[0].key.startswith("availability.past.")
    assert decision.books is None


# --- by a model's tools ------------------------------------------------------------------------


def wished(name: str, quote: str, question: Question) -> tuple[str, Draft]:
    (tool,) = (one for one in wishes(FLOWS) if one.name == name)
    draft = Draft(question, "en")
    answer = tool.func(quote=quote, runtime=SimpleNamespace(context=draft))  # type: ignore[attr-defined]
    return answer, draft


def test_a_model_may_propose_and_ask_and_books_nothing() -> None:
    _, proposed = wished("propose_slots", "Friday", asked("would Friday be possible?"))
    _, wanted = wished("ask_for_slot", "the second", asked("the second would do", shown=3))

    assert proposed.moved is not None and proposed.moved.books is None
    assert wanted.moved is not None and wanted.moved.books is not None
    assert wanted.moved.books.slot == 2


@pytest.mark.parametrize(
    ("tool", "quote", "text", "shown"),
    [
        ("propose_slots", "Monday", "would Friday be possible?", 0),
        ("ask_for_slot", "the second", "the third would do", 3),
        ("ask_for_slot", "the second", "the second would do", 0),
        ("propose_slots", "the second", "the second would do", 3),
    ],
    ids=["not said", "another one said", "nothing was offered", "a choice is no proposal"],
)
def test_a_model_cannot_put_words_into_a_mouth(
    tool: str, quote: str, text: str, shown: int
) -> None:
    _, draft = wished(tool, quote, asked(text, shown))

    assert draft.moved is None


def test_there_are_at_most_eight_tools() -> None:
    assert len(wishes(FLOWS)) + len(["search_knowledge", "Answer"]) <= 8


# --- from outside --------------------------------------------------------------------------------


def test_an_assistant_elsewhere_gets_the_same_from_its_own_slots() -> None:
    slots = {**moving.slots_of(DIARY), "language": "en"}
    call = {
        "next_action": "action_reschedule",
        "tracker": {
            "sender_id": "8f1c2d",
            "slots": slots,
            "latest_message": {"text": "Could we move the interview to Friday?"},
        },
    }

    status, body = FLOWS.serve(call)

    assert status == 200
    (response,) = body["responses"]
    assert response["response"] == "reschedule_offer_3"
    assert response["slot_1"] == "2026-11-27T13:00:00"


@pytest.mark.parametrize(
    "odd",
    [
        {moving.ZONE: "Nowhere"},
        {moving.NOW: "soon"},
        {moving.FREE: "x"},
        {moving.FREE: [{"id": 1, "start": "x"}]},
        {moving.SHOWN: [1]},
    ],
)
def test_slots_of_another_shape_are_no_crash(odd: dict[str, Any]) -> None:
    call = {
        "next_action": "action_reschedule",
        "tracker": {
            "slots": {**moving.slots_of(DIARY), **odd},
            "latest_message": {"text": "Friday?"},
        },
    }

    assert FLOWS.serve(call)[0] == 400
