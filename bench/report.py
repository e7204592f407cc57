"""What a benchmark prints: figures next to their floors and goals, and tables beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bench.measuring import Spread


class Verdict(StrEnum):
    GOAL = "meets its goal"
    FLOOR = "holds its floor"
    MISSED = "MISSES ITS FLOOR"
    NONE = ""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One measured number. Less is better where the goal is below the floor, or both are 0."""

    name: str
    measured: Spread
    unit: str = ""
    floor: float | None = None
    goal: float | None = None
    but: str = ""
    """Why the floor does not count yet: said in place of a verdict."""

    @property
    def verdict(self) -> Verdict:
        if self.floor is None or self.goal is None or self.but:
            return Verdict.NONE
        sign = 1 if self.goal > self.floor else -1
        if sign * self.measured.middle >= sign * self.goal:
            return Verdict.GOAL
        return Verdict.FLOOR if sign * self.measured.middle >= sign * self.floor else Verdict.MISSED


@dataclass(frozen=True)
class Table:
    """Rows under headings; the first column is text, the others are numbers."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]

    def __str__(self) -> str:
        """Return it as Markdown that also reads well in a terminal."""
        widths = [max(map(len, column)) for column in zip(self.headings, *self.rows, strict=True)]
        rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
        return "\n".join(_line(cells, widths) for cells in (self.headings, rule, *self.rows))


@dataclass(frozen=True, kw_only=True)
class Result:
    figures: Sequence[Figure] = ()
    tables: Sequence[Table] = ()
    notes: Sequence[str] = field(default=())

    def __str__(self) -> str:
        figures = [figure_table(self.figures)] if self.figures else []
        return "\n\n".join(str(part) for part in (*figures, *self.tables, *self.notes))


def figure_table(figures: Sequence[Figure]) -> Table:
    headings = ("figure", "measured", "rounds", "floor", "goal", "verdict")
    return Table(headings, [_row(figure) for figure in figures])


def _row(figure: Figure) -> tuple[str, ...]:
    def told(value: float | None) -> str:
        return "" if value is None else f"{short(value)}{_space(figure.unit)}"

    low, high = short(figure.measured.low), short(figure.measured.high)
    return (
        figure.name,
        told(figure.measured.middle),
        "" if low == high else f"{low}-{high}",
        told(figure.floor),
        told(figure.goal),
        figure.but or figure.verdict,
    )


def short(value: float) -> str:
    """Return a number with as many digits as it deserves.

    >>> short(1234.5), short(43.21), short(0.4567), short(0.0)
    ('1,234', '43.2', '0.46', '0')
    """
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def _space(unit: str) -> str:
    return unit if unit.startswith("/") or not unit else f" {unit}"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    padded = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
    return f"| {' | '.join(padded)} |"
