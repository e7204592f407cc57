"""Lever's API, version 1: what is true about an opportunity, read as a whole.

Of feedback we take that it was completed, of offers how far they are; nothing of what is in them.
"""

from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.domain.deliveries import Delivery, Told
from bot.domain.errors import SourceAway
from bot.domain.ports import Clock
from bot.sources.doors import kept
from bot.sources.lever.vendor import NAME
from bot.sources.telling import part, text
from bot.sources.wire import Wire

API = "https://api.lever.co"
PER_PAGE = "100"
"""The most that Lever gives."""
MOST_PAGES = 50
CALMER = 5.0
"""Seconds to wait after a 429, which says nothing of how long."""
GONE = (404, 410)
LOOKED_AT = "looked at"
"""The kind of what no webhook told: somebody may have handed in feedback."""
OF_FEEDBACK = ("id", "interview", "completedAt")
OF_AN_OFFER = ("id", "status", "createdAt")
HIRED: Mapping[str, Any] = {"type": "hired"}

Lately = Callable[[datetime], Iterable[str]]


class LeverApi:
    name = NAME

    def __init__(self, key: str, clock: Clock, lately: Lately, *, api: str = "") -> None:
        """`lately` returns the opportunities with an interview that should be over, and is not
        known to have taken place."""
        self._headers = {"Authorization": f"Basic {b64encode(f'{key}:'.encode()).decode()}"}
        self._has_key = bool(key)
        self._clock = clock
        self._lately = lately
        self._wire = Wire(api or API)

    def check(self) -> None:
        """Ask for one stage. Raises SourceAway, saying what is wrong."""
        self._get("/v1/stages", {"limit": "1"})

    def opportunity(self, id: str) -> Told | None:
        """Return an opportunity with all that we use of it, or None where it is gone.

        Raises SourceAway.
        """
        path = f"/v1/opportunities/{id}"
        body = self._get(path, {"expand": ["stage", "owner"]}, may_be_gone=True)
        told = part(body, "data")
        if not told:
            return None
        reason = text(part(told, "archived"), "reason")
        return {
            **kept(told),
            "application": next(self._list(f"{path}/applications", {"expand": "posting"}), {}),
            "interviews": list(self._list(f"{path}/interviews")),
            "feedback": [_only(one, OF_FEEDBACK) for one in self._list(f"{path}/feedback")],
            "offers": [_only(one, OF_AN_OFFER) for one in self._list(f"{path}/offers")],
            "hired": bool(reason) and reason in self._hired(),
        }

    def others(self, contact: str) -> bool:
        """Return whether somebody still has an opportunity. Raises SourceAway."""
        return any(self._list("/v1/opportunities", {"contact_id": contact}))

    def news(self, since: datetime) -> Iterator[Delivery]:
        """Yield what to look at again, once an hour: no webhook tells of feedback."""
        now = self._clock.now()
        for id in self._lately(now):
            raw = {"event": LOOKED_AT, "data": {"opportunityId": id}}
            yield Delivery(id=f"{id}@{now:%Y-%m-%dT%H}", kind=LOOKED_AT, raw=raw, at=now)

    def _hired(self) -> set[str]:
        """Return the ids of the reasons for which somebody is archived who was hired."""
        return {text(one, "id") for one in self._list("/v1/archive_reasons", HIRED)}

    def _list(self, path: str, params: Mapping[str, Any] | None = None) -> Iterator[Told]:
        query = {**(params or {}), "limit": PER_PAGE}
        for _ in range(MOST_PAGES):
            body = self._get(path, query)
            rows = body.get("data")
            yield from (kept(row) for row in rows or () if isinstance(row, dict))
            if not body.get("hasNext"):
                return
            query["offset"] = text(body, "next")
        raise SourceAway(f"more than {MOST_PAGES} pages")

    def _get(self, path: str, params: Mapping[str, Any], *, may_be_gone: bool = False) -> Told:
        if not self._has_key:
            raise SourceAway("LEVER_API_KEY is not set")
        try:
            answer = self._wire.get(path, self._headers, params)
        except SourceAway as error:
            raise SourceAway(str(error), error.after or CALMER) from error
        if may_be_gone and answer.status in GONE:
            return {}
        if answer.status != 200 or not isinstance(answer.body, dict):
            raise SourceAway(f"HTTP {answer.status}")
        return answer.body


def _only(told: Told, names: Sequence[str]) -> Told:
    return {name: told.get(name) for name in names}
