"""Delivery: what is due leaves through a loopback carrier, against the carrier's client alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby

import sqlalchemy as sa

from bench.carrier import Post, Posts, per_second
from bench.crowd import Number, copies, copy, original
from bench.grounds import THREADS, WORKERS, Database, Grounds, Process, vacuum
from bench.measuring import Spread, in_turns, ratios, worst_second
from bench.report import Figure, Result
from bench.script import Bench, say
from bench.sending import bare_loop
from bot.store import Store
from bot.store.schema import conversations, messages

LIMIT = 80
"""Messages a second that a carrier takes from one number."""
MANY_NUMBERS = 60
"""So many of ours that none comes near its limit."""
THREE_NUMBERS = 3
PATIENCE = 120
"""Seconds without a message after which the rest counts as stuck."""


@dataclass(frozen=True, kw_only=True)
class Size:
    rounds: int
    messages: int
    """In one round."""
    seconds: float
    """Of sending from three numbers."""


@dataclass
class House:
    """Workers, their carrier, and candidates whose worded thank-yous are due."""

    store: Store
    carrier: str
    posts: Posts
    waiting: list[int]
    """Conversations whose alarm has not been set yet."""
    workers: list[Process] = field(default_factory=list)

    def sends(self, messages: int) -> list[Post]:
        """Let so many alarms ring; return what the carrier took then, once it has them all."""
        lot, self.waiting = self.waiting[:messages], self.waiting[messages:]
        before = self.posts.count()
        ring(self.store, lot)
        _until(lambda: self.posts.count() - before >= messages)
        taken = self.posts.since(before)
        if len({post.reference for post in taken}) < len(taken):
            raise RuntimeError("a message was sent twice")
        return taken

    def rate(self, messages: int) -> float:
        return per_second(self.sends(messages))


def run(at: Grounds, size: Size, databases: Sequence[Database]) -> Result:
    figures: list[Figure] = []
    for database in databases:
        total = size.rounds * size.messages
        with working(at, database, total, MANY_NUMBERS) as house:
            say(f"{database}: {size.rounds} rounds of {size.messages} messages, by turns")
            sides = (lambda: house.rate(size.messages), lambda: _bare(house, size.messages))
            delivered, bare = in_turns(size.rounds, *sides)
        figures += _without_pacing(database, delivered, bare)
    if Database.POSTGRESQL in databases:
        figures += _three_numbers(at, size)
    return Result(figures=figures)


def _bare(house: House, messages: int) -> float:
    before = house.posts.count()
    bare_loop(house.carrier, messages, workers=WORKERS, threads=THREADS)
    return per_second(house.posts.since(before))


def _without_pacing(
    database: Database, delivered: Sequence[float], bare: Sequence[float]
) -> list[Figure]:
    counts = database is Database.POSTGRESQL
    where = f"{WORKERS} workers" if counts else "in the web process"
    return [
        Figure(
            name=f"delivered : bare loop, {database}, {where}",
            measured=ratios(delivered, bare),
            floor=0.2 if counts else None,
            goal=0.35 if counts else None,
        ),
        Figure(name=f"delivered, {database}, {where}", measured=Spread.of(delivered), unit="/s"),
        Figure(
            name=f"bare loop, {WORKERS} x {THREADS} threads", measured=Spread.of(bare), unit="/s"
        ),
    ]


def _three_numbers(at: Grounds, size: Size) -> list[Figure]:
    total = round(THREE_NUMBERS * LIMIT * size.seconds)
    with working(at, Database.POSTGRESQL, total, THREE_NUMBERS) as house:
        say(f"{total} messages from three numbers")
        taken = sorted(house.sends(total), key=lambda post: post.sender)
        unlimited = "" if _paced(house.store) else "pacing: not limited yet"
    worst = max(
        worst_second(post.at for post in posts)
        for _, posts in groupby(taken, key=lambda post: post.sender)
    )
    fast = per_second(taken)
    return [
        Figure(
            name=f"delivered from three numbers at {LIMIT}/s each",
            measured=Spread.of([fast]),
            unit="/s",
            floor=228,
            goal=240,
            but=unlimited,
        ),
        Figure(
            name="of one number in its worst second",
            measured=Spread.of([worst]),
            unit="/s",
            floor=85,
            goal=82,
            but=unlimited,
        ),
    ]


def _paced(store: Store) -> bool:
    """Whether any message was given a slot of its number to wait for."""
    with store.read() as tx:
        query = sa.select(messages.c.id).where(messages.c.slot_at.is_not(None)).limit(1)
        return tx.connection.execute(query).first() is not None


@contextmanager
def working(at: Grounds, database: Database, candidates: int, numbers: int) -> Iterator[House]:
    """A house at work, with candidates whose worded thank-yous wait for their alarm."""
    with ExitStack() as stack:
        store = stack.enter_context(at.store(database))
        carrier = stack.enter_context(at.script("carrier")).url
        posts = stack.enter_context(Posts(carrier))
        house = House(store, carrier, posts, worded(store, candidates, numbers))
        for worker in at.start_workers(database, store.url, carrier):
            house.workers.append(stack.enter_context(worker))
        yield house


def worded(store: Store, candidates: int, numbers: int) -> list[int]:
    """Add candidates whose thank-you was due a while ago, and their alarm never set.

    Returns their conversations. Our numbers take turns.
    """
    with original(store, datetime.now(UTC) - timedelta(hours=1)) as house:
        house.passes(timedelta(minutes=32))
    changes = {
        conversations.c.sender: lambda number: sender(number, numbers),
        conversations.c.wake_at: lambda number: sa.null(),
    }
    copy(store, candidates, changes)
    with store.begin() as tx:
        tx.connection.execute(sa.update(conversations).values(wake_at=None))
    vacuum(store)
    return [row.id for row in copies(store)]


def sender(number: Number, numbers: int) -> sa.ColumnElement[str]:
    return sa.literal("+888200") + sa.cast(10_000_000 + number % numbers, sa.Text)


def ring(store: Store, lot: Sequence[int]) -> None:
    """Set the alarms of these conversations to now."""
    with store.begin() as tx:
        these = conversations.c.id.between(lot[0], lot[-1])
        now = datetime.now(UTC)
        tx.connection.execute(sa.update(conversations).where(these).values(wake_at=now))


def _until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > deadline:
            raise RuntimeError("messages are stuck")
        time.sleep(0.1)


BENCH = Bench(
    name="delivery",
    title="Delivery",
    about=(
        "Worded thank-yous fall due at once; each is asked about again (consent, handoff, quiet "
        "hours, facts, window), committed as sending, posted, and committed as accepted. The "
        "floor is the carrier's client in a bare loop with as many processes and threads, which "
        "forgets at once what it sent. The carrier on loopback answers at once and knows no "
        "limits; the rate counts from the first message to the last, on its clock. Without "
        f"pacing: from {MANY_NUMBERS} numbers, so that none comes near {LIMIT}/s."
    ),
    full=Size(rounds=5, messages=1000, seconds=20),
    quick=Size(rounds=2, messages=300, seconds=4),
    tiny=Size(rounds=1, messages=20, seconds=0.1),
    run=run,
)

if __name__ == "__main__":
    BENCH()
