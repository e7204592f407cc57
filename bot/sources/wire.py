"""The way to vendors' APIs: one request, no redirects, and no answer too large or too slow."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from bot.domain.errors import SourceAway

SECONDS = 20.0
"""For one answer, whole."""
LARGEST = 20 * 1024 * 1024
"""Bytes of one answer."""
LONGEST_WAIT = 3600.0
"""Seconds; a vendor that asks for more is not believed."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    next_page: str
    """The address of the next page, or an empty string."""


class Wire:
    def __init__(self, base: str) -> None:
        self._base = base.rstrip("/")
        # No connection is kept: what a server closed while nobody asked fails nothing.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._client = httpx.Client(timeout=SECONDS, follow_redirects=False, limits=limits)

    def get(
        self, path: str, headers: Mapping[str, str], params: Mapping[str, Any] | None = None
    ) -> Answer:
        """Ask for a path, or for the address of a next page. Raises SourceAway."""
        return self._send("GET", path, headers=headers, params=params)

    def post(self, path: str, headers: Mapping[str, str], **content: Any) -> Answer:
        """`content` is httpx's `data` or `json`. Raises SourceAway."""
        return self._send("POST", path, headers=headers, **content)

    def _send(self, method: str, path: str, **told: Any) -> Answer:
        url = path if path.startswith(("http:", "https:")) else self._base + path
        if urlsplit(url)[:2] != urlsplit(self._base)[:2]:
            raise SourceAway("a page is said to lie on another server")
        until = time.monotonic() + SECONDS
        try:
            with self._client.stream(method, url, **told) as response:
                return self._answer(response, _read(response, until))
        except httpx.HTTPError as error:
            raise SourceAway(f"no answer: {type(error).__name__}") from error

    def _answer(self, response: httpx.Response, body: bytes) -> Answer:
        status = response.status_code
        if status == 429 or status >= 500:
            raise SourceAway(f"HTTP {status}", _seconds(response))
        try:
            told = json.loads(body or b"null")
        except (ValueError, RecursionError):
            raise SourceAway(f"HTTP {status} without JSON") from None
        return Answer(status, told, response.links.get("next", {}).get("url", ""))


def _read(response: httpx.Response, until: float) -> bytes:
    body = b""
    for piece in response.iter_bytes():
        body += piece
        if len(body) > LARGEST:
            raise httpx.ReadError("too large an answer")
        if time.monotonic() > until:
            raise httpx.ReadTimeout("too slow an answer")
    return body


def _seconds(response: httpx.Response) -> float | None:
    """Return Retry-After; a date counts as absent, since our clock may differ."""
    value = response.headers.get("Retry-After", "")
    return min(float(value), LONGEST_WAIT) if value.isascii() and value.isdigit() else None
