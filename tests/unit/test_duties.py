"""What the team owes a process, and when it is told so."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.domain.candidacy import Candidacy
from bot.domain.duties import Duty, DutyKind, Situation, duties
from bot.domain.journey import Fate, Planned, Said
from bot.domain.model import Channel, Job, ProcessId, Promise
from bot.domain.story import fold
from bot.sources.api import read_event
from bot.stages import load_stages
from tests.factories import (
    DAY,
    HOUR,
    LONDON,
    NOON,
    company,
    completed,
    daniel,
    decided,
    event,
    interview,
    released,
)

STAGES = load_stages(Path(__file__).parents[2] / "flows" / "post_interview.yaml")
LINK = "https://slots.example/1"


def owes(
    *told: dict[str, Any],
    said: Sequence[Said] = (),
    owed: Sequence[Planned] = (),
    promises: Sequence[Promise] = (),
    held: Sequence[str] = (),
    waited_for: bool = True,
) -> dict[DutyKind, list[Duty]]:
    candidacy = Candidacy(
        process_id=ProcessId(7),
        ref="app-1",
        person=daniel(),
        job=Job(ref="job-1", title="Engineer", recruiter=""),
        story=fold(read_event(raw) for raw in told),
        company=company(),
        zone=LONDON,
    )
    situation = Situation(
        candidacy=candidacy,
        stages=STAGES,
        said=said,
        owed=owed,
        held=frozenset(held),
        promises=promises,
        waited_for=waited_for,
    )
    found: dict[DutyKind, list[Duty]] = {}
    for duty in duties(situation):
        found.setdefault(duty.kind, []).append(duty)
    return found


def word(stage: str, at: datetime, fate: Fate = Fate.ARRIVED, key: str = "k") -> Said:
    arrived = at if fate is Fate.ARRIVED else None
    return Said(stage=stage, key=key, at=at, arrived_at=arrived, counts=True, fate=fate)


def coming(due_at: datetime, stage: str = "status_update", key: str = "u") -> Planned:
    return Planned(
        stage=stage,
        key=key,
        since=NOON,
        due_at=due_at,
        latest_at=due_at,
        expires_at=due_at + DAY,
        reason="",
        way=Channel.WHATSAPP,
    )


def scheduled(ends: datetime, ref: str = "int-1") -> dict[str, Any]:
    at = NOON - 2 * DAY
    told = event("interview.scheduled", at, interview=interview(ends, ref=ref))
    return {**told, "id": f"{ref}@{ends}"}


def madrid(day: int, hour: int = 9) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=ZoneInfo("Europe/Madrid")).astimezone(UTC)


# --- evidence -------------------------------------------------------------------------------


def test_the_calendar_only_starts_the_asking() -> None:
    owed = owes(scheduled(NOON))

    (ask,), (task,) = owed[DutyKind.INTERVIEW_DONE], owed[DutyKind.NO_EVIDENCE]
    assert (ask.at, ask.about, ask.urgent) == (NOON, "int-1", True)
    assert (task.at, task.due_at, task.urgent) == (NOON + timedelta(minutes=90), None, True)


def test_nobody_is_asked_about_an_interview_whose_time_is_unknown() -> None:
    mentioned = event("decision.expected", NOON, interview={"ref": "2"}, decision={"reason": "x"})

    assert DutyKind.INTERVIEW_DONE not in owes(completed(), mentioned)


@pytest.mark.parametrize(
    "kind",
    ["interview.completed", "interview.no_show", "interview.cancelled", "scorecard.submitted"],
)
def test_evidence_of_any_kind_ends_the_asking(kind: str) -> None:
    owed = owes(scheduled(NOON), event(kind, NOON, interview={"ref": "int-1"}))

    assert DutyKind.INTERVIEW_DONE not in owed
    assert DutyKind.NO_EVIDENCE not in owed


def test_a_moved_interview_is_asked_about_at_its_new_end_and_only_then() -> None:
    moved = event("interview.moved", NOON - DAY, interview=interview(NOON + DAY))

    before, after = owes(scheduled(NOON)), owes(scheduled(NOON), moved)

    (ask,) = after[DutyKind.INTERVIEW_DONE]
    assert ask.at == NOON + DAY
    assert ask.key != before[DutyKind.INTERVIEW_DONE][0].key


def test_of_a_day_on_site_each_interview_is_asked_about() -> None:
    owed = owes(scheduled(NOON, "a"), scheduled(NOON + HOUR, "b"))

    assert {ask.about for ask in owed[DutyKind.INTERVIEW_DONE]} == {"a", "b"}


# --- decisions ------------------------------------------------------------------------------


def test_a_missing_decision_is_asked_for_on_working_days_three_and_four() -> None:
    third, fourth = owes(completed())[DutyKind.DECISION]

    assert (third.at, third.urgent) == (madrid(27), False)
    assert (fourth.at, fourth.urgent) == (madrid(30), True)


def test_the_final_word_is_due_on_the_fifth_working_day() -> None:
    (last,) = owes(completed())[DutyKind.RELEASE]

    assert (last.at, last.urgent) == (datetime(2026, 12, 1, 8, tzinfo=UTC), True)


def test_a_decision_that_was_made_is_not_asked_for_but_must_be_let_out() -> None:
    owed = owes(completed(), decided(NOON + HOUR))

    assert DutyKind.DECISION not in owed
    (release,) = owed[DutyKind.RELEASE]
    assert release.at == madrid(25)
    assert DutyKind.RELEASE not in owes(completed(), decided(NOON + HOUR), released(NOON + DAY))


def test_a_date_that_was_named_is_waited_for_and_then_asked_about() -> None:
    by = madrid(30, 12)
    told = event("decision.expected", NOON + DAY, decision={"expected_by": by.isoformat()})

    (ask,) = owes(completed(), told)[DutyKind.DECISION]

    assert (ask.at, ask.urgent) == (by, True)


def test_a_day_on_site_that_is_not_over_asks_for_nothing_yet() -> None:
    day = [
        event("interview.completed", NOON, interview=interview(ref="a", visit="v")),
        event("interview.scheduled", NOON, interview=interview(NOON + DAY, ref="b", visit="v")),
    ]

    owed = owes(*day, said=updates(3))

    assert not {DutyKind.DECISION, DutyKind.RELEASE, DutyKind.REASON} & set(owed)


@pytest.mark.parametrize("told_at", [NOON - HOUR, NOON])
def test_a_date_that_was_named_before_the_interview_was_over_is_forgotten(
    told_at: datetime,
) -> None:
    early = event("decision.expected", told_at, decision={"expected_by": madrid(26).isoformat()})

    assert [ask.at for ask in owes(completed(), early)[DutyKind.DECISION]] == [
        madrid(27),
        madrid(30),
    ]


def test_after_a_date_that_passed_in_vain_the_usual_days_ask_again() -> None:
    told = event("decision.expected", NOON + HOUR, decision={"expected_by": madrid(27).isoformat()})

    asked = owes(completed(), told)[DutyKind.DECISION]

    assert sorted(ask.at for ask in asked) == [madrid(27), madrid(30)]


def test_a_decision_made_as_the_interview_ends_is_one_about_it() -> None:
    (release,) = owes(completed(), decided(NOON))[DutyKind.RELEASE]

    assert (release.at, release.urgent) == (madrid(25), False)


def test_a_decision_from_before_the_newest_interview_is_none_about_it() -> None:
    (last,) = owes(completed(), decided(NOON - HOUR))[DutyKind.RELEASE]

    assert last.urgent


def test_a_second_round_asks_again() -> None:
    again = event(
        "interview.completed", NOON + 7 * DAY, interview=interview(NOON + 7 * DAY, ref="2")
    )

    owed = owes(completed(), decided(NOON), released(NOON + HOUR), again)

    assert owed[DutyKind.DECISION][0].at > NOON + 7 * DAY


# --- silence --------------------------------------------------------------------------------


THANKED = [word("thank_you", NOON)]


def test_a_recruiter_is_warned_only_where_no_word_is_coming_in_time() -> None:
    in_time, too_late = coming(NOON + 72 * HOUR), coming(NOON + 73 * HOUR)

    assert DutyKind.SILENCE not in owes(completed(), said=THANKED, owed=[in_time])
    (warning,) = owes(completed(), said=THANKED, owed=[too_late])[DutyKind.SILENCE]
    assert (warning.at, warning.due_at) == (NOON + 60 * HOUR, NOON + 72 * HOUR)
    assert warning.urgent


def test_a_word_that_is_held_is_not_coming() -> None:
    owed = owes(completed(), said=THANKED, owed=[coming(NOON + 2 * DAY)], held=["u"])

    assert DutyKind.SILENCE in owed


def test_a_reminder_or_a_survey_says_nothing_about_the_process() -> None:
    survey = coming(NOON + 2 * DAY, stage="survey")

    assert DutyKind.SILENCE in owes(completed(), said=THANKED, owed=[survey])


def test_a_word_on_its_way_is_given_its_time() -> None:
    said = [*THANKED, word("status_update", NOON + 2 * DAY, Fate.ON_ITS_WAY)]
    owed = owes(completed(), said=said)

    assert DutyKind.SILENCE not in owed
    assert [look.at for look in owed[DutyKind.LOOK]] == [NOON + 2 * DAY + 6 * HOUR]


def test_a_word_that_leaves_as_the_interview_ends_is_on_its_way() -> None:
    said = [word("thank_you", NOON, Fate.ON_ITS_WAY)]

    assert DutyKind.SILENCE not in owes(completed(), said=said)


def test_what_left_before_the_last_word_or_does_not_count_ends_no_silence() -> None:
    old = [word("thank_you", NOON, Fate.ON_ITS_WAY), word("human", NOON + HOUR)]
    thin = [*THANKED, replace(word("reply", NOON + HOUR, Fate.ON_ITS_WAY), counts=False)]

    assert DutyKind.SILENCE in owes(completed(), said=old)
    assert DutyKind.SILENCE in owes(completed(), said=thin)
    assert DutyKind.LOOK not in owes(completed(), said=thin)


def test_what_may_have_left_and_what_is_still_to_leave_is_looked_after() -> None:
    unsure = owes(completed(), said=[word("thank_you", NOON + HOUR, Fate.UNSURE)])
    assert [look.at for look in unsure[DutyKind.LOOK]] == [NOON + 7 * HOUR]

    planned = coming(NOON + 2 * DAY)
    owed = owes(completed(), said=THANKED, owed=[planned])
    assert [look.at for look in owed[DutyKind.LOOK]] == [NOON + 2 * DAY + 6 * HOUR]
    by_hand = owes(completed(), said=THANKED, owed=[replace(planned, way=None)])
    assert DutyKind.LOOK not in by_hand


def test_who_is_not_waited_for_by_us_warns_nobody_and_asks_for_no_reason() -> None:
    owed = owes(completed(), said=[*THANKED, *updates(2)], waited_for=False)

    assert not {DutyKind.SILENCE, DutyKind.REASON} & set(owed)


def test_after_the_final_word_nobody_waits_in_silence() -> None:
    told = (completed(), decided(NOON), released(NOON + HOUR))

    assert DutyKind.SILENCE not in owes(*told, said=THANKED)


# --- updates, links, promises ---------------------------------------------------------------


def updates(number: int) -> list[Said]:
    return [
        word("status_update", NOON + n * 2 * DAY, key=f"7:status_update:{n}")
        for n in range(1, number + 1)
    ]


def test_from_the_third_update_on_a_date_or_a_reason_is_asked_for() -> None:
    assert DutyKind.REASON not in owes(completed(), said=updates(1))
    (ask,) = owes(completed(), said=updates(2))[DutyKind.REASON]
    assert (ask.at, ask.key) == (NOON + 4 * DAY + 12 * HOUR, "7:reason:20261128T120000")
    assert owes(completed(), said=updates(3))[DutyKind.REASON][0].key != ask.key


def test_a_reason_that_was_given_since_is_enough() -> None:
    told = event("decision.expected", NOON + 5 * DAY, decision={"reason": "the panel is away"})

    assert DutyKind.REASON not in owes(completed(), told, said=updates(2))


def test_only_updates_since_the_newest_news_are_counted() -> None:
    again = event(
        "interview.completed", NOON + 3 * DAY, interview=interview(NOON + 3 * DAY, ref="2")
    )
    told = event("decision.expected", NOON + 2 * DAY, decision={"reason": "the panel is away"})
    thanked = word("thank_you", NOON + HOUR)

    assert DutyKind.REASON not in owes(completed(), said=[thanked, *updates(1)])
    assert DutyKind.REASON not in owes(completed(), again, said=updates(2))
    assert DutyKind.REASON not in owes(completed(), told, said=updates(2))
    assert DutyKind.REASON in owes(completed(), told, said=updates(3))


def test_after_a_release_nobody_is_asked_for_a_reason() -> None:
    told = (completed(), decided(NOON), released(NOON + 5 * DAY))

    assert DutyKind.REASON not in owes(*told, said=updates(2))


@pytest.mark.parametrize(
    "said",
    [
        word("status_update", NOON + HOUR),
        word("next_step", NOON + HOUR, Fate.ON_ITS_WAY),
        word("next_step", NOON - DAY),
        word("next_step", NOON),
    ],
)
def test_a_link_that_never_arrived_cannot_stay_unused(said: Said) -> None:
    told = (completed(), decided(NOON, link=LINK), released(NOON))

    assert DutyKind.LINK_UNUSED not in owes(*told, said=[said])


def test_a_final_word_without_a_link_has_none_to_use() -> None:
    told = (completed(), decided(NOON), released(NOON))

    assert DutyKind.LINK_UNUSED not in owes(*told, said=[word("next_step", NOON + HOUR)])


def test_a_link_that_arrived_twice_is_counted_from_the_first() -> None:
    twice = [word("next_step", NOON + 2 * HOUR), word("next_step", NOON + HOUR)]

    (task,) = owes(completed(), decided(NOON, link=LINK), released(NOON), said=twice)[
        DutyKind.LINK_UNUSED
    ]

    assert task.at == NOON + HOUR + 4 * DAY
    assert task.key == "7:link_unused:20261124T130000"


def test_a_link_that_stays_unused_becomes_a_task() -> None:
    told = (completed(), decided(NOON, link=LINK), released(NOON))
    arrived = [word("next_step", NOON + HOUR)]
    second = event("interview.scheduled", NOON + DAY, interview=interview(NOON + 9 * DAY, ref="2"))

    (task,) = owes(*told, said=arrived)[DutyKind.LINK_UNUSED]
    assert task.at == NOON + HOUR + 4 * DAY
    assert DutyKind.LINK_UNUSED not in owes(*told)
    assert DutyKind.LINK_UNUSED not in owes(*told, second, said=arrived)


def promise(due_at: datetime) -> Promise:
    return Promise(
        key="answer:1",
        kind="answer",
        what="an answer",
        owner="Dana Weiss",
        made_at=NOON,
        due_at=due_at,
        kept_at=None,
    )


@pytest.mark.parametrize(("due", "warned"), [(4 * HOUR, 3 * HOUR), (HOUR, HOUR / 2)])
def test_the_owner_of_a_promise_is_told_before_it_breaks(due: timedelta, warned: timedelta) -> None:
    (duty,) = owes(completed(), promises=[promise(NOON + due)])[DutyKind.PROMISE]

    assert (duty.at, duty.due_at, duty.urgent) == (NOON + warned, NOON + due, True)


def test_a_process_that_is_over_owes_nothing() -> None:
    over = event("process.withdrawn", NOON + HOUR)

    assert owes(completed(), over, said=updates(2), promises=[promise(NOON + DAY)]) == {}


def test_the_keys_of_all_duties_differ() -> None:
    found = owes(
        scheduled(NOON, "a"),
        scheduled(NOON + HOUR, "b"),
        completed(),
        said=updates(3),
        promises=[promise(NOON + DAY), replace(promise(NOON + DAY), key="answer:2")],
    )
    keys = [duty.key for several in found.values() for duty in several]

    assert len(keys) == len(set(keys))
