"""Turns alarms that rang into hints. Heals lost hints, an empty Redis and dead workers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from bot.domain.errors import StoreDown
from bot.domain.failpoints import fp
from bot.domain.ports import Clock, Hints
from bot.work.turn import HeldLeases

if TYPE_CHECKING:
    from bot.store import Store

log = structlog.get_logger()

EVERY = 0.25
"""Seconds between two looks at the alarms."""
BEAT = 5.0
"""Seconds between two signs of life of the leases that this process holds."""
ROOM = 256
"""Never more hints in the queues than the workers can chew."""


@dataclass(frozen=True)
class Pump:
    store: Store
    clock: Clock
    hints: Hints
    backlog: Callable[[], int]
    """How many hints wait in the queues."""

    def __call__(self) -> None:
        """Look at the alarms once."""
        room = ROOM - self.backlog()
        if room <= 0 or not self._something_rings():
            return
        now = self.clock.now()
        with self.store.begin() as tx:
            events = tx.events.ring(now, room)
            rung = tx.conversations.ring(now, room)
            watched = tx.processes.ring(now, room)
        fp("alarm.rung")
        for event in events:
            self.hints.plan(event)
        for conversation, urgent in rung:
            self.hints.turn(conversation, urgent=urgent)
        for process in watched:
            self.hints.watch(process)

    def _something_rings(self) -> bool:
        now = self.clock.now()
        with self.store.read() as tx:
            alarms = tx.next_rings()
        return any(at is not None and at <= now for at in alarms)


@dataclass(frozen=True)
class Beat:
    """Keeps the leases of living turns alive."""

    store: Store
    held: HeldLeases

    def __call__(self) -> None:
        tokens = self.held.living()
        if tokens:
            self.store.doing(
                lambda tx: tx.conversations.extend_leases(tokens), urgent=True, patience=BEAT
            )


class Ticking:
    """Calls something again and again in a thread of its own until it is stopped."""

    def __init__(self, name: str, every: float, call: Callable[[], None]) -> None:
        self._every = every
        self._call = call
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=1)

    def _run(self) -> None:
        while not self._stop.wait(self._every):
            try:
                self._call()
            except StoreDown:
                log.warning("store_down", thread=self._thread.name)
            except Exception:
                log.exception("tick_failed", thread=self._thread.name)
