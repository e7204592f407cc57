"""Tells open pages that something changed: in this process, and through Redis in all."""

from __future__ import annotations

import contextlib
import json
import queue
import threading
from collections.abc import Collection, Iterator

import structlog

log = structlog.get_logger()

REDIS_CHANNEL = "hearback:live"
MOST_WAITING = 200
"""A page that reads slower than this many changes is told to draw itself anew."""

Topics = frozenset[str]
RESYNC: Topics = frozenset({"resync"})


class LiveBus:
    """Every open page listens with a bounded queue of changed topics."""

    def __init__(self) -> None:
        self._pages: set[queue.Queue[Topics]] = set()
        self._lock = threading.Lock()

    def announce(self, topics: Collection[str]) -> None:
        """Tell every page of this process. Never blocks, never raises."""
        told = frozenset(topics)
        with self._lock:
            pages = list(self._pages)
        for page in pages:
            try:
                page.put_nowait(told)
            except queue.Full:
                _start_over(page)

    @contextlib.contextmanager
    def listening(self) -> Iterator[queue.Queue[Topics]]:
        page: queue.Queue[Topics] = queue.Queue(MOST_WAITING)
        with self._lock:
            self._pages.add(page)
        try:
            yield page
        finally:
            with self._lock:
                self._pages.discard(page)

    def count(self) -> int:
        """Return how many pages listen."""
        with self._lock:
            return len(self._pages)


def _start_over(page: queue.Queue[Topics]) -> None:
    with contextlib.suppress(queue.Empty):
        while True:
            page.get_nowait()
    with contextlib.suppress(queue.Full):
        page.put_nowait(RESYNC)


class RedisBus(LiveBus):
    """The same over all processes. While Redis is away, pages of this process still hear."""

    def __init__(self, url: str) -> None:
        super().__init__()
        import redis

        self._client = redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
        self._stop = threading.Event()

    def announce(self, topics: Collection[str]) -> None:
        try:
            self._client.publish(REDIS_CHANNEL, json.dumps(sorted(topics)))
        except Exception as error:  # live updates are a comfort: pages also poll
            log.warning("live_update_lost", error=type(error).__name__)
            super().announce(topics)

    def start(self) -> None:
        """Listen to the other processes; one thread and one connection per process."""
        threading.Thread(target=self._listen, name="live", daemon=True).start()

    def stop(self) -> None:
        self._stop.set()

    def _listen(self) -> None:
        while not self._stop.is_set():
            try:
                self._hear()
            except Exception as error:
                log.warning("live_updates_away", error=type(error).__name__)
                self._stop.wait(2)
                super().announce(RESYNC)

    def _hear(self) -> None:
        with self._client.pubsub(ignore_subscribe_messages=True) as pubsub:  # type: ignore[no-untyped-call]
            pubsub.subscribe(REDIS_CHANNEL)
            while not self._stop.is_set():
                message = pubsub.get_message(timeout=1.0)
                if message is not None:
                    super().announce(json.loads(message["data"]))
