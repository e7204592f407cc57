"""Does the suite notice a slip in the rules?

Every mutant of the code (see mutations.py) is tried in a forked process of its own, and the tests
that touch what was mutated are run until one fails.
A slip in a function is put into a process that has imported everything and run nothing; one that
tells at import (in a table, say) is imported instead of the real module. No file is touched. A
mutant that no test notices must be listed in survivors.yaml with its reason, and what is listed
there must survive.

    python -m tests.campaigns.mutants --only bot/domain/policy.py
"""

from __future__ import annotations

import ast
import gc
import importlib
import multiprocessing
import os
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from functools import cache, partial
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from itertools import zip_longest
from multiprocessing.connection import Connection, wait
from pathlib import Path
from statistics import fmean
from types import CodeType, FrameType, FunctionType
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

LONG = 0.1
"""Seconds of a test that is tried after all others."""
MEMORY = 2 * 1024**3
"""Bytes that a trial gets: a mutant may add to a list for ever."""
Name = tuple[str, str, str, str]

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
    callers: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    """By file and function: the tests that call it, and the files that do so when imported."""

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
                functions = self.callers.setdefault(code.co_filename, {})
                function = code.co_qualname.replace(".<locals>", "")
                functions.setdefault(function, set()).add(name)

        sys.settrace(called)
        try:
            return (yield)
        finally:
            sys.settrace(None)

    def tells_at_import(self, mutant: Mutant) -> bool:
        """Whether what was mutated, or what encloses it, has run before any test."""
        functions, where = self._in(path_of(mutant)), function_of(mutant)
        ran = [by for name, by in functions.items() if f"{where}.".startswith(f"{name}.")]
        return not mutant.called or not self.seconds.keys() >= set().union(*ran)

    def tests_for(self, mutant: Mutant, *, afresh: bool) -> list[str]:
        """Return the tests that may notice it, first those in the files that know its file best.

        In a process that has imported everything, those are left out whose file has called by
        then what is mutated only now."""
        touching = self._touching(mutant) if afresh else self._callers(mutant)
        chosen = [
            test
            for test in self.seconds
            if (afresh if file_of(test) in touching else test in touching)
        ]
        files = self._by_knowledge(path_of(mutant))
        return sorted(
            chosen,
            key=lambda one: (
                self.seconds[one] > LONG,
                files.index(file_of(one)),
                self.seconds[one],
            ),
        )

    def _by_knowledge(self, file: str) -> list[str]:
        """Return the files of tests, first those whose tests call most functions of `file`."""
        called = Counter(test for tests in self._in(file).values() for test in tests)
        calls: dict[str, list[int]] = {}
        for test in self.seconds:
            calls.setdefault(file_of(test), []).append(called[test])
        return sorted(calls, key=lambda one: -fmean(calls[one]))

    def _callers(self, mutant: Mutant) -> set[str]:
        return self._in(path_of(mutant)).get(function_of(mutant), set())

    def _touching(self, mutant: Mutant) -> set[str]:
        """Return the tests, and the files of tests, that use anything of what it may spoil."""
        if not self.tells_at_import(mutant):
            return self._callers(mutant)
        module = module_of(mutant.file)
        users = [one for one in self.callers if module in imported_by(one)]
        called = (by for one in (path_of(mutant), *users) for by in self._in(one).values())
        importing = {f for f in map(file_of, self.seconds) if module in imported_by(f)}
        return importing.union(*called)

    def _in(self, file: str) -> Mapping[str, set[str]]:
        return self.callers.get(file, {})

    def trial(self, mutant: Mutant, *, afresh: bool) -> Trial:
        tests = self.tests_for(mutant, afresh=afresh)
        seconds = PATIENCE + int(5 * sum(self.seconds[test] for test in tests))
        return Trial(mutant, tests, seconds)


@dataclass(eq=False)
class Only:
    """Pytest's plugin that runs no others."""

    tests: Sequence[str]

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


def path_of(mutant: Mutant) -> str:
    return str(Path(mutant.file).resolve())


def function_of(mutant: Mutant) -> str:
    return mutant.where.partition("#")[0]


def file_of(test: str) -> str:
    return test.partition("::")[0]


@cache
def imported_by(file: str) -> set[str]:
    """Return the modules that a file imports something of."""
    nodes = ast.walk(ast.parse(Path(file).read_text()))
    return {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}


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


@dataclass(frozen=True)
class Trial:
    """Runs the tests on one mutant and leaves with its fate, in a forked process."""

    mutant: Mutant
    tests: Sequence[str]
    seconds: int

    def afresh(self) -> None:
        """Where nothing of ours is imported yet."""
        self._begin(self.mutant.code())
        try:
            importlib.import_module(module_of(self.mutant.file))
        except Exception:
            sys.exit(Fate.STILLBORN.value)
        passed = (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
        for file in dict.fromkeys(map(file_of, self.tests)):
            if pytest.main([*PYTEST, file], plugins=[Only(self.tests)]) not in passed:
                sys.exit(Fate.KILLED.value)

    def in_place(self, session: pytest.Session, functions: Sequence[FunctionType]) -> None:
        """Where everything is imported, and no test has run."""
        mutated = self.mutant.code()
        self._begin(mutated)
        codes = {(code.co_qualname, code.co_firstlineno): code for code in codes_in(mutated)}
        for function in functions:
            if function.__code__.co_filename == path_of(self.mutant):
                was = function.__code__
                function.__code__ = codes[was.co_qualname, was.co_firstlineno]
        run(session, self.tests)

    def _begin(self, mutated: CodeType) -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (self.seconds, self.seconds))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(1, 2)
        sys.meta_path.insert(0, Planted(self.mutant, mutated))


def codes_in(code: CodeType) -> Iterator[CodeType]:
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from codes_in(inner)


def run(session: pytest.Session, tests: Sequence[str]) -> None:
    """Run collected tests in this order until one fails, and leave then."""
    items = {item.nodeid: item for item in session.items}
    chosen = [items[test] for test in tests]
    for item, following in zip_longest(chosen, chosen[1:]):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            sys.exit(Fate.KILLED.value)


@dataclass(eq=False)
class InPlace:
    """Pytest's plugin that, once all tests are collected, runs none here but tries mutants."""

    mutants: Sequence[Mutant]
    suite: Suite
    jobs: int
    results: Connection
    """Takes each mutant's number, and its fate."""

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        functions = [f for f in gc.get_objects() if isinstance(f, FunctionType) and self._lasts(f)]
        gc.freeze()
        unharmed = fork.Process(target=run, args=(session, list(self.suite.seconds)))
        unharmed.start()
        unharmed.join()
        if unharmed.exitcode != Fate.SURVIVED.value:
            raise pytest.UsageError("the tests fail in a forked process")
        trials = (self.suite.trial(mutant, afresh=False) for mutant in self.mutants)
        starts = (partial(trial.in_place, session, functions) for trial in trials)
        for result in fates(starts, self.jobs):
            self.results.send(result)
        return True

    def _lasts(self, function: FunctionType) -> bool:
        code = function.__code__
        return code.co_filename.startswith(self.suite.folder) and "<locals>" not in code.co_qualname


def try_all(
    mutants: Sequence[Mutant], code: Path, tests: Sequence[str], jobs: int
) -> Iterator[tuple[Mutant, Fate]]:
    """Try each mutant in place; afresh where that is not enough."""
    suite = observed(code, tests)
    called = [mutant for mutant in mutants if mutant.called]
    afresh = [mutant for mutant in mutants if not mutant.called]
    for number, fate in tried_in_place(called, suite, tests, jobs):
        if fate is Fate.SURVIVED and suite.tells_at_import(called[number]):
            afresh.append(called[number])
        else:
            yield called[number], fate
    trials = (suite.trial(mutant, afresh=True).afresh for mutant in afresh)
    for number, fate in fates(trials, jobs):
        yield afresh[number], fate


def tried_in_place(
    mutants: Sequence[Mutant], suite: Suite, tests: Sequence[str], jobs: int
) -> Iterator[tuple[int, Fate]]:
    """Run the trials in a process of its own, since they import everything."""

    def collect_and_try() -> None:
        plugin = InPlace(mutants, suite, jobs, theirs)
        sys.exit(pytest.main([*PYTEST, "-s", *tests], plugins=[plugin]))

    ours, theirs = fork.Pipe(duplex=False)
    process = fork.Process(target=collect_and_try)
    process.start()
    theirs.close()
    with suppress(EOFError):
        while True:
            yield ours.recv()
    process.join()
    if process.exitcode:
        raise SystemExit("the tests fail before anything is mutated: see above")


def fates(trials: Iterable[Callable[[], None]], jobs: int) -> Iterator[tuple[int, Fate]]:
    """Run the trials side by side; yields the number of each and its fate once that is known."""
    running: dict[int, tuple[Any, int]] = {}
    for number, trial in enumerate(trials):
        if len(running) == jobs:
            yield from _ended(running)
        process = fork.Process(target=trial)
        process.start()
        running[process.sentinel] = process, number
    while running:
        yield from _ended(running)


def _ended(running: dict[int, tuple[Any, int]]) -> Iterator[tuple[int, Fate]]:
    for sentinel in wait(list(running)):
        process, number = running.pop(sentinel)
        process.join()
        by_signal = process.exitcode < 0
        yield number, Fate.KILLED if by_signal else Fate(process.exitcode)


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
