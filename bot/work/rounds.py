"""What is done from time to time, by one process at a time: a round, with its own alarm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

import structlog

from bot.domain.errors import CarrierAway
from bot.domain.ports import Clock

if TYPE_CHECKING:
    from bot.store import Store

log = structlog.get_logger()

LOOK = 5.0
"""Seconds between two looks at the alarms of the rounds."""
PATIENCE = timedelta(minutes=10)
"""A round that has not ended by then is taken for dead, and another process begins it anew."""


class Round(Protocol):
    @property
    def name(self) -> str:
        """The same in every process."""

    @property
    def every(self) -> timedelta: ...

    def go(self, since: datetime | None, now: datetime) -> None:
        """Do it. `since` is when the last one began that ended well. Raises CarrierAway."""


@dataclass(frozen=True)
class Rounds:
    store: Store
    clock: Clock
    rounds: Sequence[Round]

    def __call__(self) -> None:
        """Go each round whose time has come, unless another process is at it."""
        for one in self.rounds:
            now = self.clock.now()
            if self._rings(one, now):
                self._go(one, now)

    def _rings(self, one: Round, now: datetime) -> bool:
        with self.store.read() as tx:
            return tx.polls.rings(one.name, now)

    def _go(self, one: Round, now: datetime) -> None:
        with self.store.begin() as tx:
            tx.polls.know(one.name, now)
            turn = tx.polls.ring(one.name, now, PATIENCE)
        if turn is None:
            return
        try:
            one.go(turn.since, now)
        except CarrierAway as error:
            log.warning("round_put_off", round=one.name, why=str(error))
            now = turn.since or now
        with self.store.begin() as tx:
            tx.polls.done(one.name, now, self.clock.now() + one.every)
