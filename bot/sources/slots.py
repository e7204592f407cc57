"""Slots from a table (CSV): one row, one slot. See `docs/booking.md`."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bot.sources.table import (
    Columns,
    Line,
    Wrong,
    hosts,
    hosts_of,
    link_of,
    moment,
    read_table,
    text_of,
)

COLUMNS = Columns(
    needed=("ref", "starts_at", "ends_at"),
    more=("interviewers", "process", "job", "place", "meeting_link"),
)
ZONED = "write a date, an hour and its offset, such as 2026-11-27T10:00:00+01:00"

Raw = dict[str, Any]


def read_slots(path: Path) -> list[Raw]:
    """Return the slots as the event `slots.published` tells them. Raises BadInput, naming each
    wrong field by its row: the heading is row 1."""
    return read_table(text_of(path), str(path), COLUMNS, _checker(), _slot)


def _checker() -> Callable[[Mapping[str, str]], Iterator[Wrong]]:
    known = set[str]()

    def check(told: Mapping[str, str]) -> Iterator[Wrong]:
        if told["ref"] in known:
            yield "ref", "stands twice", ""
        known.add(told["ref"])
        yield from _wrong(told)

    return check


def _wrong(told: Mapping[str, str]) -> Iterator[Wrong]:
    moments = {name: moment(told[name]) for name in ("starts_at", "ends_at") if told[name]}
    for field, at in moments.items():
        if at is None:
            yield field, f"{told[field]!r} is no moment with a time zone", ZONED
    start, end = moments.get("starts_at"), moments.get("ends_at")
    if start and end and end <= start:
        yield "ends_at", "must come after starts_at", ""
    yield from link_of(told, "meeting_link")
    yield from hosts_of(told, "interviewers")


def _slot(line: Line) -> Raw:
    return {**line.told, "interviewers": hosts(line.told["interviewers"])}
