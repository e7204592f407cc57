"""An appointment as a calendar file: iCalendar (RFC 5545), as others take it in (RFC 5546)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

LINE = 75
"""Octets of a line, its end not counted (RFC 5545, 3.1)."""


class Method(StrEnum):
    PUBLISH = "PUBLISH"
    CANCEL = "CANCEL"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One appointment. The same `uid` with a higher `sequence` takes the place of what a
    calendar knew."""

    method: Method
    uid: str
    sequence: int
    stamp: datetime
    """When it became so."""
    starts_at: datetime
    ends_at: datetime
    title: str
    place: str = ""
    url: str = ""
    organizer: str = ""
    """A URI, such as `mailto:jobs@northwind.example`."""


def calendar(entry: Entry) -> str:
    """Return the file. Lines end with CR LF and are folded."""
    cancelled = entry.method is Method.CANCEL
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Hearback//Interviews//EN",
        f"METHOD:{entry.method}",
        "BEGIN:VEVENT",
        f"UID:{_text(entry.uid)}",
        f"SEQUENCE:{entry.sequence}",
        f"DTSTAMP:{_utc(entry.stamp)}",
        f"DTSTART:{_utc(entry.starts_at)}",
        f"DTEND:{_utc(entry.ends_at)}",
        f"SUMMARY:{_text(entry.title)}",
        *([f"LOCATION:{_text(entry.place)}"] if entry.place else []),
        *([f"URL:{_uri(entry.url)}"] if entry.url else []),
        *([f"ORGANIZER:{_uri(entry.organizer)}"] if entry.organizer else []),
        f"STATUS:{'CANCELLED' if cancelled else 'CONFIRMED'}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{fold(line)}\r\n" for line in lines)


def fold(line: str) -> str:
    """Return a content line in pieces of at most 75 octets, none of them within a letter.

    >>> [len(piece.encode()) for piece in fold("SUMMARY:" + "ñ" * 60).split("\\r\\n")]
    [74, 55]
    """
    pieces, piece = list[str](), ""
    for character in line:
        if len(f"{piece}{character}".encode()) > LINE:
            pieces.append(piece)
            piece = " "
        piece += character
    return "\r\n".join([*pieces, piece])


def _text(value: str) -> str:
    r"""Escape what would end a value, and leave out what cannot stand in one.

    >>> _text("Room 2; 3rd floor, ask\nfor Ana\x07")
    'Room 2\\; 3rd floor\\, ask\\nfor Ana'
    """
    plain = value.replace("\r\n", "\n").replace("\r", "\n")
    for sign, written in (("\\", r"\\"), (";", r"\;"), (",", r"\,"), ("\n", r"\n")):
        plain = plain.replace(sign, written)
    return _printable(plain)


def _uri(value: str) -> str:
    return _printable("".join(value.split()))


def _printable(value: str) -> str:
    return "".join(character for character in value if character >= " " and character != "\x7f")


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
