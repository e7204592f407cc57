"""What Meta sends to us: whether it is genuine, and of what it is made.

Meta sends what happened in batches: several accounts and changes in one request.
"""

import hmac
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from bot.channels.meta_json import items, part, text
from bot.channels.meta_settings import MetaSettings


def verified(settings: MetaSettings, body: bytes, signature: str | None) -> bool:
    """Return whether Meta signed these very bytes with one of our secrets
    (X-Hub-Signature-256)."""
    given = (signature or "").encode("utf-8", "replace")
    return any(
        hmac.compare_digest(f"sha256={_signature(secret, body)}".encode(), given)
        for secret in settings.secrets
    )


def _signature(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, sha256).hexdigest()


def handshake(settings: MetaSettings, mode: str, token: str, challenge: str) -> str | None:
    """Return what Meta wants to hear when it is told our address, or None where it is not
    Meta that asks."""
    known = hmac.compare_digest(settings.verify_token.encode(), token.encode("utf-8", "replace"))
    fit = re.fullmatch("[A-Za-z0-9_-]{1,200}", challenge)
    return challenge if settings.verify_token and known and mode == "subscribe" and fit else None


@dataclass(frozen=True)
class Change:
    """One thing of a batch."""

    account: str
    field: str
    value: object
    time: str = ""
    """When it came about: the same thing may happen twice."""

    @property
    def number(self) -> str:
        """Meta's id of the number that it is about; empty where it is about the account."""
        return text(self.value, "metadata", "phone_number_id")


def changes(body: bytes) -> Iterator[Change]:
    """Give each change of a batch; what has another shape is a change of no field."""
    try:
        batch = json.loads(body)
    except (ValueError, RecursionError):
        batch = body.decode(errors="replace")
    for entry in items(batch, "entry") or [{"changes": [batch]}]:
        account, time = text(entry, "id"), text(entry, "time")
        for change in items(entry, "changes") or [entry]:
            value = part(change).get("value", change)
            yield Change(account, text(change, "field"), value, time)


def about_us(settings: MetaSettings, change: Change) -> bool:
    """Return whether it is about our number, or our account: an app may serve others, too."""
    ours = change.account in ("", settings.account_id)
    return change.number == settings.phone_number_id if change.number else ours
