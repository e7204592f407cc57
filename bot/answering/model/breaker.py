"""Leaves a server alone that has failed several times in a row."""

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.ports import Clock

MOST_FAILURES = 5
REST = timedelta(seconds=60)


@dataclass
class Breaker:
    """After a rest one request decides whether there is another."""

    clock: Clock
    failures: int = 0
    rests_until: datetime | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def allows(self) -> bool:
        """Whether to ask. Once the rest is over the first who comes may, and nobody else until
        it is known how that went."""
        with self._lock:
            if self.rests_until is None:
                return True
            now = self.clock.now()
            if now < self.rests_until:
                return False
            self.rests_until = now + REST
            return True

    def note(self, *, outage: bool) -> None:
        with self._lock:
            self.failures = self.failures + 1 if outage else 0
            tired = self.failures >= MOST_FAILURES
            self.rests_until = self.clock.now() + REST if tired else None
