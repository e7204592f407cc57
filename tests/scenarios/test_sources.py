"""From a webhook to what a candidate reads: the whole house, and the other system on loopback."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.domain.deliveries import Delivery, Token
from bot.domain.errors import SourceAway
from bot.outreach.deliveries import SharedToken, Unproven
from bot.sources.doors import Call
from bot.store.schema import deliveries
from tests.factories import NOON, completed, event, interview, released
from tests.fakes.greenhouse_calls import SECRET, about, body, candidate, rejected, signature
from tests.fakes.harvest import CLIENT, HarvestServer, filled
from tests.fakes.vendor_server import Says
from tests.sourced import event_rows, listening, polls, reads, stored
from tests.world import World

DATA = Path(__file__).parents[1] / "data" / "sources"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def greenhouse() -> Iterator[HarvestServer]:
    with HarvestServer() as one:
        yield one


@pytest.fixture
def home(database_url: str, greenhouse: HarvestServer) -> Iterator[World]:
    with listening(
        database_url,
        "greenhouse",
        GREENHOUSE_WEBHOOK_SECRETS=SECRET,
        GREENHOUSE_CLIENT_ID=CLIENT[0],
        GREENHOUSE_CLIENT_SECRET=CLIENT[1],
        GREENHOUSE_API_URL=greenhouse.url,
        GREENHOUSE_AUTH_URL=greenhouse.url,
    ) as one:
        yield one


def comes(home: World, told: dict[str, Any]) -> None:
    """A webhook comes in by the door, and is read."""
    raw = body(told)
    call = Call(headers={"signature": signature(raw)}, body=raw, at=home.clock.now())
    delivery = home.hearback.listening.doors["greenhouse"].admit(call)
    assert delivery is not None
    home.hearback.listening.deliveries.take("greenhouse", delivery)
    reads(home)


def agrees(home: World, ref: str = "greenhouse:5001") -> None:
    """The consent that Greenhouse knows nothing of comes by our own API."""
    home.happens(
        {
            "id": "consent-1",
            "type": "decision.expected",
            "occurred_at": (NOON - DAY).isoformat(),
            "process": "greenhouse:7001",
            "candidate": {
                "ref": ref,
                "phone": "+447400123456",
                "language": "en",
                "time_zone": "Europe/London",
                "consents": [
                    {
                        "channel": "whatsapp",
                        "source": "application form",
                        "at": (NOON - DAY).isoformat(),
                        "text_version": "1",
                    }
                ],
            },
            "decision": {"reason": "the panel meets on Monday"},
        }
    )


def test_a_scorecard_that_was_polled_thanks_the_candidate(
    home: World, greenhouse: HarvestServer
) -> None:
    filled(greenhouse)
    agrees(home)

    polls(home, "greenhouse")
    home.passes(timedelta(hours=2))

    assert home.kinds() == ["thank_you"]
    assert "Ana Ruiz" in home.last or "Ana" in home.last
    assert {row.type for row in event_rows(home)} >= {"interview.scheduled", "scorecard.submitted"}


def test_what_was_polled_twice_comes_in_once(home: World, greenhouse: HarvestServer) -> None:
    filled(greenhouse)

    polls(home, "greenhouse")
    once = len(event_rows(home))
    polls(home, "greenhouse")

    assert len(event_rows(home)) == once == 2
    assert len(stored(home)) == 2


def test_a_rejection_is_held_until_a_named_person_lets_it_out(
    home: World, greenhouse: HarvestServer
) -> None:
    filled(greenhouse)
    agrees(home)
    polls(home, "greenhouse")

    comes(home, rejected(at="2026-11-24T12:00:00Z"))
    home.passes(10 * DAY)

    assert "rejection" not in home.kinds()
    assert home.rows("rejection") == []


def test_a_rejection_that_is_taken_back_can_no_longer_be_let_out(home: World) -> None:
    agrees(home)
    comes(home, rejected(at="2026-11-24T10:00:00Z"))
    comes(home, about("unreject_candidate", last_activity_at="2026-11-24T11:00:00Z"))

    with home.store.read() as tx:
        (process,) = tx.connection.execute(sa.text("select outcome, released_at from processes"))

    assert process.outcome == "advance" and process.released_at is None


def test_of_what_was_read_nothing_is_left_in_the_inbox_of_webhooks(home: World) -> None:
    comes(home, rejected())

    (row,) = stored(home)
    assert (row.state, row.raw) == ("read", {})


def test_a_candidate_who_is_erased_is_gone_from_what_nothing_came_of(home: World) -> None:
    agrees(home)
    comes(home, {"action": "new_kind", "payload": {"candidate": candidate()}})
    comes(home, {"action": "new_kind", "payload": {"candidate": candidate(id=1, last_name="Ng")}})
    assert "5001" in json.dumps(stored(home)[0].raw)

    comes(home, {"action": "delete_candidate", "payload": {"person": {"id": 5001}}})

    assert [bool(row.raw) for row in stored(home)] == [False, True, False]


def test_what_nothing_came_of_is_blanked_after_a_month(home: World) -> None:
    comes(home, {"action": "new_kind", "payload": {"candidate": candidate()}})
    (round_,) = (one for one in home.hearback.rounds if one.name == "old deliveries")

    round_.go(None, NOON + 29 * DAY)
    assert stored(home)[0].raw
    round_.go(None, NOON + 31 * DAY)

    assert stored(home)[0].raw == {}


def test_while_greenhouse_is_away_a_webhook_waits_and_is_read_after_that(
    home: World, greenhouse: HarvestServer
) -> None:
    filled(greenhouse)
    greenhouse.trouble = [Says(503, b""), Says(503, b"")]
    offer = {"id": 9001, "application_id": 7001, "offer_status": "Created"}

    comes(home, {"action": "offer_approved", "payload": offer})
    assert [row.state for row in stored(home)] == ["received"]
    assert "HTTP 503" in stored(home)[0].why
    greenhouse.trouble = []
    with home.store.begin() as tx:  # the lease of whoever asked for a token runs out
        tx.tokens.save("greenhouse", Token(value="old", expires_at=NOON))
    home.passes(2 * MINUTE)
    reads(home)

    assert [row.state for row in stored(home)] == ["read"]
    assert {row.type for row in event_rows(home)} == {"decision.made", "offer.generated"}


def test_what_breaks_the_reading_is_tried_five_times_and_then_a_persons(
    home: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: object, delivery: Delivery, known: object) -> None:
        raise ValueError("a slip of ours")

    (reader,) = home.hearback.listening.deliveries.readers.values()
    monkeypatch.setattr(type(reader), "read", broken)

    comes(home, rejected())
    for _ in range(6):
        home.passes(2 * MINUTE)
        reads(home)

    (row,) = stored(home)
    assert (row.state, row.attempts) == ("failed", 5)
    assert any("Greenhouse" in task and "cannot be read" in task for task in home.tasks())


def test_a_death_between_the_events_and_the_note_repeats_nothing(home: World) -> None:
    comes(home, rejected())
    with home.store.begin() as tx:  # as if the note had never been committed
        tx.connection.execute(
            sa.update(deliveries).values(
                state="received", wake_at=home.clock.now(), raw=json.loads(body(rejected()))
            )
        )

    reads(home)

    assert len(event_rows(home)) == 1
    assert [row.state for row in stored(home)] == ["read"]


# --- the token that all processes share ---------------------------------------------------


def test_one_process_asks_for_a_token_and_all_find_it(home: World) -> None:
    one, other = (SharedToken(home.store, home.clock, "greenhouse") for _ in range(2))
    token = Token(value="t1", expires_at=NOON + DAY)

    assert one.lease() and not other.lease()
    one.save(token)

    assert other.find() == token
    assert other.lease()


def test_whoever_dies_while_asking_keeps_nobody_waiting_for_long(home: World) -> None:
    one, other = (SharedToken(home.store, home.clock, "greenhouse") for _ in range(2))
    assert one.lease()

    home.passes(MINUTE)

    assert other.lease()


def test_a_token_about_to_end_and_one_that_was_refused_are_none(home: World) -> None:
    one = SharedToken(home.store, home.clock, "greenhouse")
    one.lease()
    one.save(Token(value="t1", expires_at=NOON + MINUTE))
    assert one.find() is None

    one.save(Token(value="t2", expires_at=NOON + DAY))
    one.drop("t1")
    assert one.find()
    one.drop("t2")

    assert one.find() is None


def test_a_poll_that_fails_says_so_to_the_rounds(home: World, greenhouse: HarvestServer) -> None:
    greenhouse.trouble = [Says(500, b"")]

    with pytest.raises(SourceAway):
        polls(home, "greenhouse")


# --- Ashby --------------------------------------------------------------------------------


def test_a_schedule_of_ashby_that_is_cancelled_cancels_what_was_booked(database_url: str) -> None:
    said = json.loads((DATA / "ashby.json").read_text())
    hired = {**said["application"], "currentInterviewStage": {"id": "s", "title": "Team Day"}}
    booked = {**said["interviewSchedule"]}
    off = {**booked, "status": "Cancelled", "interviewEvents": []}

    with listening(database_url, "ashby", ASHBY_WEBHOOK_SECRETS=SECRET) as home:
        for action, data in (
            ("candidateStageChange", {"application": hired}),
            ("interviewScheduleCreate", {"interviewSchedule": booked}),
            ("interviewScheduleUpdate", {"interviewSchedule": off}),
        ):
            told = Delivery(
                id=action, kind=action, raw={"action": action, "data": data}, at=home.clock.now()
            )
            home.hearback.listening.deliveries.take("ashby", told)
            reads(home)

        with home.store.read() as tx:
            rows = tx.connection.execute(sa.text("select ref, visit, status from interviews"))
            assert [tuple(row) for row in rows] == [("ashby:ie-1", "ashby:is-1", "cancelled")]


def test_who_was_archived_and_taken_back_at_ashby_waits_for_no_rejection(
    database_url: str,
) -> None:
    said = json.loads((DATA / "ashby.json").read_text())["application"]
    why = {"reasonType": "RejectedByOrg"}
    gone = {**said, "status": "Archived", "archivedAt": said["updatedAt"], "archiveReason": why}

    with listening(database_url, "ashby", ASHBY_WEBHOOK_SECRETS=SECRET) as home:
        for number, application in enumerate((gone, said)):
            raw = {"action": "applicationUpdate", "data": {"application": application}}
            told = Delivery(id=str(number), kind="applicationUpdate", raw=raw, at=home.clock.now())
            home.hearback.listening.deliveries.take("ashby", told)
            reads(home)

        with home.store.read() as tx:
            (outcome,) = tx.connection.execute(sa.text("select outcome from processes")).scalars()
        assert outcome == "advance"


# --- calendars ----------------------------------------------------------------------------


def test_a_link_that_was_sent_comes_back_as_the_appointment_of_its_candidate(
    database_url: str,
) -> None:
    link = "https://calendly.com/northwind/panel"
    step = {"outcome": "advance", "next_step": "panel interview", "link": link}
    said = json.loads((DATA / "calendars.json").read_text())["calendly"]

    with listening(database_url, "calendly", CALENDLY_WEBHOOK_SECRETS=SECRET) as home:
        home.happens(completed(NOON), event("decision.made", NOON, decision=step))
        home.happens(released(NOON + MINUTE))
        home.passes(DAY)
        (sent,) = [text for text in home.texts if "calendly.com" in text]
        found = re.search(r"utm_content=([\w.-]+)", sent)
        assert found
        said["payload"]["tracking"]["utm_content"] = found.group(1).rstrip(".")
        told = Delivery(id="1", kind="invitee.created", raw=said, at=home.clock.now())
        home.hearback.listening.deliveries.take("calendly", told)
        reads(home)

        (row,) = (row for row in event_rows(home) if row.source == "calendly")
        assert (row.type, row.process_ref) == ("interview.scheduled", "app-1")
        assert row.candidate_ref == "cand-1"


def test_only_interviews_that_should_be_over_and_are_not_proven_are_looked_at(
    home: World,
) -> None:
    look = Unproven(home.store, "lever")
    booked = event("interview.scheduled", NOON - DAY, interview=interview(NOON + MINUTE))
    home.happens({**booked, "process": "lever:o-1"})
    home.happens({**booked, "id": "other", "process": "ashby:o-1"})

    assert look(NOON) == []
    assert look(NOON + 2 * MINUTE) == ["o-1"]
    assert look(NOON + 8 * DAY) == []
    home.happens({**completed(NOON), "process": "lever:o-1"})

    assert look(NOON + 2 * MINUTE) == []
