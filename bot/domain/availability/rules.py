"""Rules that make one symbol of several.

A rule is written as the row that it looks for: "AT? hour:NUMBER AND? HALF". `?` marks what may be
absent, `|` parts choices, `name:` gives a place a name, `!KIND` must not follow and `^KIND` must
not come before.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from bot.domain.availability.intervals import Interval
from bot.domain.availability.symbols import Kind, Symbol

V = TypeVar("V")


@dataclass(frozen=True, kw_only=True)
class Moment:
    """When, where and in which language a text is read."""

    now: datetime
    """On the candidate's wall, without a zone."""
    month_first: bool
    """Whether 03/04 is the fourth of March."""
    next_is_coming: bool
    weekdays_count: bool
    slots: Sequence[Interval]
    """What was just offered to choose from."""


@dataclass(frozen=True)
class Found:
    """What a rule found, by the names of its places."""

    symbols: Mapping[str, Symbol]
    moment: Moment

    def get(self, name: str, of: type[V]) -> V:
        """Return the value at a place. Raises TypeError: the rule names the wrong kind."""
        value = self.symbols[name].value
        if not isinstance(value, of):
            raise TypeError(f"{name} is {value!r}, not {of.__name__}")
        return value

    def has(self, name: str) -> bool:
        return name in self.symbols

    def kind(self, name: str) -> Kind:
        return self.symbols[name].kind


Build = Callable[[Found], Symbol | Sequence[Symbol] | None]
"""Returns what takes the place of what was found, or None where the rule is not meant."""


@dataclass(frozen=True)
class Rule:
    row: re.Pattern[str]
    build: Build

    def apply(self, symbols: Sequence[Symbol], moment: Moment) -> list[Symbol]:
        kinds = "".join(f"{symbol.kind} " for symbol in symbols)
        result, done = list[Symbol](), 0
        for found in self.row.finditer(kinds):
            start, end = kinds.count(" ", 0, found.start()), kinds.count(" ", 0, found.end())
            made = self.build(Found(dict(_named(found, kinds, symbols)), moment))
            result += symbols[done:start]
            result += symbols[start:end] if made is None else _several(made)
            done = end
        return [*result, *symbols[done:]]


def rewrite(symbols: Sequence[Symbol], rules: Sequence[Rule], moment: Moment) -> list[Symbol]:
    """Return the symbols after every rule, in the order of the rules."""
    rewritten = list(symbols)
    for rule in rules:
        rewritten = rule.apply(rewritten, moment)
    return rewritten


def rule(row: str, build: Build) -> Rule:
    """Return a rule. Raises ValueError: there is no such kind of symbol.

    >>> rule("AT? hour:NUMBER !PM", lambda found: None).row.pattern
    '(?<!\\\\S)(?:AT )?(?P<hour>(?:NUMBER ))(?!(?:PM ))'
    """
    return Rule(re.compile(r"(?<!\S)" + "".join(map(_place, row.split()))), build)


def _place(place: str) -> str:
    name, _, kinds = place.rpartition(":")
    choices = [Kind(kind).value for kind in kinds.strip("!^?").split("|")]
    if kinds.startswith("^"):
        return "".join(rf"(?<!\b{kind} )" for kind in choices)
    chosen = f"(?:{'|'.join(f'{kind} ' for kind in choices)})"
    if kinds.startswith("!"):
        return f"(?!{chosen})"
    group = f"(?P<{name}>{chosen})" if name else chosen
    return f"{group}?" if kinds.endswith("?") else group


def _named(
    found: re.Match[str], kinds: str, symbols: Sequence[Symbol]
) -> Iterator[tuple[str, Symbol]]:
    for name, text in found.groupdict().items():
        if text is not None:
            yield name, symbols[kinds.count(" ", 0, found.start(name))]


def _several(made: Symbol | Sequence[Symbol]) -> Sequence[Symbol]:
    return [made] if isinstance(made, Symbol) else made
