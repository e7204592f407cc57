"""The inbox of a busy team: queries and template, without the network."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from flask.testing import FlaskClient

from bench.crowd import STRIDE, Number, copy, original
from bench.grounds import Database, Grounds, vacuum
from bench.measuring import Spread, percentile, seconds
from bench.report import Figure, Result
from bench.script import Bench, say
from bot.running import web_app
from bot.store import Store
from bot.store.pages import Tab
from bot.store.schema import conversations, handoffs
from bot.work.live import LiveBus
from tests.world import World

ONE_IN = 100
"""So many conversations have one that waits for a person."""


@dataclass(frozen=True, kw_only=True)
class Size:
    conversations: int
    views: int
    """Of each tab."""


def run(at: Grounds, size: Size, databases: Sequence[Database]) -> Result:
    figures = []
    for database in databases:
        with at.store(database) as store, filled(store, size.conversations) as client:
            say(f"{database}: {size.views} views of each tab")
            ms = {tab: _views(client, tab, size.views) for tab in (Tab.ALL, Tab.UNASSIGNED)}
        figures += [
            Figure(
                name=f"inbox, {tab.value}, {size.conversations:,} conversations, p95 (p50-p99), "
                f"{database}",
                measured=Spread(*(percentile(times, share) for share in (0.95, 0.5, 0.99))),
                unit="ms",
                floor=100,
                goal=50,
            )
            for tab, times in ms.items()
        ]
    return Result(figures=figures)


def _views(client: FlaskClient, tab: Tab, views: int) -> list[float]:
    def view() -> None:
        answer = client.get(f"/inbox?tab={tab.value}")
        if answer.status_code != 200:
            raise RuntimeError(f"the inbox answered {answer.status}")

    view()
    return [1000 * seconds(view) for _ in range(views)]


@contextmanager
def filled(store: Store, size: int) -> Iterator[FlaskClient]:
    """Add conversations with what was said in them; yield the browser of a recruiter."""
    started = datetime.now(UTC) - timedelta(days=10)
    with original(store, started) as house:
        house.passes(timedelta(days=9))
        changes = {conversations.c.last_message_at: lambda number: _some_time_ago(number, store)}
        copy(store, size, changes)
        _hand_over(store, started, size // ONE_IN)
        vacuum(store)
        yield _signed_in(house)


def _some_time_ago(number: Number, store: Store) -> sa.ColumnElement[datetime]:
    ago = sa.cast(-(number * 7919 % 700_000), sa.Text) + " seconds"
    if store.is_sqlite:
        moment = sa.func.datetime("now", ago) + ".000000"
    else:
        moment = sa.func.now() + sa.cast(ago, sa.Interval())
    return sa.type_coerce(moment, conversations.c.last_message_at.type)


def _hand_over(store: Store, at: datetime, size: int) -> None:
    """A person is needed in one conversation, and then in copies of it."""
    with store.begin() as tx:
        first = tx.connection.execute(sa.select(sa.func.min(conversations.c.id))).scalar_one()
        row = {"conversation_id": first, "reason": "unknown", "opened_at": at}
        tx.connection.execute(sa.insert(handoffs).values(row))
    changes = {handoffs.c.conversation_id: lambda number: number * ONE_IN * STRIDE + first}
    copy(store, size, changes, tables=[handoffs])


def _signed_in(house: World) -> FlaskClient:
    client = web_app(house.hearback, LiveBus(), "only for benchmarks").test_client()
    with client.session_transaction() as session:
        session.update(user=house.recruiter.id, since=time.time())
    return client


BENCH = Bench(
    name="pages",
    title="The inbox",
    about=(
        "The page that a recruiter opens: its queries and its template, in one thread. One "
        f"conversation in {ONE_IN} waits for a person; each has ten days of messages."
    ),
    full=Size(conversations=50_000, views=200),
    quick=Size(conversations=5_000, views=30),
    tiny=Size(conversations=200, views=2),
    run=run,
)

if __name__ == "__main__":
    BENCH()
