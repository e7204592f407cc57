"""What somebody wrote, tapped or shared, as Meta words it: text, content types and a button."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bot.channels.meta_json import Json, items, part, text
from bot.channels.text import ATTACHED

LONGEST_PAYLOAD = 256


@dataclass(frozen=True, kw_only=True)
class Said:
    text: str = ""
    media: tuple[str, ...] = ()
    payload: str = ""
    replied_to: str = ""


NOTHING_SAID: Mapping[str, str] = {
    "revoke": "a message was deleted; what has been read stays read",
    "request_welcome": "somebody opened the chat, and wrote nothing yet",
    "system": "nothing follows from it",
    "call_permission_reply": "nobody here calls by WhatsApp",
    "reaction": "a reaction was taken back",
}
"""Why there is nothing to answer, by what Meta calls it."""

UNREADABLE = Said(media=(ATTACHED,))
"""Somebody said something: a person has to look at the phone."""


def said(message: Json) -> Said | None:
    """Return what a message says, or None where it says nothing."""
    found = _READ.get(text(message, "type"), _unreadable)(message)
    if found is None:
        return None
    return replace(
        found,
        payload=found.payload[:LONGEST_PAYLOAD],
        replied_to=found.replied_to or text(message, "context", "id"),
    )


def kind_of(message: Json) -> str:
    """Return what Meta calls it: the answer to a question has a type of its own."""
    return text(message, "interactive", "type") or text(message, "type") or "message"


def _unreadable(message: Json) -> Said:
    return UNREADABLE


def _nothing(message: Json) -> None:
    return None


def _text(message: Json) -> Said:
    return Said(text=text(message, "text", "body"))


def _file(message: Json) -> Said:
    kind = text(message, "type")
    type_ = text(message, kind, "mime_type") or ATTACHED
    return Said(text=text(message, kind, "caption"), media=(type_,))


def _location(message: Json) -> Said:
    place = part(message, "location")
    named = [text(place, name) for name in ("name", "address")]
    at = [place.get(name) for name in ("latitude", "longitude")]
    where = f"({at[0]}, {at[1]})" if all(isinstance(one, int | float) for one in at) else ""
    return Said(text=", ".join(filter(None, [*named, where])), media=("application/geo+json",))


def _contacts(message: Json) -> Said:
    cards = items(message, "contacts")
    told = "\n".join(_card(card) for card in cards)
    return Said(text=told, media=("text/vcard",) * max(len(cards), 1))


def _card(card: object) -> str:
    numbers = [text(one, "phone") for one in items(card, "phones")]
    return " ".join(filter(None, [text(card, "name", "formatted_name"), *numbers]))


def _button(message: Json) -> Said:
    label, payload = text(message, "button", "text"), text(message, "button", "payload")
    return Said(text=label, payload=payload or label)


def _interactive(message: Json) -> Said | None:
    kind = text(message, "interactive", "type")
    reply = part(message, "interactive", kind)
    match kind:
        case "button_reply" | "list_reply":
            return Said(text=text(reply, "title"), payload=text(reply, "id"))
        case "nfm_reply":
            return Said(text=text(reply, "body"), media=("application/json",))
        case "call_permission_reply":
            return None
        case _:
            return UNREADABLE


def _reaction(message: Json) -> Said | None:
    """An emoji about one of our messages says what it would say below it."""
    emoji = text(message, "reaction", "emoji")
    about = text(message, "reaction", "message_id")
    return Said(text=emoji, replied_to=about) if emoji else None


def _order(message: Json) -> Said:
    return Said(text=text(message, "order", "text"), media=("application/json",))


def _edit(message: Json) -> Said | None:
    """The words as they are now; the first ones stay where they were read."""
    now = part(message, "edit", "message")
    return UNREADABLE if text(now, "type") == "edit" else said(now)


_READ: Mapping[str, Callable[[Json], Said | None]] = {
    **dict.fromkeys(("revoke", "request_welcome", "system"), _nothing),
    "text": _text,
    **dict.fromkeys(("image", "video", "audio", "document", "sticker"), _file),
    "location": _location,
    "contacts": _contacts,
    "button": _button,
    "interactive": _interactive,
    "reaction": _reaction,
    "order": _order,
    "edit": _edit,
}
