"""Moves a movable clock from alarm to alarm, so that a jump of days leaves nothing unsent."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from bot.domain.failpoints import fp
from bot.domain.model import ConversationId, EventRow, ProcessId
from bot.domain.ports import Clock

if TYPE_CHECKING:
    from bot.store import Store

MOST_ROUNDS = 1_000
"""Rounds at one moment after which something must be going in circles."""
A_BREATH = 0.02
"""Seconds to wait for a worker that holds a conversation."""


class Movable(Clock, Protocol):
    def move_to(self, at: datetime) -> None: ...


@dataclass(frozen=True)
class Stepper:
    store: Store
    clock: Movable
    turn: Callable[[ConversationId], bool]
    plan: Callable[[EventRow], None]
    watch: Callable[[ProcessId], None]
    settle: Callable[[], object]
    """Lets the simulated carrier deliver what it has accepted."""

    def jump(self, by: timedelta) -> None:
        self.run_until(self.clock.now() + by)

    def run_until(self, target: datetime) -> None:
        """Do everything that becomes due up to `target`, at the moment it becomes due."""
        self.settle_now()
        while True:
            at = self._next_alarm()
            if at is None or at > target:
                break
            self.clock.move_to(at)
            self.settle_now()
        self.clock.move_to(target)
        self.settle_now()

    def settle_now(self) -> None:
        """Do everything that is due at this moment, and what follows from it."""
        for _ in range(MOST_ROUNDS):
            self.settle()
            if not self._round():
                self.settle()
                if not self._round():
                    return
        raise RuntimeError(f"still busy after {MOST_ROUNDS} rounds at {self.clock.now()}")

    def _round(self) -> bool:
        now = self.clock.now()
        with self.store.begin() as tx:
            events = tx.events.ring(now + timedelta(seconds=2), MOST_ROUNDS)
            rung = tx.conversations.ring(now, MOST_ROUNDS)
            watched = tx.processes.ring(now, MOST_ROUNDS)
        if events or rung or watched:
            fp("alarm.rung")
        for event in events:
            self.plan(event)
        for conversation, _ in rung:
            while not self.turn(conversation):
                time.sleep(A_BREATH)
        for process in watched:
            self.watch(process)
        return bool(events or rung or watched)

    def _next_alarm(self) -> datetime | None:
        with self.store.read() as tx:
            return min((at for at in tx.next_rings() if at is not None), default=None)
