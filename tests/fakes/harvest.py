"""Greenhouse's token server and Harvest API v3 on loopback, as strict as they are."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from tests.fakes.vendor_server import Asked, Says, VendorServer

CLIENT = ("made-up-client", "made-up-client-secret")
EXPIRES = "2030-01-01T00:00:00Z"
FILTERS = {"ids": "id", "application_ids": "application_id"}
LISTS = ("applications", "candidates", "interviews", "jobs", "scorecards", "users")


class HarvestServer(VendorServer):
    """Holds rows by the names of its lists, and gives out one token at a time."""

    def __init__(self, *, per_page: int = 500) -> None:
        super().__init__()
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in LISTS}
        self.tokens = 0
        self.expires = EXPIRES
        self._per_page = per_page

    def revoke(self) -> None:
        """Somebody else asked for a token: the one that is out is worth nothing any more."""
        self.tokens += 1

    def answer(self, asked: Asked) -> Says:
        if asked.path == "/token":
            return self._token(asked)
        if asked.headers.get("Authorization") != f"Bearer token-{self.tokens}":
            return Says(401, {"message": "the token is not valid"})
        _, version, what = asked.path.split("/")
        if version != "v3" or what not in LISTS or asked.method != "GET":
            return Says(404, {"message": "there is no such list"})
        return self._list(what, dict(asked.query))

    def _token(self, asked: Asked) -> Says:
        credentials = b64encode(":".join(CLIENT).encode()).decode()
        known = asked.headers.get("Authorization") == f"Basic {credentials}"
        form = dict(parse_qsl(asked.body.decode()))
        if asked.method != "POST" or not known or form != {"grant_type": "client_credentials"}:
            return Says(401, {"error": "invalid_client"})
        self.tokens += 1
        told = {"token_type": "Bearer", "access_token": f"token-{self.tokens}"}
        return Says(200, {**told, "expires_at": self.expires})

    def _list(self, what: str, query: dict[str, str]) -> Says:
        if "cursor" in query and len(query) > 1:
            return Says(422, {"message": "a cursor stands alone"})
        if "cursor" in query:
            query = json.loads(urlsafe_b64decode(query["cursor"]))
        start = int(query.pop("start", 0))
        if not 1 <= int(query.pop("per_page", 100)) <= 500 or not query.keys() <= KNOWN:
            return Says(422, {"message": f"not understood: {sorted(query)}"})
        rows = [row for row in self.rows[what] if _fits(row, query)]
        page = rows[start : start + self._per_page]
        end = start + self._per_page
        if end >= len(rows):
            return Says(200, page)
        cursor = urlsafe_b64encode(json.dumps({**query, "start": end}).encode()).decode()
        link = f'<{self.url}/v3/{what}?cursor={cursor}>; rel="next"'
        return Says(200, page, {"Link": link})


KNOWN = {"updated_at", *FILTERS}


def _fits(row: dict[str, Any], query: dict[str, str]) -> bool:
    return all(_matches(row, name, wanted) for name, wanted in query.items())


def _matches(row: dict[str, Any], name: str, wanted: str) -> bool:
    if name == "updated_at":
        since = datetime.fromisoformat(wanted.removeprefix("gte|"))
        return datetime.fromisoformat(row["updated_at"]) >= since
    ids: Sequence[str] = wanted.split(",")
    return str(row[FILTERS[name]]) in ids


def filled(server: HarvestServer, number: int = 1) -> None:
    """An interview that is over, with two scorecards: one handed in, one that is a draft."""
    changed = {"updated_at": "2026-11-24T11:30:00.000Z", "application_id": 7000 + number}
    at = "2026-11-24T10:00:00.000Z"
    card = {**changed, "interviewed_at": at, "notes": "a fine mind", "candidate_rating": "yes"}
    rows = server.rows
    rows["interviews"].append(
        {
            **changed,
            "id": 30 + number,
            "status": "awaiting_feedback",
            "starts_at": at,
            "ends_at": "2026-11-24T11:00:00.000Z",
            "video_conferencing_url": None,
            "location": "Room 4",
        }
    )
    handed_in = {"status": "complete", "submitted_at": "2026-11-24T11:30:00.000Z"}
    rows["scorecards"] += [
        {**card, **handed_in, "id": 70 + number, "interviewer_id": 41},
        {**card, "id": 80 + number, "interviewer_id": 42, "status": "draft", "submitted_at": None},
    ]
    person = {"first_name": "Daniel", "last_name": "Okafor", "private": False, "can_email": True}
    rows["applications"].append(
        {
            "id": 7000 + number,
            "candidate_id": 5000 + number,
            "job_id": 301,
            "recruiter_id": 61,
            "prospect": False,
            "status": "in_process",
            "custom_fields": {"expected_salary": {"value": "90000"}},
        }
    )
    rows["candidates"].append({**person, "id": 5000 + number, "phone_numbers": []})
    if number == 1:
        job = {"id": 301, "name": "Backend Engineer", "confidential": False, "notes": "urgent"}
        rows["jobs"].append(job)
        rows["users"] += [
            {"id": 41, "name": "Ana Ruiz", "primary_email": "ana@northwind.example"},
            {"id": 42, "name": "Tom Baker", "primary_email": "tom@northwind.example"},
            {"id": 61, "name": "Dana Weiss", "primary_email": "dana@northwind.example"},
        ]
