"""The line of one process to Redis, which may go dead at any moment without harm."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

import dramatiq
import redis
import structlog

log = structlog.get_logger()

ANSWERS_WITHIN = 0.5
"""Seconds after which Redis counts as away: a carrier may be waiting for our answer."""
REST = 2.0
"""Seconds from one failure to the next try, so that hardly anybody waits for a dead line."""

FAILURES = (redis.RedisError, dramatiq.BrokerConnectionError)


class RedisAway(Exception):
    """Redis does not answer."""


class RedisLine:
    """Asks Redis, but not while it is away. Threads may share it."""

    def __init__(self, url: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.url = url
        self.client = redis.Redis.from_url(
            url, socket_connect_timeout=ANSWERS_WITHIN, socket_timeout=ANSWERS_WITHIN
        )
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._rests_until: float | None = None

    @contextlib.contextmanager
    def asking(self) -> Iterator[redis.Redis]:
        """Ask within the block. Raises RedisAway: it failed now, or just before.

        After a rest one thread tries; the others take Redis for away until that is decided.
        """
        self._go_first()
        try:
            yield self.client
        except FAILURES as error:
            self.broke(error)
            raise RedisAway from error
        self._answered()

    @property
    def resting(self) -> bool:
        """Whether it is too early to ask again."""
        until = self._rests_until
        return until is not None and self._monotonic() < until

    def broke(self, error: Exception) -> None:
        """Note that Redis failed somebody."""
        with self._lock:
            was_there = self._rests_until is None
            self._rests_until = self._monotonic() + REST
        if was_there:
            log.warning("redis_away", error=type(error).__name__)

    def _go_first(self) -> None:
        with self._lock:
            if self._rests_until is None:
                return
            now = self._monotonic()
            if now < self._rests_until:
                raise RedisAway
            self._rests_until = now + REST

    def _answered(self) -> None:
        with self._lock:
            was_away = self._rests_until is not None
            self._rests_until = None
        if was_away:
            log.info("redis_back")
