"""Tables (CSV) as spreadsheets save them: UTF-8, a heading, commas or semicolons between."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from bot.domain.errors import BadInput, Mistake

T = TypeVar("T")

Host = str | dict[str, str]
Wrong = tuple[str, str, str]
"""A column, what is wrong there, and the mend."""

HOSTS = "write names, or Ana Ruiz <ana@northwind.example>, and a semicolon between two"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would run; it is written, and read, behind an apostrophe."""


@dataclass(frozen=True)
class Line:
    where: str
    """Such as `slots.csv: row 3`; the heading is row 1."""
    told: Mapping[str, str]
    """Every column, without spaces around it; empty where the table has none."""

    def mistake(self, wrong: Wrong) -> Mistake:
        field, problem, mend = wrong
        return Mistake(f"{self.where}: {field}", problem, mend)


@dataclass(frozen=True)
class Columns:
    needed: Sequence[str]
    more: Sequence[str]

    @property
    def all(self) -> Sequence[str]:
        return (*self.needed, *self.more)


def text_of(path: Path) -> str:
    """Raises BadInput: it cannot be read, or is not UTF-8."""
    try:
        return decoded(path.read_bytes(), str(path))
    except OSError as error:
        raise BadInput([Mistake(str(path), error.strerror or "cannot be read")]) from None


def decoded(data: bytes, name: str) -> str:
    """Raises BadInput: it is not UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput([Mistake(name, "is not UTF-8", "save it as CSV UTF-8")]) from None


def read_table(
    text: str,
    name: str,
    columns: Columns,
    check: Callable[[Mapping[str, str]], Iterator[Wrong]],
    make: Callable[[Line], T],
) -> list[T]:
    """Return what `make` makes of each line that has something in it.

    Raises BadInput, naming every wrong field of every line.
    """
    rows = csv.DictReader(text.splitlines(keepends=True), delimiter=_between(text))
    _check_heading(name, rows.fieldnames or (), columns)
    made, mistakes = list[T](), list[Mistake]()
    for row in rows:
        told = {column: _plain(row.get(column)) for column in columns.all}
        if not any(told.values()):
            continue
        line = Line(f"{name}: row {rows.line_num}", told)
        wrong = [*_empty(told, columns), *check(told)]
        mistakes += map(line.mistake, wrong)
        if not wrong:
            made.append(make(line))
    if mistakes:
        raise BadInput(mistakes)
    if not made:
        raise BadInput([Mistake(name, "holds nothing", "write a row below the heading")])
    return made


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet runs, whatever a candidate calls themselves."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _plain(cell: Any) -> str:
    text = cell.strip() if isinstance(cell, str) else ""
    return text[1:].strip() if text[:1] == "'" and text[1:].startswith(FORMULA) else text


def _between(text: str) -> str:
    """Spreadsheets of some countries put semicolons between the columns."""
    heading = text.partition("\n")[0]
    return ";" if heading.count(";") > heading.count(",") else ","


def _check_heading(name: str, names: Sequence[str], columns: Columns) -> None:
    missing = [one for one in columns.needed if one not in names]
    odd = [one for one in names if one not in columns.all]
    needed = f"{', '.join(columns.needed)} are needed"
    mend = f"the columns are {', '.join(columns.all)}; {needed}"
    mistakes = [Mistake(f"{name}: row 1: {one}", "is missing", mend) for one in missing]
    mistakes += [Mistake(f"{name}: row 1: {one}", "is no column", mend) for one in odd]
    if mistakes:
        raise BadInput(mistakes)


def _empty(told: Mapping[str, str], columns: Columns) -> Iterator[Wrong]:
    for field in columns.needed:
        if not told[field]:
            yield field, "is missing", ""


# --- cells ----------------------------------------------------------------------------


def moment(text: str) -> datetime | None:
    """Return a moment that was written with its offset, or None."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.utcoffset() is not None else None


def link_of(told: Mapping[str, str], field: str) -> Iterator[Wrong]:
    if told[field] and not told[field].startswith("https://"):
        yield field, "is no link", "begin it with https://"


def hosts(text: str) -> list[Host]:
    """Return people as events name them.

    >>> hosts("Ana Ruiz <ana@northwind.example>; Lena Vogt")
    [{'name': 'Ana Ruiz', 'email': 'ana@northwind.example'}, 'Lena Vogt']
    """
    return [_host(one.strip()) for one in text.split(";") if one.strip()]


def hosts_of(told: Mapping[str, str], field: str) -> Iterator[Wrong]:
    for host in hosts(told[field]):
        known = {"name": host, "email": "@"} if isinstance(host, str) else host
        if not known["name"] or "@" not in known["email"]:
            yield field, "is no list of people", HOSTS


def _host(text: str) -> Host:
    name, bracket, email = text.partition("<")
    return {"name": name.strip(), "email": email.strip(" >")} if bracket else name.strip()
