"""What Ashby says, in our events. The payloads are made by hand after its schema, not captured."""

from __future__ import annotations

import copy
import hashlib
import hmac
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.domain.deliveries import UNKNOWN, Owner, Reading
from bot.domain.events import Event, EventType
from bot.domain.model import Outcome
from bot.sources.ashby import Ashby, AshbyApi, AshbyVendor
from bot.sources.doors import Call, Door, Refused, kept
from bot.sources.telling import Habits
from tests.factories import NOON
from tests.fakes.vendor_server import Asked, Says, VendorServer
from tests.sourced import Everybody, Nobody, checked, delivery

SAID = json.loads((Path(__file__).parents[1] / "data" / "sources" / "ashby.json").read_text())
SECRET = "made-up"
HABITS = Habits(region="GB", stages={"Team Day": "a day with the team"})
OWNER = Owner(candidate="ashby:c-1", process="ashby:a-1")
KNOWN = Everybody(OWNER)
MADE = [EventType.DECISION_MADE, EventType.OFFER_GENERATED]


class NotBooked(Nobody):
    """The application is known, and none of its interviews."""

    def process(self, ref: str) -> Owner | None:
        return OWNER


def webhook(action: str, /, **told: Any) -> dict[str, Any]:
    return {"action": action, "data": told}


def application(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(SAID["application"]), **changes}


def offer(status: str, **changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(SAID["offer"]), "offerStatus": status, **changes}


def schedule(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(SAID["interviewSchedule"]), **changes}


def archived(reason: str) -> dict[str, Any]:
    why = {"id": "r-1", "text": "Too inexperienced", "reasonType": reason}
    at = "2026-11-24T10:00:00.000Z"
    return application(status="Archived", archivedAt=at, archiveReason=why)


def read(told: dict[str, Any], known: Any = KNOWN) -> Reading:
    return Ashby(habits=HABITS, ask=lambda id: None).read(delivery(kept(told)), known)


def types(told: dict[str, Any], known: Any = KNOWN) -> list[EventType]:
    return [event.type for event in checked(read(told, known))]


def only(told: dict[str, Any], known: Any = KNOWN) -> Event:
    (one,) = checked(read(told, known))
    return one


# --- who calls ----------------------------------------------------------------------------


def call(told: dict[str, Any], secret: str = SECRET, header: str = "") -> Call:
    raw = json.dumps(told).encode()
    header = header or f"sha256={hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()}"
    return Call(headers={"ashby-signature": header}, body=raw, at=NOON)


def test_a_signed_call_comes_in_and_no_other() -> None:
    door, told = Door(AshbyVendor(), [SECRET]), webhook("candidateDelete")

    assert door.admit(call(told))
    for wrong in (call(told, "another"), call(told, header="none"), call(told, header="sha256=")):
        with pytest.raises(Refused):
            door.admit(wrong)


@pytest.mark.parametrize("secrets", [(), (SECRET,)])
def test_a_ping_without_a_signature_is_answered_and_nothing_is_done(secrets: Any) -> None:
    told = webhook("ping", webhookActionType="ping")

    assert Door(AshbyVendor(), secrets).admit(call(told, header="none")) is None


def test_without_a_secret_the_fault_is_ours() -> None:
    with pytest.raises(Refused) as raised:
        Door(AshbyVendor(), ()).admit(call(webhook("candidateDelete")))

    assert not raised.value.ready


# --- applications -------------------------------------------------------------------------


def test_one_hire_that_comes_as_three_webhooks_is_one_acceptance() -> None:
    hired = application(status="Hired")
    later = application(status="Hired", updatedAt="2026-11-24T11:00:09.000Z")

    told = [
        only(webhook("candidateHire", application=hired)),
        only(webhook("applicationUpdate", application=later)),
        only(webhook("candidateStageChange", application=later)),
    ]

    assert {event.type for event in told} == {EventType.OFFER_ACCEPTED}
    assert len({event.id for event in told}) == 1


def test_a_hire_may_bring_its_offer() -> None:
    told = webhook(
        "candidateHire", application=application(status="Hired"), offer=offer("CandidateAccepted")
    )

    assert types(told) == [*MADE, EventType.OFFER_ACCEPTED, EventType.OFFER_ACCEPTED]


@pytest.mark.parametrize("reason", ["RejectedByOrg", "Other"])
def test_a_rejection_is_held_and_counts_once(reason: str) -> None:
    event = only(webhook("applicationUpdate", application=archived(reason)))
    again = only(webhook("candidateStageChange", application=archived(reason)))

    assert event.decision and event.decision.outcome is Outcome.REJECT
    assert not event.decision.released_by
    assert event.id == again.id


def test_who_withdrew_is_never_turned_down() -> None:
    told = webhook("applicationUpdate", application=archived("RejectedByCandidate"))

    assert types(told) == [EventType.PROCESS_WITHDRAWN]


def test_who_was_taken_back_cannot_be_turned_down_any_more() -> None:
    told = webhook("applicationUpdate", application=application())
    rejected = Everybody(replace(OWNER, is_rejected=True))

    event = only(told, rejected)

    assert event.decision and event.decision.outcome is Outcome.ADVANCE
    assert types(told) == []


def test_a_stage_is_news_only_in_the_words_of_the_team() -> None:
    stage = {"id": "s-2", "title": "Team Day"}
    told = webhook("candidateStageChange", application=application(currentInterviewStage=stage))

    event = only(told)

    assert event.decision and event.decision.next_step == "a day with the team"
    assert types(webhook("candidateStageChange", application=application())) == []


def test_the_candidate_and_the_team_come_along() -> None:
    event = only(webhook("applicationUpdate", application=archived("RejectedByOrg")))

    assert (event.candidate.ref, event.candidate.name) == ("ashby:c-1", "Daniel Okafor")
    assert event.candidate.phone == "+447400123456"
    assert event.job and event.job.recruiter == "dana@northwind.example"
    assert event.job.hiring_manager == "tom@northwind.example"


# --- offers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "status",
    [
        "WaitingOnApprovalStart",
        "WaitingOnOfferApproval",
        "WaitingOnApprovalDefinition",
        "OfferCancelled",
    ],
)
@pytest.mark.parametrize("action", ["offerCreate", "offerUpdate"])
def test_an_offer_that_does_not_wait_for_the_candidate_is_told_to_nobody(
    action: str, status: str
) -> None:
    reading = read(webhook(action, offer=offer(status)))

    assert reading.events == () and reading.why


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        ("WaitingOnCandidateResponse", []),
        ("CandidateAccepted", [EventType.OFFER_ACCEPTED]),
        ("CandidateRejected", [EventType.OFFER_DECLINED]),
    ],
)
def test_an_offer_that_waits_is_news_and_so_is_its_answer(
    status: str, answer: list[EventType]
) -> None:
    told = webhook("offerUpdate", offer=offer(status, decidedAt="2026-11-24T11:00:00Z"))

    assert types(told) == [*MADE, *answer]


def test_no_salary_comes_in() -> None:
    told = webhook("offerUpdate", offer=offer("WaitingOnCandidateResponse"))

    assert "92000" not in json.dumps(kept(told))
    assert "92000" not in json.dumps(read(told).events)


# --- interviews ---------------------------------------------------------------------------


def test_an_interview_has_the_title_for_candidates_and_no_name_of_who_looks_on() -> None:
    event = only(webhook("interviewScheduleCreate", interviewSchedule=schedule()), NotBooked())

    interview = event.interview
    assert event.type is EventType.INTERVIEW_SCHEDULED
    assert interview and interview.kind == "Technical interview"
    assert interview.interviewers == ("Ana Ruiz",)
    assert (interview.ref, interview.visit) == ("ashby:ie-1", "ashby:is-1")


def test_created_and_updated_at_once_are_one_interview() -> None:
    told = [
        webhook(f"interviewSchedule{how}", interviewSchedule=schedule())
        for how in ("Create", "Update")
    ]

    assert only(told[0], NotBooked()).id == only(told[1]).id


def test_a_debrief_is_nothing_to_candidates() -> None:
    debrief = [one for one in schedule()["interviewEvents"] if one["interview"]["isDebrief"]]

    told = webhook("interviewScheduleUpdate", interviewSchedule=schedule(interviewEvents=debrief))

    assert debrief and types(told) == []


def test_feedback_that_was_handed_in_proves_the_interview_and_waiting_for_it_does_not() -> None:
    waiting = schedule(status="WaitingOnFeedback")
    handed_in = schedule(status="WaitingOnFeedback")
    handed_in["interviewEvents"][0]["hasSubmittedFeedback"] = True

    assert types(webhook("interviewScheduleUpdate", interviewSchedule=waiting)) == [
        EventType.INTERVIEW_MOVED
    ]
    assert EventType.SCORECARD_SUBMITTED in types(
        webhook("interviewScheduleUpdate", interviewSchedule=handed_in)
    )


def test_a_cancelled_schedule_comes_without_its_interviews_and_cancels_them() -> None:
    told = webhook(
        "interviewScheduleUpdate",
        interviewSchedule=schedule(status="Cancelled", interviewEvents=[]),
    )

    cancelled = checked(read(told, Everybody(OWNER, "ashby:ie-1", "ashby:ie-9")))

    assert {event.type for event in cancelled} == {EventType.INTERVIEW_CANCELLED}
    assert {event.interview.ref for event in cancelled if event.interview} == {
        "ashby:ie-1",
        "ashby:ie-9",
    }


def test_an_interview_that_is_no_longer_in_its_schedule_is_cancelled() -> None:
    told = webhook("interviewScheduleUpdate", interviewSchedule=schedule())

    first = checked(read(told, Everybody(OWNER, "ashby:ie-1", "ashby:ie-9")))[0]

    assert first.type is EventType.INTERVIEW_CANCELLED
    assert first.interview and first.interview.ref == "ashby:ie-9"


# --- people, and whatever comes -----------------------------------------------------------


def test_who_is_deleted_is_forgotten_and_of_two_the_merged_one_stays() -> None:
    deleted = only(webhook("candidateDelete", candidate={"id": "c-1"}))
    both = {"deletedCandidate": {"id": "c-1"}, "mergedCandidate": {"id": "c-2"}}
    merged = only(webhook("candidateMerge", **both))

    assert deleted.type is EventType.CANDIDATE_ERASED
    assert (merged.candidate.ref, merged.into) == ("ashby:c-1", "ashby:c-2")


@pytest.mark.parametrize("data", [None, [], "text", {}, {"application": 3}, {"offer": []}])
@pytest.mark.parametrize(
    "action", ["candidateHire", "offerUpdate", "candidateMerge", "interviewScheduleUpdate"]
)
def test_nothing_that_is_missing_breaks_the_reading(action: str, data: Any) -> None:
    assert read({"action": action, "data": data}, Nobody()).events == ()


def test_a_kind_that_nobody_knows_is_kept_and_said_so() -> None:
    assert read(webhook("moonLanding")) == Reading(why=UNKNOWN)


def test_every_body_made_from_the_schema_is_read(shared: Path) -> None:
    """They are synthesised from the schema, and were never sent by anybody."""
    folder = shared / "data" / "payloads" / "ashby_from_openapi"
    told = {one.stem: json.loads(one.read_text()) for one in sorted(folder.glob("*.json"))}
    del told["ping"]  # it is not stored

    accepted = [EventType.OFFER_ACCEPTED]
    assert {name: types(one) for name, one in told.items()} == {
        "applicationUpdate": accepted,
        "candidateDelete": [EventType.CANDIDATE_ERASED],
        "candidateHire": accepted,
        "candidateMerge": [],  # into itself, in the schema's example
        "candidateStageChange": accepted,
        "interviewScheduleCreate": [],  # not booked yet
        "interviewScheduleUpdate": [],
        "offerCreate": [],  # before it is approved
        "offerUpdate": [],
        "surveySubmit": [],
    }


# --- what webhooks leave out --------------------------------------------------------------


class AshbyServer(VendorServer):
    def answer(self, asked: Asked) -> Says:
        told = json.loads(asked.body or b"null")
        plain = asked.headers.get("Content-Type") == "application/json"
        if asked.method != "POST" or not plain or not isinstance(told, dict):
            return Says(400, {"success": False})
        if asked.headers.get("Authorization") != "Basic bWFkZS11cDo=":
            return Says(401, {"success": False})
        if asked.path == "/apiKey.info":
            return Says(200, {"success": True, "results": {"title": "Hearback"}})
        if asked.path != "/application.info" or told != {"applicationId": "a-1"}:
            return Says(200, {"success": False, "errors": ["application_not_found"]})
        return Says(200, {"success": True, "results": application()})


def test_whose_interview_it_is_may_have_to_be_asked() -> None:
    with AshbyServer() as server:
        api = AshbyApi("made-up", api=server.url)
        api.check()
        reader = Ashby(habits=HABITS, ask=api.application)
        told = delivery(webhook("interviewScheduleCreate", interviewSchedule=schedule()))
        other = delivery(
            webhook("interviewScheduleCreate", interviewSchedule=schedule(applicationId="a-9"))
        )

        (event,) = checked(reader.read(told, Nobody()))

        assert event.candidate.ref == "ashby:c-1"
        assert event.candidate.phone == "+447400123456"
        assert event.job and event.job.title == "Backend Engineer"
        assert reader.read(other, Nobody()).why
