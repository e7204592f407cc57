"""A crowd is one real candidate, copied: what the product wrote about one stands there for many.

The copies are made inside the database, a million rows in seconds.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import click
import sqlalchemy as sa

from bot.store import Store
from bot.store.migrate import migrate
from bot.store.schema import (
    consents,
    conversations,
    events,
    identities,
    interviews,
    messages,
    people,
    processes,
    promises,
)
from tests.factories import candidate, event, interview
from tests.world import World, move_in

MARK = "1000000"
"""In everything by which one candidate differs from the next; the copies count on from here."""
PHONE = f"+8881000{MARK}"
"""Country code 888 has no subscribers."""
STRIDE = 100
"""Between the ids of one copy and the next: no candidate has as many rows in a table."""
LOT = 20_000
"""Copies in one transaction."""
TABLES = (
    people,
    identities,
    consents,
    processes,
    interviews,
    events,
    conversations,
    messages,
    promises,
)
"""What a candidate is made of; what others refer to comes first."""

Number = sa.ColumnElement[int]
Changes = Mapping[sa.Column[Any], Callable[[Number], Any]]
"""From the number of a copy, which begins at 1, to what stands in a column instead."""


@contextmanager
def original(store: Store, at: datetime) -> Iterator[World]:
    """The one real candidate, in a house with a clock of its own: an interview of hers has just
    ended, and it is noon where she lives. A thank-you and a status update are owed."""
    who = candidate(ref=f"cand-{MARK}", name="Ada Obi", phone=PHONE, time_zone=daytime_zone(at))
    told = event(
        "interview.completed",
        at,
        id=f"done-{MARK}",
        candidate=who,
        process=f"app-{MARK}",
        interview=interview(at),
    )
    migrate(store)
    house = move_in(store.url, at)
    try:
        house.happens(told)
        yield house
    finally:
        house.store.close()


def daytime_zone(now: datetime) -> str:
    """Return a zone in which it is noon or so: nobody's night must hold things up."""
    ahead = 12 - now.astimezone(UTC).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def copy(
    store: Store,
    size: int,
    changes: Changes | None = None,
    *,
    after: int = 0,
    tables: Sequence[sa.Table] = TABLES,
) -> None:
    """Add `size` copies of the store's one candidate, numbered from `after` + 1."""
    label = f"Copying a candidate {size:,} times"
    with click.progressbar(length=size * len(tables), label=label, file=sys.stderr) as bar:
        for first in range(after + 1, after + size + 1, LOT):
            lot = _Lot(store, first, min(first + LOT - 1, after + size), tables, changes or {})
            for table in tables:
                lot.copy(table)
                bar.update(len(lot))


@dataclass(frozen=True)
class _Lot:
    """The copies from `first` to `last`."""

    store: Store
    first: int
    last: int
    tables: Sequence[sa.Table]
    changes: Changes

    def __len__(self) -> int:
        return self.last - self.first + 1

    def copy(self, table: sa.Table) -> None:
        original = sa.select(table).where(table.c.id < STRIDE).subquery()
        number = self._numbers()
        values = [self._value(column, original.c[column.name], number) for column in table.c]
        rows = sa.select(*values).select_from(original).join(number.table, sa.true())
        with self.store.engine.begin() as connection:
            connection.execute(sa.insert(table).from_select(table.c.keys(), rows))
            self._count_on(connection, table)

    def _numbers(self) -> Any:
        """Return the column of a table that counts."""
        counted = sa.select(sa.literal(self.first).label("number")).cte("counted", recursive=True)
        more = sa.select(counted.c.number + 1).where(counted.c.number < self.last)
        return counted.union_all(more).c.number

    def _value(self, column: sa.Column[Any], value: Any, number: Number) -> Any:
        if column in self.changes:
            return self.changes[column](number)
        if column.primary_key or any(
            key.column.table in self.tables for key in column.foreign_keys
        ):
            return number * STRIDE + value
        if column.name in ("dedupe_key", "provider_id"):
            return _key(value, number)
        if column.name in ("value", "address"):
            return _own(value, number)
        if isinstance(column.type, sa.Text):
            return _renamed(value, number)
        if isinstance(column.type, sa.JSON):
            text = _renamed(sa.cast(value, sa.Text), number)
            return text if self.store.is_sqlite else sa.cast(text, sa.JSON)
        return value

    def _count_on(self, connection: sa.Connection, table: sa.Table) -> None:
        """Let PostgreSQL number new rows behind the copies."""
        if not self.store.is_sqlite:
            sequence = sa.func.pg_get_serial_sequence(table.name, "id")
            connection.execute(sa.select(sa.func.setval(sequence, (self.last + 1) * STRIDE)))


def _renamed(text: Any, number: Number) -> Any:
    return sa.func.replace(text, MARK, sa.cast(number + int(MARK), sa.Text))


def _own(address: Any, number: Number) -> Any:
    """The candidate's differs by the mark; what names a colleague only has to be unique."""
    theirs = sa.cast(number, sa.Text) + "/" + address
    return sa.case((address.contains(MARK), _renamed(address, number)), else_=theirs)


def _key(key: Any, number: Number) -> Any:
    """A stage's key begins with the id of its process; any other only has to be unique."""
    process = sa.select(sa.func.min(processes.c.id)).scalar_subquery()
    own = sa.cast(process, sa.Text) + ":"
    rest = sa.func.substr(key, sa.func.length(own) + 1)
    return sa.case(
        (key.startswith(own), sa.cast(number * STRIDE + process, sa.Text) + ":" + rest),
        else_=sa.cast(number, sa.Text) + "/" + key,
    )


def copies(store: Store) -> Sequence[sa.Row[Any]]:
    """Return the conversations of all copies, in order."""
    query = sa.select(conversations).where(conversations.c.id > STRIDE)
    with store.read() as tx:
        return tx.connection.execute(query.order_by(conversations.c.id)).all()
