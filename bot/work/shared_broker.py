"""Hints through Redis, for several processes; no failure of Redis is an error."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator
from typing import Any

import dramatiq
from dramatiq.broker import Consumer, MessageProxy
from dramatiq.brokers.redis import RedisBroker

from bot.work.broker import ANSWERS, STAGES, WORKER_TIMEOUT_MS, MemoryBroker
from bot.work.redis_line import FAILURES, RedisAway, RedisLine

NO_WAIT_MS = 1


class SharedBroker(RedisBroker):
    """Hints through Redis; while it is away, in memory where this process works, else lost."""

    def __init__(self, line: RedisLine) -> None:
        super().__init__(client=line.client, middleware=[])  # type: ignore[no-untyped-call]
        self._line = line
        self._near = MemoryBroker()
        self._works_here = False

    def declare_queue(self, queue_name: str) -> None:
        self._near.declare_queue(queue_name)
        super().declare_queue(queue_name)

    def enqueue(
        self, message: dramatiq.Message[Any], *, delay: int | None = None
    ) -> dramatiq.Message[Any]:
        with contextlib.suppress(RedisAway), self._line.asking():
            return super().enqueue(message, delay=delay)
        return self._near.enqueue(message, delay=delay) if self._works_here else message

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> Consumer:
        self._works_here = True
        near = self._near.consume(queue_name, prefetch, NO_WAIT_MS)
        far = super().consume(queue_name, prefetch, timeout)
        return _NearAndFar(near, far, self._line)

    def waiting(self) -> int:
        """Return how many hints wait in the queues, as far as we can see."""
        near = self._near.waiting()
        with contextlib.suppress(RedisAway), self._line.asking() as client:
            return near + sum(client.llen(f"{self.namespace}:{n}") for n in (ANSWERS, STAGES))
        return near


class _NearAndFar(Consumer):
    """Takes hints out of this process's memory first, then out of Redis, if it is there."""

    def __init__(self, near: Consumer, far: Consumer, line: RedisLine) -> None:
        self._near, self._far, self._line = near, far, line

    def __next__(self) -> MessageProxy | None:
        message = next(self._near)
        if message is not None:
            return message
        try:
            with self._line.asking():
                return next(self._far)
        except RedisAway:
            time.sleep(WORKER_TIMEOUT_MS / 1000)
            return None

    def ack(self, message: MessageProxy) -> None:
        with self._unconcerned():
            self._source(message).ack(message)

    def nack(self, message: MessageProxy) -> None:
        with self._unconcerned():
            self._source(message).nack(message)

    def requeue(self, messages: Iterable[MessageProxy]) -> None:
        """Those of this process's memory go with it."""
        with self._unconcerned():
            self._far.requeue([one for one in messages if self._source(one) is self._far])

    def _source(self, message: MessageProxy) -> Consumer:
        return self._far if "redis_message_id" in message.options else self._near

    @contextlib.contextmanager
    def _unconcerned(self) -> Iterator[None]:
        """What Redis does not hear comes again, and finds nothing to do."""
        try:
            yield
        except FAILURES as error:
            self._line.broke(error)
