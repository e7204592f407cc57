"""Lever: what its webhooks hint at and what its API says, on loopback. The payloads are made by
hand after what is known of its API; nobody has published real ones."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from bot.clock import VirtualClock
from bot.domain.deliveries import UNKNOWN, Delivery, Owner, Reading
from bot.domain.errors import SourceAway
from bot.domain.events import Event, EventType
from bot.domain.model import Outcome
from bot.sources.doors import Call, Door, Refused
from bot.sources.lever import Lever, LeverApi, LeverVendor
from bot.sources.telling import Habits
from tests.factories import DAY, NOON
from tests.fakes.lever import (
    CONTACT,
    HIRED,
    ID,
    KEY,
    REJECTED,
    TOKENS,
    LeverServer,
    interview,
    ms,
    opportunity,
    webhook,
)
from tests.fakes.vendor_server import Says
from tests.sourced import Everybody, Nobody, checked

HABITS = Habits(region="GB", stages={"Team Day": "a day with the team"})
OWNER = Owner(candidate=f"lever:{CONTACT}", process=f"lever:{ID}")
KNOWN = Everybody(OWNER)
DOOR = Door(LeverVendor(), TOKENS)


@pytest.fixture
def server() -> Iterator[LeverServer]:
    with LeverServer() as one:
        yield one


def api(server: LeverServer, key: str = KEY, lately: Sequence[str] = ()) -> LeverApi:
    return LeverApi(key, VirtualClock(NOON), lambda now: lately, api=server.url)


def admitted(raw: bytes) -> Delivery:
    delivery = DOOR.admit(Call(headers={}, body=raw, at=NOON))
    assert delivery is not None
    return delivery


def read(server: LeverServer, kind: str, known: Any = None, **data: Any) -> Reading:
    told = admitted(webhook(kind, **data))
    return Lever(habits=HABITS, ask=api(server)).read(told, known or Nobody())


def events(server: LeverServer, kind: str, known: Any = None, **data: Any) -> list[Event]:
    return checked(read(server, kind, known, **data))


def types(told: list[Event]) -> list[EventType]:
    return [event.type for event in told]


# --- who calls ----------------------------------------------------------------------------


@pytest.mark.parametrize("token", TOKENS)
def test_each_kind_of_webhook_has_a_secret_of_its_own(token: str) -> None:
    assert admitted(webhook("candidateHired", token)).kind == "candidateHired"


@pytest.mark.parametrize(
    "change",
    [
        {"signature": "0" * 64},
        {"signature": ""},
        {"token": "another"},
        {"token": ""},
        {"triggeredAt": ms("2026-11-25T09:00:00+00:00")},
        {"triggeredAt": None},
        {"token": "\ud800"},
    ],
)
def test_what_does_not_fit_its_signature_is_refused(change: dict[str, Any]) -> None:
    told = json.loads(webhook("candidateHired")) | change

    with pytest.raises(Refused):
        admitted(json.dumps(told).encode())


def test_the_signature_covers_no_body_so_that_nothing_in_it_is_believed(
    server: LeverServer,
) -> None:
    """Somebody has seen a call, and says with its signature that the candidate was hired."""
    forged = json.loads(webhook("interviewUpdated")) | {"event": "candidateHired"}
    forged["data"] |= {"toArchived": {"reason": HIRED}, "name": "Somebody Else"}

    reading = Lever(habits=HABITS, ask=api(server)).read(
        admitted(json.dumps(forged).encode()), Nobody()
    )

    assert types(checked(reading)) == [EventType.INTERVIEW_SCHEDULED]
    assert "Somebody Else" not in json.dumps(reading.events)


def test_a_call_that_comes_again_after_days_is_looked_up_like_any_other(
    server: LeverServer,
) -> None:
    old = webhook("candidateHired", at="2026-11-01T09:00:00+00:00")

    reading = Lever(habits=HABITS, ask=api(server)).read(admitted(old), Nobody())

    assert types(checked(reading)) == [EventType.INTERVIEW_SCHEDULED]


@pytest.mark.parametrize("id", ["../users", "a/b", "a?b", "", "%2e", None])
def test_an_id_that_is_none_is_not_asked_for(server: LeverServer, id: Any) -> None:
    reading = read(server, "candidateHired", opportunityId=id, candidateId="")

    assert reading.why and server.asked == []


# --- what is true -------------------------------------------------------------------------


def test_an_interview_comes_with_its_hours_and_who_holds_it(server: LeverServer) -> None:
    (event,) = events(server, "interviewCreated")

    assert event.type is EventType.INTERVIEW_SCHEDULED
    assert event.candidate.ref == f"lever:{CONTACT}" and event.process == f"lever:{ID}"
    assert event.candidate.phone == "+447400123456"
    assert event.job and event.job.title == "Backend Engineer"
    assert event.job.recruiter == "dana@northwind.example"
    interview = event.interview
    assert interview and interview.starts_at and interview.ends_at
    assert (interview.ends_at - interview.starts_at).total_seconds() == 45 * 60
    assert interview.interviewers == ("Ana Ruiz",)


def test_whatever_hints_at_it_the_same_fact_is_one_event(server: LeverServer) -> None:
    first = events(server, "interviewCreated")
    again = events(server, "candidateStageChange")

    assert [event.id for event in first] == [event.id for event in again]


def test_an_interview_that_is_moved_or_cancelled_is_news(server: LeverServer) -> None:
    booked = events(server, "interviewCreated")[0]
    server.lists["interviews"] = [interview(date=ms("2026-11-25T10:00:00+00:00"))]
    moved = events(server, "interviewUpdated", KNOWN)[0]
    server.lists["interviews"] = [interview(canceledAt=ms("2026-11-24T08:00:00+00:00"))]
    cancelled = events(server, "interviewUpdated", KNOWN)[0]

    assert types([booked, moved, cancelled]) == [
        EventType.INTERVIEW_SCHEDULED,
        EventType.INTERVIEW_MOVED,
        EventType.INTERVIEW_CANCELLED,
    ]
    assert len({booked.id, moved.id, cancelled.id}) == 3


def test_an_interview_that_was_deleted_is_cancelled_once_it_is_really_gone(
    server: LeverServer,
) -> None:
    assert EventType.INTERVIEW_CANCELLED not in types(
        events(server, "interviewDeleted", KNOWN, interviewId="interview-1")
    )
    server.lists["interviews"] = []

    (event,) = events(server, "interviewDeleted", KNOWN, interviewId="interview-1")

    assert event.type is EventType.INTERVIEW_CANCELLED


def test_feedback_proves_the_interview_and_brings_nothing_else(server: LeverServer) -> None:
    handed_in = {"interview": "interview-1", "fields": [{"value": "a fine mind"}]}
    server.lists["feedback"] = [
        {"id": "f1", "completedAt": ms("2026-11-24T11:30:00+00:00"), **handed_in},
        {"id": "f2", "completedAt": None, **handed_in},
    ]

    reading = read(server, "interviewUpdated")

    assert types(checked(reading)) == [
        EventType.INTERVIEW_SCHEDULED,
        EventType.SCORECARD_SUBMITTED,
    ]
    text = json.dumps(reading.events)
    assert not [word for word in ("fine mind", "Doubts", "gap in the CV", "bore") if word in text]


def archived(reason: str) -> dict[str, Any]:
    at = ms("2026-11-24T11:00:00+00:00")
    return opportunity(archived={"reason": reason, "archivedAt": at})


def test_a_rejection_is_held_and_a_hire_is_an_acceptance(server: LeverServer) -> None:
    server.opportunity = archived(REJECTED)
    rejected = events(server, "candidateArchiveChange")[-1]
    server.opportunity = archived(HIRED)
    hired = events(server, "candidateHired")[-1]

    assert rejected.decision and rejected.decision.outcome is Outcome.REJECT
    assert not rejected.decision.released_by
    assert hired.type is EventType.OFFER_ACCEPTED


def test_who_was_taken_back_cannot_be_turned_down_any_more(server: LeverServer) -> None:
    rejected = Everybody(replace(OWNER, is_rejected=True))

    event = events(server, "candidateArchiveChange", rejected)[-1]

    assert event.decision and event.decision.outcome is Outcome.ADVANCE
    assert EventType.DECISION_MADE not in types(events(server, "candidateArchiveChange", KNOWN))


def test_a_stage_is_news_only_in_the_words_of_the_team(server: LeverServer) -> None:
    assert EventType.DECISION_MADE not in types(events(server, "candidateStageChange"))
    server.opportunity = opportunity(stage={"id": "s", "text": "Team Day"})

    event = events(server, "candidateStageChange")[-1]

    assert event.decision and event.decision.next_step == "a day with the team"


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("draft", []),
        ("approval-sent", []),
        ("approved", []),
        ("sent", [EventType.DECISION_MADE, EventType.OFFER_GENERATED]),
        ("signed", [EventType.DECISION_MADE, EventType.OFFER_GENERATED, EventType.OFFER_ACCEPTED]),
    ],
)
def test_an_offer_is_news_once_it_was_sent(
    server: LeverServer, status: str, told: list[EventType]
) -> None:
    fields = [{"identifier": "salary_amount", "value": 90000}]
    made = ms("2026-11-24T09:00:00+00:00")
    server.lists["offers"] = [{"id": "o1", "status": status, "createdAt": made, "fields": fields}]

    reading = read(server, "candidateStageChange")

    assert types(checked(reading))[1:] == told
    assert "90000" not in json.dumps(reading.events)


@pytest.mark.parametrize(
    "change",
    [
        {"confidentiality": "confidential"},
        {"dataProtection": {"contact": {"allowed": False}}},
        {"contact": None},
    ],
)
def test_who_is_confidential_or_must_not_be_contacted_never_comes_in(
    server: LeverServer, change: dict[str, Any]
) -> None:
    server.opportunity = opportunity(**change)

    reading = read(server, "interviewCreated")

    assert reading.events == () and reading.why


@pytest.mark.parametrize("gone", [None, opportunity(isAnonymized=True)])
def test_who_is_deleted_is_forgotten_and_only_this_ends_where_there_is_another(
    server: LeverServer, gone: dict[str, Any] | None
) -> None:
    server.opportunity = gone
    (alone,) = events(server, "candidateDeleted", KNOWN)
    server.others = [{"id": "another"}]
    (one_of_two,) = events(server, "candidateDeleted", KNOWN)

    assert alone.type is EventType.CANDIDATE_ERASED
    assert one_of_two.type is EventType.PROCESS_WITHDRAWN
    assert read(server, "candidateDeleted", Nobody()) == Reading()


def test_who_is_said_to_be_deleted_and_is_there_is_not_forgotten(server: LeverServer) -> None:
    assert EventType.CANDIDATE_ERASED not in types(events(server, "candidateDeleted", KNOWN))


def test_kinds_without_meaning_and_kinds_that_nobody_knows(server: LeverServer) -> None:
    assert read(server, "contactUpdated") == Reading()
    assert read(server, "moonLanding") == Reading(why=UNKNOWN)
    assert server.asked == []


# --- how it is asked ----------------------------------------------------------------------


def test_all_pages_are_read(server: LeverServer) -> None:
    server.per_page = 1
    server.lists["interviews"] = [interview(), interview(id="interview-2")]

    assert len(events(server, "interviewCreated")) == 2


def test_a_429_which_names_no_time_is_given_some_seconds(server: LeverServer) -> None:
    server.trouble = [Says(429, {"code": "TooManyRequests"})]

    with pytest.raises(SourceAway) as raised:
        read(server, "interviewCreated")

    assert raised.value.after == 5


@pytest.mark.parametrize("key", ["", "wrong"])
def test_without_a_key_that_fits_it_is_not_known_what_is_true(
    server: LeverServer, key: str
) -> None:
    with pytest.raises(SourceAway, match="LEVER_API_KEY" if not key else "HTTP 401"):
        api(server, key).check()


def test_interviews_that_should_be_over_are_looked_at_once_an_hour(server: LeverServer) -> None:
    first, again = (list(api(server, lately=[ID]).news(NOON - DAY)) for _ in range(2))

    assert [one.id for one in first] == [one.id for one in again] == [f"{ID}@2026-11-24T12"]
    reading = Lever(habits=HABITS, ask=api(server)).read(first[0], Nobody())
    assert types(checked(reading)) == [EventType.INTERVIEW_SCHEDULED]
