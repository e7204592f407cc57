"""A webhook: verified, stored and acknowledged, against one that only checks the signature."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import sqlalchemy as sa

from bench.grounds import Database, Grounds
from bench.load import CANDIDATES, Load, write
from bench.measuring import Side, Spread, in_turns, ratios
from bench.report import Figure, Result
from bench.script import Bench, say
from bot.domain.model import Direction, State
from bot.store import Store
from bot.store.schema import messages

PACE = 50
FLOORS = {Database.SQLITE: (0.4, 0.6), Database.POSTGRESQL: (0.25, 0.4)}
P99 = {Database.SQLITE: (100, 40), Database.POSTGRESQL: (60, 25)}


@dataclass(frozen=True, kw_only=True)
class Size:
    rounds: int
    requests: int
    """In one round, as fast as they are answered."""
    seconds: int
    """At 50 requests a second."""


@dataclass
class Door:
    """A web server that candidates' messages come to."""

    url: str
    store: Store | None = None
    """Where it puts them, if it does."""
    written: int = 0
    loads: list[Load] = field(default_factory=list)

    def takes(self, requests: int, *, pace: float = 0.0) -> Load:
        load = write(self.url, requests, self.written, pace=pace)
        self.written += requests
        if self.store is not None:
            _check(self.store, self.written)
        return load

    def takes_a_round(self, requests: int) -> float:
        per_second = self.takes(requests).per_second
        if self.store is not None:
            _let_it_answer(self.store)
        return per_second


def run(at: Grounds, size: Size, databases: Sequence[Database]) -> Result:
    figures = []
    for database in databases:
        with at.script("bare") as bare, _house(at, database) as house:
            floor = Door(bare.url)
            for door in (floor, house):
                door.takes_a_round(min(CANDIDATES, size.requests))
            say(f"{database}: {size.rounds} rounds of {size.requests} requests, by turns")
            sides = (_rounds(house, size), _rounds(floor, size))
            stored, bare_rates = in_turns(size.rounds, *sides)
            say(f"{database}: {size.seconds} seconds at {PACE} requests a second")
            steady = house.takes(PACE * size.seconds, pace=PACE)
        figures += _figures(database, stored, bare_rates, steady)
    return Result(figures=figures)


def _rounds(door: Door, size: Size) -> Side:
    return lambda: door.takes_a_round(size.requests)


def _figures(
    database: Database, stored: list[float], bare: list[float], steady: Load
) -> list[Figure]:
    floor, goal = FLOORS[database]
    p99_floor, p99_goal = P99[database]
    return [
        Figure(
            name=f"webhooks stored : only verified, {database}",
            measured=ratios(stored, bare),
            floor=floor,
            goal=goal,
        ),
        Figure(name=f"stored, {database}", measured=Spread.of(stored), unit="/s"),
        Figure(name=f"only verified, beside {database}", measured=Spread.of(bare), unit="/s"),
        Figure(
            name=f"answered at {PACE}/s, p50, {database}",
            measured=Spread.of([steady.ms(0.5)]),
            unit="ms",
        ),
        Figure(
            name=f"answered at {PACE}/s, p99, {database}",
            measured=Spread.of([steady.ms(0.99)]),
            unit="ms",
            floor=p99_floor,
            goal=p99_goal,
        ),
    ]


@contextmanager
def _house(at: Grounds, database: Database) -> Iterator[Door]:
    redis_url = at.redis_for(database)
    with at.store(database) as store, at.script("carrier") as carrier:
        told = {"url": store.url, "carrier": carrier.url, "redis_url": redis_url}
        with at.start("serve", **told) as web:
            yield Door(web.ready().url, store)


def _check(store: Store, written: int) -> None:
    """Every message that was acknowledged is in the database, once."""
    found = _count(store, messages.c.direction == Direction.IN.value)
    if found != written:
        raise RuntimeError(f"{written} webhooks were acknowledged, {found} stored")


def _let_it_answer(store: Store) -> None:
    """Embedded, the same process answers when a burst is over: that is another figure."""
    if store.is_sqlite:
        while _count(store, messages.c.state == State.RECEIVED.value):
            time.sleep(0.2)


def _count(store: Store, condition: sa.ColumnElement[bool]) -> int:
    with store.read() as tx:
        query = sa.select(sa.func.count()).select_from(messages).where(condition)
        return int(tx.connection.execute(query).scalar_one())


BENCH = Bench(
    name="webhook",
    title="Webhooks",
    about=(
        "What a candidate writes is verified, stored in one transaction and acknowledged; the "
        "floor is a bare Flask route that only checks the signature. Same waitress, same signed "
        f"requests over 16 connections from a process of their own, {CANDIDATES} candidates. "
        "At a steady pace the time counts from the moment a request was meant to go; on SQLite "
        "the same process answers the candidates meanwhile."
    ),
    full=Size(rounds=7, requests=2000, seconds=60),
    quick=Size(rounds=3, requests=600, seconds=10),
    tiny=Size(rounds=1, requests=40, seconds=1),
    run=run,
)

if __name__ == "__main__":
    BENCH()
