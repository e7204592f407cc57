"""Connections and transactions. Embedded: SQLite, one writer at a time, webhooks first.
Production: PostgreSQL. The same statements on both."""

import contextlib
import threading
import time
from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

import sqlalchemy as sa

from bot.domain.errors import StoreBusy, StoreDown
from bot.store.approvals import Approvals
from bot.store.asks import Asks
from bot.store.bookings import Bookings
from bot.store.connections import engine_of, told_plainly
from bot.store.conversations import Conversations
from bot.store.deliveries import Deliveries
from bot.store.doubts import Doubts
from bot.store.events import Events
from bot.store.habits import Habits
from bot.store.handoffs import Handoffs
from bot.store.history import History
from bot.store.messages import Messages
from bot.store.model_tokens import ModelTokens
from bot.store.notes import Notes
from bot.store.pauses import Pauses
from bot.store.people import People
from bot.store.polls import Polls
from bot.store.processes import Processes
from bot.store.promises import Promises
from bot.store.receipts import Receipts
from bot.store.restores import Restores
from bot.store.senders import Senders
from bot.store.sendings import Sendings
from bot.store.slots import Slots
from bot.store.snoozes import Snoozes
from bot.store.sql import database_seconds
from bot.store.tasks import Tasks
from bot.store.tokens import Tokens
from bot.store.users import Users

MOST_MEETINGS = 4
"""How often a transaction that met another one starts over before it gives up."""
A_BREATH = 0.1
"""Seconds between two tries to reach a database that is away."""

T = TypeVar("T")
Announce = Callable[[Collection[str]], None]
"""Told after each commit what changed: `inbox`, `conversation:7`."""


class Tx:
    """One transaction: the nouns of the product, over one connection."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self.touched: set[str] = set()

    def touch(self, conversation_id: int) -> None:
        """Note that pages showing this conversation must be drawn again after commit."""
        self.touched |= {"inbox", f"conversation:{conversation_id}"}

    def next_rings(self) -> tuple[datetime | None, ...]:
        """Return the earliest alarm of each kind."""
        return (self.conversations.next_ring(), self.events.next_ring(), self.processes.next_ring())

    @cached_property
    def people(self) -> People:
        return People(self.connection)

    @cached_property
    def processes(self) -> Processes:
        return Processes(self.connection)

    @cached_property
    def events(self) -> Events:
        return Events(self.connection)

    @cached_property
    def deliveries(self) -> Deliveries:
        return Deliveries(self.connection)

    @cached_property
    def tokens(self) -> Tokens:
        return Tokens(self.connection)

    @cached_property
    def conversations(self) -> Conversations:
        return Conversations(self.connection, self.touch)

    @cached_property
    def messages(self) -> Messages:
        return Messages(self.connection, self.touch)

    @cached_property
    def sendings(self) -> Sendings:
        return Sendings(self.connection, self.messages, self.touch)

    @cached_property
    def history(self) -> History:
        return History(self.connection)

    @cached_property
    def receipts(self) -> Receipts:
        return Receipts(self.connection)

    @cached_property
    def habits(self) -> Habits:
        return Habits(self.connection)

    @cached_property
    def handoffs(self) -> Handoffs:
        return Handoffs(self.connection, self.touch)

    @cached_property
    def notes(self) -> Notes:
        return Notes(self.connection, self.touch)

    @cached_property
    def snoozes(self) -> Snoozes:
        return Snoozes(self.connection, self.touch)

    @cached_property
    def doubts(self) -> Doubts:
        return Doubts(self.connection, self.touch)

    @cached_property
    def approvals(self) -> Approvals:
        return Approvals(self.connection, self.touch)

    @cached_property
    def pauses(self) -> Pauses:
        return Pauses(self.connection, self.touched)

    @cached_property
    def promises(self) -> Promises:
        return Promises(self.connection)

    @cached_property
    def asks(self) -> Asks:
        return Asks(self.connection)

    @cached_property
    def slots(self) -> Slots:
        return Slots(self.connection)

    @cached_property
    def bookings(self) -> Bookings:
        return Bookings(self.connection)

    @cached_property
    def tasks(self) -> Tasks:
        return Tasks(self.connection, self.touched)

    @cached_property
    def senders(self) -> Senders:
        return Senders(self.connection)

    @cached_property
    def model_tokens(self) -> ModelTokens:
        return ModelTokens(self.connection)

    @cached_property
    def polls(self) -> Polls:
        return Polls(self.connection)

    @cached_property
    def restores(self) -> Restores:
        return Restores(self.connection)

    @cached_property
    def users(self) -> Users:
        return Users(self.connection)


class Store:
    """The database behind a URL such as `sqlite:///var/hearback.db` or
    `postgresql+psycopg://user@host/name`."""

    def __init__(self, url: str, announce: Announce = lambda topics: None) -> None:
        self.url = url
        self.announce = announce
        self.engine = engine_of(url)
        self._turnstile = _Turnstile() if self.is_sqlite else None

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextlib.contextmanager
    def begin(self, *, urgent: bool = False) -> Iterator[Tx]:
        """Open a transaction that writes; commit at the end, roll back on any error.

        `urgent` goes first where writers queue: webhooks, whose senders are waiting.
        Raises StoreDown when the database cannot be reached or asks to try again.
        """
        turn = self._turnstile.pass_one(urgent) if self._turnstile else contextlib.nullcontext()
        with turn, self._transaction(write=True) as tx:
            yield tx
        if tx.touched:
            self.announce(tx.touched)

    def doing(self, work: Callable[[Tx], T], *, urgent: bool = False, patience: float = 0.0) -> T:
        """Do `work` in a transaction and return its result; once more where two met.

        For what nobody would ask for again, such as a carrier's report. `patience` is how many
        seconds to go on while the database is away. Nobody can tell then whether a commit that
        was not answered took place: such work has to look first. Raises StoreDown.
        """
        until = time.monotonic() + patience
        meetings = 0
        while True:
            try:
                with self.begin(urgent=urgent) as tx:
                    return work(tx)
            except StoreBusy:
                meetings += 1
                if meetings > MOST_MEETINGS:
                    raise
            except StoreDown:
                if time.monotonic() > until:
                    raise
                time.sleep(A_BREATH)

    @contextlib.contextmanager
    def alone(self) -> Iterator[Tx]:
        """Let every statement be a transaction of its own, so that a row which everybody needs
        is locked no longer than the statement takes. Raises StoreDown."""
        if self.is_sqlite:  # which has one writer at a time anyway
            with self.begin() as tx:
                yield tx
        else:
            with self._transaction(write=True, isolation_level="AUTOCOMMIT") as tx:
                yield tx

    @contextlib.contextmanager
    def read(self) -> Iterator[Tx]:
        """Open a transaction that only reads. Raises StoreDown."""
        with self._transaction(write=False) as tx:
            yield tx

    @contextlib.contextmanager
    def _transaction(self, *, write: bool, **options: Any) -> Iterator[Tx]:
        with told_plainly(), self.engine.connect() as connection:
            with connection.execution_options(write=write, **options).begin():
                yield Tx(connection)

    def seconds(self) -> float:
        """Ask the database for its time, in seconds since 1970. Raises StoreDown."""
        with self.read() as tx:
            return float(tx.connection.execute(sa.select(database_seconds())).scalar_one())

    def close(self) -> None:
        self.engine.dispose()


class _Turnstile:
    """Lets one writer through at a time, urgent ones first."""

    def __init__(self) -> None:
        self._free = threading.Condition()
        self._busy = False
        self._urgent = 0

    @contextlib.contextmanager
    def pass_one(self, urgent: bool) -> Iterator[None]:
        self._enter(urgent)
        try:
            yield
        finally:
            with self._free:
                self._busy = False
                self._free.notify_all()

    def _enter(self, urgent: bool) -> None:
        with self._free:
            self._urgent += urgent
            try:
                self._free.wait_for(lambda: not self._busy and (urgent or not self._urgent))
                self._busy = True
            finally:
                self._urgent -= urgent
