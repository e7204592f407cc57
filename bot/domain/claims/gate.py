"""The gate: every claim of a text must be backed by the facts."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass

from bot.domain.claims.figures import links
from bot.domain.claims.known import Json, Known, known, read
from bot.domain.claims.lexicon import Claim, Kind, Lexicon, plain
from bot.domain.claims.names import WORD, names, placeholders, stem, topics


@dataclass(frozen=True)
class Violation:
    span: str
    """The words that nothing backs, as they stand in the text."""
    kind: Kind
    says: frozenset[Hashable] = frozenset()
    """How it may be read: for a status, which."""


@dataclass(frozen=True)
class Gate:
    lexicon: Lexicon

    def check(self, text: str, facts: Mapping[str, Json]) -> list[Violation]:
        """Return what the text claims and the facts do not, in the order of the text."""
        told = known(facts, self.lexicon)
        found = [claim for claim in self._claims(text, told) if not told.backs(claim)]
        found.sort(key=lambda claim: claim.start)
        return [Violation(text[c.start : c.end], c.kind, c.readings) for c in found]

    def _claims(self, text: str, told: Known) -> Iterator[Claim]:
        """Yield the claims; what lies inside another's place is part of it."""
        taken: list[tuple[int, int]] = []
        for claim in self._found(text, told):
            if all(claim.end <= start or claim.start >= end for start, end in taken):
                if claim.kind not in _OF_WORDS:
                    taken.append((claim.start, claim.end))
                yield claim

    def _found(self, text: str, told: Known) -> Iterator[Claim]:
        """Yield what may be claims, the most certain first."""
        letters = plain(text)
        yield from placeholders(text)
        yield from links(text)
        yield from read(letters, text, self.lexicon)
        yield from self._meant(letters)
        yield from names(text, self.lexicon)
        yield from topics(letters, self.lexicon)
        yield from _repeated(letters, told)

    def _meant(self, letters: str) -> Iterator[Claim]:
        for kind, pattern in (
            (Kind.ASSESSMENT, self.lexicon.assessment),
            (Kind.PROTECTED, self.lexicon.protected),
            (Kind.OTHERS, self.lexicon.others),
            (Kind.DETAIL, self.lexicon.details),
        ):
            for found in pattern.finditer(letters):
                yield Claim(kind, found.start(), found.end(), frozenset([found[0]]))


_OF_WORDS = frozenset(
    {Kind.STATUS, Kind.ASSESSMENT, Kind.PROTECTED, Kind.OTHERS, Kind.TOPIC, Kind.DETAIL}
)
"""Kinds whose places may hold names, days and figures of their own."""


def _repeated(letters: str, told: Known) -> Iterator[Claim]:
    for found in WORD.finditer(letters):
        if stem(found[0]) in told.hidden:
            yield Claim(Kind.PRIVATE, found.start(), found.end(), frozenset())
