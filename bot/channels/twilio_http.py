"""The HTTP client below twilio-python: one request, no redirects, no chatter in the logs."""

import threading
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import InvalidHeader, InvalidSchema, InvalidURL, MissingSchema
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProxyError

from bot.channels.errors import seconds_to_wait

CONNECTIONS = 64
"""Kept open at most: the library keeps fewer than a worker has threads, and drops the rest."""
DISAGREED = ("CERTIFICATE", "VERSION", "HANDSHAKE", "PROTOCOL")
"""In OpenSSL's reasons for failing before a byte of the request was sent."""


class TwilioHttp(TwilioHttpClient):  # type: ignore[misc]  # the library is untyped
    """Talks to `api_url` in place of Twilio's own host, and remembers the last answer."""

    def __init__(self, *, timeout: float, api_url: str = "") -> None:
        super().__init__(timeout=timeout)
        for scheme in ("https://", "http://"):
            self.session.mount(scheme, HTTPAdapter(pool_maxsize=CONNECTIONS))
        self._origin = urlsplit(api_url) if api_url else None
        self._answer = threading.local()

    @property
    def status(self) -> int:
        """HTTP status of this thread's last answer: an error's body may say anything."""
        return getattr(self._answer, "status", 0)

    @property
    def retry_after(self) -> float | None:
        """Seconds that this thread's last answer asked to wait."""
        return getattr(self._answer, "retry_after", None)

    def request(self, method: str, url: str, **options: Any) -> Response:
        self._answer.status, self._answer.retry_after = 0, None
        options["allow_redirects"] = False
        response = super().request(method, self._at_origin(url), **options)
        self._answer.status = response.status_code
        self._answer.retry_after = seconds_to_wait(response.headers)
        return response

    def _at_origin(self, url: str) -> str:
        if self._origin is None:
            return url
        scheme, netloc = self._origin.scheme, self._origin.netloc
        return urlsplit(url)._replace(scheme=scheme, netloc=netloc).geturl()

    def log_request(self, kwargs: dict[str, Any]) -> None:
        """Say nothing: the library would log URLs with phone numbers in them."""

    def log_response(self, status_code: int, response: object) -> None:
        """Say nothing."""


def never_left(error: Exception) -> bool:
    """Return whether the request certainly did not reach the server.

    No connection, no proxy, no common TLS, or no usable address. A reset, a timeout while
    reading and every doubt count as "may have reached it".
    """
    if isinstance(error, InvalidURL | InvalidSchema | MissingSchema | InvalidHeader):
        return True
    if isinstance(error, requests.exceptions.SSLError):
        return any(word in str(error) for word in DISAGREED)
    if isinstance(error, requests.ConnectTimeout):
        return True
    reason = error.args[0].reason if _gave_up(error) else None
    return isinstance(reason, NewConnectionError | ProxyError)


def _gave_up(error: Exception) -> bool:
    return bool(error.args) and isinstance(error.args[0], MaxRetryError)
