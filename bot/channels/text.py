"""What a text must be before it is stored or sent."""

import re

TEXT_LIMIT = 1600
"""Longest free text that Twilio takes, in UTF-16 units as it counts them."""
ATTACHED = "application/octet-stream"
"""The content type of what came with a message, where nobody says more."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """Return `text` with U+FFFD for NUL and lone surrogates: PostgreSQL holds neither."""
    return _UNSTORABLE.sub("\ufffd", text)


def too_long(text: str, limit: int = TEXT_LIMIT) -> bool:
    """Return whether it has more UTF-16 units than `limit`."""
    return len(text) + sum(character > "\uffff" for character in text) > limit
