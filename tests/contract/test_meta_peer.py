"""The Cloud API as others understand it: pywa, a client and receiver that owes us nothing.

It checks our fake Meta, too: what both clients send and both receivers read is not our opinion.
"""

import json
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest
from pywa import WhatsApp, types
from pywa.types.templates import BodyText, QuickReplyButton, TemplateLanguage

from bot.channels.meta import Meta
from bot.domain.model import Button, MessageId, Template
from bot.domain.ports import Outgoing
from tests.fakes.meta import FakeMeta
from tests.fakes.meta_batches import (
    ACCESS,
    ANA,
    ANA_ID,
    PHONE,
    SECRET,
    SETTINGS,
    WAMID,
    message,
    reported,
    signed,
    status,
    wrote,
)
from tests.fakes.twilio_forms import SENDER

TEXT = Outgoing(reference=MessageId(17), sender=SENDER, to=ANA, text="See you on Friday?")
ASKED = Template(
    name="thank_you.1.en",
    language="en",
    variables={"1": "Ana", "2": "Baker"},
    buttons=(Button(title="Yes", payload="yes"),),
)


@pytest.fixture
def carrier() -> Iterator[FakeMeta]:
    with FakeMeta() as carrier:
        yield carrier


@pytest.fixture
def peer(carrier: FakeMeta) -> Iterator[WhatsApp]:
    def to_the_fake(request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode()
        kept = {name: request.headers[name] for name in ("Authorization", "Content-Type")}
        return httpx.request(
            request.method, carrier.url + path, content=request.read(), headers=kept
        )

    with httpx.Client(transport=httpx.MockTransport(to_the_fake)) as session:
        yield WhatsApp(
            PHONE, ACCESS, session=session, server=None, app_secret=SECRET, api_version=23.0
        )


def plain(request: object) -> object:
    """What a request means: a plus, capitals, and what is said by default do not count."""
    match request:
        case dict():
            kept = {k: plain(v) for k, v in request.items() if k not in ("preview_url", "policy")}
            return {k: v for k, v in kept.items() if v is not None}
        case list() | tuple():
            return [plain(one) for one in request]
        case str():
            return request.removeprefix("+").casefold()
        case _:
            return str(request)


def test_a_text_is_what_others_would_send(carrier: FakeMeta, peer: WhatsApp) -> None:
    Meta(replace(SETTINGS, api_url=carrier.url)).send(TEXT)
    sent = peer.send_text(to=ANA, text="See you on Friday?", tracker="hearback-17")

    ours, theirs = carrier.taken
    assert plain(ours.request) == plain(theirs.request)
    assert sent.id == theirs.id


def test_a_template_is_what_others_would_send(carrier: FakeMeta, peer: WhatsApp) -> None:
    Meta(replace(SETTINGS, api_url=carrier.url)).send(replace(TEXT, template=ASKED))
    peer.send_template(
        to=ANA,
        name="thank_you_1",
        language=TemplateLanguage.ENGLISH,
        params=[
            BodyText.params("Ana", "Baker"),
            QuickReplyButton.params(callback_data="yes", index=0),
        ],
        tracker="hearback-17",
    )

    ours, theirs = carrier.taken
    assert plain(ours.request) == plain(theirs.request)


def test_others_hear_what_our_fake_tells(peer: WhatsApp) -> None:
    heard: list[types.Message | types.MessageStatus] = []
    peer.on_message(lambda _, told: heard.append(told))
    peer.on_message_status(lambda _, told: heard.append(told))

    for told in (wrote(message()), reported(status(WAMID, "read"))):
        body, headers = signed(told)
        assert peer.webhook_update_validator(body, headers["X-Hub-Signature-256"]) is None
        assert peer.webhook_update_handler(body)[1] == 200

    said, became = heard
    assert isinstance(said, types.Message) and isinstance(became, types.MessageStatus)
    assert (said.text, said.from_user.wa_id, said.from_user.bsuid) == ("Hello", ANA[1:], ANA_ID)
    assert (became.id, became.status.value) == (WAMID, "read")


def test_others_turn_away_whom_we_turn_away(peer: WhatsApp) -> None:
    body, headers = signed(wrote(message()), "another secret")

    assert peer.webhook_update_validator(body, headers["X-Hub-Signature-256"]) is not None
    assert json.loads(body)
