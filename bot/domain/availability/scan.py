"""From a text to symbols: words by the lexicon, figures by their shape."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date

from bot.domain.availability.clocks import DAY_MINUTES, Clock
from bot.domain.availability.lexicon import Lexicon
from bot.domain.availability.symbols import Kind, Symbol

LONGEST = 2000
"""Letters of a message that are read; who writes more says it in them."""

_MERIDIEM = re.compile(r"(?:(?<=\d)\s?|(?<=\d\s)|\b)([ap])\s?\.\s?m\b\.?|(?<=\d)\s?([ap])\s?m\b\.?")
_TOKEN = re.compile(
    r"\d{4}-\d\d?-\d\d?(?!\d)"
    r"|\d{1,2}/\d{1,2}(?:/\d{4}|/\d{2})?(?!\d)"
    r"|\d{1,2}([.-])\d{1,2}\1(?:\d{4}|\d{2})(?!\d)"
    r"|\d{1,2}\s?[:.]\d\d(?![\d/])|\d{1,2}\s?h\s?[0-5]\d(?!\d)"
    r"|(?:utc|gmt)\s?[+-]\s?\d{1,2}"
    r"|\d{1,2}\.?(?:st|nd|rd|th|er|ro|do|to|[oa])(?![a-z])"
    r"|\d+|[a-z]+|\n|[^\sa-z\d]"
)
_TIDY = str.maketrans({"\u2019": "", "'": "", "`": "", "\u00b4": "", "\u2013": "-", "\u2014": ";"})
_MARKS = {
    ",": Kind.COMMA,
    "(": Kind.COMMA,
    ")": Kind.COMMA,
    ":": Kind.COMMA,
    "-": Kind.TO,
    "~": Kind.AROUND,
    "/": Kind.OR,
    "&": Kind.AND,
    "+": Kind.AND,
    **dict.fromkeys(".;!?\n\u2026\u00bf\u00a1", Kind.STOP),
}
RANGED = frozenset({Kind.WEEKDAY, Kind.MONTH, Kind.DAY})
_MONEY = frozenset("$\u20ac\u00a3%")


def scan(text: str, lexicon: Lexicon) -> list[Symbol]:
    """Return the symbols of a text, words that mean nothing here among them as OTHER."""
    words = lexicon.replaced(words_of(_without_hyphens(text, lexicon)))
    symbols, at = list[Symbol](), 0
    while at < len(words):
        known = lexicon.match(words, at)
        symbol, size = known or (_figure(words[at]), 1)
        symbols.append(symbol)
        at += size
    return list(_without_money(symbols))


def _without_hyphens(text: str, lexicon: Lexicon) -> str:
    """Return the text with a space for each hyphen inside a word: "meio-dia", but "Mon-Wed"."""

    def spaced(found: re.Match[str]) -> str:
        ends = [lexicon.match([word], 0) for word in found.groups()]
        ranges = all(end and end[0].kind in RANGED for end in ends)
        return found[0] if ranges else f"{found[1]} "

    return re.sub(r"\b([a-z]+)-(?=([a-z]+))", spaced, folded(text))


def words_of(text: str) -> tuple[str, ...]:
    """Return the words, figures and marks of a text.

    >>> words_of("Can't, at 3:30pm")
    ('cant', ',', 'at', '3:30', 'pm')
    """
    return tuple(found[0] for found in _TOKEN.finditer(folded(text)))


def folded(text: str) -> str:
    """Return the text in lower case without accents and apostrophes.

    >>> folded("A las 3 P.M., mañana")
    'a las 3pm, manana'
    """
    whole = re.sub(r"(?i)(day|tomorrow)['\u2019]s\b", r"\1 is", text[:LONGEST])
    plain = unicodedata.normalize("NFKD", whole.translate(_TIDY)).casefold()
    plain = "".join(c for c in plain if not unicodedata.combining(c) and c != "\u20e3")
    return _MERIDIEM.sub(lambda found: f"{found[1] or found[2]}m", plain)


def _figure(word: str) -> Symbol:
    if not word[0].isdigit():
        return _zone(word) or Symbol(_MARKS.get(word, Kind.OTHER), word=word)
    if word.isdigit():
        return _number(word)
    if re.fullmatch(r"\d{4}-.*", word):
        return _iso(word)
    if re.fullmatch(r"\d+[/.-]\d+(?:[/.-]\d+)", word) or "/" in word:
        return Symbol(Kind.SLASHED, tuple(map(int, re.split("[/.-]", word))), word)
    if found := re.fullmatch(r"(\d+)\s?[:.h]\s?(\d+)", word):
        return _hour_minute(int(found[1]), int(found[2]), word)
    if word.endswith("a") and int(word[:-1].rstrip(".")) <= 12:
        return Symbol(Kind.HOUR_MINUTE, Clock(int(word[:-1].rstrip(".")) * 60, sure=True), word)
    return Symbol(Kind.NTH, int(re.sub(r"\D", "", word)), word)


def _number(word: str) -> Symbol:
    value = int(word[:8])
    if len(word) == 4 and 2020 <= value <= 2099:
        return Symbol(Kind.YEAR, value, word)
    if len(word) in (3, 4) and value // 100 < 24 and value % 100 < 60:
        return Symbol(Kind.FOUR_DIGITS, Clock(value // 100 * 60 + value % 100), word)
    return Symbol(Kind.NUMBER if len(word) <= 2 else Kind.OTHER, value, word)


def _iso(word: str) -> Symbol:
    try:
        return Symbol(Kind.ISO_DAY, date(*map(int, word.split("-"))), word)
    except ValueError:
        return Symbol(Kind.OTHER, word=word)


def _hour_minute(hour: int, minute: int, word: str) -> Symbol:
    minutes = hour * 60 + minute
    if minutes > DAY_MINUTES or minute > 59:
        return Symbol(Kind.OTHER, word=word)
    sure = hour > 12 or hour == 0 or word.startswith("0")
    return Symbol(Kind.HOUR_MINUTE, Clock(minutes, sure), word)


def _zone(word: str) -> Symbol | None:
    """Etc/GMT+3 is three hours behind, and has it the other way round."""
    found = re.fullmatch(r"(?:utc|gmt)\s?([+-])\s?(\d+)", word)
    if found is None or int(found[2]) > 12:
        return None
    return Symbol(Kind.ZONE, f"Etc/GMT{'-' if found[1] == '+' else '+'}{int(found[2])}", word)


def _without_money(symbols: list[Symbol]) -> Iterator[Symbol]:
    """Nothing beside a sign of money or of parts is a time."""
    for at, symbol in enumerate(symbols):
        near = {one.word for one in (*symbols[max(at - 1, 0) : at], *symbols[at + 1 : at + 2])}
        yield Symbol(Kind.OTHER, word=symbol.word) if _MONEY & near and symbol.value else symbol
