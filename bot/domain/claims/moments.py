"""Days and times of day in a text, in English, Spanish and Portuguese."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain.claims.lexicon import Claim, Kind, Lexicon

MONTHS = (
    ("january", "jan", "enero", "ene", "janeiro"),
    ("february", "feb", "febrero", "fevereiro", "fev"),
    ("march", "mar", "marzo", "marco"),
    ("april", "apr", "abril", "abr"),
    ("may", "mayo", "maio", "mai"),
    ("june", "jun", "junio", "junho"),
    ("july", "jul", "julio", "julho"),
    ("august", "aug", "agosto", "ago"),
    ("september", "sept", "sep", "septiembre", "setiembre", "setembro", "set"),
    ("october", "oct", "octubre", "outubro", "out"),
    ("november", "nov", "noviembre", "novembro"),
    ("december", "dec", "diciembre", "dic", "dezembro", "dez"),
)
DAYS = (
    ("monday", "mondays", "mon", "lunes", "segunda-feira"),
    ("tuesday", "tuesdays", "tues", "tue", "martes", "terca-feira", "terca"),
    ("wednesday", "wednesdays", "wed", "miercoles", "quarta-feira"),
    ("thursday", "thursdays", "thurs", "thu", "jueves", "quinta-feira"),
    ("friday", "fridays", "fri", "viernes", "sexta-feira"),
    ("saturday", "saturdays", "sabado"),
    ("sunday", "sundays", "domingo"),
)
SHORT = {"segunda": 0, "quarta": 2, "quinta": 3, "sexta": 4}
"""Portuguese days that are ordinals too: days after a preposition, and where nothing is counted."""

_MONTH = {name: number for number, names in enumerate(MONTHS, start=1) for name in names}
_DAY = {name: number for number, names in enumerate(DAYS) for name in names}
_WEEKDAYS = _DAY | SHORT
_MONTHS = "|".join(_MONTH)
_DAYS = "|".join(_WEEKDAYS)
_WEEKDAY = rf"(?:(?P<weekday>{_DAYS})\.?,?\s+(?:the\s+|dia\s+|el\s+)?)?"
_YEAR = r"(?:,?\s+(?:of\s+|del?\s+)?(?P<year>\d{4}))?"
_DATES = [
    re.compile(rf"(?<!\w){pattern}(?!\w)")
    for pattern in (
        r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})",
        rf"{_WEEKDAY}(?P<day>\d{{1,2}})(?:st|nd|rd|th|o|\u00ba)?\s+(?:of\s+|de\s+)?"
        rf"(?P<name>{_MONTHS})\.?{_YEAR}",
        rf"{_WEEKDAY}(?P<name>{_MONTHS})\.?\s+(?:the\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?{_YEAR}",
        rf"{_WEEKDAY}(?P<one>\d{{1,2}})[/.](?P<two>\d{{1,2}})(?:[/.](?P<year>\d{{4}}|\d{{2}}))?",
        rf"(?P<weekday>{_DAYS}),?\s+(?:the\s+|dia\s+|el\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?"
        r"(?!\s*[:h%]|\s*[ap]\.?m|\s+\w)",
        r"(?:the|el|dia)\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?(?!\s*[:h%]|\s+\w)",
        r"(?:the)\s+(?P<day>\d{1,2})(?:st|nd|rd|th)",
        rf"(?:in|of|until|by|since|en|em|de|hasta|ate|desde)\s+(?P<name>{_MONTHS}){_YEAR}",
        rf"(?P<weekday>{'|'.join(_DAY)})",
        rf"(?:na|a|ate|nesta|desta|proxima|de|da)\s+(?P<weekday>{'|'.join(SHORT)})"
        r"(?!\s+(?:entrevista|etapa|fase|rodada|ronda|vez|parte|pessoa|conversa))",
    )
]
_TIMES = [
    re.compile(rf"(?<!\w){pattern}(?!\w)")
    for pattern in (
        r"(?P<hour>\d{1,2})[:h](?P<minute>\d{2})(?:\s*(?P<half>[ap])\.?\s?m\.?|\s*h(?:s|rs|oras)?)?",
        r"(?P<hour>\d{1,2})\s*(?P<half>[ap])\.?\s?m\.?",
        r"(?:a las|as|at|las|de las)\s+(?P<hour>\d{1,2})\s*h(?:s|rs|oras)?",
        r"(?:a las|a la|at)\s+(?P<hour>\d{1,2})(?!\s*(?:[%:\d]|\.\d)|\s+(?:\w+\s+)?"
        r"(?:day|week|hour|minute|dia|semana|hora|minuto))",
        r"(?P<noon>noon|midday|mediodia|meio-dia|meio dia)",
    )
]


@dataclass(frozen=True)
class When:
    """A day, as far as it is named."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None

    def fits(self, known: When) -> bool:
        """Whether everything that we name is so in `known`."""
        return all(
            ours is None or ours == theirs
            for ours, theirs in (
                (self.year, known.year),
                (self.month, known.month),
                (self.day, known.day),
                (self.weekday, known.weekday),
            )
        )

    @property
    def is_bare(self) -> bool:
        """Whether it may be no day at all: "the 8"."""
        return (self.year, self.month, self.weekday) == (None, None, None)

    def whole(self, today: date | None) -> Iterator[When]:
        """Yield the days that this may be, each with all its parts."""
        if self.month is None or self.day is None:
            if self.weekday is not None and self.day is None and today is not None:
                yield when(today + timedelta(days=(self.weekday - today.weekday() - 1) % 7 + 1))
            return
        years = [self.year] if self.year else _years(today)
        for year in years:
            try:
                found = when(date(year, self.month, self.day))
            except ValueError:
                continue
            if self.weekday in (None, found.weekday):
                yield found


def when(day: date) -> When:
    return When(day.year, day.month, day.day, day.weekday())


def _years(today: date | None) -> list[int]:
    return [today.year, today.year + 1] if today else []


def dates(text: str) -> Iterator[Claim]:
    """Yield every day that plain text names."""
    for pattern in _DATES:
        for found in pattern.finditer(text):
            readings = frozenset(_readings(found.groupdict("")))
            if readings:
                yield Claim(Kind.DATE, found.start(), found.end(), readings)


def _readings(named: Mapping[str, str]) -> Iterator[When]:
    figures = {part: int(text) for part, text in named.items() if text.isdigit()}
    if len(named.get("year", "")) == len("26"):
        figures["year"] += 2000
    year = figures.get("year")
    weekday = _WEEKDAYS.get(named.get("weekday", ""))
    if "one" in figures:
        yield from _either_way(figures["one"], figures["two"], year, weekday)
    else:
        month = _MONTH.get(named.get("name", ""), figures.get("month"))
        yield When(year, month, figures.get("day"), weekday)


def _either_way(one: int, two: int, year: int | None, weekday: int | None) -> Iterator[When]:
    """Yield what 3/4 may be: the third of April, or the fourth of March."""
    for month, day in ((two, one), (one, two)):
        if month in range(1, 13) and day in range(1, 32):
            yield When(year, month, day, weekday)


def times(text: str) -> Iterator[Claim]:
    """Yield every time of day that plain text names, as minutes since midnight."""
    for pattern in _TIMES:
        for found in pattern.finditer(text):
            readings = frozenset(_minutes(found.groupdict("")))
            if readings:
                yield Claim(Kind.TIME, found.start(), found.end(), readings)


def _minutes(named: Mapping[str, str]) -> Iterator[int]:
    if "noon" in named:
        yield 12 * 60
        return
    hour, minute, half = int(named["hour"]), int(named.get("minute") or 0), named.get("half")
    if hour > 24 or minute > 59:
        return
    if half:
        yield (hour % 12 + (12 if half == "p" else 0)) * 60 + minute
        return
    yield hour % 24 * 60 + minute
    if hour < 12 and "minute" not in named:
        yield (hour + 12) * 60


def near(text: str, lexicon: Lexicon) -> Iterator[Claim]:
    """Yield what only a calendar can tell: tomorrow, next week."""
    for name, pattern in lexicon.near.items():
        for found in pattern.finditer(text):
            yield Claim(Kind.DATE, found.start(), found.end(), frozenset([name]))


def reach(name: str, today: date) -> tuple[date, date]:
    """Return the first and the last day that a word such as `next_week` means."""
    monday = today - timedelta(days=today.weekday())
    month = today.replace(day=1)
    following = _next_month(month)
    after = _next_month(following)
    one = timedelta(days=1)
    return {
        "yesterday": (today - one, today - one),
        "tomorrow": (today + one, today + one),
        "after_tomorrow": (today + 2 * one, today + 2 * one),
        "this_week": (monday, monday + 6 * one),
        "next_week": (monday + 7 * one, monday + 13 * one),
        "this_month": (month, following - one),
        "next_month": (following, after - one),
    }[name]


def _next_month(first: date) -> date:
    return first + timedelta(days=monthrange(first.year, first.month)[1])
