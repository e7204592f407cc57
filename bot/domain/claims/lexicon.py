"""The nouns of the gate, and the words that it knows claims by."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property


class Kind(StrEnum):
    LINK = "link"
    CONTACT = "contact"
    """An e-mail address or a telephone number."""
    AMOUNT = "amount"
    DATE = "date"
    TIME = "time"
    NUMBER = "number"
    NAME = "name"
    STATUS = "status"
    """An outcome, or the state of a position or an appointment."""
    ASSESSMENT = "assessment"
    """How somebody did."""
    PROTECTED = "protected"
    """What nobody may be judged by. No fact makes it right."""
    OTHERS = "other_candidate"
    TOPIC = "topic"
    """What was or will be talked about."""
    DETAIL = "detail"
    """A step of the process, a way to meet, a term of work."""
    PRIVATE = "private"
    """Words of a note that is not to be shared."""
    PLACEHOLDER = "placeholder"
    """A gap that nobody filled."""


@dataclass(frozen=True)
class Claim:
    kind: Kind
    start: int
    end: int
    readings: frozenset[Hashable]
    """What it may mean; one of them must be known."""


@dataclass(frozen=True, kw_only=True)
class Lexicon:
    """Phrases by what they claim, in every language at once."""

    statuses: Mapping[str, re.Pattern[str]]
    named: Mapping[str, frozenset[str]]
    """Status to what facts call it."""
    near: Mapping[str, re.Pattern[str]]
    assessment: re.Pattern[str]
    protected: re.Pattern[str]
    details: re.Pattern[str]
    others: re.Pattern[str]
    about: re.Pattern[str]
    units: re.Pattern[str]
    numbers: Mapping[str, int]
    caps: frozenset[str]
    openings: frozenset[str]
    neutral: frozenset[str]

    @cached_property
    def common(self) -> frozenset[str]:
        """Words that are no news anywhere."""
        return self.openings | self.neutral | self.numbers.keys()


def plain(text: str) -> str:
    """Return `text` in lower case, without accents, of the same length.

    >>> plain("Él llegará mañana")
    'el llegara manana'
    """
    return "".join(map(_plain, text))


def _plain(char: str) -> str:
    if char in "\u2019\u2018`\u00b4":
        return "'"
    return unicodedata.normalize("NFKD", char)[0].casefold()[0]


def phrases(listed: Iterable[str]) -> re.Pattern[str]:
    """Return what finds any of these phrases in plain text.

    `*` stands for the rest of a word, `...` for up to three words.
    """
    found = sorted({_phrase(one) for one in listed}, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(found)})(?!\w)" if found else r"(?!)")


def _phrase(phrase: str) -> str:
    return r"\s+".join(_pieces(plain(phrase).split())).replace(r"\s+(?:", r"(?:")


def _pieces(words: Iterable[str]) -> Iterator[str]:
    for word in words:
        if word == "...":
            yield r"(?:\s+[\w']+){0,3}"
        else:
            yield re.escape(word).replace(r"\*", r"\w*").replace("'", "'?")
