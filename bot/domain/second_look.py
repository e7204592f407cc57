"""What a person should read once more before it reaches a candidate."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.claims import Gate, Kind, Violation
from bot.domain.model import Outcome

_DECISIONS = frozenset({"advance", "reject", "offer", "decided"})
_REGRETS = frozenset({"unfortunately", "lamentablemente", "infelizmente"})
"""Alone they may be about a room."""
_WHY = {
    Kind.STATUS: "a decision that nobody has released",
    Kind.ASSESSMENT: "what somebody thinks of the candidate, before the decision is out",
    Kind.PROTECTED: "what must play no part in hiring",
    Kind.OTHERS: "about other candidates",
}


@dataclass(frozen=True)
class SecondLook:
    gate: Gate

    def doubts(self, text: str, released: Outcome | None) -> list[str]:
        """Return what a text should perhaps not say, by its reasons, to a candidate whose
        decision is `released` or not. A person may have good reasons for any of it."""
        spans: dict[Kind, list[str]] = {}
        facts = {"decision": released.value if released else "undecided"}
        for one in self.gate.check(text, facts):
            if one.kind in _WHY and not _harmless(one, released):
                spans.setdefault(one.kind, []).append(f"“{one.span}”")
        return [f"{', '.join(dict.fromkeys(said))}: {_WHY[kind]}" for kind, said in spans.items()]


def _harmless(found: Violation, released: Outcome | None) -> bool:
    if found.kind is Kind.ASSESSMENT:
        return released is not None
    regret = found.span.lower() in _REGRETS
    return found.kind is Kind.STATUS and (regret or not found.says & _DECISIONS)
