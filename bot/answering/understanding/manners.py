"""Whether somebody wants to be written to in another way, by `prompts/manners.yaml`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.answering.understanding.patterns import Patterns
from bot.domain.manner import Length, Preference, Tone

_END = re.compile(r"(?<=[.!?…])\s+|\n+|;\s")


@dataclass(frozen=True)
class Manners:
    patterns: Patterns

    def heard(self, text: str, language: str) -> tuple[Preference, str]:
        """Return what a text wishes about the way we write, and what else it says.

        A sentence is one or the other: what is wished for in it asks nothing else."""
        wish, rest = Preference(), list[str]()
        for sentence in filter(None, map(str.strip, _END.split(text))):
            found = _wish(self.patterns.intents(sentence, language))
            wish = found.over(wish)
            if not found:
                rest.append(sentence)
        return wish, " ".join(rest)


def _wish(found: Sequence[str]) -> Preference:
    """The first of each counts: the file names what is surer first."""
    tones = [Tone(name) for name in found if name in list(Tone)]
    lengths = [Length(name) for name in found if name in list(Length)]
    return Preference(tone=tones[0] if tones else None, length=lengths[0] if lengths else None)
