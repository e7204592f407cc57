"""What carriers publish about their APIs, as a check on both ends of the wire."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openapi_core import OpenAPI
    from openapi_core.testing import MockRequest

TWILIO = Path("specs", "twilio_messages.json")
META = Path("specs", "meta_cloud_api.json")
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One request and the answer to it."""

    method: str
    path: str
    query: Mapping[str, str]
    authorization: str
    body: bytes = b""
    status: int = 0
    answer: bytes = b""


class Contract:
    """One API at one host, and the content type of requests to it."""

    def __init__(self, openapi: OpenAPI, host: str, content_type: str) -> None:
        self._openapi = openapi
        self._host = host
        self._content_type = content_type

    def broken_by(self, exchange: Exchange) -> list[str]:
        """Return how the request or a 2xx answer breaks the contract."""
        from openapi_core.testing import MockResponse

        request = self._request(exchange)
        found = self._problems(lambda: self._openapi.validate_request(request))
        if 200 <= exchange.status < 300:
            response = MockResponse(exchange.answer, status_code=exchange.status)
            found += self._problems(lambda: self._openapi.validate_response(request, response))
        return found

    def _problems(self, validate: Callable[[], object]) -> list[str]:
        from openapi_core.exceptions import OpenAPIError

        try:
            validate()
        except OpenAPIError as error:
            return [f"{error!r} {error.__cause__!r}"]
        return []

    def _request(self, exchange: Exchange) -> MockRequest:
        from openapi_core.testing import MockRequest

        return MockRequest(
            self._host,
            exchange.method.lower(),
            exchange.path,
            args=dict(exchange.query),
            headers={"Authorization": exchange.authorization, "Content-Type": self._content_type},
            data=exchange.body,
            content_type=self._content_type if exchange.body else "",
        )


@cache
def contract(shared: Path) -> Contract:
    """Return Twilio's contract; building it takes a second."""
    return Contract(_api(_described(shared / TWILIO)), "https://api.twilio.com", FORM)


@cache
def meta_contract(shared: Path) -> Contract:
    """Return Meta's contract; building it takes a second.

    It forbids kinds of messages what it demands of all messages, such as who it goes to: that
    half of the contradiction is left out.
    """
    described = _described(shared / META)
    for schema in described["components"]["schemas"].values():
        for part in schema.get("allOf", ()):
            part.pop("additionalProperties", None)
    return Contract(_api(described), "https://graph.facebook.com", "application/json")


def _described(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


def _api(described: Any) -> OpenAPI:
    # A second to import, for those who check the contract.
    from openapi_core import Config, OpenAPI

    # A description may say more than its own format allows; what it says of the wire counts.
    return OpenAPI.from_dict(described, Config(spec_validator_cls=None))
