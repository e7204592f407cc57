"""What Meta posts to us, and its signature under it."""

import hmac
import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from bot.channels.meta_settings import MetaSettings
from tests.fakes.twilio_forms import SENDER

ACCOUNT = "102290129340398"
PHONE = "106540352242922"
ACCESS = "EAAmadeUp"
SECRET = "a-made-up-secret-of-a-fake-app"
VERIFY = "a-made-up-word"
ANA = "+34600111222"
ANA_ID = "ES.13491208655302741918"
WAMID = "wamid.HBgLMzQ2MDAxMTEyMjIVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA="
SETTINGS = MetaSettings(
    sender=SENDER,
    phone_number_id=PHONE,
    account_id=ACCOUNT,
    access_token=ACCESS,
    app_secret=SECRET,
    verify_token=VERIFY,
    public_url="https://hr.example.com",
    templates=("thank_you.*",),
)

Json = dict[str, Any]


def batch(*values: object, field: str = "messages", account: str = ACCOUNT) -> Json:
    """One entry with a change for each value."""
    changes = [{"field": field, "value": value} for value in values]
    return {"object": "whatsapp_business_account", "entry": [{"id": account, "changes": changes}]}


def value(*, number: str = PHONE, **parts: object) -> Json:
    """What a change says: lists of `messages`, `statuses` and `contacts`."""
    shown = {"display_phone_number": SENDER.removeprefix("+"), "phone_number_id": number}
    return {"messaging_product": "whatsapp", "metadata": shown, **parts}


def message(**changes: object) -> Json:
    """Ana writes; a change to None leaves something out."""
    told = {
        "from": ANA.removeprefix("+"),
        "id": WAMID,
        "timestamp": "1795428000",
        "type": "text",
        "text": {"body": "Hello"},
        **changes,
    }
    return {name: part for name, part in told.items() if part is not None}


def wrote(*messages: object) -> Json:
    """A batch with these messages of Ana."""
    return batch(value(contacts=[ana()], messages=list(messages)))


def reported(*statuses: object) -> Json:
    """A batch with these reports on messages to Ana."""
    return batch(value(contacts=[ana()], statuses=list(statuses)))


def ana() -> Json:
    return {"profile": {"name": "Ana"}, "wa_id": ANA.removeprefix("+"), "user_id": ANA_ID}


def status(provider_id: str, became: str, **changes: object) -> Json:
    recipient = ANA.removeprefix("+")
    return {
        "id": provider_id,
        "status": became,
        "timestamp": "1795428000",
        "recipient_id": recipient,
        "recipient_user_id": ANA_ID,
        **changes,
    }


def failed(code: int) -> Json:
    """What a status says of an error."""
    return {"errors": [{"code": code, "title": "made up", "error_data": {"details": "made up"}}]}


def signature(body: bytes, secret: str = SECRET) -> str:
    return f"sha256={hmac.new(secret.encode(), body, sha256).hexdigest()}"


def signed(told: object, secret: str = SECRET) -> tuple[bytes, Mapping[str, str]]:
    """Return the body as Meta writes it, with escapes, and its headers."""
    body = json.dumps(told).replace("/", "\\/").encode()
    headers = {"X-Hub-Signature-256": signature(body, secret), "Content-Type": "application/json"}
    return body, headers
