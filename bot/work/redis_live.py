"""Tells the pages of all processes that something changed, through Redis."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Collection

from bot.work.live import RESYNC, LiveBus
from bot.work.redis_line import FAILURES, REST, RedisAway, RedisLine

REDIS_CHANNEL = "hearback:live"


class RedisBus(LiveBus):
    """The same over all processes. While Redis is away, pages of this process still hear."""

    def __init__(self, line: RedisLine) -> None:
        super().__init__()
        self._line = line
        self._stop = threading.Event()

    def announce(self, topics: Collection[str]) -> None:
        try:
            with self._line.asking() as client:
                client.publish(REDIS_CHANNEL, json.dumps(sorted(topics)))
        except RedisAway:  # live updates are a comfort: pages also poll
            super().announce(topics)

    def start(self) -> None:
        """Listen to the other processes; one thread and one connection per process."""
        threading.Thread(target=self._listen, name="live", daemon=True).start()

    def close(self) -> None:
        self._stop.set()
        super().close()

    def _listen(self) -> None:
        while not self._stop.is_set():
            with contextlib.suppress(*FAILURES, ValueError):
                self._hear()
            self._stop.wait(REST)
            super().announce(RESYNC)

    def _hear(self) -> None:
        """Pass on what the others say. Raises one of FAILURES; ValueError at what is not ours."""
        with self._line.client.pubsub(ignore_subscribe_messages=True) as pubsub:  # type: ignore[no-untyped-call]
            pubsub.subscribe(REDIS_CHANNEL)
            while not self._stop.is_set():
                message = pubsub.get_message(timeout=1.0)
                if message is not None:
                    super().announce(json.loads(message["data"]))
