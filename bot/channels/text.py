"""What a text must be before it is stored or sent."""

import re

TEXT_LIMIT = 1600
"""Longest free text that Twilio takes, in UTF-16 units as it counts them."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """Return `text` with U+FFFD for NUL and lone surrogates: PostgreSQL holds neither."""
    return _UNSTORABLE.sub("\ufffd", text)


def too_long(text: str) -> bool:
    return len(text) + sum(character > "\uffff" for character in text) > TEXT_LIMIT
