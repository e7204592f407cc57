"""Webhooks as Greenhouse words and signs them, made of `tests/data/sources/greenhouse.json`."""

from __future__ import annotations

import copy
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

SECRET = "a-made-up-webhook-secret"
_SAID = json.loads((Path(__file__).parents[1] / "data" / "sources" / "greenhouse.json").read_text())


def application(**changes: Any) -> dict[str, Any]:
    told: dict[str, Any] = copy.deepcopy(_SAID["application"])
    return {**told, **changes}


def candidate(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(_SAID["application"]["candidate"]), **changes}


def offer(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(_SAID["offer"]), **changes}


def about(action: str, **changes: Any) -> dict[str, Any]:
    """A webhook about an application."""
    return {"action": action, "payload": {"application": application(**changes)}}


def rejected(reason: str = "We rejected them", at: str = "2026-11-26T10:00:00Z") -> dict[str, Any]:
    why = {"id": 14, "name": "Too junior", "type": {"id": 1, "name": reason}}
    return about("reject_candidate", status="rejected", rejected_at=at, rejection_reason=why)


def offered(action: str, **changes: Any) -> dict[str, Any]:
    return {"action": action, "payload": offer(**changes)}


def hired() -> dict[str, Any]:
    """Without status and stage, with an offer whose fields have names of their own."""
    told = application()
    for name in ("status", "current_stage"):
        del told[name]
    told["offer"] = {
        "id": 9001,
        "version": 1,
        "created_at": "2026-11-27T09:00:00Z",
        "sent_at": "2026-11-27",
        "resolved_at": "2026-11-30T09:00:00Z",
        "starts_at": "2027-02-01",
        "custom_fields": {"salary": {"value": {"amount": 90000}}},
    }
    return {"action": "hire_candidate", "payload": {"application": told}}


def body(told: Any) -> bytes:
    """As Greenhouse writes it: with escapes that nobody would write again."""
    text = json.dumps(told, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").encode()


def signature(raw: bytes, secret: str = SECRET) -> str:
    return f"sha256 {hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()}"
