"""What a candidate wants, by the patterns of `prompts/understanding/patterns.yaml`.

Precision before recall: what no pattern fits is left to the weights.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import field_validator

from bot.domain.rights import fold
from bot.yamlfile import Strict, read


class PatternsFile(Strict):
    intents: dict[str, dict[str, list[str]]]
    examples: dict[str, dict[str, list[str]]]

    @field_validator("intents")
    @classmethod
    def _compiles(cls, intents: dict[str, dict[str, list[str]]]) -> dict[str, dict[str, list[str]]]:
        for name, languages in intents.items():
            for pattern in (p for patterns in languages.values() for p in patterns):
                try:
                    re.compile(pattern)
                except re.error as error:
                    raise ValueError(f"{name}: {pattern!r} is no pattern: {error}") from None
        return intents


@dataclass(frozen=True)
class Patterns:
    patterns: Mapping[str, Mapping[str, Sequence[re.Pattern[str]]]]
    """Intent -> language -> patterns, the most urgent intent first."""

    def intents(self, text: str, language: str) -> list[str]:
        """Return what the text asks for, the most urgent first; empty if nobody can tell.

        The candidate's language is tried first; people also write in another.
        """
        folded = _lower(text)
        own = self._matching(folded, lambda name: name == language)
        return own or self._matching(folded, lambda name: name != language)

    def _matching(self, folded: str, wanted: Callable[[str], bool]) -> list[str]:
        return [
            intent
            for intent, languages in self.patterns.items()
            if any(
                pattern.search(folded)
                for name, patterns in languages.items()
                if wanted(name)
                for pattern in patterns
            )
        ]


def load_patterns(path: Path) -> Patterns:
    """Return the patterns. Raises BadConfig: one is no regular expression."""
    file = read(path, PatternsFile)
    return Patterns(
        {
            intent: {
                language: [re.compile(pattern) for pattern in patterns]
                for language, patterns in languages.items()
            }
            for intent, languages in file.intents.items()
        }
    )


def _lower(text: str) -> str:
    """Fold case and accents, line by line; question marks stay, as patterns may need them."""
    return "\n".join(fold(line) + ("?" if "?" in line else "") for line in text.splitlines())
