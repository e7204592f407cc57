"""Does the suite notice a slip in the rules?

Every mutant of the code (see mutations.py) is tried on the tests that touch it, until one fails
(see trials.py). A mutant that no test notices must be listed in survivors.yaml with its reason,
and what is listed there must survive.

    python -m tests.campaigns.mutants --only bot/domain/policy.py
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import hypothesis
import yaml

from tests.campaigns.mutations import Mutant, enums_of, mutants_of
from tests.campaigns.page import put
from tests.campaigns.trials import Fate, try_all

QUICK = ("tests/unit", "--ignore=tests/unit/test_commands.py")
"""The tests that run in this process, without a database."""
REPORT = Path("docs/testing.md")
FLOOR = 0.9
Name = tuple[str, str, str, str]


def found_in(code: Path) -> list[Mutant]:
    sources = {str(file): file.read_text() for file in sorted(code.rglob("*.py"))}
    enums = {name: members for s in sources.values() for name, members in enums_of(s).items()}
    return [m for file, source in sources.items() for m in mutants_of(file, source, enums)]


def reasons(path: Path) -> dict[Name, str]:
    """Return why each listed mutant cannot be noticed, by its name."""
    listed = yaml.safe_load(path.read_text()) if path.exists() else []
    return {(m["file"], m["where"], m["was"], m["now"]): m["reason"] for m in listed}


def table(found: Sequence[tuple[Mutant, Fate]]) -> str:
    rows = ["| file | mutants | killed | survived |", "|---|---:|---:|---:|"]
    counts = Counter((mutant.file, fate) for mutant, fate in found)
    files = sorted({file for file, _ in counts})
    for file in files:
        killed, survived = counts[file, Fate.KILLED], counts[file, Fate.SURVIVED]
        rows.append(f"| `{file}` | {killed + survived} | {killed} | {survived} |")
    killed, survived = (
        sum(counts[f, fate] for f in files) for fate in (Fate.KILLED, Fate.SURVIVED)
    )
    rows.append(f"| all | {killed + survived} | {killed} ({share(found):.1%}) | {survived} |")
    return "\n".join(rows) + "\n"


def share(found: Sequence[tuple[Mutant, Fate]]) -> float:
    counts = Counter(fate for _, fate in found)
    return counts[Fate.KILLED] / ((counts[Fate.KILLED] + counts[Fate.SURVIVED]) or 1)


def said(mutant: Mutant) -> str:
    change = f"{mutant.was}  ->  {mutant.now}" if mutant.now else f"{mutant.was}  dropped"
    return f"{mutant.file}:{mutant.line} {mutant.where}: {change}"


@dataclass
class Tally:
    of: int
    listed: Mapping[Name, str]
    found: list[tuple[Mutant, Fate]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def note(self, mutant: Mutant, fate: Fate) -> None:
        self.found.append((mutant, fate))
        if fate is Fate.SURVIVED and mutant.name not in self.listed:
            self.wrong.append(f"survived: {said(mutant)}")
            click.echo(self.wrong[-1], err=True)
        if fate is not Fate.SURVIVED and mutant.name in self.listed:
            self.wrong.append(f"listed, but {fate.name.lower()}: {said(mutant)}")
        if len(self.found) % 100 == 0:
            click.echo(f"{len(self.found)} of {self.of} tried", err=True)


@click.command(help=__doc__)
@click.option("--code", type=Path, default=Path("bot/domain"), show_default=True)
@click.option("--only", multiple=True, help="Only mutants of this file; may be repeated.")
@click.option("--sample", type=int, help="Only so many mutants, chosen by the seed.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--jobs", type=int, default=2, show_default=True)
@click.option("--survivors", type=Path, default=Path(__file__).with_name("survivors.yaml"))
@click.argument("tests", nargs=-1)
def main(**told: Any) -> None:
    mutants = found_in(told["code"])
    listed = reasons(told["survivors"])
    gone = set(listed) - {mutant.name for mutant in mutants}
    chosen = [m for m in mutants if not told["only"] or m.file in told["only"]]
    if told["sample"] is not None:
        chosen = random.Random(told["seed"]).sample(chosen, min(told["sample"], len(chosen)))
    tally = Tally(len(chosen), listed)
    tally.wrong += [f"listed, but there is no such mutant: {name}" for name in sorted(gone)]
    for mutant, fate in try_all(chosen, told["code"], told["tests"] or QUICK, told["jobs"]):
        tally.note(mutant, fate)
    found, wrong = tally.found, tally.wrong
    click.echo(table(found))
    if share(found) < FLOOR:
        wrong.append(f"fewer than {FLOOR:.0%} were killed")
    if wrong:
        raise SystemExit("\n".join(sorted(wrong)))
    if len(chosen) == len(mutants) and REPORT.exists():
        put(REPORT, "mutants", table(found))


if __name__ == "__main__":
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # each costs time, a thousand times
    settings = hypothesis.settings
    settings.register_profile(
        "campaign",
        derandomize=True,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
    )
    settings.load_profile("campaign")
    main()
