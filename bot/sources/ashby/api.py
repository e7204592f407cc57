"""Ashby's API: calls by name, always with POST."""

from base64 import b64encode

from bot.domain.deliveries import Told
from bot.domain.errors import SourceAway
from bot.sources.doors import kept
from bot.sources.telling import part, text
from bot.sources.wire import Wire

API = "https://api.ashbyhq.com"


class AshbyApi:
    def __init__(self, key: str, *, api: str = "") -> None:
        credentials = b64encode(f"{key}:".encode()).decode()
        self._headers = {
            "Authorization": f"Basic {credentials}",
            "Accept": "application/json; version=1",
        }
        self._has_key = bool(key)
        self._wire = Wire(api or API)

    def check(self) -> None:
        """Ask whose key it is. Raises SourceAway, saying what is wrong."""
        self._call("apiKey.info", {})

    def application(self, id: str) -> Told | None:
        """Return an application as webhooks carry it, or None where there is none.

        Raises SourceAway.
        """
        body = self._call("application.info", {"applicationId": id})
        told = part(body, "results")
        return kept(told) if text(told, "id") else None

    def _call(self, name: str, told: Told) -> Told:
        if not self._has_key:
            raise SourceAway("ASHBY_API_KEY is not set")
        answer = self._wire.post(f"/{name}", self._headers, json=told)
        if answer.status != 200 or not isinstance(answer.body, dict):
            raise SourceAway(f"HTTP {answer.status}: {name}")
        return answer.body
