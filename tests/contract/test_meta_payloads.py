"""Payloads as Meta and an independent library document them, each handled as its name says."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.channels.meta_calls import about_us, changes, verified
from bot.channels.meta_settings import MetaSettings
from bot.channels.meta_webhook import Told, told
from bot.domain.model import State
from bot.domain.ports import Echo, Inbound, Notice, Report
from tests.fakes.meta_batches import SETTINGS, signed

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
PAYLOADS = Path("data", "payloads", "whatsapp_cloud_pywa")
SPEC = Path("specs", "meta_cloud_api.json")

Check = Callable[[Told], bool]


def text(words: str) -> Check:
    return lambda one: isinstance(one, Inbound) and (one.text, one.media) == (words, ())


def media(*types: str, words: str = "") -> Check:
    return lambda one: isinstance(one, Inbound) and (one.media, one.text) == (types, words)


def tap(payload: str) -> Check:
    return lambda one: isinstance(one, Inbound) and (one.payload, one.text) == (payload, "title")


def becomes(state: State, code: str = "") -> Check:
    return lambda one: isinstance(one, Report) and (one.status, one.code) == (state, code)


def kept(kind: str) -> Check:
    return lambda one: isinstance(one, Notice) and (one.kind, one.what) == (kind, "")


def asks(words: str) -> Check:
    return lambda one: isinstance(one, Notice) and words in one.what


def echoed(words: str) -> Check:
    return lambda one: isinstance(one, Echo) and one.text == words


OGG, UNKNOWN = "audio/ogg; codecs=opus", "application/octet-stream"
CARDS = "Chandler Bing +1 555-555-5555\nMonica +1 666-666-6666\nRachel Green +1 777-777-7777"
HACKER_WAY = "Facebook HQ, 1 Hacker Way, Menlo Park, CA 94025, (37.4611978, -122.2164385)"
EXPECTED: dict[str, Check] = {
    "message.text": text("Body Text"),
    "message.image": media("image/jpeg"),
    "message.media_with_url": media("image/jpeg"),
    "message.video": media("video/mp4", words="caption"),
    "message.document": media("application/pdf", words="caption"),
    "message.audio": media(OGG),
    "message.voice": media(OGG),
    "message.static_sticker": media("image/webp"),
    "message.animated_sticker": media("image/webp"),
    "message.reaction": text("😮"),
    "message.unreaction_empty": kept("reaction"),
    "message.unreaction_no_emoji": kept("reaction"),
    "message.current_location": media("application/geo+json", words="(12.25089, 43.90539)"),
    "message.chosen_location": media("application/geo+json", words=HACKER_WAY),
    "message.contacts": media(*["text/vcard"] * 3, words=CARDS),
    "message.order": media("application/json"),
    "message.unsupported": media(UNKNOWN),
    "message.unsupported_with_type": media(UNKNOWN),
    "message.reply": text("replied text"),
    "message.forwarded": text("forwarded text"),
    "message.forwarded_many_times": text("text forwarded many times"),
    "message.interactive_message_with_err": media(UNKNOWN),
    "message.referral": text("BODY"),
    "edited_message.image": media("image/jpeg", words="Updated image caption"),
    "deleted_message.revoke": kept("revoke"),
    "callback_button.button": tap("callback_data"),
    "callback_button.quick_reply": tap("callback_data"),
    "callback_button.quick_reply_without_context": tap("callback_data"),
    "callback_selection.callback": tap("callback_data"),
    "callback_selection.description": tap("callback_data"),
    "flow_completion.completion": media("application/json", words="Sent"),
    "flow_completion.without_flow_token": media("application/json", words="Sent"),
    "message_status.sent": becomes(State.SENT),
    "message_status.delivered": becomes(State.DELIVERED),
    "message_status.read": becomes(State.READ),
    "message_status.played": becomes(State.READ),
    "message_status.failed": becomes(State.FAILED, "130472"),
    "message_status.with_tracker": becomes(State.SENT),
    "message_status.group": becomes(State.READ),
    "system.phone_number_change": asks("writes from +972912345678 from now on"),
    "system.identity_change": kept("system"),
    "template_status_update.approved": kept("message_template_status_update"),
    "template_status_update.rejected": asks("abandoned_cart (en) has been rejected"),
    "template_quality_update.yellow": asks("welcome_template (en_US) gets some complaints"),
    "template_category_update.marketing": asks("my_message_template (he) now counts as"),
    "template_components_update.all": kept("message_template_components_update"),
    "template_components_update.element": kept("message_template_components_update"),
    "user_marketing_preferences.resume": kept("user_preferences"),
    "user_marketing_preferences.signup": kept("user_preferences"),
    "outgoing_message.text": kept("smb_message_echoes"),
    "outgoing_message.edit": echoed("Text was edited"),
    "outgoing_message.delete": kept("smb_message_echoes"),
    "call_permission_update.accept": kept("call_permission_reply"),
    "call_permission_update.reject": kept("call_permission_reply"),
    "account_update.account_deleted": asks("has been deleted"),
    "account_update.account_restriction": asks("has been restricted"),
    "account_update.account_violation": asks("break WhatsApp's rules"),
    "account_update.account_disabled": asks("has been blocked, or is free again"),
    "account_update.partner_removed": asks("not shared with our app"),
    "account_update.partner_removed_wa_app_disconnection": asks("not shared with our app"),
    "account_update.account_offboarded": asks("taken off the Cloud API"),
}
BY_FILE: dict[str, Check] = {
    "account_update": kept("account_update"),
    "call_connect": kept("calls"),
    "call_status": kept("calls"),
    "call_terminate": kept("calls"),
}
"""For what is not named above."""


def ours(change_of: Any) -> MetaSettings:
    """Settings under which a payload is about our own number and account."""
    entry = change_of["entry"][0]
    number = entry["changes"][0]["value"].get("metadata", {}).get("phone_number_id", "1")
    return replace(SETTINGS, account_id=entry["id"], phone_number_id=number)


def heard(payload: Any) -> list[Told]:
    settings = ours(payload)
    body, headers = signed(payload)
    assert verified(settings, body, headers["X-Hub-Signature-256"])
    found = list(changes(body))
    assert all(about_us(settings, change) for change in found)
    return [one for change in found for one in told(settings, change, NOW)]


def payloads_in(file: Path) -> Iterator[tuple[str, Any]]:
    """Give each payload with its name; one of them holds a second one."""
    for name, payload in json.loads(file.read_text(encoding="utf-8")).items():
        yield f"{file.stem}.{name}", payload
        if "all" in payload:
            yield f"{file.stem}.all", payload["all"]


def test_every_payload_is_handled_as_its_name_says(shared: Path) -> None:
    wrong, seen = [], set()
    for file in sorted((shared / PAYLOADS).glob("*.json")):
        for name, payload in payloads_in(file):
            seen.add(name)
            [one] = heard(payload)
            if not EXPECTED.get(name, BY_FILE.get(file.stem, lambda one: False))(one):
                wrong.append((name, one))

    assert wrong == []
    assert set(EXPECTED) - seen == set()


def test_the_examples_of_metas_own_description_are_all_understood(shared: Path) -> None:
    described = json.loads((shared / SPEC).read_text(encoding="utf-8"))
    body = described["paths"]["/whatsapp/webhooks"]["post"]["requestBody"]
    examples = body["content"]["application/json"]["examples"]

    found = {name: heard(example["value"]) for name, example in examples.items()}

    assert len(found) == 16
    assert all(len(all_of_it) == 1 for all_of_it in found.values())
    messages = [one for [one] in found.values() if isinstance(one, Inbound)]
    assert len(messages) == 12
    assert all(one.text or one.media for one in messages)
    assert {one.profile_name for one in messages} == {"Sheena Nelson"}


def test_twice_the_same_payload_has_the_same_ids(shared: Path) -> None:
    for file in sorted((shared / PAYLOADS).glob("*.json")):
        for _, payload in payloads_in(file):
            first, again = heard(payload), heard(json.loads(json.dumps(payload)))

            assert first == again
