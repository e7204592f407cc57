"""The plan: which stages are owed, and when, for each turn that a process can take."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from bot.domain.daytime import Local
from bot.domain.journey import Fate, Planned, Rules, Said, last_word_at, plan
from bot.domain.model import ProcessStatus
from bot.domain.story import Story, fold
from bot.sources.api import read_event
from bot.stages import load_stages
from tests.factories import (
    BY_WHATSAPP,
    DAY,
    HOUR,
    LONDON,
    NIGHT,
    NOON,
    completed,
    decided,
    event,
    interview,
    released,
)

STAGES = load_stages(Path(__file__).parents[2] / "flows" / "post_interview.yaml")
RULES = Rules(STAGES, Local(zone=LONDON, quiet=NIGHT), BY_WHATSAPP)
UNDO = replace(RULES, undo=timedelta(minutes=30))
MINUTE = timedelta(minutes=1)


def story(*events: dict[str, Any]) -> Story:
    return fold(read_event(raw) for raw in events)


def owed(
    told: Story,
    said: Sequence[Said] = (),
    now: datetime = NOON,
    promised: datetime | None = None,
    rules: Rules = RULES,
) -> dict[str, Planned]:
    return {item.stage: item for item in plan("1", told, said, rules, now, promised)}


def word(stage: str, key: str, at: datetime, *, arrived: bool = True) -> Said:
    return Said(
        stage=stage,
        key=f"1:{stage}:{key}",
        at=at,
        arrived_at=at if arrived else None,
        counts=True,
        fate=Fate.ARRIVED if arrived else Fate.ON_ITS_WAY,
    )


def test_a_completed_interview_owes_a_thank_you_within_two_hours_and_a_word_within_72() -> None:
    plans = owed(story(completed()))

    assert set(plans) == {"thank_you", "status_update"}
    assert NOON <= plans["thank_you"].due_at <= NOON + 2 * HOUR
    assert NOON + 48 * HOUR <= plans["status_update"].due_at <= NOON + 72 * HOUR


def test_an_update_keeps_a_day_away_from_the_last_word_even_for_a_free_weekend() -> None:
    thursday_evening = NOON + 2 * DAY + 7 * HOUR

    update = owed(story(completed(thursday_evening)))["status_update"]

    assert f"{update.due_at:%a %H:%M}" == "Fri 20:55"
    assert update.key == "1:status_update:1"


def test_a_scheduled_interview_owes_nothing_but_a_word_after_its_end() -> None:
    plans = owed(story(event("interview.scheduled", NOON, interview=interview(NOON + DAY))))

    assert set(plans) == {"status_update", "appointment"}
    assert plans["status_update"].due_at >= NOON + DAY + 24 * HOUR


@pytest.mark.parametrize("ending", ["interview.no_show", "interview.cancelled"])
def test_who_did_not_come_is_not_thanked(ending: str) -> None:
    told = story(
        event("interview.scheduled", NOON - DAY, interview=interview()),
        event(ending, NOON, interview={"ref": "int-1"}),
    )

    assert owed(told) == {}


def test_a_scorecard_proves_that_the_interview_took_place() -> None:
    told = story(
        event("interview.scheduled", NOON - DAY, interview=interview()),
        event("scorecard.submitted", NOON + HOUR, interview={"ref": "int-1", "topics": ["tests"]}),
    )

    assert owed(told)["thank_you"].due_at == NOON + 40 * MINUTE
    assert told.last_visit is not None
    assert told.last_visit.took_place[0].topics == ("tests",)


def test_a_day_of_four_interviews_is_thanked_for_once_and_only_after_the_last() -> None:
    def part(number: int) -> dict[str, Any]:
        end = NOON + number * HOUR
        return interview(end, ref=f"int-{number}", visit="onsite")

    scheduled = [
        event("interview.scheduled", NOON - DAY + n * MINUTE, interview=part(n)) for n in range(4)
    ]
    done = [event("interview.completed", NOON + n * HOUR, interview=part(n)) for n in range(4)]

    assert "thank_you" not in owed(story(*scheduled, *done[:3]))
    plans = plan("1", story(*scheduled, *done), (), RULES, NOON)
    assert [item.key for item in plans if item.stage == "thank_you"] == ["1:thank_you:onsite"]


def test_what_was_said_is_not_owed_again() -> None:
    thanks = word("thank_you", "int-1", NOON + HOUR)

    plans = owed(story(completed()), [thanks], NOON + HOUR)

    assert set(plans) == {"status_update"}
    assert plans["status_update"].due_at == NOON + HOUR + 48 * HOUR


def test_updates_repeat_while_nothing_is_released_each_counted_from_the_last_word() -> None:
    said = [word("thank_you", "int-1", NOON), word("status_update", "1", NOON + 2 * DAY)]

    update = owed(story(completed()), said, NOON + 2 * DAY)["status_update"]

    assert update.key == "1:status_update:2"


def test_an_update_that_came_by_another_way_at_once_is_followed_by_the_next() -> None:
    at = NOON + 2 * DAY
    lost = replace(word("status_update", "1", at, arrived=False), fate=Fate.FAILED)
    by_email = replace(word("status_update", "1", at), key="2/1:status_update:1")
    said = [word("thank_you", "int-1", NOON), lost, by_email]

    update = owed(story(completed()), said, at)["status_update"]

    assert update.key == "1:status_update:2"
    assert NOON + 3 * DAY <= update.due_at <= NOON + 5 * DAY


def test_an_update_that_left_with_the_last_word_is_still_on_its_way() -> None:
    at = NOON + 2 * DAY
    said = [
        word("status_update", "1", NOON + DAY),
        word("human", "x", at),
        word("status_update", "2", at, arrived=False),
    ]

    assert "status_update" not in owed(story(completed()), said, at)


def test_what_does_not_count_and_who_did_not_come_end_no_silence() -> None:
    second = interview(NOON + DAY, ref="2")
    told = story(
        completed(),
        event("interview.scheduled", NOON, interview=second),
        event("interview.cancelled", NOON + HOUR, interview=second),
    )
    thanks = replace(word("reply", "1", NOON + 2 * HOUR), counts=False)

    assert last_word_at(told, [thanks]) == NOON


def test_one_update_at_a_time_is_on_its_way() -> None:
    said = [
        word("thank_you", "int-1", NOON),
        word("status_update", "1", NOON + 2 * DAY, arrived=False),
    ]

    assert "status_update" not in owed(story(completed()), said, NOON + 2 * DAY)


def test_after_a_failed_update_a_later_word_of_a_person_starts_the_clock_again() -> None:
    said = [
        word("status_update", "1", NOON + 2 * DAY, arrived=False),
        word("human", "x", NOON + 2 * DAY + HOUR),
    ]

    update = owed(story(completed()), said, NOON + 3 * DAY)["status_update"]

    assert update.key == "1:status_update:2"
    assert update.due_at >= NOON + 3 * DAY + HOUR


def test_a_promise_is_kept_even_if_a_later_answer_would_allow_more_time() -> None:
    promised = NOON + 2 * DAY
    said = [word("thank_you", "int-1", NOON), word("reply", "9", NOON + DAY)]

    update = owed(story(completed()), said, NOON + DAY, promised)["status_update"]

    assert update.due_at <= promised


def test_a_promise_of_the_next_word_hurries_no_thanks() -> None:
    plans = owed(story(completed()), promised=NOON + HOUR)

    assert plans["thank_you"].latest_at == NOON + 2 * HOUR
    assert plans["status_update"].latest_at == NOON + HOUR


def test_an_unreleased_decision_changes_nothing() -> None:
    undecided = story(completed())

    for outcome in ("advance", "reject", "offer"):
        embargoed = story(completed(), decided(NOON + HOUR, outcome))
        assert plan("1", embargoed, (), RULES, NOON + HOUR) == plan(
            "1", undecided, (), RULES, NOON + HOUR
        )


def test_who_has_another_offer_is_owed_the_update_and_the_outcome_sooner() -> None:
    pressed = replace(RULES, other_offer=True)
    thanks, final = word("thank_you", "int-1", NOON), word("next_step", "d", NOON)
    told = story(completed(), decided(NOON), released(NOON))

    def due(told: Story, said: Said, stage: str, rules: Rules) -> datetime:
        return next(p.due_at for p in plan("1", told, [said], rules, NOON) if p.stage == stage)

    assert due(story(completed()), thanks, "status_update", RULES) == NOON + 2 * DAY
    assert due(story(completed()), thanks, "status_update", pressed) == NOON + DAY
    assert due(told, thanks, "next_step", RULES) == NOON + 5 * MINUTE
    assert due(told, thanks, "next_step", pressed) == NOON
    assert due(told, final, "survey", pressed) == NOON + 7 * DAY


@pytest.mark.parametrize(("outcome", "stage"), [("advance", "next_step"), ("reject", "rejection")])
def test_a_released_decision_owes_its_word_and_ends_the_updates(outcome: str, stage: str) -> None:
    told = story(completed(), decided(NOON + HOUR, outcome), released(NOON + 2 * HOUR))

    plans = owed(told, [word("thank_you", "int-1", NOON)], NOON + 2 * HOUR)

    assert set(plans) == {stage}
    assert plans[stage].due_at >= NOON + 2 * HOUR


@pytest.mark.parametrize(("outcome", "stage"), [("advance", "next_step"), ("reject", "rejection")])
def test_every_release_can_be_taken_back_for_half_an_hour(outcome: str, stage: str) -> None:
    told = story(completed(), decided(NOON, outcome), released(NOON + DAY))

    final = owed(told, now=NOON + DAY, rules=UNDO)[stage]

    assert NOON + DAY + 30 * MINUTE <= final.due_at <= NOON + DAY + HOUR


def test_a_rejection_keeps_a_day_away_from_the_interview() -> None:
    told = story(completed(), decided(NOON, "reject"), released(NOON + HOUR))

    assert owed(told, now=NOON + HOUR)["rejection"].due_at == NOON + DAY


def test_of_several_interviews_the_newest_is_kept_away_from() -> None:
    end = NOON + HOUR
    second = event("interview.completed", end, interview=interview(end, ref="2"))
    third = event("interview.scheduled", NOON, interview=interview(NOON + 9 * DAY, ref="3"))
    told = story(completed(), second, third, decided(end, "reject"), released(end))

    assert owed(told, now=end)["rejection"].due_at >= end + DAY


def test_who_was_never_interviewed_is_rejected_without_waiting() -> None:
    told = story(decided(NOON, "reject"), released(NOON))

    assert owed(told)["rejection"].due_at == NOON


def test_the_thanks_for_one_interview_do_not_wait_for_the_next() -> None:
    later = event("interview.completed", NOON + DAY, interview=interview(NOON + DAY, ref="2"))

    plans = plan("1", story(completed(), later), (), RULES, NOON)

    latest = [item.latest_at for item in plans if item.stage == "thank_you"]
    assert latest == [NOON + 2 * HOUR, NOON + DAY + 2 * HOUR]


def test_a_team_may_leave_the_guards_out() -> None:
    bare = [replace(stage, guards=frozenset()) for stage in STAGES]
    rules = replace(RULES, stages=bare)
    offer = event("offer.generated", NOON, offer={"how": "by e-mail"})

    plans = owed(story(completed(), decided(NOON), offer), rules=rules)

    assert set(plans) == {"thank_you", "status_update"}


def test_an_offer_is_announced_once_it_is_generated_and_released() -> None:
    offer = event("offer.generated", NOON + HOUR, offer={"how": "by e-mail"})
    unreleased = story(completed(), decided(NOON, "offer"), offer)
    told = story(completed(), decided(NOON, "offer"), offer, released(NOON + 2 * HOUR))

    assert "offer" not in owed(unreleased, now=NOON + HOUR)
    assert owed(told, now=NOON + 2 * HOUR)["offer"].due_at >= NOON + 2 * HOUR


@pytest.mark.parametrize(
    ("generated", "since"), [(NOON, NOON + 90 * MINUTE), (NOON + DAY, NOON + DAY)]
)
def test_an_offer_waits_for_its_papers_and_for_the_undo(
    generated: datetime, since: datetime
) -> None:
    papers = event("offer.generated", generated, offer={"how": "by e-mail"})
    told = story(completed(), decided(NOON, "offer"), released(NOON + HOUR), papers)

    assert owed(told, now=NOON + HOUR, rules=UNDO)["offer"].since == since


@pytest.mark.parametrize("kind", ["offer.accepted", "offer.declined"])
def test_who_answered_an_offer_that_nobody_released_here_is_not_told_that_nothing_is_decided(
    kind: str,
) -> None:
    answered = story(completed(), decided(NOON, "offer"), event(kind, NOON + HOUR))

    assert (answered.status, answered.closed_at) == (ProcessStatus.CLOSED, NOON + HOUR)
    assert owed(answered, now=NOON + DAY) == {}


@pytest.mark.parametrize("kind", ["offer.accepted", "offer.declined"])
def test_an_offer_that_was_answered_or_overruled_is_not_announced(kind: str) -> None:
    papers = event("offer.generated", NOON, offer={"how": "by e-mail"})
    answered = story(
        completed(), decided(NOON, "offer"), released(NOON), papers, event(kind, NOON + MINUTE)
    )
    overruled = story(completed(), decided(NOON, "reject"), released(NOON), papers)

    assert "offer" not in owed(answered)
    assert "offer" not in owed(overruled)


def test_a_survey_is_counted_from_the_newest_final_word() -> None:
    told = story(completed(), decided(NOON, "reject"), released(NOON))
    finals = [word("rejection", "b", NOON + 3 * HOUR), word("next_step", "a", NOON + HOUR)]
    again = [replace(stage, once=False) for stage in STAGES]

    survey = owed(told, finals)["survey"]
    assert (survey.since, survey.key) == (NOON + 3 * HOUR, "1:survey:once")
    repeated = owed(told, finals, rules=replace(RULES, stages=again))["survey"]
    assert repeated.key == "1:survey:20261124T150000"


def test_the_survey_comes_a_week_after_the_final_word_arrived_and_once() -> None:
    told = story(completed(), decided(NOON, "reject"), released(NOON))
    final = word("rejection", "d", NOON + HOUR)

    assert "survey" not in owed(told, [word("rejection", "d", NOON + HOUR, arrived=False)])
    survey = owed(told, [final], NOON + HOUR)["survey"]
    assert NOON + HOUR + 7 * DAY <= survey.due_at <= NOON + HOUR + 8 * DAY
    asked = [final, word("survey", "once", survey.due_at)]
    assert "survey" not in owed(told, asked, survey.due_at)


def test_a_second_round_opens_the_question_again() -> None:
    second = interview(NOON + 7 * DAY, ref="int-2")
    told = story(
        completed(),
        decided(NOON, "advance"),
        released(NOON + HOUR),
        event("interview.completed", NOON + 7 * DAY, interview=second),
    )

    plans = owed(told, [word("next_step", "d", NOON + 2 * HOUR)], NOON + 7 * DAY)

    assert set(plans) == {"thank_you", "status_update"} | {"thank_you"}
    assert plans["thank_you"].key == "1:thank_you:int-2"


def test_silence_rests_until_a_booked_appointment_ends() -> None:
    second = interview(NOON + 7 * DAY, ref="int-2")
    told = story(completed(), event("interview.scheduled", NOON + HOUR, interview=second))

    assert last_word_at(told, [word("thank_you", "int-1", NOON)]) == NOON + 7 * DAY


@pytest.mark.parametrize("now", [NOON, NOON + 10 * DAY])
def test_a_withdrawn_process_owes_nothing(now: datetime) -> None:
    told = story(completed(), decided(NOON), released(NOON), event("process.withdrawn", NOON))

    assert owed(told, [word("next_step", "d", NOON)], now) == {}


def test_a_second_release_of_the_same_decision_is_not_a_second_word() -> None:
    once = story(completed(), decided(NOON), released(NOON + HOUR))
    twice = story(completed(), decided(NOON), released(NOON + HOUR), released(NOON + 2 * HOUR))

    assert twice.decision == once.decision


def test_reports_in_any_order_and_repeated_tell_the_same_story() -> None:
    told = [
        event("interview.scheduled", NOON - DAY, interview=interview(NOON - HOUR)),
        event("interview.moved", NOON - 20 * HOUR, interview=interview(NOON)),
        completed(NOON + MINUTE),
        decided(NOON + HOUR),
        released(NOON + 2 * HOUR),
    ]
    expected = story(*told)

    for order in permutations(told):
        assert story(*order, *order[:2]) == expected
