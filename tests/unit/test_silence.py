"""The ledger: which promises were kept, which were broken, and by whom."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.candidacy import Candidacy
from bot.domain.daytime import QuietHours
from bot.domain.journey import Fate, Said
from bot.domain.model import Job, ProcessId
from bot.domain.silence import Case, Entry, Outcome, Span, Vow, breaking_example, entries
from bot.domain.stages import Trigger
from bot.domain.story import fold
from bot.sources.api import read_event
from bot.stages import load_stages
from tests.factories import (
    DAY,
    HOUR,
    LONDON,
    NIGHT,
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
LATER = NOON + 30 * DAY
KEPT, BROKEN, EXCUSED, OPEN = Outcome.KEPT, Outcome.BROKEN, Outcome.EXCUSED, Outcome.OPEN


def ledger(
    *told: dict[str, Any],
    said: Sequence[Said] = (),
    now: datetime = LATER,
    obstacles: Sequence[Span] = (),
) -> dict[Vow, list[Entry]]:
    candidacy = Candidacy(
        process_id=ProcessId(1),
        ref="app-1",
        person=daniel(),
        job=Job(ref="job-1", title="Engineer", recruiter=""),
        story=fold(read_event(raw) for raw in told),
        company=company(),
        zone=LONDON,
    )
    case = Case(candidacy=candidacy, stages=STAGES, said=said, obstacles=obstacles, now=now)
    found: dict[Vow, list[Entry]] = {vow: [] for vow in Vow}
    for entry in entries(case):
        found[entry.vow].append(entry)
    return found


def word(stage: str, at: datetime, anchor: str = "1", fate: Fate = Fate.ARRIVED) -> Said:
    return Said(
        stage=stage,
        key=f"1:{stage}:{anchor}",
        at=at,
        arrived_at=at if fate is Fate.ARRIVED else None,
        counts=True,
        fate=fate,
    )


def outcomes(entries: Sequence[Entry]) -> list[Outcome]:
    return [entry.outcome for entry in entries]


# --- the thank-you --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "outcome"), [(2 * HOUR, KEPT), (2 * HOUR + timedelta(minutes=1), BROKEN)]
)
def test_thanks_are_due_within_two_hours(after: timedelta, outcome: Outcome) -> None:
    thanks = word("thank_you", NOON + after, "int-1")

    assert outcomes(ledger(completed(), said=[thanks])[Vow.THANKS]) == [outcome]


def test_an_interview_that_nobody_confirmed_is_a_broken_promise() -> None:
    told = event("interview.scheduled", NOON - DAY, interview=interview())

    (entry,) = ledger(told)[Vow.THANKS]

    assert (entry.outcome, entry.since) == (BROKEN, NOON)


@pytest.mark.parametrize("ending", ["interview.no_show", "interview.cancelled"])
def test_who_did_not_come_is_owed_no_thanks_and_no_word(ending: str) -> None:
    told = event("interview.scheduled", NOON - DAY, interview=interview())

    assert not any(ledger(told, event(ending, NOON, interview={"ref": "int-1"})).values())


def test_the_night_excuses_late_thanks() -> None:
    end = NOON + 8 * HOUR
    (entry,) = ledger(completed(end))[Vow.THANKS]
    assert (entry.outcome, entry.why) == (BROKEN, "nobody wrote")

    (entry,) = ledger(completed(end + HOUR))[Vow.THANKS]
    assert (entry.outcome, entry.why) == (EXCUSED, "the night came first")


# --- 72 hours -------------------------------------------------------------------------------


def test_each_word_starts_the_clock_again() -> None:
    thanks = NOON + HOUR
    said = [word("thank_you", thanks, "int-1"), word("status_update", thanks + 3 * DAY)]

    first, second, third = ledger(completed(), said=said, now=NOON + 4 * DAY)[Vow.WORD]

    assert outcomes([first, second, third]) == [KEPT, KEPT, OPEN]
    assert (second.since, second.kept_at) == (thanks, thanks + 3 * DAY)


def test_a_minute_more_than_72_hours_is_broken_and_says_by_whom() -> None:
    late = word("status_update", NOON + 3 * DAY + timedelta(minutes=1))

    entry = ledger(completed(), said=[late], now=NOON + 4 * DAY)[Vow.WORD][0]

    assert (entry.outcome, entry.who, entry.why) == (BROKEN, "Dana Weiss", "nobody wrote")
    assert entry.kept_at == late.at


def test_a_word_that_does_not_count_ends_no_silence() -> None:
    thanks = replace(word("reply", NOON + DAY), counts=False)

    assert outcomes(ledger(completed(), said=[thanks])[Vow.WORD]) == [BROKEN]


def test_a_lost_word_is_the_carriers_fault() -> None:
    lost = word("status_update", NOON + 2 * DAY, fate=Fate.FAILED)

    (entry,) = ledger(completed(), said=[lost])[Vow.WORD]

    assert entry.who == "WhatsApp"


def test_who_held_the_conversation_answers_for_the_silence() -> None:
    held = Span(start=NOON, end=None, why="Tom held the conversation", who="Tom")
    over = replace(held, end=NOON + DAY)

    assert ledger(completed(), obstacles=[held])[Vow.WORD][0].who == "Tom"
    assert ledger(completed(), obstacles=[over])[Vow.WORD][0].who == "Dana Weiss"


def test_who_opted_out_is_left_in_peace_not_in_silence() -> None:
    stopped = Span(start=NOON + DAY, end=None, why="opted out", excuses=True)
    held = Span(start=NOON, end=None, why="Tom held the conversation", who="Tom")

    (entry,) = ledger(completed(), obstacles=[held, stopped])[Vow.WORD]

    assert (entry.outcome, entry.why) == (EXCUSED, "opted out")


def test_the_clock_rests_while_an_appointment_is_booked_and_starts_at_its_end() -> None:
    second = interview(NOON + 10 * DAY, ref="int-2")
    booked = event("interview.scheduled", NOON + DAY, interview=second)
    held = event("interview.completed", NOON + 10 * DAY, interview=second)
    thanks = word("thank_you", NOON + HOUR, "int-1")

    waiting = ledger(completed(), booked, said=[thanks], now=NOON + 9 * DAY)[Vow.WORD]
    assert outcomes(waiting) == [KEPT]
    after = ledger(completed(), booked, held, said=[thanks], now=NOON + 14 * DAY)[Vow.WORD]
    assert outcomes(after) == [KEPT, KEPT, BROKEN]


def test_an_appointment_that_was_booked_too_late_mends_nothing() -> None:
    second = interview(NOON + 10 * DAY, ref="int-2")
    booked = event("interview.scheduled", NOON + 4 * DAY, interview=second)

    assert ledger(completed(), booked, now=NOON + 9 * DAY)[Vow.WORD][0].outcome is BROKEN


def test_a_final_word_and_a_withdrawal_end_the_waiting() -> None:
    told = (completed(), decided(NOON), released(NOON + HOUR))
    final = word("next_step", NOON + 2 * HOUR, "d")
    left = event("process.withdrawn", NOON + DAY)

    assert outcomes(ledger(*told, said=[final])[Vow.WORD]) == [KEPT]
    assert ledger(completed(), left)[Vow.WORD] == []
    too_late = event("process.withdrawn", NOON + 4 * DAY)
    assert outcomes(ledger(completed(), too_late)[Vow.WORD]) == [BROKEN]


# --- five working days ----------------------------------------------------------------------

TUESDAY_EVENING = datetime(2026, 12, 1, 17, tzinfo=UTC)


def test_the_final_word_is_due_at_the_end_of_the_fifth_working_day() -> None:
    told = (completed(), decided(NOON), released(NOON + HOUR))
    for late, outcome in ((timedelta(), KEPT), (timedelta(minutes=1), BROKEN)):
        final = word("rejection", TUESDAY_EVENING + late, "d")

        (entry,) = ledger(*told, said=[final])[Vow.FINAL_WORD]

        assert (entry.due_at, entry.outcome) == (TUESDAY_EVENING, outcome)


@pytest.mark.parametrize(
    ("more", "why", "who"),
    [
        ([], "no decision", "the hiring manager"),
        ([decided(NOON + DAY)], "not released", "Dana Weiss"),
        ([decided(NOON + DAY), released(NOON + 2 * DAY)], "late", "dana@northwind.example"),
    ],
)
def test_a_missing_final_word_names_who_was_waited_for(
    more: list[dict[str, Any]], why: str, who: str
) -> None:
    (entry,) = ledger(completed(), *more)[Vow.FINAL_WORD]

    assert entry.outcome is BROKEN
    assert why in entry.why
    assert entry.who == who


def test_a_next_round_that_is_arranged_in_time_is_an_answer() -> None:
    second = interview(NOON + 10 * DAY, ref="int-2")
    booked = event("interview.scheduled", NOON + 4 * DAY, interview=second)

    assert ledger(completed(), booked)[Vow.FINAL_WORD] == []


# --- configurations -------------------------------------------------------------------------


def with_updates(**window: timedelta) -> list[Any]:
    return [
        replace(stage, window=replace(stage.window, **window))
        if stage.trigger is Trigger.SILENCE
        else stage
        for stage in STAGES
    ]


def test_the_shipped_stages_keep_the_promise_in_every_night() -> None:
    for start in range(24):
        for length in range(1, 21):
            night = QuietHours(time(start), time((start + length) % 24))
            assert breaking_example(STAGES, night) == ""


def test_a_window_inside_the_night_is_refused_with_an_example() -> None:
    stages = with_updates(earliest=70 * HOUR, preferred=70 * HOUR, latest=71 * HOUR)

    assert "Monday at 00:00" in breaking_example(stages, NIGHT)


def test_a_window_beyond_72_hours_and_no_window_at_all_are_refused() -> None:
    late = with_updates(latest=73 * HOUR)
    none = [stage for stage in STAGES if stage.trigger is not Trigger.SILENCE]

    assert "73 hours" in breaking_example(late, NIGHT)
    assert "trigger: silence" in breaking_example(none, NIGHT)
