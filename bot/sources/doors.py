"""Where webhooks come in: each vendor's own proof that it is the vendor who calls.

What proves itself is stored as it came, but for what we have no business to keep.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.domain.deliveries import Delivery, Told

UNREADABLE = "unreadable"
"""The kind of what is signed and yet no JSON object."""
LONGEST_KIND = 100
DEEPEST = 50
"""Levels of JSON that are kept: no vendor comes near, and whoever goes deeper means harm."""

NEVER_KEPT = frozenset(
    {
        # what a candidate earns, or is to earn
        *("salary", "salary_range", "compensation", "price"),
        # what people wrote about candidates
        *("notes", "private_notes", "public_notes", "notes_with_tags", "rejection_details"),
        *("private_notes_with_tags", "public_notes_with_tags", "candidate_rating"),
        *("overall_recommendation", "attributes", "ratings", "scorecards", "questions"),
        # what companies and candidates fill in as they like
        *("custom_fields", "keyed_custom_fields", "customFields", "answers", "submittedValues"),
        *(
            "formDefinition",
            "questions_and_answers",
            "userFieldsResponses",
            "tags",
            "interview_kit",
        ),
        # files, homes and machines
        *("attachments", "fileHandles", "addresses", "educations", "employments", "photo_url"),
        *("social_media_addresses", "website_addresses"),
        *("submitterClientIp", "submitterUserAgent", "notetakerTranscriptId"),
    }
)
"""Names of fields, at any depth, whose values are dropped before anything is stored."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request, untouched."""

    headers: Mapping[str, str]
    """By their names in lower case."""
    body: bytes
    at: datetime


class Vendor(Protocol):
    """How one vendor calls."""

    @property
    def name(self) -> str: ...

    def genuine(self, call: Call, told: Told, secrets: Sequence[str]) -> bool:
        """Return whether the call proves that it knows one of our secrets."""

    def kind(self, told: Told) -> str: ...

    def is_idle(self, told: Told) -> bool:
        """Return whether it only tries whether we listen, signed or not."""


@dataclass(frozen=True)
class Door:
    vendor: Vendor
    secrets: Sequence[str]
    """Several while they are changed. Without any, nobody is let in."""

    def admit(self, call: Call) -> Delivery | None:
        """Return what to store, or None where the vendor only knocks. Raises Refused."""
        told = _json(call.body)
        if self.vendor.is_idle(told):
            return None
        if not self.secrets:
            raise Refused(ready=False)
        if not self.vendor.genuine(call, told, self.secrets):
            raise Refused(ready=True)
        return Delivery(
            id=hashlib.sha256(call.body).hexdigest(),
            kind=self.vendor.kind(told)[:LONGEST_KIND] or UNREADABLE,
            raw=kept(told),
            at=call.at,
        )


class Refused(Exception):
    """Nobody can tell whose call it is: because of us, or of the caller."""

    def __init__(self, *, ready: bool) -> None:
        self.ready = ready
        super().__init__("signature" if ready else "no secret")


def signed(secrets: Sequence[str], message: bytes, claimed: str) -> bool:
    """Return whether `claimed` is the hex HMAC-SHA256 of a message under one of the secrets."""
    given = claimed.encode("utf-8", "replace")
    return any(hmac.compare_digest(_digest(secret, message), given) for secret in secrets)


def _digest(secret: str, message: bytes) -> bytes:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest().encode()


def _json(body: bytes) -> Told:
    """Return the object, or an empty one where the body is none: it may be signed all the same."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def kept(value: Any, depth: int = 0) -> Any:
    """Return JSON without what we have no business to keep."""
    if depth > DEEPEST:
        return None
    if isinstance(value, dict):
        told = ((name, part) for name, part in value.items() if name not in NEVER_KEPT)
        return {name: kept(part, depth + 1) for name, part in told}
    if isinstance(value, list):
        return [kept(part, depth + 1) for part in value]
    return value
