"""What Twilio's forms say, once they are believed."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.twilio_settings import TwilioSettings
from bot.channels.twilio_webhook import Form, foreign, inbound, report
from bot.domain.model import State
from bot.domain.ports import Inbound, Report
from tests.fakes.twilio_forms import ACCOUNT, SENDER, TOKEN, message_form, status_form

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
SID = "SM" + "1" * 32
SETTINGS = TwilioSettings(
    account_sid=ACCOUNT, auth_token=TOKEN, sender=SENDER, public_url="https://hr.example.com"
)


def message(**changes: str) -> Inbound | None:
    return inbound(SETTINGS, _values(message_form(**changes)), NOW)


def status(value: str = "sent", reference: str | None = "17", **changes: str) -> Report | None:
    return report(SETTINGS, _values(status_form(SID, value, **changes)), reference, NOW)


def _values(form: Mapping[str, str | Sequence[str]]) -> Form:
    return {name: [v] if isinstance(v, str) else v for name, v in form.items()}


# --- messages -----------------------------------------------------------------------------


def test_a_text_has_its_sender_its_words_and_its_time() -> None:
    read = message(Body="Friday is fine")

    assert read is not None
    assert (read.provider_id, read.address, read.sender) == (SID, "+34600111222", SENDER)
    assert (read.text, read.at, read.media, read.profile_name) == ("Friday is fine", NOW, (), "Ana")


@pytest.mark.parametrize("id_", ["US.13491208655302741918", "US.ENT.aB3", "+5511987654321"])
def test_an_address_is_kept_as_it_comes(id_: str) -> None:
    read = message(From=f"whatsapp:{id_}")

    assert read is not None
    assert read.address == id_


def test_a_tapped_button_says_its_label_and_keeps_its_payload() -> None:
    read = message(
        MessageType="interactive",
        Body="",
        ButtonText="Move it",
        ButtonPayload="reschedule:42",
        OriginalRepliedMessageSid="MM" + "2" * 32,
    )

    assert read is not None
    assert (read.text, read.payload) == ("Move it", "reschedule:42")
    assert read.replied_to == "MM" + "2" * 32


def test_words_have_no_payload_and_a_strange_id_answers_nothing() -> None:
    read = message(OriginalRepliedMessageSid="no sid; at all")

    assert read is not None
    assert (read.payload, read.replied_to) == ("", "")


def test_media_are_listed_by_type() -> None:
    read = message(
        Body="", NumMedia="3", MediaContentType0="image/jpeg", MediaContentType1="audio/ogg"
    )

    assert read is not None
    assert read.media == ("image/jpeg", "audio/ogg", "application/octet-stream")


@pytest.mark.parametrize("count", ["", "many", "-1", "0", "1e9", "٣", "9" * 5000])
def test_a_strange_count_of_media_is_none(count: str) -> None:
    read = message(NumMedia=count)

    assert read is not None
    assert read.media == ()


def test_no_count_makes_the_list_long() -> None:
    read = message(NumMedia="999")

    assert read is not None
    assert len(read.media) == 10


def test_fields_that_we_do_not_know_are_kept() -> None:
    read = message(ExternalUserId="US.1", SomethingNew="x")

    assert read is not None
    assert (read.raw["ExternalUserId"], read.raw["SomethingNew"]) == ("US.1", "x")


@pytest.mark.parametrize(
    "changes",
    [
        {"AccountSid": "AC" + "f" * 32},
        {"From": "+34600111222"},
        {"From": "messenger:1234"},
        {"From": "whatsapp:"},
        {"From": "whatsapp:+34 600"},
        {"From": "whatsapp:" + "1" * 161},
        {"To": ""},
        {"MessageSid": "", "SmsMessageSid": "", "SmsSid": ""},
        {"MessageSid": "SM/../1", "SmsMessageSid": "x" * 65, "SmsSid": "é"},
    ],
)
def test_what_is_no_message_to_us_is_none(changes: dict[str, str]) -> None:
    assert message(**changes) is None


def test_another_account_is_foreign_and_a_silent_form_is_not() -> None:
    assert foreign(SETTINGS, {"AccountSid": ["AC" + "f" * 32]})
    assert not foreign(SETTINGS, {"AccountSid": [ACCOUNT]})
    assert not foreign(SETTINGS, {})


@given(st.text(st.characters(codec=None)), st.text(st.characters(codec=None)))
def test_any_text_can_be_stored(body: str, name: str) -> None:
    read = message(Body=body, ProfileName=name)

    assert read is not None
    for text in (read.text, read.profile_name, *read.raw.values()):
        assert "\x00" not in text
        text.encode()
    assert len(read.text) == len(body)


@given(st.dictionaries(st.text(max_size=8), st.lists(st.text(max_size=8), max_size=2)))
def test_no_form_is_too_odd_to_read(form: dict[str, list[str]]) -> None:
    inbound(SETTINGS, form, NOW)
    report(SETTINGS, form, "1", NOW)


# --- reports ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("queued", State.ACCEPTED),
        ("accepted", State.ACCEPTED),
        ("sending", State.ACCEPTED),
        ("sent", State.SENT),
        ("delivered", State.DELIVERED),
        ("read", State.READ),
        ("READ", State.READ),
        ("failed", State.FAILED),
        ("undelivered", State.FAILED),
        ("canceled", State.FAILED),
    ],
)
def test_a_status_is_one_of_ours(said: str, meant: State) -> None:
    read = status(said)

    assert read == Report(provider_id=SID, reference=17, status=meant, at=NOW)  # type: ignore[arg-type]


@pytest.mark.parametrize("said", ["", "received", "scheduled", "teleported"])
def test_a_status_that_is_new_to_us_is_none(said: str) -> None:
    assert status(said) is None


@pytest.mark.parametrize(
    "changes", [{"AccountSid": "AC" + "f" * 32}, {"MessageSid": "", "SmsSid": ""}]
)
def test_a_report_about_nothing_of_ours_is_none(changes: dict[str, str]) -> None:
    assert status("sent", **changes) is None


@pytest.mark.parametrize("reference", [None, "", "x", "-1", "1.5", "٣", "9" * 19, "1_0", " 1"])
def test_a_reference_that_is_no_number_is_none(reference: str | None) -> None:
    read = status(reference=reference)

    assert read is not None
    assert read.reference is None


def test_a_failure_has_its_code_and_a_recruiters_words() -> None:
    read = status("undelivered", ErrorCode="63003", ErrorMessage="Channel could not find To")

    assert read is not None
    assert (read.code, read.detail) == ("63003", "this number is not on WhatsApp")


def test_an_unknown_failure_keeps_the_carriers_words() -> None:
    read = status("failed", ErrorCode="98765", ErrorMessage="Something\x00 " + "x" * 400)

    assert read is not None
    assert read.code == "98765"
    assert read.detail.startswith("Something\ufffd x")
    assert len(read.detail) == 300


def test_code_zero_is_no_code() -> None:
    read = status("delivered", ErrorCode="0")

    assert read is not None
    assert read.code == ""
