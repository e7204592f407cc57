"""What Meta posts to us, and how we answer: seldom no, and never with a crash."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from bot.channels.meta_settings import MetaSettings
from bot.clock import VirtualClock
from bot.domain.deliveries import UNKNOWN
from bot.domain.errors import StoreDown
from bot.domain.model import MessageId, State
from bot.domain.ports import Echo, Inbound, Notice, Report
from bot.domain.retrying import Reaction
from bot.web.meta import LARGEST_BODY, Takers, meta_webhooks
from tests.fakes.meta_batches import (
    ANA,
    ANA_ID,
    PHONE,
    SECRET,
    SETTINGS,
    VERIFY,
    WAMID,
    batch,
    failed,
    message,
    signature,
    signed,
    status,
    value,
    wrote,
)
from tests.fakes.twilio_forms import SENDER

NOW = datetime(2026, 11, 23, 10, 5, tzinfo=UTC)
TOLD_AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
PATH = "/webhooks/meta"


@dataclass
class Web:
    """Our webhook, and what came through it."""

    client: FlaskClient
    inbounds: list[Inbound] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    echoes: list[Echo] = field(default_factory=list)
    alarms: list[datetime] = field(default_factory=list)
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(NOW))

    def post(self, told: object) -> TestResponse:
        body, headers = signed(told)
        return self.post_raw(body, headers)

    def post_raw(self, body: bytes, headers: Mapping[str, str]) -> TestResponse:
        return self.client.post(PATH, data=body, headers=dict(headers))

    def hears(self, *messages: object) -> list[Inbound]:
        assert self.post(wrote(*messages)).status_code == 200
        return self.inbounds


def web_with(
    meta: MetaSettings = SETTINGS,
    *,
    receive: Callable[[Inbound], object] | None = None,
    settle: Callable[[Report], object] | None = None,
) -> Web:
    app = Flask("under test")
    web = Web(app.test_client())
    takers = Takers(
        receive=receive or web.inbounds.append,
        echo=web.echoes.append,
        settle=settle or web.reports.append,
        notice=web.notices.append,
    )
    alarm = lambda: web.alarms.append(web.clock.now())  # noqa: E731
    app.register_blueprint(meta_webhooks(meta, takers, web.clock, alarm))
    return web


@pytest.fixture
def web() -> Web:
    return web_with()


# --- the handshake ------------------------------------------------------------------------


def asked(web: Web, **changes: str) -> TestResponse:
    told = {"mode": "subscribe", "verify_token": VERIFY, "challenge": "1158201444", **changes}
    return web.client.get(PATH, query_string={f"hub.{name}": what for name, what in told.items()})


def test_meta_hears_its_challenge_when_it_is_told_our_address(web: Web) -> None:
    answer = asked(web)

    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert answer.mimetype == "text/plain"


@pytest.mark.parametrize(
    "changes",
    [
        {"verify_token": "another"},
        {"verify_token": ""},
        {"verify_token": f"{VERIFY} "},
        {"verify_token": "é"},
        {"mode": "unsubscribe"},
        {"challenge": ""},
        {"challenge": "<script>"},
    ],
)
def test_nobody_else_does(web: Web, changes: dict[str, str]) -> None:
    answer = asked(web, **changes)

    assert (answer.status_code, answer.text) == (403, "")


def test_a_word_that_was_not_made_up_lets_nobody_in() -> None:
    assert asked(web_with(replace(SETTINGS, verify_token="")), verify_token="").status_code == 403


# --- whom we believe ----------------------------------------------------------------------


def test_what_meta_signed_is_received(web: Web) -> None:
    answer = web.post(wrote(message()))

    assert (answer.status_code, answer.text) == (200, "")
    assert web.inbounds == [
        Inbound(
            provider_id=WAMID,
            address=ANA,
            sender=SENDER,
            text="Hello",
            at=TOLD_AT,
            profile_name="Ana",
            user_id=ANA_ID,
        )
    ]


def test_the_very_bytes_are_signed_whatever_they_mean(web: Web) -> None:
    body, headers = signed(wrote(message(text={"body": "¿Qué tal? 👋🏽 a/b"})))

    assert b"\\u00bf" in body and b"a\\/b" in body
    assert web.post_raw(body, headers).status_code == 200
    assert web.post_raw(json.dumps(json.loads(body)).encode(), headers).status_code == 403
    assert [one.text for one in web.inbounds] == ["¿Qué tal? 👋🏽 a/b"]


BODY = json.dumps(wrote(message())).encode()


@pytest.mark.parametrize(
    "given",
    [
        None,
        "",
        "garbage",
        signature(BODY, "another secret"),
        signature(BODY, ""),
        signature(BODY + b" "),
        signature(BODY).removeprefix("sha256="),
        signature(BODY).replace("sha256=", "sha1="),
        signature(BODY).upper(),
        signature(BODY) + "0",
        signature(BODY)[:-1],
        "sha256=",
        "sha256=é",
    ],
)
def test_f27_a_forged_request_is_refused_and_changes_nothing(web: Web, given: str | None) -> None:
    answer = web.post_raw(BODY, {} if given is None else {"X-Hub-Signature-256": given})

    assert (answer.status_code, answer.text) == (403, "")
    assert (web.inbounds, web.notices) == ([], [])


def test_f27_while_the_secret_is_changed_both_are_believed() -> None:
    web = web_with(replace(SETTINGS, app_secret="the new one", previous_app_secret=SECRET))
    body, old = signed(wrote(message()))

    answers = [web.post_raw(body, old), web.post_raw(*signed(wrote(message()), "the new one"))]

    assert [one.status_code for one in answers] == [200, 200]
    assert web.post_raw(*signed(wrote(message()), "")).status_code == 403


def test_f27_an_admin_hears_once_a_day_that_our_account_is_not_believed(web: Web) -> None:
    def knock() -> None:
        web.post_raw(*signed(wrote(message()), "the old secret"))
        web.post_raw(*signed(batch(value(), account="1"), "a stranger"))
        web.post_raw(b"{", {"X-Hub-Signature-256": "sha256=0"})

    knock()
    knock()
    web.clock.wait(24 * 3600)
    knock()

    assert web.alarms == [NOW, NOW + timedelta(days=1)]


def test_what_is_too_large_is_refused(web: Web) -> None:
    body = b" " * (LARGEST_BODY + 1)

    answer = web.post_raw(body, {"X-Hub-Signature-256": signature(body)})

    assert answer.status_code == 413


def test_while_the_database_is_away_meta_is_asked_to_call_again() -> None:
    def away(told: object) -> None:
        raise StoreDown

    for web in (web_with(receive=away), web_with(settle=away)):
        answer = web.post(batch(value(messages=[message()], statuses=[status(WAMID, "read")])))

        assert answer.status_code == 503


def test_logs_tell_neither_words_nor_numbers(web: Web) -> None:
    with capture_logs() as logs:
        web.post(wrote(message(), {"from": "34600111222", "type": "text", "text": {"body": "x"}}))
        web.post_raw(BODY, {})

    assert not any(word in repr(logs) for word in ("Hello", "34600111222"))


# --- batches ------------------------------------------------------------------------------


def test_everything_in_a_batch_is_taken_in() -> None:
    web, ids = web_with(), [f"wamid.{number}" for number in range(12)]
    first, second, third, fourth = (ids[start : start + 3] for start in range(0, 12, 3))
    told: dict[str, Any] = {
        "object": "whatsapp_business_account",
        "entry": [
            batch(
                value(messages=[message(id=one) for one in first]),
                value(statuses=[status(one, "sent") for one in second]),
            )["entry"][0],
            batch(value(messages=[message(id=one) for one in third]))["entry"][0],
            batch(value(statuses=[status(one, "read") for one in fourth]))["entry"][0],
        ],
    }

    web.post(told)

    assert [one.provider_id for one in web.inbounds] == [*first, *third]
    assert [one.provider_id for one in web.reports] == [*second, *fourth]


BAD = [None, 7, "text", [], {}, {"id": 5, "from": []}, message(id=None), message(**{"from": "x"})]


@pytest.mark.parametrize("bad", BAD, ids=repr)
def test_one_bad_message_costs_no_other(web: Web, bad: object) -> None:
    answer = web.post(wrote(message(id="wamid.1"), bad, message(id="wamid.2")))

    assert answer.status_code == 200
    assert [one.provider_id for one in web.inbounds] == ["wamid.1", "wamid.2"]
    assert [one.why for one in web.notices] == [UNKNOWN]


@pytest.mark.parametrize("bad", [None, 7, [], {}, status(WAMID, "warming up")], ids=repr)
def test_one_bad_status_costs_no_other(web: Web, bad: object) -> None:
    web.post(batch(value(statuses=[status("1", "sent"), bad, status("2", "sent")])))

    assert [one.provider_id for one in web.reports] == ["1", "2"]
    assert [one.kind for one in web.notices] == ["status"]


def test_a_fault_of_ours_costs_no_other_and_is_shown_to_a_person() -> None:
    def stumble(inbound: Inbound) -> None:
        if inbound.provider_id == "wamid.1":
            raise ZeroDivisionError
        web.inbounds.append(inbound)

    web = web_with(receive=stumble)

    with capture_logs():
        answer = web.post(wrote(*(message(id=f"wamid.{n}") for n in range(3))))

    assert answer.status_code == 200
    assert [one.provider_id for one in web.inbounds] == ["wamid.0", "wamid.2"]
    [notice] = web.notices
    assert "could not be taken in" in notice.what
    assert (notice.address, "wamid.1" in notice.raw) == (ANA, True)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"{}",
        b'{"entry": 7}',
        b'{"entry": [7]}',
        b'{"entry": [{"changes": [7]}]}',
        b'{"entry": [{"changes": [{"field": "messages"}]}]}',
        b'{"entry": [{"changes": [{"field": "messages", "value": []}]}]}',
        b'{"entry": [{"changes": [{"field": 7, "value": NaN}]}]}',
        b'{"a": ' * 2000 + b"1" + b"}" * 2000,
        b'{"entry": ' * 300 + b"1" + b"}" * 300,
        b"\xff\xfe",
        b"1" * 5000,
        b'{"entry": [{"changes": [{"value": "\\u0000\\ud800"}]}]}',
    ],
    ids=range(17),
)
def test_what_nobody_can_read_is_kept_and_not_asked_for_again(web: Web, body: bytes) -> None:
    answer = web.post_raw(body, {"X-Hub-Signature-256": signature(body)})

    assert answer.status_code == 200
    [notice] = web.notices
    assert (notice.why, notice.what) == (UNKNOWN, "")
    assert not any(letter in notice.raw for letter in "\x00\ud800")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.text(max_size=9), parts),
    max_leaves=9,
)
KEYS = ("from", "from_user_id", "id", "timestamp", "type", "text", "button", "interactive")
KEYS += ("image", "location", "contacts", "reaction", "edit", "system", "context", "group_id")
KINDS = ("text", "image", "location", "contacts", "button", "interactive", "reaction", "order")
KINDS += ("edit", "system", "revoke", "unsupported", "poll")


@given(
    changes=st.dictionaries(st.sampled_from(KEYS), JSON, max_size=5),
    kind=st.sampled_from(KINDS),
    more=JSON,
)
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=200)
def test_no_message_whatever_its_shape_crashes_or_is_lost(
    changes: dict[str, object], kind: str, more: object
) -> None:
    web = web_with()

    answer = web.post(batch(value(messages=[{**message(type=kind), **changes}], contacts=more)))

    assert answer.status_code == 200
    assert len(web.inbounds) + len(web.notices) == 1


# --- who writes ---------------------------------------------------------------------------

STRANGER_ID = "ES.99999999999999999999"


@pytest.mark.parametrize("who", [{"from_user_id": STRANGER_ID}, {"from": STRANGER_ID}])
def test_somebody_who_keeps_the_number_private_is_known_by_the_id(
    web: Web, who: dict[str, str]
) -> None:
    [told] = web.hears(message(**{"from": None, **who}))

    assert (told.address, told.user_id, told.profile_name) == (STRANGER_ID, STRANGER_ID, "")


def test_an_id_whose_number_the_batch_tells_is_that_number(web: Web) -> None:
    [told] = web.hears(message(**{"from": None, "from_user_id": ANA_ID}))

    assert (told.address, told.user_id, told.profile_name) == (ANA, ANA_ID, "Ana")


def test_nobody_gets_the_name_or_id_of_somebody_else_in_the_batch(web: Web) -> None:
    [told] = web.hears(message(**{"from": "34600999888"}))

    assert (told.address, told.user_id, told.profile_name) == ("+34600999888", "", "")


def test_two_people_in_one_batch_stay_two(web: Web) -> None:
    contacts = [
        {"profile": {"name": "Berta"}, "wa_id": "34600999888"},
        {"profile": {"name": "Ana"}, "wa_id": "34600111222"},
    ]
    messages = [message(id="1"), message(id="2", **{"from": "34600999888"})]

    web.post(batch(value(contacts=contacts, messages=messages)))

    assert [(one.address, one.profile_name) for one in web.inbounds] == [
        (ANA, "Ana"),
        ("+34600999888", "Berta"),
    ]


@pytest.mark.parametrize(
    "who",
    [
        {},
        {"from": ""},
        {"from": "Ana"},
        {"from": "0600111222"},
        {"from": "3" * 16},
        {"from": {"wa_id": "34600111222"}},
        {"from_user_id": "13491208655302741918"},
        {"from_user_id": "es.1"},
        {"from_user_id": "ES." + "1" * 129},
        {"from_user_id": "ES.1 2"},
    ],
)
def test_words_of_nobody_reach_nobody(web: Web, who: dict[str, object]) -> None:
    inbounds = web.hears(message(**{"from": None, **who}))

    assert inbounds == []
    assert len(web.notices) == 1


def test_what_is_said_in_a_group_is_answered_to_nobody(web: Web) -> None:
    assert web.hears(message(group_id="Y2FwaV9ncm91cDox")) == []


def test_other_numbers_of_the_app_are_none_of_our_business(web: Web) -> None:
    web.post(batch(value(number="999", messages=[message()], statuses=[status("1", "sent")])))
    web.post(batch({"event": "ACCOUNT_DELETED"}, field="account_update", account="999"))

    assert (web.inbounds, web.reports, web.notices) == ([], [], [])


# --- what is said -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "text", "media"),
    [
        ({"type": "image", "image": {"mime_type": "image/jpeg"}}, "", ("image/jpeg",)),
        (
            {"type": "document", "document": {"mime_type": "application/pdf", "caption": "My CV"}},
            "My CV",
            ("application/pdf",),
        ),
        (
            {"type": "audio", "audio": {"mime_type": "audio/ogg; codecs=opus", "voice": True}},
            "",
            ("audio/ogg; codecs=opus",),
        ),
        ({"type": "sticker", "sticker": {}}, "", ("application/octet-stream",)),
        (
            {"type": "location", "location": {"latitude": 1.5, "longitude": -2, "name": "Here"}},
            "Here, (1.5, -2)",
            ("application/geo+json",),
        ),
        (
            {
                "type": "contacts",
                "contacts": [
                    {"name": {"formatted_name": "Bea"}, "phones": [{"phone": "+34 600"}]},
                    {"name": {"formatted_name": "Carl"}},
                ],
            },
            "Bea +34 600\nCarl",
            ("text/vcard", "text/vcard"),
        ),
        ({"type": "order", "order": {"text": "Two"}}, "Two", ("application/json",)),
        ({"type": "unsupported", "errors": [{"code": 131051}]}, "", ("application/octet-stream",)),
        ({"type": "poll_of_2027"}, "", ("application/octet-stream",)),
        ({"type": "interactive"}, "", ("application/octet-stream",)),
        (
            {
                "type": "interactive",
                "interactive": {"type": "nfm_reply", "nfm_reply": {"body": "Sent"}},
            },
            "Sent",
            ("application/json",),
        ),
    ],
)
def test_what_is_no_text_is_told_by_its_content_type(
    web: Web, changes: dict[str, object], text: str, media: tuple[str, ...]
) -> None:
    [told] = web.hears(message(text=None, **changes))

    assert (told.text, told.media, told.payload) == (text, media, "")


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "button", "button": {"text": "It took place", "payload": "done"}},
        {
            "type": "interactive",
            "interactive": {
                "type": "button_reply",
                "button_reply": {"id": "done", "title": "It took place"},
            },
        },
        {
            "type": "interactive",
            "interactive": {
                "type": "list_reply",
                "list_reply": {"id": "done", "title": "It took place", "description": "x"},
            },
        },
    ],
)
def test_a_tap_is_a_tap_in_each_of_its_three_shapes(web: Web, changes: dict[str, object]) -> None:
    [told] = web.hears(message(text=None, context={"id": "wamid.ours"}, **changes))

    assert (told.text, told.payload, told.replied_to) == ("It took place", "done", "wamid.ours")


def test_a_reply_names_what_it_replies_to(web: Web) -> None:
    [told] = web.hears(message(context={"from": "1", "id": "wamid.ours"}))

    assert told.replied_to == "wamid.ours"


def test_a_reaction_says_what_its_emoji_would(web: Web) -> None:
    reaction = {"message_id": "wamid.ours", "emoji": "👍"}

    [told] = web.hears(message(type="reaction", text=None, reaction=reaction))

    assert (told.text, told.replied_to) == ("👍", "wamid.ours")


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "reaction", "reaction": {"message_id": "wamid.ours"}},
        {"type": "reaction", "reaction": {"message_id": "wamid.ours", "emoji": ""}},
        {"type": "revoke", "revoke": {"original_message_id": WAMID}},
        {"type": "request_welcome"},
        {"type": "system", "system": {"type": "customer_identity_changed"}},
        {"type": "system", "system": {"type": "user_changed_user_id", "user_id": "ES.2"}},
        {"type": "interactive", "interactive": {"type": "call_permission_reply"}},
    ],
)
def test_what_says_nothing_is_kept_with_a_reason(web: Web, changes: dict[str, object]) -> None:
    assert web.hears(message(text=None, **changes)) == []

    [notice] = web.notices
    assert notice.why not in ("", UNKNOWN)
    assert (notice.what, notice.address) == ("", ANA)


def test_an_edited_message_is_heard_as_it_stands_now(web: Web) -> None:
    now = {"type": "text", "text": {"body": "Thursday, sorry"}, "context": {"id": "M0"}}

    [told] = web.hears(message(type="edit", text=None, edit={"message": now}))

    assert (told.text, told.provider_id) == ("Thursday, sorry", WAMID)


def test_a_new_number_is_a_persons_business(web: Web) -> None:
    system = {"type": "user_changed_number", "wa_id": "12195555358", "body": "from 1 to 2"}

    assert web.hears(message(type="system", text=None, system=system)) == []

    [notice] = web.notices
    assert notice.address == ANA
    assert notice.what.startswith("writes from +12195555358 from now on, says WhatsApp")


@pytest.mark.parametrize(
    ("timestamp", "at"),
    [
        ("1795428000", TOLD_AT),
        (1795428000, TOLD_AT),
        ("99999999999", NOW),
        ("9" * 40, NOW),
        ("-5", NOW),
        ("soon", NOW),
        (None, NOW),
        ("0", datetime(1970, 1, 1, tzinfo=UTC)),
    ],
)
def test_when_it_was_said_is_never_later_than_now(
    web: Web, timestamp: object, at: datetime
) -> None:
    [told] = web.hears(message(timestamp=timestamp))

    assert told.at == at


# --- what became of ours ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("became", "state"),
    [
        ("sent", State.SENT),
        ("delivered", State.DELIVERED),
        ("read", State.READ),
        ("played", State.READ),
    ],
)
def test_a_status_is_a_report_with_our_reference(web: Web, became: str, state: State) -> None:
    web.post(batch(value(statuses=[status(WAMID, became, biz_opaque_callback_data="hearback-17")])))

    assert web.reports == [
        Report(provider_id=WAMID, reference=MessageId(17), status=state, at=TOLD_AT)
    ]


@pytest.mark.parametrize("theirs", ["17", "hearback-", "hearback-x", "some data", "", None, 17])
def test_a_reference_of_somebody_else_is_none(web: Web, theirs: object) -> None:
    web.post(batch(value(statuses=[status(WAMID, "sent", biz_opaque_callback_data=theirs)])))

    assert [one.reference for one in web.reports] == [None]


@pytest.mark.parametrize(
    ("code", "reaction", "words"),
    [
        (131026, Reaction.PERMANENT, "cannot receive"),
        (131047, Reaction.TEMPLATE, "24 hours"),
        (130429, Reaction.RETRY, "slow down"),
        (131042, Reaction.PAUSE, "payments"),
        (131049, Reaction.PERMANENT, "chose not to deliver"),
        (999999, Reaction.PERMANENT, "made up"),
    ],
)
def test_a_failure_says_why_and_what_follows(
    web: Web, code: int, reaction: Reaction, words: str
) -> None:
    web.post(batch(value(statuses=[status(WAMID, "failed", **failed(code))])))

    [told] = web.reports
    assert (told.status, told.code, told.reaction) == (State.FAILED, str(code), reaction)
    assert words in told.detail


# --- news of our account ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "told", "words"),
    [
        ("account_update", {"event": "ACCOUNT_DELETED"}, "has been deleted"),
        (
            "account_update",
            {"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": "ADULT"}},
            "break WhatsApp's rules: it may be blocked (ADULT)",
        ),
        (
            "account_alerts",
            {"alert_severity": "CRITICAL", "alert_description": "Verify your business"},
            "Verify your business",
        ),
        ("account_review_update", {"decision": "REJECTED"}, "turned our WhatsApp account down"),
        (
            "phone_number_quality_update",
            {"event": "FLAGGED", "current_limit": "TIER_1K"},
            "The limit is now TIER_1K",
        ),
        (
            "message_template_status_update",
            {
                "event": "REJECTED",
                "message_template_name": "thank_you_1",
                "message_template_language": "en",
                "reason": "INVALID_FORMAT",
            },
            "The WhatsApp template thank_you_1 (en) has been rejected (INVALID_FORMAT)",
        ),
        (
            "message_template_quality_update",
            {"new_quality_score": "RED", "message_template_name": "update_1"},
            "many complaints",
        ),
        (
            "template_category_update",
            {"new_category": "MARKETING", "message_template_name": "update_1"},
            "counts as marketing",
        ),
    ],
)
def test_bad_news_is_a_persons_business(
    web: Web, field: str, told: dict[str, object], words: str
) -> None:
    web.post(batch(told, field=field))

    [notice] = web.notices
    assert words in notice.what
    assert (notice.kind, notice.why) == (field, "")


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("message_template_status_update", {"event": "APPROVED"}),
        ("message_template_quality_update", {"new_quality_score": "GREEN"}),
        ("template_category_update", {"new_category": "UTILITY"}),
        ("account_update", {"event": "AD_ACCOUNT_LINKED"}),
        ("user_preferences", value(user_preferences=[{"wa_id": "34600111222", "value": "stop"}])),
    ],
)
def test_other_news_is_kept_and_asks_nothing_of_anybody(
    web: Web, field: str, told: dict[str, object]
) -> None:
    web.post(batch(told, field=field))

    [notice] = web.notices
    assert (notice.what, notice.why) == ("", "nobody has to do anything about it")


def echo(wamid: str, **changes: object) -> dict[str, object]:
    """Somebody of ours writes to Ana in WhatsApp's own app."""
    return message(id=wamid, **{"from": SENDER[1:], "to": ANA[1:], **changes})


def test_what_is_written_past_us_is_a_colleagues(web: Web) -> None:
    private = {"to": None, "to_user_id": STRANGER_ID}
    image = {"type": "image", "image": {"mime_type": "image/jpeg"}}
    told = [echo("1"), echo("2", **private), echo("3", **image), echo("4", type="revoke"), 7]

    web.post(batch(value(message_echoes=told), field="smb_message_echoes"))

    assert [(one.provider_id, one.address, one.text) for one in web.echoes] == [
        ("1", ANA, "Hello"),
        ("2", STRANGER_ID, "Hello"),
        ("3", ANA, "image/jpeg"),
    ]
    assert {(one.sender, one.at) for one in web.echoes} == {(SENDER, TOLD_AT)}
    assert [one.what for one in web.notices] == ["", ""]
    assert web.inbounds == []


def test_the_same_news_a_month_later_is_news() -> None:
    web = web_with()
    told = batch({"event": "ACCOUNT_RESTRICTION"}, field="account_update")

    for time in (1743451903, 1743451903, 1746043903):
        told["entry"][0]["time"] = time
        web.post(told)

    first, repeated, later = (one.id for one in web.notices)
    assert first == repeated != later


def test_the_number_in_a_change_is_ours_by_metas_id_alone(web: Web) -> None:
    told = value(messages=[message()])
    told["metadata"] = {"display_phone_number": "1 415 555 9999", "phone_number_id": PHONE}

    web.post(batch(told))

    assert web.inbounds[0].sender == SENDER
