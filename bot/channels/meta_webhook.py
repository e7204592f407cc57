"""What a change says, as Meta words it. Nothing here is stored.

Each message and report is read by itself, and what cannot be read becomes a notice; nothing
raises. Reading comes after verification: see `meta_calls`.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256

from bot.channels.errors import meta_errors
from bot.channels.meta_calls import Change
from bot.channels.meta_json import Json, items, part, text
from bot.channels.meta_messages import NOTHING_SAID, kind_of, said
from bot.channels.meta_notices import KNOWN, NO_BAD_NEWS, look_at, new_number
from bot.channels.meta_settings import MetaSettings
from bot.channels.text import storable
from bot.domain.deliveries import UNKNOWN
from bot.domain.model import MessageId, State
from bot.domain.ports import Echo, Inbound, Notice, Report

STATUSES = {
    "sent": State.SENT,
    "delivered": State.DELIVERED,
    "read": State.READ,
    "played": State.READ,
    "failed": State.FAILED,
}
TRACKER = "hearback-"
"""In front of our reference: others who send by the same number may count, too."""
LONGEST_DETAIL = 300
LONGEST_RAW = 20_000
"""Letters of what we cannot read that are kept."""

Told = Inbound | Echo | Report | Notice


def told(settings: MetaSettings, change: Change, at: datetime) -> Iterator[Told]:
    """Give what a change says; `at` is when it came in."""
    if change.field == "smb_message_echoes":
        for echo in items(change.value, "message_echoes"):
            yield _echo(settings, echo, at)
        return
    if change.field != "messages":
        yield _news(change, at)
        return
    messages, statuses = items(change.value, "messages"), items(change.value, "statuses")
    for message in messages:
        yield _message(settings, message, change.value, at)
    for status in statuses:
        yield _report(status, at) or _notice("status", status, at)
    if not (messages or statuses):
        yield _notice("messages", change.value, at)


def not_taken(one: Told, at: datetime) -> Notice:
    """Return what is left of something that could not be taken in: a person has to look."""
    kind = type(one).__name__.lower()
    if isinstance(one, Inbound):
        what = "wrote something that could not be taken in: ask them, and show this to an admin"
        return _notice(kind, repr(one), at, what=what, address=one.address)
    what = f"WhatsApp told us something ({kind}) that could not be taken in: show it to an admin"
    return _notice(kind, repr(one), at, what=what)


def _news(change: Change, at: datetime) -> Notice:
    """What Meta says about our account and our templates."""
    what = look_at(change.field, change.value)
    why = NO_BAD_NEWS if change.field in KNOWN else UNKNOWN
    value = {"time": change.time, "value": change.value}
    return _notice(change.field, value, at, why=why, what=what)


def _echo(settings: MetaSettings, message: object, at: datetime) -> Echo | Notice:
    """What somebody of ours wrote past us, in WhatsApp's own app."""
    echo = part(message)
    address, content = _digits(text(echo, "to")) or _user_id(text(echo, "to_user_id")), said(echo)
    if content is None or not (address and _id(echo)):
        why = NOTHING_SAID.get(kind_of(echo), UNKNOWN)
        return _notice("smb_message_echoes", message, at, address=address, why=why)
    return Echo(
        provider_id=_id(echo),
        address=address,
        sender=settings.sender,
        text=content.text or ", ".join(content.media),
        at=_at(echo, at),
    )


def _message(settings: MetaSettings, message: object, value: object, at: datetime) -> Told:
    told, kind = part(message), kind_of(part(message))
    address, user_id, name = _who(told, value)
    content = said(told)
    if not (address and _id(told)) or "group_id" in told:
        return _notice(kind, message, at, address=address)
    if content is None:
        why = NOTHING_SAID.get(kind, UNKNOWN)
        return _notice(kind, message, at, address=address, why=why, what=new_number(told))
    return Inbound(
        provider_id=_id(told),
        address=address,
        sender=settings.sender,
        text=content.text,
        at=_at(told, at),
        media=content.media,
        profile_name=name,
        payload=content.payload,
        replied_to=_fit(content.replied_to),
        user_id=user_id,
    )


def _report(status: object, at: datetime) -> Report | None:
    """Return a delivery report, or None where its status is new to us."""
    known = STATUSES.get(text(status, "status"))
    if known is None or not _id(status):
        return None
    error = next(iter(items(status, "errors")), None)
    code = text(error, "code")
    meant = meta_errors().meaning(code) or text(error, "title")
    return Report(
        provider_id=_id(status),
        reference=_reference(text(status, "biz_opaque_callback_data")),
        status=known,
        at=_at(status, at),
        code=code[:LONGEST_DETAIL],
        detail=meant[:LONGEST_DETAIL],
        reaction=meta_errors().reaction(code),
    )


def _notice(
    kind: str, value: object, at: datetime, *, address: str = "", why: str = UNKNOWN, what: str = ""
) -> Notice:
    """`why` nothing follows counts where nobody has to look."""
    raw = _words(value)
    return Notice(
        id=sha256(f"{kind}\0{raw}".encode(errors="replace")).hexdigest(),
        kind=kind or "unreadable",
        raw=storable(raw)[:LONGEST_RAW],
        at=at,
        address=address,
        why="" if what else why,
        what=what,
    )


def _words(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    except RecursionError:
        return "nested too deeply to be kept"


# --- parts of it --------------------------------------------------------------------------


def _who(message: Json, value: object) -> tuple[str, str, str]:
    """Return whose message it is: the address to write to, Meta's own id for them, and how they
    call themselves. The address is their phone number, or that id where the number is private.

    Of the people that a batch names, only the one with the same number or id counts.
    """
    number = _digits(text(message, "from"))
    user_id = _user_id(text(message, "from_user_id")) or _user_id(text(message, "from"))
    for contact in items(value, "contacts"):
        its_number, its_id = _digits(text(contact, "wa_id")), _user_id(text(contact, "user_id"))
        if (number and its_number == number) or (not number and user_id and its_id == user_id):
            number, user_id = number or its_number, user_id or its_id
            return number or user_id, user_id, text(contact, "profile", "name")
    return number or user_id, user_id, ""


def _digits(value: str) -> str:
    """Return a phone number in E.164; Meta leaves the plus out."""
    found = re.fullmatch(r"\+?([1-9][0-9]{5,14})", value)
    return f"+{found[1]}" if found else ""


def _user_id(value: str) -> str:
    """Return the id of somebody in our business: a country, and letters or digits."""
    return value if re.fullmatch(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}", value) else ""


def _id(of: object) -> str:
    return _fit(text(of, "id"))


def _fit(provider_id: str) -> str:
    return provider_id if re.fullmatch(r"[!-~]{1,256}", provider_id) else ""


def _at(of: object, now: datetime) -> datetime:
    """Return Meta's own time of it, in whole seconds; never later than now."""
    seconds = text(of, "timestamp")
    if not re.fullmatch("[0-9]{1,11}", seconds):
        return now
    return min(datetime.fromtimestamp(int(seconds), UTC), now)


def tracker(reference: MessageId) -> str:
    """Return what comes back with every report on a message."""
    return f"{TRACKER}{reference}"


def _reference(value: str) -> MessageId | None:
    found = re.fullmatch(f"{TRACKER}([0-9]{{1,18}})", value)
    return MessageId(int(found[1])) if found else None
