"""The way to a model server: no answer takes longer, or is larger, than it may.

A read that times out says nothing about the whole: a server that sends a byte now and then would
hold a thread for ever.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx

LARGEST = 1_000_000
"""Bytes of one answer."""


def client(seconds: float) -> httpx.Client:
    """No connection is kept: what a server closed while nobody asked fails no turn."""
    return httpx.Client(transport=Bounded(seconds), timeout=seconds)


class Bounded(httpx.HTTPTransport):
    def __init__(self, seconds: float) -> None:
        super().__init__(limits=httpx.Limits(max_keepalive_connections=0))
        self._seconds = seconds

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        until = time.monotonic() + self._seconds
        response = super().handle_request(request)
        assert isinstance(response.stream, httpx.SyncByteStream)  # noqa: S101 - as httpx asks
        response.stream = _Bounded(response.stream, until, request)
        return response


@dataclass
class _Bounded(httpx.SyncByteStream):
    stream: httpx.SyncByteStream
    until: float
    request: httpx.Request

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for part in self.stream:
            size += len(part)
            if size > LARGEST:
                raise httpx.ReadError("too large an answer", request=self.request)
            if time.monotonic() > self.until:
                raise httpx.ReadTimeout("too slow an answer", request=self.request)
            yield part

    def close(self) -> None:
        self.stream.close()
