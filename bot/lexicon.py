"""Loads `prompts/claims.yaml`: the words by which the fact gate knows claims."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import Field

from bot.domain.claims import Lexicon
from bot.domain.claims.lexicon import phrases, plain
from bot.yamlfile import Strict, read

Words = dict[str, list[str]]
STATUSES = (
    "advance",
    "reject",
    "offer",
    "undecided",
    "decided",
    "paused",
    "cancelled",
    "confirmed",
    "moved",
)


class ClaimsFile(Strict):
    advance: Words
    reject: Words
    offer: Words
    undecided: Words
    decided: Words
    paused: Words
    cancelled: Words
    confirmed: Words
    moved: Words
    assessment: Words
    protected: Words
    details: Words
    others: Words
    named: Words
    near: Words
    units: Words
    numbers: dict[str, dict[str, int]] = Field(min_length=1)
    caps: Words
    openings: Words
    about: Words
    neutral: Words


def load_lexicon(path: Path) -> Lexicon:
    """Return the words of every language. Raises BadConfig, naming each line."""
    file = read(path, ClaimsFile)
    return Lexicon(
        statuses={name: phrases(_all(getattr(file, name))) for name in STATUSES},
        named={name: frozenset(words) for name, words in file.named.items()},
        near={name: phrases(words) for name, words in file.near.items()},
        assessment=phrases(_all(file.assessment)),
        protected=phrases(_all(file.protected)),
        details=phrases(_all(file.details)),
        others=phrases(_all(file.others)),
        about=phrases(_all(file.about)),
        units=phrases(_all(file.units)),
        numbers={
            plain(word): value for one in file.numbers.values() for word, value in one.items()
        },
        caps=frozenset(_all(file.caps)),
        openings=frozenset(map(plain, _all(file.openings))),
        neutral=frozenset(map(plain, _all(file.neutral))),
    )


def _all(words: Mapping[str, Iterable[str]]) -> list[str]:
    return [word for listed in words.values() for word in listed]
