"""What is said while a person is awaited, and what is theirs alone."""

from datetime import timedelta

import pytest

from bot.answering.offline import HANDOFFS
from bot.domain.meanwhile import LEFT_TO_A_PERSON, answers, graver, meanwhile, moves
from bot.domain.model import ConversationId, Handoff, UserId
from bot.domain.ports import Decision, HandoffRequest, Reply
from bot.web.show import REASONS
from tests.factories import NOON

UNKNOWN = HandoffRequest(reason="unknown", reply="handoff_unknown")


def awaited(reason: str, holder: int | None = None) -> Handoff:
    return Handoff(
        id=1,
        conversation_id=ConversationId(1),
        reason=reason,
        opened_at=NOON,
        answer_by=NOON + timedelta(hours=4),
        taken_at=NOON if holder else None,
        holder_id=UserId(holder) if holder else None,
        holder="Dana" if holder else "",
    )


def split(reason: str, *replies: Reply) -> tuple[list[str], bool]:
    found = meanwhile(Decision(replies=replies), reason)
    return [reply.key for reply in found.said.replies], found.waits


def test_every_reason_for_a_handoff_says_what_is_left_to_the_person() -> None:
    assert {*HANDOFFS, *REASONS} - {"taken"} <= set(LEFT_TO_A_PERSON)


@pytest.mark.parametrize(
    ("reason", "topic", "heard"),
    [
        ("unknown", "undecided", True),
        ("asked for a person", "booked", True),
        ("reschedule", "booked", True),
        ("unknown", "reject", False),
        ("distress", "booked", False),
        ("complaint", "undecided", False),
        ("withdraw", "booked", False),
        ("accept_offer", "offer", False),
        ("ask_compensation", "undecided", False),
        ("a reason that nobody thought about", "undecided", False),
    ],
)
def test_the_reason_decides_whether_the_bot_speaks(reason: str, topic: str, heard: bool) -> None:
    assert answers(awaited(reason), topic) is heard
    assert not answers(awaited(reason, holder=7), topic)


def test_without_a_handoff_the_bot_speaks() -> None:
    assert answers(None, "reject")


def test_facts_and_what_the_team_wrote_are_said() -> None:
    told = Reply(key="knowledge", text="You get 26 days.", source="benefits.en.md: Holidays")

    assert split("unknown", Reply(key="who"), told) == (["who", "knowledge"], False)


def test_what_a_bot_is_is_said_without_another_promise() -> None:
    assert split("unknown", Reply(key="bot_challenge")) == (["bot_challenge_awaited"], False)


def test_courtesies_are_left_out_and_leave_nothing_to_anybody() -> None:
    assert split("unknown", Reply(key="thanks")) == ([], False)


def test_what_is_no_answer_waits_for_the_person() -> None:
    assert split("unknown", Reply(key="out_of_scope")) == ([], True)


def test_another_reason_for_a_person_is_added_and_nothing_promised() -> None:
    found = meanwhile(Decision(replies=[Reply(key="who")], handoff=UNKNOWN), "reschedule")

    assert (found.said.replies, found.waits) == ((), True)


def test_the_time_that_is_being_moved_is_not_told() -> None:
    words = Reply(key="model:small:1", text="On Thursday.", facts={"interview_day": "Thursday"})

    assert split("reschedule", Reply(key="when"), words) == ([], True)
    assert split("unknown", Reply(key="when"), words) == (["when", "model:small:1"], False)


@pytest.mark.parametrize(
    ("reason", "than", "takes_over"),
    [
        ("distress", "unknown", True),
        ("complaint", "reschedule", True),
        ("unknown", "distress", False),
        ("complaint", "distress", False),
        ("media", "unknown", False),
    ],
)
def test_a_graver_reason_takes_an_open_handoff_over(
    reason: str, than: str, takes_over: bool
) -> None:
    assert graver(reason, than) is takes_over


@pytest.mark.parametrize(
    ("reason", "free"),
    [("unknown", True), ("running_late", True), ("reschedule", False), ("pick_slot", False)],
)
def test_an_interview_that_a_person_is_moving_is_not_moved_in_the_chat(
    reason: str, free: bool
) -> None:
    assert moves(awaited(reason)) is free
    assert moves(None)
