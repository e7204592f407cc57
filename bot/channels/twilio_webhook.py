"""What Twilio sends to us: whether it is genuine, and what it says. Nothing here is stored.

Parsing comes after verification: a form that is not verified means nothing.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from twilio.request_validator import HMAC_SHA1, RequestValidator, get_signature_algorithm

from bot.channels.errors import twilio_errors
from bot.channels.text import ATTACHED, storable
from bot.channels.twilio_settings import TRY_AGAIN, TwilioSettings
from bot.domain.model import MessageId, State
from bot.domain.ports import Inbound, Report

Form = Mapping[str, Sequence[str]]
"""Every value of every field, blank ones too: all of them are signed."""

STATUSES = {
    "queued": State.ACCEPTED,
    "accepted": State.ACCEPTED,
    "sending": State.ACCEPTED,
    "sent": State.SENT,
    "delivered": State.DELIVERED,
    "read": State.READ,
    "failed": State.FAILED,
    "undelivered": State.FAILED,
    "canceled": State.FAILED,
}
MOST_MEDIA = 10
LONGEST_ID = 64
LONGEST_ADDRESS = 160
LONGEST_PAYLOAD = 256
LONGEST_DETAIL = 300


class _Values(dict[str, Sequence[str]]):
    """A form as the library wants it."""

    def getlist(self, name: str) -> Sequence[str]:
        return self[name]


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One request, as far as its signature covers it."""

    url: str
    """Our public URL with the raw query: never built from what the request says of itself."""
    form: Form
    body: bytes
    """Counts where there is no form; its hash is then in the query."""
    signature: str | None
    """X-Twilio-Signature."""
    algorithm: str | None
    """X-Twilio-Webhooks-Signature-Settings."""


def verified(settings: TwilioSettings, delivery: Delivery) -> bool:
    """Return whether Twilio signed this request with one of our tokens.

    We hold no shared key, so a request that claims to be signed with one is not believed.
    """
    if get_signature_algorithm(delivery.algorithm).upper() != HMAC_SHA1:
        return False
    return any(_signed(token, delivery) for token in settings.tokens)


def _signed(token: str, delivery: Delivery) -> bool:
    """Twilio leaves the fragment of a URL out of what it signs; both ways are believed."""
    if not delivery.signature:
        return False
    validator = RequestValidator(token)
    try:
        json_body = delivery.body and not delivery.form
        signed = delivery.body.decode() if json_body else _Values(delivery.form)
        urls = (delivery.url, delivery.url + TRY_AGAIN)
        return any(validator.validate(url, signed, delivery.signature) for url in urls)
    except (TypeError, ValueError):  # a body without its hash, or text that is not UTF-8
        return False


def ours(settings: TwilioSettings, form: Form) -> bool:
    """Return whether it names our account. Whoever forged it may know its name."""
    return _one(form, "AccountSid") == settings.account_sid


def foreign(settings: TwilioSettings, form: Form) -> bool:
    """Return whether it is about another account than ours."""
    return _one(form, "AccountSid") not in ("", settings.account_sid)


def inbound(settings: TwilioSettings, form: Form, at: datetime) -> Inbound | None:
    """Return what a candidate wrote, or None where the form is no WhatsApp message to us.

    Twilio gives no time of its own, so `at` is when it came in. A tapped button's label is
    the text; every other field is in `raw`.
    """
    provider_id = provider_id_of(form)
    address, sender = address_of(_one(form, "From")), address_of(_one(form, "To"))
    if foreign(settings, form) or not (provider_id and address and sender):
        return None
    return Inbound(
        provider_id=provider_id,
        address=address,
        sender=sender,
        text=_one(form, "Body") or _one(form, "ButtonText"),
        at=at,
        media=_media(form),
        profile_name=_one(form, "ProfileName"),
        payload=_one(form, "ButtonPayload")[:LONGEST_PAYLOAD],
        replied_to=_sid(form, "OriginalRepliedMessageSid"),
        raw={storable(name): _one(form, name) for name in form},
    )


def report(
    settings: TwilioSettings, form: Form, reference: str | None, at: datetime
) -> Report | None:
    """Return a delivery report, or None where the form is none, or its status is new to us.

    `reference` is what our own callback URL carries.
    """
    status = STATUSES.get((_one(form, "MessageStatus") or _one(form, "SmsStatus")).lower())
    provider_id = provider_id_of(form)
    if foreign(settings, form) or not (provider_id and status):
        return None
    code = _one(form, "ErrorCode").strip()[:LONGEST_ID]
    return Report(
        provider_id=provider_id,
        reference=_reference(reference),
        status=status,
        at=at,
        code="" if code == "0" else code,
        detail=(twilio_errors().meaning(code) or _one(form, "ErrorMessage"))[:LONGEST_DETAIL],
        reaction=twilio_errors().reaction(code),
    )


def _one(form: Form, name: str) -> str:
    values = form.get(name) or ("",)
    return storable(values[0])


def provider_id_of(form: Form) -> str:
    """Return the message's id at Twilio, or nothing."""
    names = ("MessageSid", "SmsMessageSid", "SmsSid")
    return next((sid for name in names if (sid := _sid(form, name))), "")


def _sid(form: Form, name: str) -> str:
    usable = re.fullmatch(f"[A-Za-z0-9]{{1,{LONGEST_ID}}}", _one(form, name))
    return usable.group() if usable else ""


def address_of(value: str) -> str:
    """Return a phone number or business-scoped user id, verbatim; other channels have none."""
    prefix, _, address = value.partition(":")
    usable = re.fullmatch(rf"\S{{1,{LONGEST_ADDRESS}}}", address)
    return address if prefix == "whatsapp" and usable else ""


def _media(form: Form) -> tuple[str, ...]:
    count = _one(form, "NumMedia")
    known = int(count) if re.fullmatch("[0-9]{1,3}", count) else 0
    types = (_one(form, f"MediaContentType{i}") for i in range(min(known, MOST_MEDIA)))
    return tuple(type_ or ATTACHED for type_ in types)


def _reference(value: str | None) -> MessageId | None:
    return MessageId(int(value)) if value and re.fullmatch("[0-9]{1,18}", value) else None
