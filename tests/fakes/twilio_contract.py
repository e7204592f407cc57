"""Twilio's own description of its API, as a check on both ends of the wire."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openapi_core import OpenAPI
    from openapi_core.testing import MockRequest

HOST = "https://api.twilio.com"
SPEC = Path("specs", "twilio_messages.json")


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
    def __init__(self, openapi: OpenAPI) -> None:
        self._openapi = openapi

    def broken_by(self, exchange: Exchange) -> list[str]:
        """Return how the request or a 2xx answer breaks the contract."""
        from openapi_core.testing import MockResponse

        request = _request(exchange)
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


@cache
def contract(shared: Path) -> Contract:
    """Return the contract; building it takes a second."""
    from openapi_core import OpenAPI  # a second to import, for those who check the contract

    return Contract(OpenAPI.from_dict(json.loads((shared / SPEC).read_text(encoding="utf-8"))))


def _request(exchange: Exchange) -> MockRequest:
    from openapi_core.testing import MockRequest

    return MockRequest(
        HOST,
        exchange.method.lower(),
        exchange.path,
        args=dict(exchange.query),
        headers={"Authorization": exchange.authorization},
        data=exchange.body,
        content_type="application/x-www-form-urlencoded" if exchange.body else "",
    )
