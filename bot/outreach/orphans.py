"""Forgets delivery reports about messages that nobody here has sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.store import Store

KEPT = timedelta(days=30)
"""Carriers give a message up after that; `app.py doctor` counts those that are younger."""


@dataclass(frozen=True)
class Orphans:
    """A round."""

    store: Store
    name: str = "orphans"
    every: timedelta = timedelta(days=1)

    def go(self, since: datetime | None, now: datetime) -> None:
        with self.store.begin() as tx:
            tx.receipts.prune(now - KEPT)
