"""Where a candidate stands, and what they may be told: nothing before its time."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from bot.domain.candidacy import (
    NO_WORD,
    Candidacy,
    answerable,
    appointment,
    shareable,
    standing,
)
from bot.domain.facts import Day, Hour, Names
from bot.domain.model import Job, ProcessId
from bot.domain.story import fold
from bot.sources.api import read_event
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

JOB = Job(ref="job-1", title="Senior Backend Engineer", recruiter="Olu Adeyemi")
KNOWN = {
    "first_name": "Daniel",
    "company": "Northwind Labs",
    "role": "Senior Backend Engineer",
    "recruiter": "Olu Adeyemi",
    "interviewer": Names(("Ana Ruiz",)),
    "topic": "event-driven design",
}
LINK = "https://slots.example/1"
OFFER = event(
    "offer.generated",
    NOON + HOUR,
    offer={"how": "by e-mail", "expected_at": (NOON + 7 * DAY).isoformat()},
)
WITHDRAWN = event("process.withdrawn", NOON + 3 * HOUR)
ACCEPTED = event("offer.accepted", NOON + 3 * HOUR)


def candidacy(*told: dict[str, Any], **known: Any) -> Candidacy:
    return Candidacy(
        **{
            "process_id": ProcessId(7),
            "ref": "app-1",
            "person": daniel(),
            "job": JOB,
            "story": fold(read_event(raw) for raw in told or [completed()]),
            "company": company(),
            "zone": LONDON,
            **known,
        }
    )


def let_out(outcome: str, **told: Any) -> list[dict[str, Any]]:
    return [completed(), decided(NOON, outcome, **told), released(NOON + 2 * HOUR)]


def scheduled(ends: datetime, **told: Any) -> dict[str, Any]:
    planned = event("interview.scheduled", NOON, interview=interview(ends, **told))
    return {**planned, "id": f"scheduled {ends} {told}"}


def expected(**told: Any) -> dict[str, Any]:
    return event("decision.expected", NOON + HOUR, decision=told)


def test_nobody_waits_longer_than_three_days() -> None:
    assert NO_WORD == 3 * DAY


# --- where it stands ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "stands"),
    [
        ([completed()], "undecided"),
        ([completed(), decided(NOON, "reject")], "undecided"),
        (let_out("advance"), "advance"),
        (let_out("reject"), "reject"),
        ([*let_out("offer"), OFFER], "offer"),
        ([*let_out("reject"), OFFER], "reject"),
        ([*let_out("advance"), scheduled(NOON + 7 * DAY, ref="2")], "booked"),
        ([*let_out("advance"), scheduled(NOON + 7 * DAY, ref="2"), WITHDRAWN], "withdrawn"),
        ([*let_out("offer"), OFFER, ACCEPTED], "offer"),
        ([completed(), decided(NOON, "offer"), ACCEPTED], "closed"),
    ],
)
def test_a_candidate_who_was_told_stands_where_the_process_stands(
    told: list[dict[str, Any]], stands: str
) -> None:
    assert standing(candidacy(*told), NOON + DAY, told=True) == stands


@pytest.mark.parametrize("outcome", ["advance", "reject", "offer"])
def test_until_the_final_word_has_left_a_decision_changes_nothing(outcome: str) -> None:
    waiting = candidacy(*let_out(outcome), OFFER)

    assert standing(waiting, NOON + DAY, told=False) == "undecided"


def test_a_booked_appointment_is_over_when_it_ends() -> None:
    ahead = candidacy(scheduled(NOON + DAY))

    assert standing(ahead, NOON + DAY - HOUR, told=False) == "booked"
    assert standing(ahead, NOON + DAY, told=False) == "undecided"


# --- what may be told -----------------------------------------------------------------------


def test_what_a_person_or_a_job_leaves_open_the_company_fills_in() -> None:
    nobody = replace(daniel(), language=""), replace(JOB, recruiter="")
    spanish = candidacy(person=nobody[0], job=nobody[1], company=company(language="es"))

    assert (spanish.language, spanish.recruiter) == ("es", "Dana Weiss")
    own = candidacy(company=company(language="es"))
    assert (own.language, own.recruiter) == ("en", "Olu Adeyemi")


def test_a_level_that_the_company_names_is_called_first_however_it_is_written() -> None:
    director = replace(JOB, level="Director")

    assert candidacy(job=director, company=company(call_first=frozenset({"director"}))).wants_a_call
    assert not candidacy(job=director).wants_a_call


def test_a_text_is_made_of_what_is_known_and_of_nothing_else() -> None:
    told = shareable(candidacy(), NOON, NOON + 2 * DAY)

    assert told == {**KNOWN, "hear_by": Day(date(2026, 11, 26))}


def test_what_is_not_known_is_no_fact() -> None:
    bare = event("interview.completed", NOON, interview={"ref": "int-1"})
    before = event("interview.scheduled", NOON, interview=interview(NOON + DAY))

    for told in (bare, before):
        facts = shareable(candidacy(told), NOON, None)
        assert set(facts) == {"first_name", "company", "role", "recruiter"}


def test_of_a_day_on_site_everybody_is_named_once_and_the_first_topic() -> None:
    day = [
        event(
            "interview.completed",
            NOON + n * HOUR,
            interview=interview(NOON + n * HOUR, ref=f"{n}", visit="v", **told),
        )
        for n, told in enumerate(
            [
                {"interviewers": ["Tom Baker"], "topics": []},
                {"interviewers": ["Ana Ruiz", "Tom Baker"], "topics": ["databases", "queues"]},
                {"topics": ["on-call"]},
            ]
        )
    ]

    facts = shareable(candidacy(*day), NOON, None)

    assert facts["interviewer"] == Names(("Tom Baker", "Ana Ruiz"))
    assert facts["topic"] == "databases"


def test_an_unreleased_decision_is_no_fact() -> None:
    embargoed = candidacy(completed(), decided(NOON, next_step="panel", link=LINK), OFFER)

    assert shareable(embargoed, NOON, None) == KNOWN


def test_a_released_decision_tells_what_comes_next() -> None:
    told = candidacy(*let_out("advance", next_step="panel", link=LINK))

    assert shareable(told, NOON, None) == {**KNOWN, "next_step": "panel", "link": LINK}


def test_an_offer_tells_how_and_by_when_it_comes() -> None:
    offered = candidacy(*let_out("offer"), OFFER)

    facts = shareable(offered, NOON, None)

    assert facts == {**KNOWN, "offer_how": "by e-mail", "offer_by": Day(date(2026, 12, 1))}


def test_a_named_day_and_its_reason_are_told_until_the_day_has_come() -> None:
    by = NOON + 3 * DAY
    waiting = candidacy(completed(), expected(expected_by=by.isoformat(), reason="holidays"))

    ahead = shareable(waiting, by - HOUR, None)
    assert ahead == {**KNOWN, "expected_by": Day(date(2026, 11, 27)), "wait_reason": "holidays"}
    assert shareable(waiting, by, None) == KNOWN


def test_a_reason_without_a_day_holds_until_the_decision_is_released() -> None:
    told = [completed(), expected(reason="holidays")]

    assert shareable(candidacy(*told), NOON + 9 * DAY, None)["wait_reason"] == "holidays"
    assert shareable(candidacy(*told, *let_out("reject")[1:]), NOON + 9 * DAY, None) == KNOWN


def test_an_answer_knows_the_appointment_ahead() -> None:
    ahead = candidacy(
        completed(),
        scheduled(NOON + 7 * DAY, ref="late", visit="v", kind="lunch"),
        scheduled(
            NOON + 7 * DAY - HOUR,
            ref="early",
            visit="v",
            kind="panel",
            interviewers=["Tom Baker"],
            place="Gran Via 1",
            meeting_link=LINK,
        ),
    )
    starts = NOON + 7 * DAY - 2 * HOUR
    booked = {
        "interview": "panel",
        "interviewer": Names(("Tom Baker",)),
        "interview_day": Day(date(2026, 12, 1)),
        "interview_time": Hour(starts.astimezone(LONDON)),
        "minutes": 60,
        "place": "Gran Via 1",
        "meeting_link": LINK,
    }

    assert appointment(ahead, NOON) == booked
    told = answerable(ahead, NOON, NOON + 7 * DAY, told=False)
    assert told == {**KNOWN, "hear_by": Day(date(2026, 12, 1)), **booked}


def test_of_an_appointment_only_what_is_known_and_still_to_come_is_told() -> None:
    part = {"interviewers": [], "kind": ""}
    day = [
        scheduled(NOON + DAY, ref="1", visit="v"),
        scheduled(NOON + DAY + HOUR, ref="2", visit="v", **part),
        event("interview.cancelled", NOON + HOUR, interview={"ref": "1"}),
    ]

    told = appointment(candidacy(*day), NOON)

    assert set(told) == {"interview_day", "interview_time", "minutes"}
    assert told["interview_time"] == Hour((NOON + DAY).astimezone(LONDON))
    assert appointment(candidacy(), NOON) == {}


@pytest.mark.parametrize(
    "told",
    [
        let_out("advance", next_step="panel", link=LINK),
        [*let_out("offer"), OFFER],
    ],
)
def test_an_answer_gives_the_outcome_only_to_who_was_told(told: list[dict[str, Any]]) -> None:
    decided_upon = candidacy(*told)
    everything = shareable(decided_upon, NOON, NOON + DAY)

    assert answerable(decided_upon, NOON, NOON + DAY, told=True) == everything
    untold = {**KNOWN, "hear_by": Day(date(2026, 11, 25))}
    assert answerable(decided_upon, NOON, NOON + DAY, told=False) == untold
