"""What Greenhouse says, in our events. The payloads are made by hand after its documentation."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.domain.deliveries import UNKNOWN, Owner, Reading
from bot.domain.events import Event, EventType
from bot.domain.model import Outcome
from bot.sources.doors import kept
from bot.sources.greenhouse import Greenhouse
from bot.sources.telling import Habits
from tests.fakes.greenhouse_calls import (
    about,
    application,
    candidate,
    hired,
    offer,
    offered,
    rejected,
)
from tests.sourced import STAGES, Everybody, Nobody, checked, delivery

HABITS = Habits(region="GB", stages=STAGES)
OWNER = Owner(candidate="greenhouse:5001", process="greenhouse:7001")
KNOWN = Everybody(OWNER)


def read(told: dict[str, Any], known: Any = KNOWN, habits: Habits = HABITS) -> Reading:
    """As it is read once it has been stored."""
    return Greenhouse(habits=habits, ask=lambda id: None).read(delivery(kept(told)), known)


def only(told: dict[str, Any], known: Any = KNOWN, habits: Habits = HABITS) -> Event:
    (one,) = checked(read(told, known, habits))
    return one


def test_a_rejection_is_a_decision_that_nobody_has_released() -> None:
    event = only(rejected())

    assert event.type is EventType.DECISION_MADE
    assert event.decision and event.decision.outcome is Outcome.REJECT
    assert not event.decision.released_by
    assert event.occurred_at == datetime(2026, 11, 26, 10, tzinfo=UTC)
    assert (event.candidate.ref, event.process) == ("greenhouse:5001", "greenhouse:7001")


def test_a_rejection_by_the_candidate_is_a_withdrawal() -> None:
    assert only(rejected("They rejected us")).type is EventType.PROCESS_WITHDRAWN


def test_the_reason_for_a_rejection_goes_no_further() -> None:
    told = json.dumps(read(rejected()).events)

    assert "junior" not in told and "exercise" not in told


def test_a_rejection_that_is_taken_back_is_no_decision_to_reject_any_more() -> None:
    event = only(about("unreject_candidate"))

    assert event.decision and event.decision.outcome is Outcome.ADVANCE


def test_the_same_rejection_has_the_same_id_whatever_else_changed() -> None:
    later = rejected()
    later["payload"]["application"]["last_activity_at"] = "2026-11-29T10:00:00Z"

    assert only(rejected()).id == only(later).id


def test_a_stage_is_told_in_the_words_of_the_team_and_joined_by_its_name() -> None:
    event = only(about("candidate_stage_change", current_stage={"id": 99, "name": "Team Day"}))

    assert event.decision and event.decision.outcome is Outcome.ADVANCE
    assert event.decision.next_step == "a day with the team"


def test_the_internal_name_of_a_stage_reaches_nobody() -> None:
    reading = read(about("candidate_stage_change", current_stage={"id": 1, "name": "Doubtful"}))

    assert reading.events == () and "sources.stages" in reading.why


def test_the_states_of_interviews_in_a_stage_change_are_not_believed() -> None:
    """Their ids are those of the plan, and not of what was booked: the poll tells of those."""
    assert only(about("candidate_stage_change")).interview is None


def test_a_hire_brings_its_offer_under_other_names() -> None:
    made, generated, accepted = checked(read(hired()))

    assert made.decision and made.decision.outcome is Outcome.OFFER
    assert generated.type is EventType.OFFER_GENERATED
    assert accepted.type is EventType.OFFER_ACCEPTED
    assert accepted.occurred_at == datetime(2026, 11, 24, 12, tzinfo=UTC)  # not in the future
    assert made.job and made.job.title == "Senior Backend Engineer"


def test_a_hire_without_an_offer_is_an_acceptance() -> None:
    told = hired()
    del told["payload"]["application"]["offer"]

    assert only(told).type is EventType.OFFER_ACCEPTED


def test_an_offer_is_told_of_once_however_many_webhooks_say_so() -> None:
    first = checked(read(offered("offer_approved")))
    sent = checked(read(offered("offer_updated", sent_on="2026-11-27")))
    hire = checked(read(hired()))

    assert {event.id for event in first} == {event.id for event in sent}
    assert {event.id for event in first} < {event.id for event in hire}


def test_an_offer_that_is_a_draft_is_told_to_nobody() -> None:
    reading = read(offered("offer_created"))

    assert reading.events == () and "approved" in reading.why


@pytest.mark.parametrize(
    ("status", "type"),
    [("Accepted", EventType.OFFER_ACCEPTED), ("Rejected", EventType.OFFER_DECLINED)],
)
def test_the_answer_to_an_offer(status: str, type: EventType) -> None:
    told = offered("offer_updated", offer_status=status, resolved_at="2026-11-24T09:00:00Z")

    *_, answer = checked(read(told))

    assert answer.type is type
    assert answer.occurred_at == datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.mark.parametrize("action", ["offer_updated", "offer_deleted"])
def test_a_version_of_an_offer_that_is_no_longer_good_is_no_news(action: str) -> None:
    assert read(offered(action, offer_status="Deprecated")) == Reading()


def test_a_deleted_offer_lies_one_level_deeper_and_is_no_news() -> None:
    told = {"action": "offer_deleted", "payload": {"offer": offer(offer_status="Created")}}

    assert read(told, Nobody()) == Reading()


def test_an_offer_about_an_application_that_nobody_knows_is_set_aside() -> None:
    reading = read(offered("offer_approved"), Nobody())

    assert reading.events == () and reading.why


def test_an_offer_about_an_application_that_only_the_api_knows_finds_its_candidate() -> None:
    asked: list[str] = []

    def ask(id: str) -> dict[str, Any]:
        asked.append(id)
        return application()

    reader = Greenhouse(habits=HABITS, ask=ask)
    made, _ = checked(reader.read(delivery(offered("offer_approved")), Nobody()))

    assert asked == ["7001"]
    assert made.candidate.ref == "greenhouse:5001"
    assert made.candidate.phone == "+447400123456"


@pytest.mark.parametrize("why", [{"is_private": True}, {"id": None}])
def test_a_private_candidate_never_comes_in(why: dict[str, Any]) -> None:
    reading = read(about("candidate_stage_change", candidate=candidate(**why)))

    assert reading.events == () and reading.why


def test_a_confidential_job_never_comes_in() -> None:
    jobs = [{"id": 301, "name": "Chief of everything", "confidential": True}]

    assert read(about("hire_candidate", jobs=jobs)).events == ()


def test_a_prospect_never_comes_in() -> None:
    assert read(about("candidate_stage_change", prospect=True)).events == ()


def test_of_several_numbers_the_mobile_is_chosen_and_gets_its_country() -> None:
    assert only(rejected()).candidate.phone == "+447400123456"


def numbered(*numbers: tuple[str, str], region: str = "GB") -> str:
    told = [{"value": value, "type": kind} for value, kind in numbers]
    webhook = about("unreject_candidate", candidate=candidate(phone_numbers=told))
    return only(webhook, habits=Habits(region=region)).candidate.phone


@pytest.mark.parametrize(
    ("numbers", "region", "phone"),
    [
        ([("330-281-8004", "home")], "US", "+13302818004"),
        ([("330-281-8004", "home")], "", ""),  # nobody says which country's
        ([("+34 600 123 456", "other")], "", "+34600123456"),
        ([("07400 123456", "skype")], "GB", ""),
        ([("12", "mobile"), ("07400 123456", "home")], "GB", "+447400123456"),
        ([], "GB", ""),
    ],
)
def test_a_number_without_a_country_is_one_of_the_region(
    numbers: list[tuple[str, str]], region: str, phone: str
) -> None:
    assert numbered(*numbers, region=region) == phone


def test_the_private_address_is_chosen_and_nobody_is_mailed_who_must_not_be() -> None:
    refused = about("unreject_candidate", candidate=candidate(can_email=False))

    assert only(rejected()).candidate.email == "daniel@example.org"
    assert only(refused).candidate.email == ""


def test_the_recruiter_of_the_candidate_looks_after_the_job() -> None:
    job = only(rejected()).job

    assert job is not None
    assert (job.ref, job.department) == ("greenhouse:301", "Engineering")
    assert job.recruiter == "dana@northwind.example"
    assert job.colleagues[0].name == "Dana Weiss"


def test_a_deleted_candidate_is_forgotten() -> None:
    told = {"action": "delete_candidate", "payload": {"person": {"id": 5001}}}

    event = only(told)

    assert (event.type, event.candidate.ref) == (EventType.CANDIDATE_ERASED, "greenhouse:5001")


@pytest.mark.parametrize(
    ("fields", "forgotten"),
    [(["full_name", "emails"], True), (["attachments"], False), (None, False)],
)
def test_only_who_lost_their_name_was_anonymized_as_a_whole(fields: Any, forgotten: bool) -> None:
    told = {"candidate_id": 5001, "anonymized_fields": fields}

    reading = read({"action": "candidate_anonymized", "payload": told})

    assert bool(reading.events) is forgotten
    assert bool(reading.why) is not forgotten


def test_of_two_who_are_one_the_new_one_stays() -> None:
    told = {"person": {"id": 5001, "new_candidate_id": 5002}}

    event = only({"action": "merge_candidate", "payload": told})

    assert event.type is EventType.CANDIDATE_MERGED
    assert (event.candidate.ref, event.into) == ("greenhouse:5001", "greenhouse:5002")


def test_a_deleted_interview_is_cancelled_if_anybody_knows_it() -> None:
    told = {"action": "interview_deleted", "payload": {"interview": {"id": 31}}}

    event = only(told)

    assert event.type is EventType.INTERVIEW_CANCELLED
    assert event.interview and event.interview.ref == "greenhouse:31"
    assert read(told, Nobody()).why


# --- what was polled ----------------------------------------------------------------------


def polled(kind: str = "polled_interview", **interview: Any) -> dict[str, Any]:
    booked = {
        "id": 31,
        "application_id": 7001,
        "status": "scheduled",
        "starts_at": "2026-11-24T10:00:00.000Z",
        "ends_at": "2026-11-24T11:00:00.000Z",
        "updated_at": "2026-11-20T10:00:00.000Z",
        "location": "Room 4",
        "video_conferencing_url": "https://meet.northwind.example/31",
        **interview,
    }
    who = [{"name": "Ana Ruiz", "primary_email": "ana@northwind.example"}, {"name": ""}]
    card = {"id": 77, "submitted_at": "2026-11-24T12:30:00Z", "notes": "a fine mind"}
    payload = {"application": application(), "interview": booked, "interviewers": who}
    return {"action": kind, "payload": {**payload, "scorecard": card}}


@pytest.mark.parametrize(
    ("status", "known", "type"),
    [
        ("scheduled", Nobody(), EventType.INTERVIEW_SCHEDULED),
        ("scheduled", KNOWN, EventType.INTERVIEW_MOVED),
        ("complete", KNOWN, EventType.INTERVIEW_COMPLETED),
        ("skipped", KNOWN, EventType.INTERVIEW_CANCELLED),
        ("to_be_scheduled", KNOWN, EventType.INTERVIEW_CANCELLED),
    ],
)
def test_the_state_of_an_interview(status: str, known: Any, type: EventType) -> None:
    event = only(polled(status=status), known)

    assert event.type is type
    assert event.interview and event.interview.interviewers == ("Ana Ruiz",)
    assert event.interview.meeting_link == "https://meet.northwind.example/31"


def test_an_interview_whose_time_is_over_is_not_taken_for_one_that_took_place() -> None:
    """`awaiting_feedback` comes by the clock alone; a scorecard proves it, or a person."""
    assert only(polled(status="awaiting_feedback")).type is EventType.INTERVIEW_MOVED


@pytest.mark.parametrize("status", ["skipped", "to_be_scheduled", "sent"])
def test_an_interview_that_was_never_booked_is_no_news(status: str) -> None:
    assert read(polled(status=status), Nobody()) == Reading()


def test_an_interview_of_a_whole_day_has_no_hours_to_tell() -> None:
    told = polled(starts_at=None, ends_at=None, all_day_start_on="2026-11-24")

    assert read(told, Nobody()) == Reading()


def test_a_scorecard_proves_the_interview_and_brings_nothing_else() -> None:
    event = only(polled("polled_scorecard"))

    assert event.type is EventType.SCORECARD_SUBMITTED
    assert event.interview and event.interview.ref == "greenhouse:31"
    assert event.interview.topics == ()
    assert "fine mind" not in json.dumps(read(polled("polled_scorecard")).events)


# --- whatever comes -----------------------------------------------------------------------


def test_a_kind_that_nobody_knows_is_kept_and_said_so() -> None:
    assert read({"action": "moon_landing", "payload": {}}) == Reading(why=UNKNOWN)


@pytest.mark.parametrize("payload", [None, [], "text", {}, {"application": None}, {"person": 3}])
@pytest.mark.parametrize(
    "action", ["hire_candidate", "offer_updated", "delete_candidate", "merge_candidate", "ping"]
)
def test_nothing_that_is_missing_breaks_the_reading(action: str, payload: Any) -> None:
    reading = read({"action": action, "payload": payload}, Nobody())

    assert reading.events == ()


def test_every_example_of_the_documentation_is_read_as_its_name_says(shared: Path) -> None:
    """They are from Greenhouse's own documentation."""
    text = (shared / "data" / "payloads" / "greenhouse_webhooks.json").read_text()
    told = {one["payload"]["action"]: one["payload"] for one in json.loads(text)["events"]}
    stages = Habits(region="US", stages={"Assessment": "a take-home task"})

    def types(action: str) -> list[str]:
        return [one.type.value for one in checked(read(told[action], KNOWN, stages))]

    assert {action: types(action) for action in told} == {
        "new_candidate_application": [],
        "offer_created": ["decision.made", "offer.generated", "offer.accepted"],
        "hire_candidate": ["decision.made", "offer.generated", "offer.accepted"],
        "candidate_stage_change": ["decision.made"],
        "reject_candidate": ["decision.made"],
        "interview_deleted": ["interview.cancelled"],
        "scorecard_deleted": [],
    }
    assert checked(read(told["candidate_stage_change"], KNOWN, stages))[0].candidate.phone == (
        "+13302818004"
    )
