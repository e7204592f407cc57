"""How a candidate is written to: how formally, and at what length; and who wanted it so."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Tone(StrEnum):
    WARM = "warm"
    """Like a considerate colleague: tú, você."""
    FORMAL = "formal"
    """Like a letter: usted, and Portuguese without você."""


class Length(StrEnum):
    FULL = "full"
    SHORT = "short"


@dataclass(frozen=True, kw_only=True)
class Manner:
    tone: Tone = Tone.WARM
    length: Length = Length.FULL
    why: str = ""
    """Where it comes from, for a recruiter; empty where nobody chose."""

    def __str__(self) -> str:
        return f"{self.tone}, {self.length}"


PLAIN = Manner()
"""Nobody chose another."""


@dataclass(frozen=True, kw_only=True)
class Preference:
    """What a candidate asked for about the way we write; None where they did not."""

    tone: Tone | None = None
    length: Length | None = None

    def __bool__(self) -> bool:
        return self.tone is not None or self.length is not None

    def over(self, before: "Preference") -> "Preference":
        """Return this wish on top of an earlier one."""
        return Preference(tone=self.tone or before.tone, length=self.length or before.length)


NO_PREFERENCE = Preference()


@dataclass(frozen=True, kw_only=True)
class Culture:
    """How a company writes, where a candidate did not say otherwise."""

    tone: Tone = Tone.WARM
    levels: Mapping[str, Tone] = field(default_factory=dict)
    """By the level of the job, in small letters."""


def manner(wish: Preference, level: str, culture: Culture) -> Manner:
    """Return how to write: what the candidate wished, else the level's way, else the company's."""
    tone, why = culture.tone, ""
    if level.casefold() in culture.levels:
        tone, why = culture.levels[level.casefold()], f"the job is of the level {level}"
    if wish.tone is not None:
        tone, why = wish.tone, "the candidate asked for it"
    elif wish.length is not None:
        why = "; ".join(filter(None, ["the candidate asked for the length", why]))
    return Manner(tone=tone, length=wish.length or Length.FULL, why=why)
