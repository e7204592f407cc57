"""Can every scenario fail? A scenario that holds whatever the rules say proves nothing.

For each one a slip in the code that it runs is sought (see mutations.py) under which one of its
assertions no longer holds; a crash alone does not count. Code that few scenarios run comes first:
what is found there is what the scenario is about. Each trial has a forked process of its own.

    make scenarios ARGS="--only a_decision_is_held"
"""

from __future__ import annotations

import gc
import os
import resource
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import FrameType, FunctionType
from typing import Any

import click
import yaml

import app
from bot.scenario.grammar import Scenario
from bot.scenario.house import Street, street
from bot.scenario.judging import judge
from bot.scenario.playing import play
from bot.yamlfile import read_all
from tests.campaigns.mutants import found_in, said
from tests.campaigns.mutations import Mutant
from tests.campaigns.page import put
from tests.campaigns.suite import fork, function_of, path_of
from tests.campaigns.trials import codes_in

FILES = Path("tests/scenarios/files")
RULES = tuple(
    map(Path, ("bot/domain", "bot/answering", "bot/dialogue", "bot/handoff", "bot/outreach"))
)
KILLERS = Path(__file__).with_name("killers.yaml")
HEAD = """\
# A slip under which each scenario fails: written by `make scenarios`.
# `fails` names the assertions that no longer hold.

"""
REPORT = Path("docs/testing.md")
AT_ONCE = 2
"""Slips that are tried of one function before the next has its turn."""
MOST = 150
"""Slips that are tried on one scenario."""
PATIENCE = 20
"""Seconds of processor time for one trial: who needs more runs for ever, which does not count."""
Place = tuple[str, str]
"""A file and a function in it."""


@dataclass(frozen=True)
class Killer:
    mutant: Mutant
    fails: Sequence[str]
    """The assertions that notice it."""

    def row(self, scenario: str) -> dict[str, object]:
        names = ("file", "where", "was", "now")
        return {"scenario": scenario, **dict(zip(names, self.mutant.name, strict=True))} | {
            "fails": list(self.fails)
        }


def scenario(name: str) -> Scenario:
    (told,) = read_all(FILES / f"{name}.yaml", Scenario)
    if not isinstance(told, Scenario):
        raise SystemExit(str(told))
    return told


def slips(*folders: Path) -> Mapping[Place, Sequence[Mutant]]:
    """Return every slip within a function of the rules, by where it stands."""
    found: dict[Place, list[Mutant]] = defaultdict(list)
    for mutant in (one for folder in folders for one in found_in(folder) if one.called):
        found[path_of(mutant), function_of(mutant)].append(mutant)
    return found


def runs(told: Scenario, houses: Street) -> set[Place]:
    """Return the functions that a scenario runs."""
    ran: set[Place] = set()

    def called(frame: FrameType, event: str, arg: object) -> None:
        code = frame.f_code
        ran.add((code.co_filename, code.co_qualname.replace(".<locals>", "")))

    sys.settrace(called)
    try:
        failures = judge(play(told, houses))
    finally:
        sys.settrace(None)
    if failures:
        raise SystemExit(f"{told.name} fails before anything is mutated: {failures}")
    return ran


def chosen(
    ran: set[Place], slips: Mapping[Place, Sequence[Mutant]], rare: Mapping[Place, int]
) -> list[Mutant]:
    """Return the slips to try, those in the code that fewest scenarios run first."""
    turns = [
        (number // AT_ONCE, rare[place], mutant.name, mutant)
        for place in ran & slips.keys()
        for number, mutant in enumerate(slips[place])
    ]
    return [turn[-1] for turn in sorted(turns, key=lambda turn: turn[:3])][:MOST]


def failing(told: Scenario, mutant: Mutant, houses: Street) -> Sequence[str]:
    """Return the assertions that fail under a slip, tried in a process that ends with it."""
    ours, theirs = fork.Pipe(duplex=False)
    process = fork.Process(target=_try, args=(told, mutant, houses, theirs))
    process.start()
    theirs.close()
    try:
        return list(ours.recv())
    except EOFError:
        return ()
    finally:
        process.join()


def _try(told: Scenario, mutant: Mutant, houses: Street, results: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE, PATIENCE))
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    _plant(mutant)
    results.send([failure.id for failure in judge(play(told, houses))])


def _plant(mutant: Mutant) -> None:
    codes = {(code.co_qualname, code.co_firstlineno): code for code in codes_in(mutant.code())}
    for function in _functions()[path_of(mutant)]:
        was = function.__code__
        function.__code__ = codes[was.co_qualname, was.co_firstlineno]


@cache
def _functions() -> Mapping[str, Sequence[FunctionType]]:
    """Return the functions that exist for good, by their file."""
    found: dict[str, list[FunctionType]] = defaultdict(list)
    for one in gc.get_objects():
        if isinstance(one, FunctionType) and "<locals>" not in one.__code__.co_qualname:
            found[one.__code__.co_filename].append(one)
    return found


def sought(names: Sequence[str], jobs: int) -> Iterator[tuple[str, Killer | None]]:
    """Yield each scenario with what makes it fail, as soon as that is known."""
    every = slips(*RULES)
    ran = dict(_side_by_side(_watched, names, jobs))
    rare = Counter(place for places in ran.values() for place in places)

    def killer(name: str, houses: Street) -> Killer | None:
        told = scenario(name)
        for mutant in chosen(ran[name], every, rare):
            if fails := failing(told, mutant, houses):
                return Killer(mutant, fails)
        return None

    yield from _side_by_side(killer, names, jobs)


def _watched(name: str, houses: Street) -> set[Place]:
    return runs(scenario(name), houses)


def _side_by_side(
    do: Callable[[str, Street], Any], names: Sequence[str], jobs: int
) -> Iterator[tuple[str, Any]]:
    """Do it with each scenario in one of several processes, each with a street of its own."""

    def work(share: Sequence[str], results: Connection) -> None:
        with street(app.actions) as houses:
            _functions()
            gc.freeze()
            for name in share:
                results.send((name, do(name, houses)))

    workers = {}
    for job in range(jobs):
        ours, theirs = fork.Pipe(duplex=False)
        workers[ours] = fork.Process(target=work, args=(names[job::jobs], theirs))
        workers[ours].start()
        theirs.close()
    while workers:
        for ready in wait(list(workers)):
            try:
                yield ready.recv()
            except EOFError:
                worker = workers.pop(ready)
                worker.join()
                if worker.exitcode:
                    raise SystemExit("a scenario could not be played: see above") from None


def told_of(found: Mapping[str, Killer | None], minutes: float) -> str:
    """Return what the report says."""
    killers = [one for one in found.values() if one]
    by = Counter(one.mutant.file for one in killers)
    rows = [f"| `{file}` | {number} |" for file, number in sorted(by.items())]
    head = (
        f"{len(killers)} of {len(found)} scenarios fail under some slip, "
        f"{len({one.mutant for one in killers})} different ones; found in {minutes:.0f} minutes.\n"
    )
    return "\n".join([head, "| the slip is in | scenarios |", "|---|---:|", *rows]) + "\n"


@click.command(help=__doc__)
@click.option("--only", multiple=True, help="Only this scenario; may be repeated.")
@click.option("--jobs", type=int, default=2, show_default=True)
def main(only: Sequence[str], jobs: int) -> None:
    began = time.monotonic()
    names = only or sorted(file.stem for file in FILES.glob("*.yaml"))
    found: dict[str, Killer | None] = {}
    for name, killer in sought(names, jobs):
        found[name] = killer
        fate = f"{said(killer.mutant)} ({', '.join(killer.fails)})" if killer else "NOTHING"
        click.echo(f"{len(found)} of {len(names)} {name}: {fate}", err=True)
    if not only:
        rows = [found[name].row(name) for name in names if found[name]]  # type: ignore[union-attr]
        KILLERS.write_text(
            HEAD + yaml.safe_dump(rows, sort_keys=False, allow_unicode=True, width=1000),
            encoding="utf-8",
        )
        put(REPORT, "scenarios", told_of(found, (time.monotonic() - began) / 60))
    if idle := [name for name in names if not found[name]]:
        raise SystemExit(f"nothing makes these fail: {', '.join(idle)}")


if __name__ == "__main__":
    main()
