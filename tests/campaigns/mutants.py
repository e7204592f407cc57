"""Does the suite notice a slip in the rules?

Every mutant of the code (see mutations.py) is tried in a forked process of its own: there the
mutated module is imported in place of the real one, and the tests that call what was mutated
are run until one fails. No file is touched. A mutant that no test notices must be listed in
survivors.yaml with its reason, and what is listed there must survive.

    python -m tests.campaigns.mutants --only bot/domain/policy.py
"""

from __future__ import annotations

import gc
import importlib
import multiprocessing
import os
import random
import resource
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import click
import hypothesis
import pytest
import yaml

from tests.campaigns.mutations import Mutant, enums_of, mutants_of

QUICK = ("tests/unit", "--ignore=tests/unit/test_commands.py")
"""The tests that run in this process, without a database."""
PYTEST = ("-x", "-q", "-p", "no:cacheprovider")
REPORT = Path("docs/testing.md")
BEGIN, END = "<!-- mutants: written by `make mutants` -->\n", "<!-- end of mutants -->\n"
FLOOR = 0.9
PATIENCE = 5
"""Seconds of processor time that a trial gets, on top of five times what its tests take: a
mutant that needs more runs for ever, and has been noticed."""

fork = multiprocessing.get_context("fork")


class Fate(Enum):
    """How a trial ended, by the exit code of its process."""

    SURVIVED = 0
    KILLED = 1
    STILLBORN = 3
    """It cannot even be imported, and so says nothing about the tests."""


@dataclass(eq=False)
class Suite:
    """What was seen in one run of all tests on the code as it is. Pytest's plugin for that."""

    folder: str
    seconds: dict[str, float] = field(default_factory=dict)
    """By test."""
    callers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """By `file:function`: the tests that call it, and the files that do so when imported."""

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Iterator[None]:
        return (yield from self._watched(collector.nodeid))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        began = time.process_time()
        result = yield from self._watched(item.nodeid)
        self.seconds[item.nodeid] = time.process_time() - began
        return result

    def _watched(self, name: str) -> Iterator[None]:
        def called(frame: FrameType, event: str, arg: object) -> None:
            code = frame.f_code
            if code.co_filename.startswith(self.folder):
                function = code.co_qualname.replace(".<locals>", "")
                self.callers[f"{code.co_filename}:{function}"].add(name)

        sys.settrace(called)
        try:
            return (yield)
        finally:
            sys.settrace(None)

    def tests_for(self, mutant: Mutant) -> dict[str, set[str]]:
        """Return the tests that may notice it, by file: first those that know its file best."""
        module, where = str(Path(mutant.file).resolve()), mutant.where.partition("#")[0]
        callers = self.callers.get(f"{module}:{where}", set())
        chosen = defaultdict(set)
        for test in self.seconds:
            file = test.partition("::")[0]
            if not mutant.called or test in callers or file in callers:
                chosen[file].add(test)
        known: Counter[str] = Counter()
        for function, tests in self.callers.items():
            if function.startswith(f"{module}:"):
                known.update({test.partition("::")[0] for test in tests})
        return dict(sorted(chosen.items(), key=lambda one: (-known[one[0]], self.cost(one[1]))))

    def cost(self, tests: set[str]) -> float:
        return sum(self.seconds[test] for test in tests)


@dataclass(eq=False)
class Only:
    """Pytest's plugin that runs no others."""

    tests: set[str]

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if item.nodeid in self.tests]


class Planted(MetaPathFinder, SourceFileLoader):
    """Imports the mutated module in place of the one on disk."""

    def __init__(self, mutant: Mutant, code: CodeType) -> None:
        super().__init__(module_of(mutant.file), str(Path(mutant.file).resolve()))
        self.mutated = code

    def find_spec(self, name: str, path: object, target: object = None) -> ModuleSpec | None:
        return spec_from_file_location(name, self.path, loader=self) if name == self.name else None

    def get_code(self, fullname: str) -> CodeType:
        return self.mutated


def module_of(file: str) -> str:
    return ".".join(Path(file).with_suffix("").parts).removesuffix(".__init__")


def observed(code: Path, suite: Sequence[str]) -> Suite:
    """Run the tests once as they are, in a process of its own: here nothing of ours may be
    imported. What they import of others is imported here too, so that trials find it there.
    """
    ours, theirs = fork.Pipe(duplex=False)
    process = fork.Process(target=_observe, args=(theirs, Suite(str(code.resolve())), suite))
    process.start()
    theirs.close()
    try:
        seen, installed = ours.recv()
    except EOFError:
        raise SystemExit("the tests fail before anything is mutated: see above") from None
    for name in installed:
        with suppress(ImportError):
            importlib.import_module(name)
    gc.freeze()
    return seen


def _observe(results: Connection, seen: Suite, suite: Sequence[str]) -> None:
    if pytest.main([*PYTEST, *suite], plugins=[seen]) != pytest.ExitCode.OK:
        sys.exit(1)
    files = {name: getattr(module, "__file__", None) or "" for name, module in sys.modules.items()}
    results.send((seen, [name for name, file in files.items() if "site-packages" in file]))


def trial(mutant: Mutant, code: CodeType, tests: Mapping[str, set[str]], seconds: int) -> None:
    """Run the tests on one mutant and leave with its fate. For a forked process."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(1, 2)
    sys.meta_path.insert(0, Planted(mutant, code))
    try:
        importlib.import_module(module_of(mutant.file))
    except Exception:
        sys.exit(Fate.STILLBORN.value)
    passed = (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
    for file, names in tests.items():
        if pytest.main([*PYTEST, file], plugins=[Only(names)]) not in passed:
            sys.exit(Fate.KILLED.value)


def fates(mutants: Sequence[Mutant], suite: Suite, jobs: int) -> Iterator[tuple[Mutant, Fate]]:
    """Try the mutants side by side; yields each when its fate is known."""
    running: dict[int, tuple[Any, Mutant]] = {}
    for mutant in mutants:
        if len(running) == jobs:
            yield from _ended(running)
        tests = suite.tests_for(mutant)
        seconds = PATIENCE + int(5 * sum(map(suite.cost, tests.values())))
        process = fork.Process(target=trial, args=(mutant, mutant.code(), tests, seconds))
        process.start()
        running[process.sentinel] = process, mutant
    while running:
        yield from _ended(running)


def _ended(running: dict[int, tuple[Any, Mutant]]) -> Iterator[tuple[Mutant, Fate]]:
    for sentinel in wait(list(running)):
        process, mutant = running.pop(sentinel)
        process.join()
        by_signal = process.exitcode < 0
        yield mutant, Fate.KILLED if by_signal else Fate(process.exitcode)


def found_in(code: Path) -> list[Mutant]:
    sources = {str(file): file.read_text() for file in sorted(code.rglob("*.py"))}
    enums = {name: members for s in sources.values() for name, members in enums_of(s).items()}
    return [m for file, source in sources.items() for m in mutants_of(file, source, enums)]


def reasons(path: Path) -> dict[tuple[str, str, str, str], str]:
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
    suite = observed(told["code"], told["tests"] or QUICK)
    wrong = [f"listed, but there is no such mutant: {name}" for name in sorted(gone)]
    found = []
    for mutant, fate in fates(chosen, suite, told["jobs"]):
        found.append((mutant, fate))
        if fate is Fate.SURVIVED and mutant.name not in listed:
            wrong.append(f"survived: {said(mutant)}")
            click.echo(wrong[-1], err=True)
        if fate is not Fate.SURVIVED and mutant.name in listed:
            wrong.append(f"listed, but {fate.name.lower()}: {said(mutant)}")
        if len(found) % 25 == 0:
            click.echo(f"{len(found)} of {len(chosen)} tried", err=True)
    click.echo(table(found))
    if share(found) < FLOOR:
        wrong.append(f"fewer than {FLOOR:.0%} were killed")
    if wrong:
        raise SystemExit("\n".join(sorted(wrong)))
    if len(chosen) == len(mutants) and REPORT.exists():
        before, _, rest = REPORT.read_text().partition(BEGIN)
        REPORT.write_text(before + BEGIN + table(found) + END + rest.partition(END)[2])


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
