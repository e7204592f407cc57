"""Tries mutants on the tests, each in a forked process of its own. No file is touched.

A slip in a function is put into a process that has imported everything and run nothing. One that
tells at import, in a table, say, is imported instead of the real module.
"""

from __future__ import annotations

import gc
import importlib
import os
import resource
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from functools import partial
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from itertools import zip_longest
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest

from tests.campaigns.mutations import Mutant
from tests.campaigns.suite import PYTEST, Suite, file_of, fork, module_of, observed, path_of

PATIENCE = 5
"""Seconds of processor time that a trial gets, on top of five times what its tests take: a
mutant that needs more runs for ever, and has been noticed."""

MEMORY = 2 * 1024**3
"""Bytes that a trial gets: a mutant may add to a list for ever."""


class Fate(Enum):
    """How a trial ended, by the exit code of its process."""

    SURVIVED = 0
    KILLED = 10
    STILLBORN = 11
    """It cannot even be imported, and so says nothing about the tests."""


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


@dataclass(frozen=True)
class Trial:
    """Runs the tests on one mutant and leaves with its fate, in a forked process."""

    mutant: Mutant
    tests: Sequence[str]
    seconds: int

    @classmethod
    def of(cls, mutant: Mutant, suite: Suite, *, afresh: bool) -> Trial:
        tests = suite.tests_for(mutant, afresh=afresh)
        return cls(mutant, tests, PATIENCE + int(5 * sum(suite.seconds[test] for test in tests)))

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
        try:
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        except MemoryError:
            sys.exit(Fate.KILLED.value)
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
        trials = (Trial.of(mutant, self.suite, afresh=False) for mutant in self.mutants)
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
    trials = (Trial.of(mutant, suite, afresh=True).afresh for mutant in afresh)
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
