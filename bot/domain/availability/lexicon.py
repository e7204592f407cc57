"""The words of one language, as `prompts/availability/<language>.yaml` has them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.availability.symbols import Kind, Symbol

Phrase = tuple[str, ...]
FORGIVING = 5
"""Letters that a word must have before a slip of the thumb in it is forgiven."""
OFTEN_MISSPELT = frozenset({Kind.WEEKDAY, Kind.WEEKDAYS, Kind.DAY, Kind.MONTH})


@dataclass(frozen=True, kw_only=True)
class Lexicon:
    """All phrases are folded: lower case, no accents, no apostrophes."""

    language: str
    phrases: Mapping[Phrase, Symbol]
    instead: Mapping[Phrase, Phrase]
    """What is read as if other words stood there: short forms and set phrases."""
    next_is_coming: bool
    """Whether "next Friday", said on a Monday, is the one four days away."""
    weekdays_count: bool
    """Whether weekdays are called by numbers: "segunda" is Monday, and the second."""
    _longest: int = field(init=False)
    _misspelt: Mapping[str, Sequence[str]] = field(init=False)

    def __post_init__(self) -> None:
        longest = max(map(len, [*self.phrases, *self.instead]), default=1)
        object.__setattr__(self, "_longest", longest)
        object.__setattr__(self, "_misspelt", self._forgiven())

    def replaced(self, words: Sequence[str]) -> list[str]:
        """Return the words with set phrases exchanged, the longest first."""
        at, result = 0, list[str]()
        while at < len(words):
            size = self._size(words, at, self.instead)
            result += self.instead[tuple(words[at : at + size])] if size else [words[at]]
            at += size or 1
        return result

    def match(self, words: Sequence[str], at: int) -> tuple[Symbol, int] | None:
        """Return what the longest phrase at this place stands for, and its length."""
        size = self._size(words, at, self.phrases)
        if size:
            return self.phrases[tuple(words[at : at + size])], size
        return self._mended(words[at])

    def _size(self, words: Sequence[str], at: int, known: Mapping[Phrase, object]) -> int:
        sizes = range(min(self._longest, len(words) - at), 0, -1)
        return next((size for size in sizes if tuple(words[at : at + size]) in known), 0)

    def _mended(self, word: str) -> tuple[Symbol, int] | None:
        if len(word) < FORGIVING:
            return None
        near = [one for one in self._misspelt.get(word[0], ()) if one_slip(word, one)]
        return (self.phrases[(near[0],)], 1) if near else None

    def _forgiven(self) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = {}
        for phrase, symbol in self.phrases.items():
            if symbol.kind in OFTEN_MISSPELT and len(phrase) == 1 and len(phrase[0]) > FORGIVING:
                found.setdefault(phrase[0][0], []).append(phrase[0])
        return found


def one_slip(word: str, meant: str) -> bool:
    """Whether one letter is missing, added, wrong, or in its neighbour's place.

    >>> one_slip("thrusday", "thursday"), one_slip("wensday", "wednesday")
    (True, False)
    """
    same = next((n for n, (a, b) in enumerate(zip(word, meant, strict=False)) if a != b), None)
    if same is None:
        return abs(len(word) - len(meant)) == 1
    rest, due = word[same:], meant[same:]
    swapped = rest[:2] == due[1::-1] and rest[2:] == due[2:]
    return swapped or rest[1:] == due or rest == due[1:] or rest[1:] == due[1:]
