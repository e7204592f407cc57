"""What the scripts have in common: sizes, options, progress, and their section in the docs."""

from __future__ import annotations

import re
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import click

from bench.grounds import Database, Grounds, grounds
from bench.report import Figure, Result, Verdict

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
BOTH = tuple(Database)

S = TypeVar("S")


@dataclass(frozen=True, kw_only=True)
class Bench(Generic[S]):
    """One script: what it measures, how much of it, and how."""

    name: str
    """Of the module: `webhook`."""
    title: str
    """Of its section in docs/benchmarks.md."""
    about: str
    full: S
    quick: S
    tiny: S
    """So small that its figures mean nothing: it shows that the script still runs."""
    run: Callable[[Grounds, S, Sequence[Database]], Result]

    def measure(
        self, at: Grounds, databases: Sequence[Database] = BOTH, *, quick: bool = False
    ) -> tuple[str, Result]:
        """Return the section of the docs, and what is in it."""
        say(f"== {self.title}")
        result = self.run(at, self.quick if quick else self.full, databases)
        return self._section(at, result, databases, quick), result

    def _section(
        self, at: Grounds, result: Result, databases: Sequence[Database], quick: bool
    ) -> str:
        chosen = [f" --database {databases[0].value}"] if len(databases) == 1 else []
        words = "".join([*chosen, *([" --quick"] if quick else [])])
        command = f"`python -m bench.{self.name}{words}` on {at.machine()}."
        return f"## {self.title}\n{self.about}\n\n{result}\n\n{command}\n"

    def __call__(self) -> None:
        """Run as a script."""
        command([self], f"{self.title}. {self.about}")()


def command(benches: Sequence[Bench[S]], help: str) -> click.Command:
    @click.command(help=help)
    @click.option("--quick", is_flag=True, help="Less of everything: minutes, not an hour.")
    @click.option("--write", is_flag=True, help="Also put the results into docs/benchmarks.md.")
    @click.option(
        "--database", type=click.Choice([one.value for one in Database]), help="Only this one."
    )
    def run(quick: bool, write: bool, database: str | None) -> None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that servers are stopped
        databases = (Database(database),) if database else BOTH
        figures: list[Figure] = []
        with grounds() as at:
            for bench in benches:
                section, result = bench.measure(at, databases, quick=quick)
                click.echo(section)
                figures += result.figures
                if write:
                    write_section(PAGE, section)
        for line in missed(figures):
            click.echo(line)

    return run


def missed(figures: Sequence[Figure]) -> list[str]:
    """Return a line for each figure that misses its floor, or one that none does."""
    below = [figure.name for figure in figures if figure.verdict is Verdict.MISSED]
    return [f"MISSES ITS FLOOR: {name}" for name in below] or ["Every floor is held."]


def write_section(page: Path, section: str) -> None:
    """Replace the section of the same title, or add it at the end; leave all others alone."""
    title = section.splitlines()[0]
    text = page.read_text(encoding="utf-8")
    found = re.compile(rf"^{re.escape(title)}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
    replaced, count = found.subn(lambda _: f"{section}\n", text)
    text = replaced if count else f"{text.rstrip()}\n\n{section}"
    page.write_text(f"{text.rstrip()}\n", encoding="utf-8")


def say(words: str) -> None:
    """Show progress, on standard error."""
    print(words, file=sys.stderr, flush=True)
