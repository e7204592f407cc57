"""How often are words about time understood exactly, on sentences written for that?

Some of the sentences, `*.frozen.jsonl`, were written before the grammar and
are reported apart.

    python -m tests.campaigns.availability [--misses] [--write]
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click

from bench.report import Table
from bot.availability import answers
from tests.campaigns.page import put

DATA = Path("tests/data/availability")
REPORT = Path("docs/availability.md")
LANGUAGES = ("en", "es", "pt")
KINDS = ("point", "window", "exclude", "pick", "clarify", "past", "none", "any")
TOLERANCE = timedelta(minutes=30)
SEVERAL_DAYS = 5

Row = Mapping[str, Any]
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Judged:
    row: Row
    answer: Row
    frozen: bool

    @property
    def exact(self) -> bool:
        return judge(self.row, self.answer)


def judge(row: Row, answer: Row) -> bool:
    """Whether an answer is right: starts to the minute, windows within half an hour."""
    free, closed = _spans(answer["free"]), _spans(answer["not"])
    wanted, banned = _spans(row["expect"]), _spans(row["not"])
    if any(a[0] < b[1] and b[0] < a[1] for a in free for b in banned):
        return False
    asked = answer["ask"] is not None
    match row["kind"]:
        case "point":
            return not asked and {a[0] for a in free} == {b[0] for b in wanted}
        case "window":
            return not asked and _close(free, wanted) and _close(closed, banned)
        case "exclude":
            return not asked and bool(free or row.get("offered")) and _close(closed, banned)
        case "pick":
            return bool(free) and {a[0] for a in free} <= {b[0] for b in wanted}
        case "clarify":
            return asked and {b[0] for b in wanted} <= {a[0] for a in free}
        case "past":
            return asked and not free
        case "any":
            days = {a[0].date() for a in free}
            return not asked and not closed and len(days) >= SEVERAL_DAYS
    return not asked and not free and not closed


def _close(got: Sequence[Span], wanted: Sequence[Span]) -> bool:
    return len(got) == len(wanted) and all(
        abs(a[0] - b[0]) <= TOLERANCE and abs(a[1] - b[1]) <= TOLERANCE
        for a, b in zip(sorted(got), sorted(wanted), strict=True)
    )


def _spans(told: Sequence[Any]) -> list[Span]:
    pairs = [(one, one) if isinstance(one, str) else (one["start"], one["end"]) for one in told]
    return [(datetime.fromisoformat(a), datetime.fromisoformat(b)) for a, b in pairs]


def judged(language: str) -> Iterator[Judged]:
    for path in sorted(DATA.glob(f"{language}*.jsonl")):
        lines = path.read_text(encoding="utf-8").splitlines()
        for line, answer in zip(lines, answers(lines), strict=True):
            yield Judged(json.loads(line), json.loads(answer), "frozen" in path.name)


def table(every: Mapping[str, Sequence[Judged]]) -> Table:
    """Return the rates by language: of all, of the frozen half, and of each kind."""
    rows = []
    for language, found in every.items():
        by_kind = [[one for one in found if one.row["kind"] == kind] for kind in KINDS]
        parts = [found, [one for one in found if one.frozen], *by_kind]
        rows.append((language, str(len(found)), *map(_rate, parts)))
    return Table(("language", "sentences", "exact", "frozen", *KINDS), rows)


def _rate(found: Sequence[Judged]) -> str:
    return f"{sum(one.exact for one in found) / len(found):.2f}" if found else ""


def _tell_misses(found: Sequence[Judged]) -> None:
    for one in found:
        if not one.exact:
            half = "frozen" if one.frozen else "open"
            click.echo(f"{half} {one.row['kind']} {one.row['now']} {one.row['text']}")
            click.echo(f"    wanted {one.row['expect']} not {one.row['not']}")
            click.echo(f"    got {json.dumps(one.answer, ensure_ascii=False)}")


@click.command()
@click.option("--misses", is_flag=True, help="Show every sentence that was misunderstood.")
@click.option("--write", is_flag=True, help="Write the table into docs/availability.md.")
def main(misses: bool, write: bool) -> None:
    """Measure how exactly words about time are understood."""
    every: dict[str, list[Judged]] = defaultdict(list)
    for language in LANGUAGES:
        every[language] += judged(language)
        if misses:
            _tell_misses(every[language])
    rates = table(every)
    click.echo(str(rates))
    if write:
        put(REPORT, "rates", str(rates))


if __name__ == "__main__":
    main()
