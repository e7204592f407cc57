"""What the tests do with the code as it is: what each calls, and how long it takes."""

from __future__ import annotations

import ast
import gc
import importlib
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import fmean
from types import FrameType

import pytest

from tests.campaigns.mutations import Mutant

PYTEST = ("-x", "-q", "-p", "no:cacheprovider")
LONG = 0.1
"""Seconds of a test that is tried after all others."""

fork = multiprocessing.get_context("fork")


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

        def promise(test: str) -> tuple[bool, int, float]:
            seconds = self.seconds[test]
            return seconds > LONG, files.index(file_of(test)), seconds

        return sorted(chosen, key=promise)

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
