"""What the nouns say about themselves, and what holds where nobody says otherwise."""

from dataclasses import replace
from datetime import datetime

import pytest

from bot.domain.errors import (
    BadInput,
    HearbackError,
    LeaseLost,
    Mistake,
    NotFound,
    StoreBusy,
    StoreDown,
)
from bot.domain.failpoints import fp, watch
from bot.domain.kinds import called
from bot.domain.model import (
    ARRIVED,
    LEFT,
    MAY_RELEASE,
    MAY_REPLY,
    WAITING,
    Channel,
    Consent,
    Party,
    Role,
    State,
    Topic,
    aware,
    consented,
)
from bot.domain.ports import MessageId, Refused, Reply, Report
from bot.domain.retrying import Reaction
from tests.factories import NOON, daniel


def test_only_recruiters_and_admins_speak_to_candidates_and_let_decisions_out() -> None:
    assert MAY_REPLY == MAY_RELEASE == {Role.ADMIN, Role.RECRUITER}


def test_a_message_waits_then_leaves_then_arrives() -> None:
    assert WAITING == {State.PLANNED, State.READY, State.HELD}
    assert ARRIVED == {State.DELIVERED, State.READ}
    assert LEFT == {State.ACCEPTED, State.SENT, *ARRIVED}


def test_a_time_without_a_zone_is_refused_by_name() -> None:
    assert aware(NOON) is NOON
    with pytest.raises(ValueError, match="the start has no time zone: 2026-11-24T12:00:00"):
        aware(datetime(2026, 11, 24, 12), "the start")


@pytest.mark.parametrize(
    ("name", "first"), [("Daniel Okafor Obi", "Daniel"), ("Madonna", "Madonna"), (" ", "")]
)
def test_people_are_called_by_their_first_name(name: str, first: str) -> None:
    assert replace(daniel(), name=name).first_name == first


def test_who_said_nothing_has_agreed_to_nothing_and_refused_nothing() -> None:
    assert not Consent().granted
    assert not Consent().revoked
    assert daniel().party is Party.CANDIDATE
    assert consented("updates") is Topic.UPDATES
    assert consented("email") is Channel.EMAIL


def test_what_a_carrier_does_not_say_is_not_so() -> None:
    refused = Refused(code="63016", reason="outside the window")
    report = Report(provider_id="SM1", reference=MessageId(1), status=State.FAILED, at=NOON)

    assert refused.reaction is Reaction.PERMANENT
    assert report.reaction is Reaction.PERMANENT


def test_an_answer_counts_only_where_it_says_so() -> None:
    assert not Reply(key="thanks").counts


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("human", "message"),
        ("reply", "answer"),
        ("handoff_notice", "answer"),
        ("opt_out_ack", "confirmation of the opt-out"),
        ("data_request_ack", "confirmation of the request"),
        ("status_update", "status update"),
    ],
)
def test_a_recruiter_reads_of_messages_by_their_names(kind: str, name: str) -> None:
    assert called(kind) == name


def test_channels_are_written_as_people_write_them() -> None:
    assert [channel.called for channel in Channel] == ["WhatsApp", "e-mail"]


def test_a_mistake_names_its_place_and_where_there_is_one_its_mend() -> None:
    mistakes = [Mistake("job.ref", "is missing"), Mistake("x", "is wrong", "say y")]

    assert str(BadInput(mistakes)) == "job.ref: is missing\nx: is wrong (say y)"


def test_only_what_may_pass_another_time_is_tried_again() -> None:
    again = [error.retryable for error in (LeaseLost, StoreDown, StoreBusy)]

    assert all(again)
    assert not HearbackError.retryable
    assert not NotFound.retryable


def test_a_failpoint_is_heard_only_while_somebody_watches() -> None:
    reached: list[str] = []

    watch(reached.append)
    fp("here")
    watch(None)
    fp("there")

    assert reached == ["here"]
