"""How much of what was asked stands in a section, by its words: BM25 without its lengths.

Accents and endings do not count. What stands in every section says nothing, and what stands in
none of them asks about something else.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log

from bot.answering.understanding.features import plain

STEM = 5
"""Letters of a word that count: "vacation" and "vacations" are one."""
FEW = 20
"""Sections that are taken for granted: of less, nobody can tell which words are common."""
PLENTY = 8.0
"""What the words of a clear question weigh together."""


def stems(text: str) -> frozenset[str]:
    """
    >>> sorted(stems("¿Cuántos días de vacaciones?"))
    ['cuant', 'dias', 'vacac']
    """
    return frozenset(word[:STEM] for word in re.findall(r"\w{3,}", plain(text)))


@dataclass(frozen=True)
class Words:
    sections: Sequence[frozenset[str]]
    held: Counter[str]
    """Stem -> in how many sections it stands."""

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Words":
        sections = [stems(text) for text in texts]
        return cls(sections, Counter(stem for section in sections for stem in section))

    def weight(self, stem: str) -> float:
        held, sections = self.held[stem], max(len(self.sections), FEW)
        return log(1 + (sections - held + 0.5) / (held + 0.5))

    def shared(self, asked: frozenset[str], section: int) -> float:
        """Return from 0 to 1 how much the words that both have tell."""
        return min(self._weigh(asked & self.sections[section]) / PLENTY, 1)

    def covered(self, asked: frozenset[str], section: int) -> float:
        """Return the share of what was asked that stands in the section."""
        whole = self._weigh(asked)
        return self._weigh(asked & self.sections[section]) / whole if whole else 0

    def _weigh(self, some: Iterable[str]) -> float:
        return sum(self.weight(stem) for stem in some)
