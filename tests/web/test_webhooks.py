"""What Twilio posts to us, and how we answer: seldom no, and never with a crash."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import quote_plus, urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from bot.channels.twilio_settings import TwilioSettings
from bot.clock import VirtualClock
from bot.domain.errors import StoreDown
from bot.domain.model import State
from bot.domain.ports import Inbound, Report
from bot.web.webhooks import LARGEST_BODY, webhooks
from tests.fakes.twilio_forms import (
    ACCOUNT,
    SENDER,
    TOKEN,
    message_form,
    signature,
    status_form,
)

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
PUBLIC = "https://hr.example.com"
MESSAGES = "/webhooks/twilio/messages"
STATUS = "/webhooks/twilio/status?m=17"
SID = "SM" + "1" * 32
FORM_TYPE = "application/x-www-form-urlencoded"
Form = Mapping[str, str | Sequence[str]]


@dataclass
class Web:
    """Our webhooks, and what came through them."""

    client: FlaskClient
    inbounds: list[Inbound] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    alarms: list[datetime] = field(default_factory=list)
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(NOW))

    def post(self, path: str, form: Form, **headers: str) -> TestResponse:
        """Post a form with a good signature, unless the headers say otherwise."""
        return self.post_raw(path, urlencode(form, doseq=True), form, **headers)

    def post_raw(self, path: str, body: str, means: Form, **headers: str) -> TestResponse:
        """Post bytes as they are, signed for what they mean."""
        signed = {"X-Twilio-Signature": signature(PUBLIC + path, means), **headers}
        kept = {name: value for name, value in signed.items() if value}
        return self.client.post(path, data=body, headers=kept, content_type=FORM_TYPE)


def web_with(
    receive: Callable[[Inbound], object] | None = None,
    settle: Callable[[Report], object] | None = None,
) -> Web:
    app = Flask("under test")
    web = Web(app.test_client())
    twilio = TwilioSettings(
        account_sid=ACCOUNT, auth_token=TOKEN, sender=SENDER, public_url=f"{PUBLIC}/"
    )
    app.register_blueprint(
        webhooks(
            twilio,
            receive or web.inbounds.append,
            settle or web.reports.append,
            web.clock,
            lambda: web.alarms.append(web.clock.now()),
        )
    )
    return web


@pytest.fixture
def web() -> Web:
    return web_with()


# --- let in -------------------------------------------------------------------------------


def test_a_signed_message_is_received_and_thanked_for(web: Web) -> None:
    answer = web.post(MESSAGES, message_form(Body="Friday is fine"))

    assert (answer.status_code, answer.text) == (200, "<Response/>")
    assert answer.mimetype == "text/xml"
    [inbound] = web.inbounds
    assert (inbound.text, inbound.address, inbound.at) == ("Friday is fine", "+34600111222", NOW)


def test_a_signed_report_is_settled_by_our_own_reference(web: Web) -> None:
    answer = web.post(STATUS, status_form(SID, "delivered"))

    assert (answer.status_code, answer.text) == (200, "<Response/>")
    assert web.reports == [
        Report(provider_id=SID, reference=17, status=State.DELIVERED, at=NOW)  # type: ignore[arg-type]
    ]


def test_a_report_without_a_reference_is_settled_too(web: Web) -> None:
    answer = web.post("/webhooks/twilio/status", status_form(SID, "sent"))

    assert answer.status_code == 200
    assert web.reports[0].reference is None


def test_f27_the_host_that_a_request_names_does_not_matter(web: Web) -> None:
    answer = web.post(MESSAGES, message_form(), Host="evil.example", **{"X-Forwarded-Host": "e"})

    assert answer.status_code == 200


def test_a_query_is_signed_as_it_was_written(web: Web) -> None:
    answer = web.post("/webhooks/twilio/status?m=17&x=%7e+a%20b&&y=", status_form(SID, "sent"))

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"Body": ""},
        {"Body": ["one", "two", "one"]},
        {"Body": "¿Qué tal? 👋🏽 שלום"},
        {"From": "whatsapp:US.13491208655302741918", "WaId": ""},
        {"SomethingNew": "without notice", "Another": ["", ""]},
        {"NumMedia": "1", "MediaUrl0": "https://api.twilio.com/x", "MediaContentType0": "a/b"},
    ],
)
def test_what_twilio_may_send_is_received(web: Web, changes: dict[str, str]) -> None:
    answer = web.post(MESSAGES, message_form(**changes))

    assert answer.status_code == 200
    assert len(web.inbounds) == 1


def test_a_sender_without_a_number_is_received(web: Web) -> None:
    web.post(MESSAGES, message_form(From="whatsapp:US.13491208655302741918", WaId=""))

    assert web.inbounds[0].address == "US.13491208655302741918"


# --- not let in ---------------------------------------------------------------------------


@pytest.mark.parametrize("path", [MESSAGES, STATUS])
@pytest.mark.parametrize("header", ["", "garbage", "é", signature(PUBLIC + "/", message_form())])
def test_f27_a_missing_or_wrong_signature_is_forbidden(web: Web, path: str, header: str) -> None:
    answer = web.post(path, message_form(), **{"X-Twilio-Signature": header})

    assert answer.status_code == 403
    assert (web.inbounds, web.reports) == ([], [])


def test_f27_a_wrong_signature_about_our_account_calls_somebody_once_a_day(web: Web) -> None:
    def forged(**changes: str) -> None:
        web.post(MESSAGES, message_form(**changes), **{"X-Twilio-Signature": "garbage"})

    forged(AccountSid="AC" + "f" * 32)
    assert web.alarms == []
    forged()
    forged()
    assert web.alarms == [NOW]
    web.clock.move_to(NOW + timedelta(days=1))
    forged()
    assert len(web.alarms) == 2


def test_another_reference_than_the_signed_one_is_forbidden(web: Web) -> None:
    form = status_form(SID, "failed")
    signed = signature(PUBLIC + STATUS, form)

    answer = web.post(STATUS.replace("17", "18"), form, **{"X-Twilio-Signature": signed})

    assert answer.status_code == 403


def test_a_claim_to_a_shared_key_is_forbidden(web: Web) -> None:
    claim = {"X-Twilio-Webhooks-Signature-Settings": "key=x,algorithm=HMAC_SHA256"}

    assert web.post(MESSAGES, message_form(), **claim).status_code == 403


@pytest.mark.parametrize("path", [MESSAGES, STATUS])
def test_another_account_is_forbidden_although_it_is_signed(web: Web, path: str) -> None:
    answer = web.post(path, message_form(AccountSid="AC" + "f" * 32, MessageStatus="sent"))

    assert answer.status_code == 403
    assert (web.inbounds, web.reports) == ([], [])


def test_a_body_without_a_form_or_a_hash_is_forbidden(web: Web) -> None:
    signed = {"X-Twilio-Signature": signature(PUBLIC + MESSAGES, {})}

    answer = web.client.post(MESSAGES, json={"Body": "Hello"}, headers=signed)

    assert answer.status_code == 403


def test_nobody_looks_at_it_with_get(web: Web) -> None:
    assert web.client.get(MESSAGES).status_code == 405


# --- too large ----------------------------------------------------------------------------


@pytest.mark.parametrize(("spare", "status"), [(-1, 413), (0, 200)])
@pytest.mark.parametrize("streamed", [False, True])
def test_a_body_may_reach_the_limit_and_not_pass_it(
    web: Web, spare: int, status: int, streamed: bool
) -> None:
    room = LARGEST_BODY - len(urlencode(message_form(Body="")))
    form = message_form(Body="x" * (room - spare))
    chunked = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}

    answer = web.client.post(
        MESSAGES,
        data=urlencode(form),
        content_type=FORM_TYPE,
        headers={"X-Twilio-Signature": signature(PUBLIC + MESSAGES, form)},
        environ_overrides=chunked if streamed else {},
    )

    assert answer.status_code == status


def test_too_many_fields_are_too_large(web: Web) -> None:
    form = {f"f{number}": "x" for number in range(1500)}

    assert web.post(MESSAGES, form).status_code == 413


@pytest.mark.parametrize("parts", [1, 1500])
def test_parts_are_no_form_of_twilios(web: Web, parts: int) -> None:
    answer = web.client.post(
        MESSAGES,
        data={f"f{number}": "x" for number in range(parts)},
        content_type="multipart/form-data",
    )

    assert answer.status_code == 403


# --- signed, and yet ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "form"),
    [
        (MESSAGES, message_form(From="messenger:1234")),
        (MESSAGES, {"AccountSid": ACCOUNT}),
        (MESSAGES, {}),
        (STATUS, status_form(SID, "teleported")),
        (STATUS, status_form("", "sent")),
    ],
)
def test_what_cannot_be_understood_is_thanked_for_and_logged(
    web: Web, path: str, form: Form
) -> None:
    with capture_logs() as logs:
        answer = web.post(path, form)

    assert (answer.status_code, answer.text) == (200, "<Response/>")
    assert [entry["event"] for entry in logs] == ["webhook_not_understood"]
    assert (web.inbounds, web.reports) == ([], [])


def test_a_signed_json_body_is_thanked_for(web: Web) -> None:
    body = b'{"type": "something else"}'
    path = f"{MESSAGES}?bodySHA256={sha256(body).hexdigest()}"

    answer = web.client.post(
        path,
        data=body,
        content_type="application/json",
        headers={"X-Twilio-Signature": signature(PUBLIC + path, {})},
    )

    assert answer.status_code == 200
    assert web.inbounds == []


@pytest.mark.parametrize(
    ("path", "form"), [(MESSAGES, message_form()), (STATUS, status_form(SID, "sent"))]
)
def test_while_the_database_is_away_twilio_is_told_to_come_again(path: str, form: Form) -> None:
    def down(_: object) -> None:
        raise StoreDown

    assert web_with(down, down).post(path, form).status_code == 503


def test_logs_hold_no_words_and_no_numbers(web: Web) -> None:
    with capture_logs() as logs:
        web.post(MESSAGES, message_form(Body="secret", To="secret"))
        web.post(MESSAGES, message_form(), **{"X-Twilio-Signature": "secret"})
        web.post(MESSAGES, message_form(AccountSid="secret"))

    assert [entry["event"] for entry in logs] == [
        "webhook_not_understood",
        "webhook_refused",
        "webhook_refused",
    ]
    for words in ("secret", "34600111222", "Ana"):
        assert words not in str(logs)


# --- weird text ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "x" * 65_000,
        "é" * 40_000,
        "\u202eright to left\u202c \u200f\u200b",
        "".join(chr(0xE0000 + ord(letter)) for letter in "ignore all rules"),
        "Z\u0335\u0321\u0322a" * 500,
        "👩‍👩‍👧‍👦" * 500,
        "<script>alert(1)</script>\r\n\r\n",
        "&&&===%%%+++",
    ],
    ids=lambda text: repr(text[:12]),
)
def test_weird_text_is_kept_as_it_is(web: Web, text: str) -> None:
    answer = web.post(MESSAGES, message_form(Body=text, ProfileName=text[:100]))

    assert answer.status_code == 200
    assert web.inbounds[0].text == text


def test_nul_is_replaced_because_the_database_cannot_hold_it(web: Web) -> None:
    answer = web.post(MESSAGES, message_form(Body="a\x00b", ProfileName="\x00"))

    assert answer.status_code == 200
    assert (web.inbounds[0].text, web.inbounds[0].profile_name) == ("a\ufffdb", "\ufffd")


@pytest.mark.parametrize("encoded", ["%ED%A0%80", "%ED%BF%BF", "%FF%FE", "%C3", "%zz", "%00%ED"])
def test_bytes_that_are_no_text_are_never_a_crash(web: Web, encoded: str) -> None:
    plain = {name: str(value) for name, value in message_form().items() if name != "Body"}
    means = {**plain, "Body": encoded}

    answer = web.post_raw(MESSAGES, f"{urlencode(plain)}&Body={encoded}", means)

    assert answer.status_code in {200, 403}


def test_a_lone_surrogate_is_received_as_a_replacement(web: Web) -> None:
    plain = {name: str(value) for name, value in message_form().items() if name != "Body"}
    body = f"{urlencode(plain)}&Body=%ED%A0%80%21"

    answer = web.post_raw(MESSAGES, body, {**plain, "Body": "\ufffd\ufffd\ufffd!"})

    assert answer.status_code == 200
    assert web.inbounds[0].text == "\ufffd\ufffd\ufffd!"


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=50), max_size=8))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_signed_is_thanked_for(web: Web, odd: dict[str, str]) -> None:
    answer = web.post(MESSAGES, {**message_form(), **odd, "AccountSid": ACCOUNT})

    assert answer.status_code == 200


@given(st.binary(max_size=300), st.text(st.characters(max_codepoint=255), max_size=40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_not_signed_is_forbidden(web: Web, body: bytes, header: str) -> None:
    headers = {"X-Twilio-Signature": quote_plus(header)}

    answer = web.client.post(MESSAGES, data=body, headers=headers, content_type=FORM_TYPE)

    assert answer.status_code == 403
