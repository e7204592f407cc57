"""How long a candidate heard nothing while they waited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from bot.scenario import names
from bot.scenario.assertions import GapAssertion
from bot.scenario.film import shown
from bot.scenario.playing import Played


@dataclass(frozen=True)
class Silence:
    played: Played

    def longest(
        self, told: GapAssertion, start: datetime, until: datetime
    ) -> tuple[timedelta, datetime]:
        words = self._words_at()
        moments = sorted({start, until, *words, *self._turns()})
        longest, since, at = timedelta(), start, start
        silent_since: datetime | None = None
        for at, after in pairwise(moments):
            if not start <= at < until:
                continue
            if not self._holds(told.while_, at):
                silent_since = None
                continue
            if silent_since is None or at in words:
                silent_since = at
            if after - silent_since > longest:
                longest, since = after - silent_since, silent_since
        return longest, since

    def _words_at(self) -> set[datetime]:
        rows = [r for r in self.played.film.said.values() if r.person_id == self.played.film.person]
        return {row.left_at for row in rows if row.left_at and shown(row) in names.REALLY_LEFT}

    def _turns(self) -> set[datetime]:
        """Return the moments at which waiting may begin or end."""
        scenes = self.played.film.scenes
        ends = {end for scene in scenes for wait in scene.waits for _, end in wait.booked}
        return ends | {scene.at for scene in scenes}

    def _holds(self, word: str, at: datetime) -> bool:
        seen = [scene for scene in self.played.film.scenes if scene.at <= at]
        return bool(seen) and any(wait.holds(word, at) for wait in seen[-1].waits)
