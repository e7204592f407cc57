"""Promises that people make in passing: "I will let you know by Thursday"."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_LEADS = (
    r"by|until|before|on|no later than|latest|this|next"
    r"|para|antes de|hasta|el|este|a mas tardar"
    r"|ate|antes|na|no|nesta|neste"
)
_DAYS = (
    ("monday", "lunes", "segunda", "segunda-feira"),
    ("tuesday", "martes", "terca", "terca-feira"),
    ("wednesday", "miercoles", "quarta", "quarta-feira"),
    ("thursday", "jueves", "quinta", "quinta-feira"),
    ("friday", "viernes", "sexta", "sexta-feira"),
    ("saturday", "sabado"),
    ("sunday", "domingo"),
)
_NEAR = {"today": 0, "hoy": 0, "hoje": 0, "tomorrow": 1, "manana": 1, "amanha": 1}
_NAMED = {name: number for number, names in enumerate(_DAYS) for name in names}
_HOUR = re.compile(r"\b(?:by|at|before|a las|antes de las|as|ate as)\s+(\d{1,2})(?::(\d{2}))?h?\b")
_WORD = re.compile(rf"\b(?:(?:{_LEADS})\s+)?({'|'.join([*_NAMED, *_NEAR])})\b")
_DATE = re.compile(r"\b(20\d\d)-(\d\d)-(\d\d)\b")


def given_by(text: str, at: datetime, office: ZoneInfo, closes: time) -> datetime | None:
    """Return the moment by which a text, written at `at`, promises something; None where it
    names no day. A day without an hour ends when the office closes.

    >>> at = datetime.fromisoformat("2026-11-24T12:00:00+00:00")
    >>> str(given_by("I will know by Thursday", at, ZoneInfo("Europe/Madrid"), time(18)))
    '2026-11-26 17:00:00+00:00'
    """
    plain = _plain(text)
    today = at.astimezone(office).date()
    day = _day(plain, today)
    if day is None:
        return None
    due = datetime.combine(day, _hour(plain) or closes, office).astimezone(at.tzinfo)
    return due if due > at else None


def _plain(text: str) -> str:
    """Small letters without accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))


def _day(plain: str, today: date) -> date | None:
    if found := _DATE.search(plain):
        try:
            return date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            return None
    found = _WORD.search(plain)
    if found is None:
        return None
    word = found[1]
    if word in _NEAR:
        return today + timedelta(days=_NEAR[word])
    return today + timedelta(days=(_NAMED[word] - today.weekday()) % 7 or 7)


def _hour(plain: str) -> time | None:
    found = _HOUR.search(plain)
    if found is None or int(found[1]) > 23 or int(found[2] or 0) > 59:
        return None
    return time(int(found[1]), int(found[2] or 0))
