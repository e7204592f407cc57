"""What a person should read once more before it reaches a candidate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.claims import Gate, Kind, Violation
from bot.domain.model import Outcome

_DECISIONS = frozenset({"advance", "reject", "offer", "decided"})
_REGRETS = frozenset({"unfortunately", "lamentablemente", "infelizmente"})
"""Alone they may be about a room."""
_WHY = {
    Kind.STATUS: "tells a decision that nobody has released",
    Kind.ASSESSMENT: "says what somebody thinks of the candidate, before the decision is out",
    Kind.PROTECTED: "touches what must play no part in hiring",
    Kind.OTHERS: "speaks of other candidates",
}


@dataclass(frozen=True)
class SecondLook:
    gate: Gate

    def doubts(self, text: str, released: Outcome | None) -> list[str]:
        """Return a sentence for each thing that a text should perhaps not say, to a candidate
        whose decision is `released` or not. A person may have good reasons for any of them."""
        facts = {"decision": released.value if released else "undecided"}
        found = self.gate.check(text, facts)
        return list(dict.fromkeys(self._told(found, released)))

    def _told(self, found: list[Violation], released: Outcome | None) -> Iterator[str]:
        for one in found:
            status = one.kind is Kind.STATUS
            harmless = status and (not one.says & _DECISIONS or one.span.lower() in _REGRETS)
            if one.kind not in _WHY or harmless or (one.kind is Kind.ASSESSMENT and released):
                continue
            yield f"“{one.span}” {_WHY[one.kind]}"
