"""Appointments that candidates make by a link of ours, at Calendly and Cal.com. The payloads are
made by hand after their documentation."""

from __future__ import annotations

import copy
import hashlib
import hmac
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.deliveries import UNKNOWN, Owner, Reading
from bot.domain.events import Event, EventType
from bot.domain.links import Links
from bot.domain.model import ProcessId
from bot.sources.calcom import Calcom, CalcomVendor
from bot.sources.calendly import Calendly, CalendlyVendor
from bot.sources.doors import UNREADABLE, Call, Door, Refused, kept
from tests.factories import NOON
from tests.sourced import Everybody, Nobody, checked, delivery

SAID = json.loads((Path(__file__).parents[1] / "data" / "sources" / "calendars.json").read_text())
OWNER = Owner(candidate="greenhouse:5001", process="greenhouse:7001")
KNOWN = Everybody(OWNER)
SECRET, TOKEN = "made-up", "7.token"
INVITEE = "https://api.calendly.com/scheduled_events/e1/invitees/"


def whose(token: str) -> Owner | None:
    return OWNER if token == TOKEN else None


def calendly(event: str = "invitee.created", token: str = TOKEN, **changes: Any) -> dict[str, Any]:
    told: dict[str, Any] = {**copy.deepcopy(SAID["calendly"]), "event": event}
    told["payload"] |= {"tracking": {"utm_content": token}, **changes}
    return told


def calcom(trigger: str = "BOOKING_CREATED", token: str = TOKEN, **changes: Any) -> dict[str, Any]:
    told: dict[str, Any] = {**copy.deepcopy(SAID["calcom"]), "triggerEvent": trigger}
    told["payload"]["metadata"]["hearback"] = token
    told["payload"] |= changes
    return told


def read(told: dict[str, Any], known: Any = None) -> Reading:
    kind = str(told.get("event") or told.get("triggerEvent") or UNREADABLE)
    at = delivery(kept(told), kind)
    reader = Calendly(whose=whose) if "event" in told else Calcom(whose=whose)
    return reader.read(at, known or Nobody())


def events(told: dict[str, Any], known: Any = None) -> list[Event]:
    return checked(read(told, known))


def told_of(found: list[Event]) -> list[tuple[EventType, str]]:
    return [(event.type, event.interview.ref) for event in found if event.interview]


# --- who calls ----------------------------------------------------------------------------


def hexed(message: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def calendly_call(age: timedelta = timedelta(), secret: str = SECRET, header: str = "") -> Call:
    raw, at = json.dumps(calendly()).encode(), str(int((NOON - age).timestamp()))
    header = header or f"t={at},v1={hexed(at.encode() + b'.' + raw, secret)}"
    return Call(headers={"calendly-webhook-signature": header}, body=raw, at=NOON)


@pytest.mark.parametrize("seconds", [0, 180, -180])
def test_calendly_is_believed_for_three_minutes(seconds: int) -> None:
    call = calendly_call(timedelta(seconds=seconds))

    assert Door(CalendlyVendor(), [SECRET]).admit(call)


@pytest.mark.parametrize(
    "call",
    [
        calendly_call(timedelta(seconds=181)),
        calendly_call(timedelta(seconds=-181)),
        calendly_call(secret="another"),
        calendly_call(header="none"),
        calendly_call(header="t=,v1="),
        calendly_call(header=f"t={'9' * 400},v1=0"),
        calendly_call(header="t=\u0661,v1=0"),
    ],
)
def test_calendly_is_not_believed_later_or_with_another_secret(call: Call) -> None:
    with pytest.raises(Refused):
        Door(CalendlyVendor(), [SECRET]).admit(call)


def test_calcom_signs_the_body() -> None:
    raw = json.dumps(calcom()).encode()
    door = Door(CalcomVendor(), ["new", SECRET])

    assert door.admit(Call(headers={"x-cal-signature-256": hexed(raw)}, body=raw, at=NOON))
    with pytest.raises(Refused):
        door.admit(Call(headers={"x-cal-signature-256": hexed(raw)}, body=raw + b" ", at=NOON))


# --- what they tell -----------------------------------------------------------------------


@pytest.mark.parametrize(("told", "ref"), [(calendly(), "calendly:i1"), (calcom(), "calcom:b1")])
def test_a_booking_by_our_link_is_an_appointment_of_its_candidate(
    told: dict[str, Any], ref: str
) -> None:
    (event,) = events(told)

    assert event.type is EventType.INTERVIEW_SCHEDULED
    assert (event.candidate.ref, event.process) == (OWNER.candidate, OWNER.process)
    assert event.candidate.time_zone == "Europe/London"
    assert event.candidate.name == "" and event.candidate.email == ""
    interview = event.interview
    assert interview and (interview.ref, interview.kind) == (ref, "Panel interview")
    assert interview.meeting_link and interview.interviewers == ("Ana Ruiz",)


def test_what_the_candidate_wrote_into_the_form_goes_no_further() -> None:
    for told in (calendly(), calcom()):
        assert "stammer" not in json.dumps(read(told).events)
    assert "stammer" not in json.dumps(kept(calendly()))


@pytest.mark.parametrize("token", ["", "made up", "8.token"])
@pytest.mark.parametrize("make", [calendly, calcom])
def test_a_booking_without_our_link_is_nobodys(make: Any, token: str) -> None:
    reading = read(make(token=token))

    assert reading.events == () and "link" in reading.why


@pytest.mark.parametrize(
    ("moved", "old", "new"),
    [
        (calendly(uri=f"{INVITEE}i2", old_invitee=f"{INVITEE}i1"), "calendly:i1", "calendly:i2"),
        (calcom("BOOKING_RESCHEDULED", uid="b2", rescheduleUid="b1"), "calcom:b1", "calcom:b2"),
    ],
)
def test_a_move_tells_the_new_time_and_the_end_of_the_old_one_at_once(
    moved: dict[str, Any], old: str, new: str
) -> None:
    assert told_of(events(moved)) == [
        (EventType.INTERVIEW_SCHEDULED, new),
        (EventType.INTERVIEW_CANCELLED, old),
    ]


@pytest.mark.parametrize(
    "moved",
    [
        calendly("", uri=f"{INVITEE}i2", old_invitee=f"{INVITEE}i1"),
        calcom("BOOKING_RESCHEDULED", "", uid="b2", rescheduleUid="b1"),
    ],
)
def test_a_move_that_lost_our_token_is_known_by_the_old_appointment(moved: dict[str, Any]) -> None:
    moved = {**moved, **({"event": "invitee.created"} if "event" in moved else {})}
    if "event" in moved:
        moved["payload"]["tracking"] = {}

    assert len(events(moved, KNOWN)) == 2


def test_the_first_half_of_a_move_tells_nobody_that_all_is_off() -> None:
    half = calendly("invitee.canceled", rescheduled=True, new_invitee=f"{INVITEE}i2")

    assert read(half, KNOWN) == Reading()


@pytest.mark.parametrize(
    ("off", "ref"),
    [
        (calendly("invitee.canceled", rescheduled=False, cancellation={}), "calendly:i1"),
        (calcom("BOOKING_CANCELLED", cancellationReason="ill"), "calcom:b1"),
        (calcom("BOOKING_REJECTED"), "calcom:b1"),
    ],
)
def test_an_appointment_that_is_called_off(off: dict[str, Any], ref: str) -> None:
    assert told_of(events(off)) == [(EventType.INTERVIEW_CANCELLED, ref)]


def test_who_did_not_come_is_not_thanked() -> None:
    no_show = {"uri": "https://api.calendly.com/invitee_no_shows/n1", "invitee": f"{INVITEE}i1"}
    missed = {"event": "invitee_no_show.created", "payload": no_show}
    attendees = [{"email": "daniel@example.org", "noShow": True}]
    booking = {"bookingUid": "b1", "attendees": attendees}
    other = {"triggerEvent": "BOOKING_NO_SHOW_UPDATED", "payload": booking}
    host = {**other, "payload": {"bookingUid": "b1", "attendees": [{"noShow": False}]}}

    assert told_of(events(missed, KNOWN)) == [(EventType.INTERVIEW_NO_SHOW, "calendly:i1")]
    assert told_of(events(other, KNOWN)) == [(EventType.INTERVIEW_NO_SHOW, "calcom:b1")]
    assert read(host, KNOWN).events == ()


@pytest.mark.parametrize("trigger", ["MEETING_ENDED", "MEETING_STARTED", "BOOKING_REQUESTED"])
def test_that_its_time_is_over_proves_no_interview(trigger: str) -> None:
    assert read(calcom(trigger), KNOWN) == Reading()


def test_a_booking_that_waits_to_be_confirmed_is_none_yet() -> None:
    assert read(calcom(status="PENDING")).events == ()


@pytest.mark.parametrize(
    "told",
    [
        calendly(scheduled_event=None),
        calendly(timezone="Mars/Olympus"),
        calcom(attendees=None, organizer=[], location=7),
        calcom(startTime="soon"),
        calcom(endTime="2026-11-26T09:00:00Z"),
        {"event": "invitee.created", "payload": None},
        {"triggerEvent": "BOOKING_CANCELLED", "payload": []},
    ],
)
def test_nothing_that_is_missing_breaks_the_reading(told: dict[str, Any]) -> None:
    read(told)
    events(told, KNOWN)


def test_kinds_that_nobody_knows_are_kept_and_said_so() -> None:
    assert read({"event": "routing_form_submission.created"}) == Reading(why=UNKNOWN)
    assert read({"triggerEvent": "BOOKING_PAID"}) == Reading(why=UNKNOWN)
    assert read({"content": "A new event has been scheduled", "type": "{{type}}"}).why == UNKNOWN


def test_the_examples_of_the_documentation_are_read(shared: Path) -> None:
    folder = shared / "data" / "payloads"
    for_calendly = json.loads((folder / "calendly_webhook_examples.json").read_text())["examples"]
    for_calcom = json.loads((folder / "calcom_webhook.json").read_text())["events"]

    created, cancelled = (one["payload"] for one in for_calendly)
    assert read(created).why and "hours" in read(created, KNOWN).why
    assert told_of(events(cancelled, KNOWN)) == [(EventType.INTERVIEW_CANCELLED, "calendly:inv456")]
    assert told_of(events(for_calcom[0], KNOWN)) == [
        (EventType.INTERVIEW_SCHEDULED, "calcom:bFJeNb2uX8ANpT3JL5EfXw")
    ]
    assert read(for_calcom[1]) == Reading(why=UNKNOWN)  # a template of their own


# --- our link -----------------------------------------------------------------------------

LINKS = Links("https://hr.example.com", lambda: "made-up")


@pytest.mark.parametrize(
    ("link", "begins"),
    [
        ("https://calendly.com/ana/panel", "https://calendly.com/ana/panel?utm_content=7."),
        ("https://www.calendly.com/a?b=c#d", "https://www.calendly.com/a?b=c&utm_content=7."),
        ("https://cal.com/ana/panel", "https://cal.com/ana/panel?metadata%5Bhearback%5D=7."),
        ("https://app.cal.com/ana", "https://app.cal.com/ana?metadata%5Bhearback%5D=7."),
    ],
)
def test_a_link_to_a_calendar_carries_the_candidates_token(link: str, begins: str) -> None:
    made = LINKS.booking(link, ProcessId(7))

    assert made.startswith(begins)
    assert made.endswith("#d") is link.endswith("#d")
    assert LINKS.booking(made, ProcessId(7)) == made


@pytest.mark.parametrize(
    "link",
    [
        "https://meet.northwind.example/slots",
        "https://notcal.com/ana",
        "https://calendly.com.evil.example/ana",
        "",
    ],
)
def test_other_links_stay_as_they_are(link: str) -> None:
    assert LINKS.booking(link, ProcessId(7)) == link


def test_only_a_token_of_ours_says_whose_it_is() -> None:
    token = LINKS.booking_token(ProcessId(7))

    assert LINKS.booked(token) == 7
    for forged in ("", "7", "7.", f"8.{token[2:]}", f"{token}x", "7.\ud800", "\u0667.x", "9" * 40):
        assert LINKS.booked(forged) is None
    assert Links("https://hr.example.com", lambda: "another").booked(token) is None
