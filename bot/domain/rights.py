"""The words that always work: no model, no keyword guessing, every supported language."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Right(StrEnum):
    STOP = "stop"
    START = "start"
    HUMAN = "human"
    EMAIL = "email"
    NEWS = "news"
    """No more updates that tell no news; START brings them back."""
    DATA = "data"
    DELETE = "delete"
    ASK_WHICH = "ask_which"
    """CANCEL, END, QUIT: candidates cancel interviews, so these are asked back."""


@dataclass(frozen=True)
class RightsWords:
    """Folded phrases of every language."""

    whole: Mapping[str, Right]
    """A phrase that counts when it is the whole message."""
    within: frozenset[str]
    """Phrases that are an opt-out wherever they stand."""

    def __post_init__(self) -> None:
        folded = {fold(phrase): right for phrase, right in self.whole.items()}
        object.__setattr__(self, "whole", folded)
        object.__setattr__(self, "within", frozenset(fold(p) for p in self.within))


def fold(text: str) -> str:
    """Return `text` in lower case without accents, punctuation, emoji or extra space.

    >>> fold("  ¡PÁREN  ya! 🙏 ")
    'paren ya'
    """
    plain = unicodedata.normalize("NFKD", text.replace("'", "").replace("\u2019", "")).casefold()
    kept = (c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join("".join(kept).split())


_POLITE = tuple(
    fold(word)
    for word in (
        "please, pls, thanks, thank you, hi, hello, por favor, porfa, gracias, muchas gracias, "
        "hola, obrigado, obrigada, ola, oi"
    ).split(", ")
)
_NOT_BEFORE = ("dont", "don t", "do not", "never", "did you", "have you")
"""As in "don't stop messaging me", or "why did you stop writing to me?"."""
_GO_ON = (" no deje", " no dejen", " nao pare", " nao parem")
"""As in "no dejen de escribirme"."""
_NOT_AFTER = ("tarde",)
"""As in "no me escriban más tarde de las ocho"."""


def match(text: str, words: RightsWords) -> Right | None:
    """Return the right that `text` invokes, or None.

    A whole message that is one of the phrases counts, with or without a "please" around
    it; an unmistakable opt-out also counts inside a longer message.
    """
    folded = fold(text)
    for candidate in _without_politeness(folded):
        if candidate in words.whole:
            return words.whole[candidate]
    return Right.STOP if any(_stands(phrase, folded) for phrase in words.within) else None


def _stands(phrase: str, folded: str) -> bool:
    """Whether `phrase` stands in `folded` as whole words, and means what it says."""
    before, found, after = f" {folded} ".partition(f" {phrase} ")
    if not found:
        return False
    negated = any(f" {before}".endswith(f" {word}") for word in _NOT_BEFORE)
    negated |= f"{before} {phrase.split()[0]}".endswith(_GO_ON)
    return not negated and not any(f"{after} ".startswith(f"{word} ") for word in _NOT_AFTER)


def _without_politeness(folded: str) -> Iterable[str]:
    yield folded
    for polite in _POLITE:
        if folded.startswith(f"{polite} "):
            yield folded.removeprefix(f"{polite} ")
        if folded.endswith(f" {polite}"):
            yield folded.removesuffix(f" {polite}")
