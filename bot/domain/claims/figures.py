"""Links, contacts, amounts and other figures in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.domain.claims.lexicon import Claim, Kind, Lexicon

_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>\"']+|(?<![\w@.])[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|co|ai|dev|app|"
    r"example|es|br|pt|mx|ar|uk|de|me|ly)(?:/[^\s<>\"']*)?(?![\w@])"
)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w/])\+?\(?\d[\d\s().-]{6,}\d(?!\w)")
_COIN = r"[$\u20ac\u00a3\u20b9]|us\$|r\$|mx\$"
_CODE = r"usd|eur|gbp|brl|mxn|ars|inr|euros?|dolares|dollars?|pounds?|pesos|reais|real|quid|bucks"
_FIGURE = r"\d+(?:[.,\u00a0 ]\d{3})*(?:[.,]\d{1,2})?"
_SCALE = r"\s?(?:k|mil|thousand|m|millions?|millon(?:es)?|milh(?:ao|oes))(?!\w)"
_AMOUNT = re.compile(
    rf"(?:(?:{_COIN})\s?(?P<one>{_FIGURE})(?P<scale>{_SCALE})?|"
    rf"(?<![\w.])(?P<two>{_FIGURE})(?P<scales>{_SCALE})?\s?(?:de\s+)?(?:{_COIN}|(?:{_CODE})(?!\w))|"
    rf"(?<![\w.])(?P<three>{_FIGURE})(?P<large>\s?(?:k|mil|thousand))(?!\w))"
)
_NUMBER = re.compile(
    rf"(?<![\w.,])(?P<figure>{_FIGURE})(?:st|nd|rd|th|\u00ba|\u00aa)?\s?%?(?![\w])"
)
_ITEM = re.compile(r"^\s*(\d{1,2})[.)]\s", re.MULTILINE)
"""What counts the lines of a list counts nothing else."""
_PORTUGUESE = re.compile(r"\b(?:voce|nao|ate|uma?|em|com|seu|sua|pel[oa])\b")
"""Words that Spanish does not have: "dos" is then "of the", not "two"."""
_SCORE = re.compile(r"(?<![\w.,])[01](?!\d)[^.?!\n]{1,40}?(?<![\w.,])(?:5|10)(?![\w,])")
_ASKED = re.compile(r"[^.!?\n]*\?")
"""Who asks about the next two weeks claims nothing of them."""
SURVEY_SCALE = "0 to 10"
"""The scale of a survey is always known."""
_THOUSANDS = re.compile(r"[.,\u00a0 ](?=\d{3}(?!\d))")


def links(text: str) -> Iterator[Claim]:
    for found in _MAIL.finditer(text):
        yield Claim(Kind.CONTACT, found.start(), found.end(), frozenset([found[0].rstrip(".")]))
    for found in _LINK.finditer(text):
        link = found[0].rstrip(".,;:!?)")
        end = found.start() + len(link)
        yield Claim(Kind.LINK, found.start(), end, frozenset([bare(link)]))


def bare(link: str) -> str:
    """Return a link without what makes no difference."""
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", link).rstrip("/")


def phones(text: str) -> Iterator[Claim]:
    for found in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", found[0])
        if 8 <= len(digits) <= 15:
            yield Claim(Kind.CONTACT, found.start(), found.end(), frozenset([digits]))


def amounts(text: str) -> Iterator[Claim]:
    for found in _AMOUNT.finditer(text):
        told = found["one"] or found["two"] or found["three"]
        scale = (found["scale"] or found["scales"] or found["large"] or "").strip()
        times = 1 if not scale else 1_000 if scale[0] in "kt" or scale == "mil" else 1_000_000
        readings = frozenset(value * times for value in values(told))
        yield Claim(Kind.AMOUNT, found.start(), found.end(), readings)


def values(figure: str) -> Iterator[float]:
    """Yield what a figure may mean: `1.500` is a thousand and a half, or one and a half."""
    whole = _THOUSANDS.sub("", figure)
    for reading in {whole, figure.replace(" ", "").replace("\u00a0", "")}:
        try:
            yield float(reading.replace(",", "."))
        except ValueError:
            continue


def numbers(text: str, lexicon: Lexicon) -> Iterator[Claim]:
    for found in _SCORE.finditer(text):
        yield Claim(Kind.NUMBER, found.start(), found.end(), frozenset([SURVEY_SCALE]))
    items = [found.span(1) for found in _ITEM.finditer(text)]
    for found in _NUMBER.finditer(text):
        if found.span() in items:
            continue
        readings = frozenset(values(found["figure"]))
        yield Claim(Kind.NUMBER, found.start(), found.end(), readings)
    words = "|".join(lexicon.numbers)
    counted = re.compile(
        rf"(?<!\w)(?P<word>{words})(?=[\s-]+(?:\w+\s+)?(?:{lexicon.units.pattern}))"
    )
    for found in counted.finditer(text):
        value = float(lexicon.numbers[found["word"]])
        if value == len(items) or _ASKED.match(text, found.end()):
            continue
        if found["word"] == "dos" and _PORTUGUESE.search(text):
            continue
        yield Claim(Kind.NUMBER, found.start(), found.end(), frozenset([value]))
