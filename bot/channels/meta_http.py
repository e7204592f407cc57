"""The way to Meta's Graph API: one request, no redirects, and the secret in a header."""

from dataclasses import dataclass

import httpx

from bot.channels.errors import seconds_to_wait
from bot.channels.meta_json import Json, text
from bot.channels.meta_settings import MetaSettings
from bot.domain.errors import CarrierAway

CONNECTIONS = 256
"""At once: more than a worker has threads."""
NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
"""No connection, no common TLS, no proxy: the request certainly did not reach Meta. A reset, a
timeout while writing or reading and every doubt count as "may have reached it"."""
NUMBER_UNKNOWN = "33"
"""As `error_subcode`: the thing that was asked for does not exist, or is not ours."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: Json
    """Empty where the answer is no JSON object."""
    retry_after: float | None = None

    @property
    def code(self) -> str:
        """Meta's code of the error, or an empty string."""
        missing = text(self.body, "error", "error_subcode") == NUMBER_UNKNOWN
        return NUMBER_UNKNOWN if missing else text(self.body, "error", "code")


class Graph:
    """One version of the API, as one token sees it. Threads may share it."""

    def __init__(self, settings: MetaSettings) -> None:
        # No connection is kept: what is sent on one that Meta is just closing would be in doubt,
        # and Meta cannot be asked what it took.
        self._client = httpx.Client(
            limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=0),
            base_url=f"{settings.api_url.rstrip('/')}/{settings.version}/",
            headers={"Authorization": f"Bearer {settings.access_token}"},
            timeout=settings.timeout,
            follow_redirects=False,
        )

    def post(self, path: str, content: Json) -> Answer:
        """Raises httpx.HTTPError: no answer."""
        return _answer(self._client.post(path, json=content))

    def ask(self, path: str, **params: str) -> Answer:
        """Raises CarrierAway: no answer, or none that can be read."""
        try:
            answer = _answer(self._client.get(path, params=params))
        except httpx.HTTPError:
            raise CarrierAway("it cannot be reached") from None
        if answer.status == httpx.codes.OK and not answer.body:
            raise CarrierAway("its answer could not be read")
        return answer


def _answer(response: httpx.Response) -> Answer:
    try:
        body = response.json()
    except (ValueError, RecursionError):
        body = {}
    told = body if isinstance(body, dict) else {}
    return Answer(response.status_code, told, seconds_to_wait(response.headers))
