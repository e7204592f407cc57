"""dramatiq carries hints: in memory inside one process, or through Redis between several.

A hint may be lost or come twice; the truth is in the database, and the pump asks again. So no
middleware is asked to retry, to age or to interrupt anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import dramatiq
import structlog
from dramatiq.brokers.stub import StubBroker

from bot.domain.model import ConversationId, EventRow, ProcessId

log = structlog.get_logger()

ANSWERS, STAGES = "answers", "stages"
"""Answers have a queue of their own, so that a mass mailing never delays them."""
WORKER_TIMEOUT_MS = 100
"""How often an idle worker looks into its queues."""


class MemoryBroker(StubBroker):
    """Hints within this process."""

    def __init__(self) -> None:
        super().__init__(middleware=[])

    def waiting(self) -> int:
        """Return how many hints wait in the queues."""
        return sum(self.queues[name].qsize() for name in (ANSWERS, STAGES))


@dataclass(frozen=True)
class BrokerHints:
    """The hints, given through the broker. Never raises."""

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
        except Exception:  # a hint may be lost: the pump gives it again
            log.exception("hint_lost", actor=actor.actor_name, of=of)


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

    def actor(name: str, queue: str, work: Callable[[int], None]) -> dramatiq.Actor[..., Any]:
        return dramatiq.actor(actor_name=name, queue_name=queue, broker=broker)(work)

    return BrokerHints(
        answers=actor("answer", ANSWERS, turned),
        stages=actor("turn", STAGES, turned),
        plans=actor("plan", ANSWERS, planned),
        watches=actor("watch", STAGES, watched),
    )
