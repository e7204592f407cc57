"""dramatiq carries hints: in memory inside the web process, or through Redis.

A hint may be lost or come twice; the truth is in the database, and the pump asks again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import dramatiq
import structlog
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import AgeLimit, ShutdownNotifications, TimeLimit

from bot.domain.model import ConversationId, EventRow, ProcessId

log = structlog.get_logger()

ANSWERS, STAGES = "answers", "stages"
"""Answers have a queue of their own, so that a mass mailing never delays them."""
MAX_AGE_MS = 20_000
"""A hint that waited longer has been given again."""
TIME_LIMIT_MS = 120_000
WORKER_TIMEOUT_MS = 100
"""How often an idle worker looks into its queues."""


def make_broker(redis_url: str) -> dramatiq.Broker:
    """Return the broker: on Redis where a URL is given, else in this process's memory."""
    # No Retries: what is tried again stands in the database.
    middleware = [AgeLimit(), TimeLimit(), ShutdownNotifications()]
    if not redis_url:
        broker: dramatiq.Broker = StubBroker(middleware=middleware)
        broker.emit_after("process_boot")
        return broker
    from dramatiq.brokers.redis import RedisBroker

    return RedisBroker(url=redis_url, middleware=middleware)  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class BrokerHints:
    """The hints, given through the broker. Losing one is logged, never raised."""

    answers: dramatiq.Actor[..., Any]
    stages: dramatiq.Actor[..., Any]
    plans: dramatiq.Actor[..., Any]
    watches: dramatiq.Actor[..., Any]

    def turn(self, conversation: ConversationId, *, urgent: bool) -> None:
        self._send(self.answers if urgent else self.stages, conversation)

    def plan(self, event: int) -> None:
        self._send(self.plans, event)

    def watch(self, process: ProcessId) -> None:
        self._send(self.watches, process)

    def _send(self, actor: dramatiq.Actor[..., Any], of: int) -> None:
        try:
            actor.send(of)
        except Exception as error:  # a hint may be lost: the pump gives it again
            log.warning("hint_lost", actor=actor.actor_name, of=of, error=type(error).__name__)


def register(
    broker: dramatiq.Broker,
    turn: Callable[[ConversationId], object],
    plan: Callable[[EventRow], object],
    watch: Callable[[ProcessId], object],
) -> BrokerHints:
    """Make the actors of this broker: two queues of turns, the planning of events, and a look
    at processes whose alarm rang."""

    def turned(conversation_id: int) -> None:
        turn(ConversationId(conversation_id))

    def planned(event: int) -> None:
        plan(EventRow(event))

    def watched(process_id: int) -> None:
        watch(ProcessId(process_id))

    return BrokerHints(
        answers=_actor(broker, "answer", ANSWERS, turned),
        stages=_actor(broker, "turn", STAGES, turned),
        plans=_actor(broker, "plan", ANSWERS, planned),
        watches=_actor(broker, "watch", STAGES, watched),
    )


def _actor(
    broker: dramatiq.Broker, name: str, queue: str, work: Callable[[int], None]
) -> dramatiq.Actor[..., Any]:
    make = dramatiq.actor(
        actor_name=name,
        queue_name=queue,
        broker=broker,
        max_age=MAX_AGE_MS,
        time_limit=TIME_LIMIT_MS,
    )
    return make(work)


def backlog(broker: dramatiq.Broker) -> Callable[[], int]:
    """Return a function that counts the hints waiting in the queues."""

    def count() -> int:
        if isinstance(broker, StubBroker):
            return sum(broker.queues[name].qsize() for name in (ANSWERS, STAGES))
        client = broker.client  # type: ignore[attr-defined]
        namespace = broker.namespace  # type: ignore[attr-defined]
        try:
            return sum(int(client.llen(f"{namespace}:{name}")) for name in (ANSWERS, STAGES))
        except Exception:  # Redis is away: hints would be lost, alarms wait in the database
            return 0

    return count
