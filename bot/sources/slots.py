"""Slots from a table (CSV): one row, one slot. See `docs/booking.md`."""

import csv
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.domain.errors import BadInput, Mistake

NEEDED = ("ref", "starts_at", "ends_at")
COLUMNS = (*NEEDED, "interviewers", "process", "job", "place", "meeting_link")
ZONED = "write a date, an hour and its offset, such as 2026-11-27T10:00:00+01:00"
HOSTS = "write names, or Ana Ruiz <ana@northwind.example>, and a semicolon between two"

Raw = dict[str, Any]
Host = str | dict[str, str]


def read_slots(path: Path) -> list[Raw]:
    """Return the slots as the event `slots.published` tells them. Raises BadInput, naming each
    wrong field by its row: the heading is row 1."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadInput([Mistake(str(path), error.strerror or "cannot be read")]) from None
    except UnicodeDecodeError:
        raise BadInput([Mistake(str(path), "is not UTF-8", "save it as UTF-8")]) from None
    rows = csv.DictReader(text.splitlines(), delimiter=_between(text))
    _check_heading(path, rows.fieldnames or ())
    slots, mistakes, known = list[Raw](), list[Mistake](), set[str]()
    for row in rows:
        told = {name: (row.get(name) or "").strip() for name in COLUMNS}
        wrong = [*_wrong(told), *([("ref", "stands twice", "")] if told["ref"] in known else [])]
        known.add(told["ref"])
        where = f"{path}: row {rows.line_num}"
        mistakes += [Mistake(f"{where}: {field}", problem, mend) for field, problem, mend in wrong]
        slots.append(_slot(told) if not wrong else {})
    if mistakes:
        raise BadInput(mistakes)
    if not slots:
        raise BadInput([Mistake(str(path), "holds no slot", "write one below the heading")])
    return slots


def _between(text: str) -> str:
    """Spreadsheets of some countries put semicolons between the columns."""
    heading = text.partition("\n")[0]
    return ";" if heading.count(";") > heading.count(",") else ","


def _check_heading(path: Path, names: object) -> None:
    found = [str(name) for name in names] if isinstance(names, list | tuple) else []
    missing = [name for name in NEEDED if name not in found]
    odd = [name for name in found if name not in COLUMNS]
    mend = f"the columns are {', '.join(COLUMNS)}; the first three are needed"
    mistakes = [Mistake(f"{path}: row 1: {name}", "is missing", mend) for name in missing]
    mistakes += [Mistake(f"{path}: row 1: {name}", "is no column", mend) for name in odd]
    if mistakes:
        raise BadInput(mistakes)


def _wrong(told: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for field in NEEDED:
        if not told[field]:
            yield field, "is missing", ""
    moments = {field: _moment(told[field]) for field in NEEDED[1:] if told[field]}
    for field, at in moments.items():
        if at is None:
            yield field, f"{told[field]!r} is no moment with a time zone", ZONED
    start, end = moments.get("starts_at"), moments.get("ends_at")
    if start and end and end <= start:
        yield "ends_at", "must come after starts_at", ""
    if told["meeting_link"] and not told["meeting_link"].startswith("https://"):
        yield "meeting_link", "is no link", "begin it with https://"
    for host in _hosts(told["interviewers"]):
        known = {"name": host, "email": "@"} if isinstance(host, str) else host
        if not known["name"] or "@" not in known["email"]:
            yield "interviewers", "is no list of people", HOSTS


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.utcoffset() is not None else None


def _hosts(text: str) -> list[Host]:
    """Return people as events name them.

    >>> _hosts("Ana Ruiz <ana@northwind.example>; Lena Vogt")
    [{'name': 'Ana Ruiz', 'email': 'ana@northwind.example'}, 'Lena Vogt']
    """
    return [_host(one.strip()) for one in text.split(";") if one.strip()]


def _host(text: str) -> Host:
    name, bracket, email = text.partition("<")
    return {"name": name.strip(), "email": email.strip(" >")} if bracket else name.strip()


def _slot(told: Mapping[str, str]) -> Raw:
    return {**told, "interviewers": _hosts(told["interviewers"])}
