"""How much a language model may be asked: so many tokens a day, for each candidate and for all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.domain.model import PersonId
from bot.domain.ports import Clock

if TYPE_CHECKING:
    from bot.store import Store


@dataclass(frozen=True, kw_only=True)
class Budget:
    """Turns at the same moment do not see each other's tokens: each may go beyond by itself."""

    store: Store
    clock: Clock
    office: ZoneInfo
    """Where a day begins and ends."""
    per_candidate: int
    per_day: int

    def allows(self, person_id: PersonId) -> bool:
        with self.store.read() as tx:
            theirs = tx.model_tokens.of(self._today, person_id)
            return theirs < self.per_candidate and tx.model_tokens.of(self._today) < self.per_day

    def spend(self, person_id: PersonId, tokens: int) -> None:
        with self.store.begin() as tx:
            tx.model_tokens.add(self._today, person_id, tokens)

    @property
    def _today(self) -> date:
        return self.clock.now().astimezone(self.office).date()
