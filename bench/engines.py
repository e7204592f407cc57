"""The same job on three engines: how fast undisturbed, and what is missing after a crash."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from importlib.util import find_spec
from typing import Protocol

import sqlalchemy as sa

from bench.carrier import Posts, by_number, per_second
from bench.crowd import copies, copy, original
from bench.delivery import MANY_NUMBERS, sender
from bench.grounds import THREADS, WORKERS, Database, Grounds, Process, vacuum
from bench.measuring import Spread, in_turns, ratios
from bench.plain.job import QUESTION
from bench.report import Figure, Result, Table, short
from bench.script import Bench, say
from bot.domain.model import State
from bot.domain.ports import Inbound
from bot.store import Store
from bot.store.schema import conversations, messages
from tests.processes import ROOT, environment, eventually

ANSWERED_AFTER = 0.02
"""Seconds until the carrier answers where something is killed: much is then under way."""
AWAY = 1.0
"""Seconds that Redis is gone."""
LATE = 3.0
"""Seconds in which a job that was done may still be done again."""
LOOK = 0.05


class Treatment(StrEnum):
    NONE = "undisturbed"
    WORKERS = "workers killed"
    REDIS = "Redis emptied"


@dataclass(frozen=True, kw_only=True)
class Size:
    rounds: int
    """Undisturbed."""
    jobs: int
    silence: float
    """Seconds without a message after which what is missing counts as missing."""
    treatments: Sequence[Treatment] = (Treatment.WORKERS, Treatment.REDIS)


@dataclass(frozen=True, kw_only=True)
class Shop:
    """Jobs in a queue, and workers to come."""

    start: Callable[[], list[Process]]
    is_done: Callable[[], bool] = lambda: False
    """Whether it knows that nothing is left to do."""
    shown: Callable[[], set[str]] = set
    """The candidates whose answer is known to be in doubt."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    per_second: float
    missing: int
    """Nobody got an answer and nobody knows."""
    twice: int
    shown: int
    """Nobody got an answer, and a person is asked to look."""


class Engine(Protocol):
    @property
    def name(self) -> str: ...

    def open(self, at: Grounds, carrier: str, jobs: int) -> AbstractContextManager[Shop]: ...


@dataclass(frozen=True, kw_only=True)
class Plain:
    """Tasks in Redis, and nothing else."""

    name: str
    module: str
    worker: tuple[str, ...]
    told: Mapping[str, str] = field(default_factory=dict)

    @contextmanager
    def open(self, at: Grounds, carrier: str, jobs: int) -> Iterator[Shop]:
        env = {**environment("", carrier, at.redis.url), **self.told}
        give = [sys.executable, "-m", f"bench.plain.{self.module}", str(jobs)]
        at.redis.flush()
        subprocess.run(give, env=env, cwd=ROOT, check=True)
        yield Shop(start=lambda: [at.start_program(env, *self.worker)])


@dataclass(frozen=True)
class Hearback:
    """Messages in the database; with PostgreSQL, hints in Redis."""

    database: Database

    @property
    def name(self) -> str:
        alone = self.database is Database.SQLITE
        return f"Hearback, {self.database}{', one process' if alone else ''}"

    @contextmanager
    def open(self, at: Grounds, carrier: str, jobs: int) -> Iterator[Shop]:
        with at.store(self.database) as store:
            _everybody_writes(store, jobs)
            yield Shop(
                start=lambda: at.start_workers(self.database, store.url, carrier),
                is_done=lambda: not _stirs(store),
                shown=lambda: _shown(store),
            )


DRAMATIQ = Plain(
    name="dramatiq",
    module="with_dramatiq",
    worker=("-m", "dramatiq", "bench.plain.with_dramatiq", "-p", str(WORKERS), "-t", str(THREADS)),
)
CELERY_WORKER = ("-m", "celery", "-A", "bench.plain.with_celery", "worker", "-l", "ERROR")
CELERY_SIZE = ("-c", str(WORKERS * THREADS))
CELERY = Plain(name="Celery", module="with_celery", worker=(*CELERY_WORKER, *CELERY_SIZE))
CELERY_LATE = Plain(
    name="Celery, acks_late",
    module="with_celery",
    worker=CELERY.worker,
    told={"BENCH_ACKS_LATE": "1"},
)


def engines(databases: Sequence[Database]) -> list[Engine]:
    """Return Hearback's engine on each database, then the plain ones that are installed."""
    celery = [CELERY, CELERY_LATE] if find_spec("celery") else []
    return [*(Hearback(database) for database in reversed(databases)), DRAMATIQ, *celery]


def run(at: Grounds, size: Size, databases: Sequence[Database]) -> Result:
    found = engines(databases)
    say(f"Undisturbed: {size.jobs} jobs, {size.rounds} rounds, by turns")
    sides = [_undisturbed(at, engine, size) for engine in found]
    rates = dict(zip((engine.name for engine in found), in_turns(size.rounds, *sides), strict=True))
    outcomes = {
        (engine.name, treatment): _treat(at, engine, treatment, size)
        for treatment in size.treatments
        for engine in found
        if treatment is not Treatment.REDIS or engine != Hearback(Database.SQLITE)
    }
    figures = [
        *_speed(found[0].name, rates),
        *(
            figure
            for (name, treatment), outcome in outcomes.items()
            for figure in _held(name, treatment, outcome)
        ),
    ]
    return Result(figures=figures, tables=[_table(rates, outcomes, size)])


def _undisturbed(at: Grounds, engine: Engine, size: Size) -> Callable[[], float]:
    return lambda: _treat(at, engine, Treatment.NONE, size).per_second


def _treat(at: Grounds, engine: Engine, treatment: Treatment, size: Size) -> Outcome:
    """Let it do all jobs, with something killed when a third is done; return what came of it."""
    say(f"{engine.name}: {treatment}")
    after = "0" if treatment is Treatment.NONE else str(ANSWERED_AFTER)
    with at.script("carrier", "--after", after) as carrier:
        with Posts(carrier.url) as posts, engine.open(at, carrier.url, size.jobs) as shop:
            workers = shop.start()
            try:
                workers = _disturb(at, treatment, shop, workers, posts, size.jobs // 3)
                _wait(shop, posts, size)
            finally:
                _kill(workers)
            return _outcome(shop, posts, size.jobs)


def _disturb(
    at: Grounds,
    treatment: Treatment,
    shop: Shop,
    workers: list[Process],
    posts: Posts,
    done: int,
) -> list[Process]:
    """Return the workers that go on."""
    if treatment is Treatment.NONE:
        return workers
    eventually(lambda: posts.count() >= done)
    if treatment is Treatment.WORKERS:
        _kill(workers)
        return shop.start()
    at.redis.kill()
    time.sleep(AWAY)
    at.redis.start()
    return workers


def _wait(shop: Shop, posts: Posts, size: Size) -> None:
    """Wait until all is done, or nothing has happened for a long while."""
    eventually(lambda: posts.count() > 0)
    seen, since = 0, time.monotonic()
    while not (_complete(posts, size.jobs) or shop.is_done()):
        if (count := posts.count()) != seen:
            seen, since = count, time.monotonic()
        if time.monotonic() - since > size.silence:
            return
        time.sleep(LOOK)
    time.sleep(LATE)


def _complete(posts: Posts, jobs: int) -> bool:
    return posts.count() >= jobs and len(by_number(posts.since())) == jobs


def _kill(workers: Sequence[Process]) -> None:
    for worker in workers:
        worker.kill()


def _outcome(shop: Shop, posts: Posts, jobs: int) -> Outcome:
    taken = posts.since()
    answered = by_number(taken)
    shown = shop.shown() - set(answered)
    return Outcome(
        per_second=per_second(taken),
        missing=jobs - len(answered) - len(shown),
        twice=sum(number > 1 for number in answered.values()),
        shown=len(shown),
    )


# --- what Hearback is given, and what it says of itself ---------------------------------


def _everybody_writes(store: Store, jobs: int) -> None:
    """Let each of many candidates ask one question, as webhooks would store it."""
    with original(store, datetime.now(UTC)) as house:
        copy(store, jobs, {conversations.c.sender: lambda number: sender(number, MANY_NUMBERS)})
        vacuum(store)
        for number, row in enumerate(copies(store)):
            house.hearback.receiver.receive(
                Inbound(
                    provider_id=f"SM{number:032x}",
                    address=row.address,
                    sender=row.sender,
                    text=QUESTION,
                    at=house.clock.now(),
                )
            )


def _stirs(store: Store) -> bool:
    under_way = [State.RECEIVED.value, State.READY.value, State.SENDING.value]
    query = sa.select(messages.c.id).where(messages.c.state.in_(under_way)).limit(1)
    with store.read() as tx:
        return tx.connection.execute(query).first() is not None


def _shown(store: Store) -> set[str]:
    query = (
        sa.select(conversations.c.address)
        .join(messages, messages.c.conversation_id == conversations.c.id)
        .where(messages.c.state == State.UNKNOWN.value)
    )
    with store.read() as tx:
        return set(tx.connection.execute(query).scalars())


# --- what is printed ----------------------------------------------------------------------


def _speed(ours: str, rates: Mapping[str, Sequence[float]]) -> list[Figure]:
    return [
        Figure(name=f"jobs done, {ours} : {name}", measured=ratios(rates[ours], others))
        for name, others in rates.items()
        if not name.startswith("Hearback")
    ]


def _held(name: str, treatment: Treatment, outcome: Outcome) -> list[Figure]:
    if not name.startswith("Hearback"):
        return []
    return [
        Figure(name=f"{what}, {treatment}, {name}", measured=Spread.of([count]), floor=0, goal=0)
        for what, count in (("lost", outcome.missing), ("done twice", outcome.twice))
    ]


def _table(
    rates: Mapping[str, Sequence[float]],
    outcomes: Mapping[tuple[str, Treatment], Outcome],
    size: Size,
) -> Table:
    columns = [f"{what}, {t}" for t in size.treatments for what in ("missing", "twice", "shown")]

    def row(name: str) -> list[str]:
        spread = Spread.of(rates[name])
        found = [outcomes.get((name, treatment)) for treatment in size.treatments]
        counts = [
            "" if outcome is None else str(count)
            for outcome in found
            for count in ((outcome.missing, outcome.twice, outcome.shown) if outcome else (0, 0, 0))
        ]
        return [name, f"{short(spread.middle)}/s", *counts]

    headings = (f"engine, {size.jobs:,} jobs", "undisturbed", *columns)
    return Table(headings, [row(name) for name in rates])


BENCH = Bench(
    name="engines",
    title="Against plain task queues",
    about=(
        "The same job: understand a question, word the answer, post it to a carrier on loopback. "
        "Hearback reads it from the database, asks every rule and keeps the answer there; the "
        "plain tasks store nothing. Each engine has 16 jobs at once. When a third is done, all "
        "workers are killed with SIGKILL and started again, or Redis is killed and comes back "
        "empty a second later. *Missing* is what the carrier never got and nobody is told of "
        "after a long silence; *shown* is what may not have left: "
        "the carrier is asked, then a person."
    ),
    full=Size(rounds=3, jobs=2_000, silence=120),
    quick=Size(rounds=1, jobs=400, silence=30),
    tiny=Size(rounds=1, jobs=10, silence=60, treatments=()),
    run=run,
)

if __name__ == "__main__":
    BENCH()
