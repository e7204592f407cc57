"""Lever's API on loopback, and webhooks as it signs them: made by hand, for want of real ones."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode
from datetime import datetime
from typing import Any

from tests.fakes.vendor_server import Asked, Says, VendorServer

KEY = "made-up-lever-key"
TOKENS = ("token-of-hires", "token-of-interviews")
"""What webhooks are signed with: one for each kind."""
ID = "4c3a1d2e-0000-4000-8000-000000000001"
CONTACT = "9b8c7d6e-0000-4000-8000-000000000002"
HIRED, REJECTED = "reason-hired", "reason-underqualified"
EXPANDABLE = {"stage", "owner", "posting"}


def ms(iso: str) -> int:
    return int(datetime.fromisoformat(iso).timestamp() * 1000)


def webhook(
    event: str, token: str = TOKENS[0], at: str = "2026-11-24T11:59:00+00:00", **data: Any
) -> bytes:
    signed = hmac.new(token.encode(), f"nonce{ms(at)}".encode(), hashlib.sha256).hexdigest()
    told = {"event": event, "triggeredAt": ms(at), "token": "nonce", "signature": signed}
    return json.dumps({**told, "data": {"opportunityId": ID, **data}}).encode()


def opportunity(**changes: Any) -> dict[str, Any]:
    return {
        "id": ID,
        "name": "Daniel Okafor",
        "contact": CONTACT,
        "headline": "Backend, ten years",
        "stage": {"id": "stage-7", "text": "Doubtful"},
        "confidentiality": "non-confidential",
        "emails": ["daniel@example.org"],
        "phones": [{"type": "mobile", "value": "07400 123456"}],
        "archived": None,
        "owner": {"id": "user-1", "name": "Dana Weiss", "email": "dana@northwind.example"},
        "tags": ["maybe"],
        "lastAdvancedAt": ms("2026-11-20T09:00:00+00:00"),
        "updatedAt": ms("2026-11-24T09:00:00+00:00"),
        "isAnonymized": False,
        "dataProtection": None,
        **changes,
    }


def interview(**changes: Any) -> dict[str, Any]:
    return {
        "id": "interview-1",
        "panel": "panel-1",
        "subject": "Doubts about scale",
        "note": "ask about the gap in the CV",
        "interviewers": [{"id": "u2", "name": "Ana Ruiz", "email": "ana@northwind.example"}],
        "timezone": "Europe/London",
        "createdAt": ms("2026-11-20T09:00:00+00:00"),
        "date": ms("2026-11-24T10:00:00+00:00"),
        "duration": 45,
        "location": "Room 4",
        "canceledAt": None,
        **changes,
    }


class LeverServer(VendorServer):
    """Holds one opportunity, or none where it is gone."""

    def __init__(self) -> None:
        super().__init__()
        self.opportunity: dict[str, Any] | None = opportunity()
        self.others: list[dict[str, Any]] = []
        posting = {
            "id": "posting-1",
            "text": "Backend Engineer",
            "categories": {"department": "R&D"},
        }
        self.lists: dict[str, list[dict[str, Any]]] = {
            "applications": [{"id": "application-1", "posting": posting, "comments": "a bore"}],
            "interviews": [interview()],
            "feedback": [],
            "offers": [],
        }
        self.per_page = 100

    def answer(self, asked: Asked) -> Says:
        credentials = b64encode(f"{KEY}:".encode()).decode()
        if asked.headers.get("Authorization") != f"Basic {credentials}":
            return Says(401, {"code": "Unauthorized"})
        if not 1 <= int(asked.query.get("limit", 100)) <= 100:
            return Says(400, {"code": "BadRequest"})
        if asked.query.get("expand", "stage") not in EXPANDABLE or asked.method != "GET":
            return Says(400, {"code": "BadRequest"})
        return self._find(asked)

    def _find(self, asked: Asked) -> Says:
        match asked.path.split("/")[2:]:
            case ["opportunities"]:
                return self._page(asked, self.others)
            case ["stages"]:
                return self._page(asked, [{"id": "stage-7", "text": "Doubtful"}])
            case ["archive_reasons"] if asked.query.get("type") == "hired":
                return self._page(asked, [{"id": HIRED, "text": "Hired"}])
            case ["opportunities", id] if id == ID and self.opportunity:
                return Says(200, {"data": self.opportunity})
            case ["opportunities", id, what] if id == ID and self.opportunity:
                return self._page(asked, self.lists[what])
            case _:
                return Says(404, {"code": "ResourceNotFound"})

    def _page(self, asked: Asked, rows: list[dict[str, Any]]) -> Says:
        start = int(asked.query.get("offset", 0))
        end = start + self.per_page
        body: dict[str, Any] = {"data": rows[start:end], "hasNext": end < len(rows)}
        return Says(200, body | ({"next": str(end)} if end < len(rows) else {}))
