"""The promise engine in the whole house: undo, approval, pause, lost words, and the team's part."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import app
from bot.assembly import refuse_silence
from bot.channels.moods import Behaviour, Mood
from bot.domain.errors import BadConfig, Conflict, NotAllowed
from bot.domain.model import Role, State, User, UserId
from bot.domain.stages import FIRST, Approve, Stage
from bot.settings import load_settings
from tests.factories import (
    DAY,
    HOUR,
    NOON,
    candidate,
    completed,
    decided,
    event,
    interview,
    job,
    released,
)
from tests.world import World, script, world

MINUTE = timedelta(minutes=1)
DANA = "dana@northwind.example"


@pytest.fixture
def house(sqlite_url: str) -> Iterator[World]:
    with world(sqlite_url) as opened:
        yield opened


@pytest.fixture
def thanked(house: World) -> World:
    house.happens(completed())
    house.passes(HOUR)
    return house


def recalled(house: World) -> dict[str, Any]:
    return event("decision.recalled", house.clock.now(), decision={"recalled_by": DANA})


# --- undo -----------------------------------------------------------------------------------


def test_a_release_that_is_taken_back_in_time_tells_the_candidate_nothing(thanked: World) -> None:
    thanked.happens(decided(thanked.clock.now()), released(thanked.clock.now()))
    thanked.passes(25 * MINUTE)
    thanked.happens(recalled(thanked))
    thanked.passes(3 * DAY)

    assert "next_step" not in thanked.kinds()
    assert "status_update" in thanked.kinds()

    thanked.happens(released(thanked.clock.now()))
    thanked.passes(HOUR)
    assert thanked.kinds()[-1] == "next_step"


def test_a_recall_that_comes_too_late_cannot_unsay_it(thanked: World) -> None:
    thanked.happens(decided(thanked.clock.now()), released(thanked.clock.now()))
    thanked.passes(HOUR)
    thanked.happens(recalled(thanked))
    thanked.passes(MINUTE)

    assert thanked.kinds() == ["thank_you", "next_step"]


# --- approval -------------------------------------------------------------------------------


@pytest.fixture
def rejected(thanked: World) -> World:
    thanked.passes(DAY)
    thanked.happens(decided(thanked.clock.now(), "reject"), released(thanked.clock.now()))
    thanked.passes(MINUTE)
    return thanked


def test_the_first_ten_of_a_stage_are_read_and_later_ones_leave_by_themselves(
    sqlite_url: str,
) -> None:
    careful = replace(script(), stages=tuple(map(read_at_first, script().stages)))
    with world(sqlite_url, told=careful) as hearback:
        hearback.happens(*(met(number, NOON) for number in range(FIRST)))
        hearback.passes(HOUR)
        asked = [task for task in hearback.tasks() if "approve the thank you" in task]
        assert len(asked) == FIRST
        assert asked[0].endswith("1 of the first 10")
        assert hearback.kinds() == []

        for row in hearback.rows("thank_you"):
            hearback.hearback.desk.approve(row.id, hearback.recruiter, words_hash=row.words_hash)
        hearback.passes(HOUR)
        assert hearback.kinds() == ["thank_you"] * FIRST
        hearback.happens(met(FIRST, hearback.clock.now()))
        hearback.passes(2 * HOUR)

        assert hearback.kinds() == ["thank_you"] * (FIRST + 1)


def read_at_first(stage: Stage) -> Stage:
    return replace(stage, approve=Approve.FIRST_10) if stage.name == "thank_you" else stage


def met(number: int, at: datetime) -> dict[str, Any]:
    who = candidate(ref=f"cand-{number}", phone=f"+4477009002{number:02}")
    return completed(at, id=f"done-{number}", candidate=who, process=f"app-{number}")


def test_a_rejection_waits_until_a_person_has_read_it(rejected: World) -> None:
    assert "Read and approve the rejection for Daniel Okafor" in rejected.tasks()
    rejected.passes(6 * HOUR)
    assert "rejection" not in rejected.kinds()
    assert [row.state for row in rejected.rows("rejection")] == [State.HELD]

    rejected.approves("rejection")
    rejected.passes(MINUTE)

    assert rejected.kinds()[-1] == "rejection"
    assert not any("approve" in task for task in rejected.tasks())


def test_only_the_words_that_were_read_are_approved(rejected: World) -> None:
    (row,) = rejected.rows("rejection")

    with pytest.raises(Conflict, match="others by now"):
        rejected.hearback.desk.approve(row.id, rejected.recruiter, words_hash="other words")
    tom = User(id=UserId(9), email="tom@x", name="Tom", role=Role.HIRING_MANAGER)
    with pytest.raises(NotAllowed):
        rejected.hearback.desk.approve(row.id, tom, words_hash=row.words_hash)


def test_a_cancelled_rejection_needs_no_reader(rejected: World) -> None:
    (row,) = rejected.rows("rejection")
    rejected.hearback.desk.cancel(row.id, rejected.recruiter)

    assert not any("approve" in task for task in rejected.tasks())
    rejected.passes(2 * DAY)
    assert "rejection" not in rejected.kinds()


def test_a_rejection_that_is_taken_back_needs_no_reader(rejected: World) -> None:
    assert rejected.tasks() == ["Read and approve the rejection for Daniel Okafor"]

    rejected.happens(recalled(rejected))

    assert rejected.states("rejection") == [State.CANCELLED]
    assert rejected.tasks() == []


def test_new_facts_need_a_new_reader(rejected: World) -> None:
    rejected.approves("rejection")
    at = rejected.clock.now()
    rejected.happens(
        event("scorecard.submitted", at, interview={"ref": "int-1"}, job=job(title="CTO"))
    )
    rejected.passes(2 * HOUR)

    assert "rejection" not in rejected.kinds()
    rejected.approves("rejection")
    rejected.passes(MINUTE)
    assert "CTO" in rejected.last


# --- the switch -----------------------------------------------------------------------------


def test_a_pause_stops_everything_that_the_bot_would_say(thanked: World) -> None:
    desk, dana = thanked.hearback.desk, thanked.recruiter
    desk.pause(dana, "the office is closed")
    thanked.writes("What happens next?")
    thanked.passes(60 * HOUR)

    assert thanked.kinds() == ["thank_you"]
    assert any("72 hours" in task for task in thanked.tasks())

    desk.resume(dana)
    thanked.passes(8 * HOUR)
    assert "status_update" in thanked.kinds()
    assert not any("72 hours" in task for task in thanked.tasks())


def test_a_stop_is_confirmed_even_in_a_pause(thanked: World) -> None:
    thanked.hearback.desk.pause(thanked.recruiter, "")
    thanked.writes("STOP")

    assert thanked.kinds() == ["thank_you", "opt_out_ack"]


# --- words that get lost --------------------------------------------------------------------


def test_a_word_that_nobody_saw_arrive_becomes_a_persons(house: World) -> None:
    house.carrier.next_moods(Mood(behaviour=Behaviour.LOSES))
    house.happens(completed())
    house.passes(6 * HOUR)
    assert not any("yourself" in task for task in house.tasks())
    house.passes(HOUR)

    assert "Send Daniel Okafor the thank you yourself: WhatsApp did not reach them" in house.tasks()


# --- the team's part ------------------------------------------------------------------------


def scheduled(**told: Any) -> dict[str, Any]:
    return event("interview.scheduled", NOON - DAY, interview=interview(NOON + HOUR, **told))


def test_without_evidence_nobody_is_thanked_and_a_recruiter_is_asked(house: World) -> None:
    house.happens(scheduled())
    house.passes(2 * HOUR)
    assert not any("take place? Nobody has said so" in task for task in house.tasks())
    house.passes(31 * MINUTE)
    assert any("take place? Nobody has said so" in task for task in house.tasks())
    assert "thank_you" not in house.kinds()

    house.happens(event("interview.completed", house.clock.now(), interview={"ref": "int-1"}))
    house.passes(15 * MINUTE)
    assert not any("take place" in task for task in house.tasks())


def test_a_struck_topic_is_not_mentioned(house: World) -> None:
    house.happens(completed())
    house.passes(35 * MINUTE)
    struck = {"ref": "int-1", "topics": ["event-driven design"]}
    house.happens(event("interview.topics_struck", house.clock.now(), interview=struck))
    house.passes(2 * HOUR)

    assert house.kinds() == ["thank_you"]
    assert "event-driven design" not in house.last


def test_a_date_that_somebody_named_is_told_in_the_next_update(thanked: World) -> None:
    by = (NOON + 6 * DAY).isoformat()
    told = {"expected_by": by, "reason": "the panel meets on Monday", "told_by": "Tom Baker"}
    thanked.happens(event("decision.expected", thanked.clock.now(), decision=told))
    thanked.passes(3 * DAY)

    assert "Monday, 30 November" in thanked.last
    assert "the panel meets on Monday" in thanked.last


def test_a_promise_of_a_person_is_warned_of_before_it_breaks(thanked: World) -> None:
    thanked.writes("I would like to talk to a person please")
    thanked.passes(3 * HOUR)
    assert not any("was promised" in task for task in thanked.tasks())
    thanked.passes(16 * HOUR)

    assert any("was promised an answer" in task for task in thanked.tasks())


# --- one person, two processes --------------------------------------------------------------


def test_who_wants_news_only_hears_nothing_until_there_is_some(thanked: World) -> None:
    thanked.writes("Only write to me when there is news please")
    thanked.passes(9 * DAY)
    assert thanked.kinds() == ["thank_you", "reply"]
    assert "broken" not in week(thanked).get("word", [])

    thanked.happens(decided(thanked.clock.now(), "advance"), released(thanked.clock.now()))
    thanked.passes(5 * HOUR)

    assert thanked.kinds()[2:] == ["next_step"]


def test_start_brings_updates_back(thanked: World) -> None:
    thanked.writes("Solo novedades")
    thanked.passes(4 * DAY)
    thanked.writes("START")
    thanked.passes(3 * DAY)

    assert thanked.kinds()[:4] == ["thank_you", "reply", "reply", "status_update"]
    assert "broken" not in week(thanked).get("word", [])


def test_the_words_of_two_processes_keep_their_distance(house: World) -> None:
    other = {"process": "app-2", "job": job(ref="job-2", title="Data Engineer")}
    second = {**completed(), **other, "id": "second"}
    house.happens(completed(), {**second, "interview": interview(ref="int-2")})
    house.passes(2 * DAY + HOUR)
    assert house.kinds() == ["thank_you", "thank_you", "status_update"]
    house.passes(2 * HOUR)

    assert house.kinds() == ["thank_you", "thank_you", "status_update", "status_update"]


# --- the ledger -----------------------------------------------------------------------------


def week(house: World) -> dict[str, list[str]]:
    """What became of each promise, by its name."""
    found: dict[str, list[str]] = {}
    for one in house.hearback.ledger.weeks(8):
        for line in one.lines:
            found.setdefault(line.entry.vow.value, []).append(line.entry.outcome.value)
    return found


def test_the_ledger_tells_what_was_kept(thanked: World) -> None:
    thanked.passes(2 * DAY)
    thanked.happens(decided(thanked.clock.now()), released(thanked.clock.now()))
    thanked.passes(6 * DAY)

    assert week(thanked) == {"thanks": ["kept"], "word": ["kept"] * 3, "final word": ["kept"]}


def test_the_ledger_names_who_held_a_conversation_too_long(thanked: World) -> None:
    thanked.hearback.desk.take(thanked.conversation, thanked.recruiter)
    thanked.passes(4 * DAY)

    (line,) = (line for one in thanked.hearback.ledger.weeks(8) for line in one.broken)
    assert line.entry.why == "Dana Weiss held the conversation"
    assert (line.candidate, line.entry.who) == ("Daniel Okafor", "Dana Weiss")


def test_the_ledger_excuses_an_opt_out_and_counts_an_answer(thanked: World) -> None:
    thanked.writes("Can I talk to a person?")
    thanked.writes("STOP")
    thanked.passes(5 * DAY)

    told = week(thanked)
    assert "excused" in told["word"]
    assert told["answer"] == ["broken"]


def test_a_house_that_would_break_its_word_does_not_open(tmp_path: Path) -> None:
    stages = [
        replace(stage, window=replace(stage.window, latest=100 * HOUR)) if stage.repeat else stage
        for stage in script().stages
    ]
    with pytest.raises(BadConfig, match="100 hours"):
        refuse_silence(load_settings(app.CONFIG, {}), stages)
