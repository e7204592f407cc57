"""Picking up what is due among a million rows of the future, against none in the future."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from bench.crowd import Number, copy, original
from bench.grounds import Database, Grounds, vacuum
from bench.measuring import Spread, in_turns, ratios, seconds
from bench.report import Figure, Result
from bench.script import Bench, say
from bot.clock import SystemClock
from bot.domain.model import ConversationId, ProcessId
from bot.store import Store
from bot.store.schema import conversations, messages, people
from bot.work.pump import Pump

FUTURE = timedelta(days=30)
"""What is planned lies spread over so long."""


@dataclass(frozen=True, kw_only=True)
class Size:
    rounds: int
    due: int
    future: int


@dataclass
class Picked:
    """Hints that were given; workers that chew them at once."""

    turns: list[ConversationId] = field(default_factory=list)

    def turn(self, conversation: ConversationId, *, urgent: bool) -> None:
        self.turns.append(conversation)

    def plan(self, event: int) -> None:
        raise RuntimeError("no event waits for its plan")

    def watch(self, process: ProcessId) -> None:
        """Promises are kept elsewhere."""


def run(at: Grounds, size: Size, databases: Sequence[Database]) -> Result:
    figures: list[Figure] = []
    for database in databases:
        with ExitStack() as stack:
            crowded = stack.enter_context(at.store(database))
            empty = stack.enter_context(at.store(database))
            fill(crowded, size.due, size.future)
            fill(empty, size.due, 0)
            say(f"{database}: {size.rounds} rounds of {size.due:,} due, by turns")
            sides = (_picking(crowded, size.due), _picking(empty, size.due))
            among, alone = in_turns(size.rounds, *sides)
        figures += _figures(database, size, among, alone)
    return Result(figures=figures)


def fill(store: Store, due: int, future: int) -> None:
    """Add conversations with planned messages, the first `due` of them without an alarm yet."""
    with original(store, datetime.now(UTC)):
        pass
    with store.begin() as tx:
        tx.connection.execute(sa.update(conversations).values(wake_at=None))
    tables = (people, conversations, messages)
    copy(store, due, tables=tables)
    if future:
        changes = {conversations.c.wake_at: lambda number: _some_day(number, store)}
        copy(store, future, changes, after=due, tables=tables)
    vacuum(store)


def _some_day(number: Number, store: Store) -> sa.ColumnElement[datetime]:
    """Spread alarms over the future; the factor keeps neighbours in the table apart in time."""
    ahead = 60 + number * 7919 % int(FUTURE.total_seconds())
    if store.is_sqlite:
        now = sa.func.datetime("now", sa.cast(ahead, sa.Text) + " seconds") + ".000000"
    else:
        now = sa.func.now() + sa.cast(sa.cast(ahead, sa.Text) + " seconds", sa.Interval())
    return sa.type_coerce(now, conversations.c.wake_at.type)


def _picking(store: Store, due: int) -> Callable[[], float]:
    def round() -> float:
        _fall_due(store, due)
        picked = Picked()
        pump = Pump(store, SystemClock(), picked, backlog=lambda: 0)

        def pick_up_all() -> None:
            while len(picked.turns) < due:
                pump()

        took = seconds(pick_up_all)
        if len(picked.turns) != len(set(picked.turns)):
            raise RuntimeError("a conversation was picked up twice")
        return took

    return round


def _fall_due(store: Store, due: int) -> None:
    first = sa.select(sa.func.min(conversations.c.id)).scalar_subquery()
    with store.begin() as tx:
        query = sa.select(conversations.c.id).where(conversations.c.id > first)
        these = sa.select(query.order_by(conversations.c.id).limit(due).subquery().c.id)
        now = datetime.now(UTC)
        tx.connection.execute(
            sa.update(conversations).where(conversations.c.id.in_(these)).values(wake_at=now)
        )
    vacuum(store)


def _figures(
    database: Database, size: Size, among: Sequence[float], alone: Sequence[float]
) -> list[Figure]:
    return [
        Figure(
            name=f"{size.due:,} due among {size.future:,} : among none, {database}",
            measured=ratios(among, alone),
            floor=1.2,
            goal=1.05,
        ),
        Figure(
            name=f"{size.due:,} picked up among {size.future:,}, {database}",
            measured=Spread.of(among),
            unit="s",
        ),
    ]


BENCH = Bench(
    name="pickup",
    title="Picking up what is due",
    about=(
        "From the moment alarms ring until the pump has claimed and hinted every one, with "
        "messages planned for the next 30 days in the same tables, and without. Workers take "
        "each hint at once."
    ),
    full=Size(rounds=7, due=10_000, future=1_000_000),
    quick=Size(rounds=3, due=2_000, future=100_000),
    tiny=Size(rounds=1, due=300, future=1_000),
    run=run,
)

if __name__ == "__main__":
    BENCH()
