"""What a candidate wants, by patterns such as those of `prompts/understanding/patterns.yaml`.

Precision before recall: what no pattern fits is left to the weights.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field

from bot.domain.rights import fold
from bot.yamlfile import Strict, read


def _pattern(written: str) -> re.Pattern[str]:
    try:
        return re.compile(written)
    except re.error as error:
        raise ValueError(f"{written!r} is no pattern: {error}") from None


Listed = dict[str, dict[str, list[Annotated[re.Pattern[str], BeforeValidator(_pattern)]]]]
"""Intent -> language -> patterns, the most urgent intent first."""


class PatternsFile(Strict):
    intents: Listed
    unless: Listed = Field(default_factory=dict)
    examples: dict[str, dict[str, list[str]]]


@dataclass(frozen=True)
class Patterns:
    patterns: Listed
    unless: Listed
    """What sounds like an intent and is something else."""

    def intents(self, text: str, language: str, name: str = "") -> list[str]:
        """Return what the text asks for, the most urgent first; empty if nobody can tell.

        The candidate's language is tried first; people also write in another. A word of their
        `name` reads NAME: in a folded text nothing else is written in capitals.
        """
        folded = _with_name(_lower(text), name)
        own = _matching(self.patterns, folded, lambda one: one == language)
        return own or _matching(self.patterns, folded, lambda one: one != language)

    def only_sounds_like(self, text: str) -> list[str]:
        """Return what the text does not ask for, whatever the weights make of it."""
        return _matching(self.unless, _lower(text), lambda name: True)


def _matching(
    patterns: Listed,
    folded: str,
    wanted: Callable[[str], bool],
) -> list[str]:
    return [
        intent
        for intent, languages in patterns.items()
        if any(
            pattern.search(folded)
            for name, of_language in languages.items()
            if wanted(name)
            for pattern in of_language
        )
    ]


def load_patterns(path: Path) -> Patterns:
    """Return the patterns of what somebody wants. Raises BadConfig: one is none."""
    file = read(path, PatternsFile)
    return Patterns(file.intents, file.unless)


PARTICLES = frozenset(
    "de del della da do dos das di du la las le les los el y e van von der den bin al ben".split()
)
"""Small words in names, which are no names by themselves."""


def _with_name(folded: str, name: str) -> str:
    parts = fold(name).split()
    words = "|".join(part for part in parts if part not in PARTICLES)
    if not words:
        return folded
    small = "|".join(PARTICLES.intersection(parts)) or "(?!)"
    one = rf"(?:(?:{small}) )*(?:{words})"
    return re.sub(rf"\b{one}(?: {one})*(?=s?\b)", "NAME", folded)


def _lower(text: str) -> str:
    """Fold case and accents, line by line; question marks stay, as patterns may need them."""
    return "\n".join(fold(line) + ("?" if "?" in line else "") for line in text.splitlines())
