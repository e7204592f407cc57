"""Connections and transactions. Embedded: SQLite, one writer at a time, webhooks first.
Production: PostgreSQL. The same statements on both."""

import contextlib
import threading
from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from bot.domain.errors import StoreBusy, StoreDown
from bot.store.approvals import Approvals
from bot.store.conversations import Conversations
from bot.store.events import Events
from bot.store.habits import Habits
from bot.store.handoffs import Handoffs
from bot.store.history import History
from bot.store.messages import Messages
from bot.store.pauses import Pauses
from bot.store.people import People
from bot.store.processes import Processes
from bot.store.promises import Promises
from bot.store.receipts import Receipts
from bot.store.tasks import Tasks
from bot.store.users import Users

BUSY_TIMEOUT_MS = 10_000
"""How long another process may hold the SQLite file before we give up."""
POOL = 20
OVERFLOW = 40

MOST_MEETINGS = 4
"""How often a transaction that met another one starts over before it gives up."""

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
    def conversations(self) -> Conversations:
        return Conversations(self.connection, self.touch)

    @cached_property
    def messages(self) -> Messages:
        return Messages(self.connection, self.touch)

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
    def approvals(self) -> Approvals:
        return Approvals(self.connection, self.touch)

    @cached_property
    def pauses(self) -> Pauses:
        return Pauses(self.connection, self.touched)

    @cached_property
    def promises(self) -> Promises:
        return Promises(self.connection)

    @cached_property
    def tasks(self) -> Tasks:
        return Tasks(self.connection, self.touched)

    @cached_property
    def users(self) -> Users:
        return Users(self.connection)


class Store:
    """The database behind a URL such as `sqlite:///var/hearback.db` or
    `postgresql+psycopg://user@host/name`."""

    def __init__(self, url: str, announce: Announce = lambda topics: None) -> None:
        self.url = url
        self.announce = announce
        self.engine = _engine(url)
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

    def doing(self, work: Callable[[Tx], T], *, urgent: bool = False) -> T:
        """Do `work` in a transaction and return its result; once more where two met.

        For what nobody would ask for again, such as a carrier's report. Raises StoreDown.
        """
        for _ in range(MOST_MEETINGS):
            with contextlib.suppress(StoreBusy), self.begin(urgent=urgent) as tx:
                return work(tx)
        with self.begin(urgent=urgent) as tx:
            return work(tx)

    @contextlib.contextmanager
    def read(self) -> Iterator[Tx]:
        """Open a transaction that only reads. Raises StoreDown."""
        with self._transaction(write=False) as tx:
            yield tx

    @contextlib.contextmanager
    def _transaction(self, *, write: bool) -> Iterator[Tx]:
        try:
            with self.engine.connect().execution_options(write=write) as connection:
                with connection.begin():
                    yield Tx(connection)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) in _MET_ANOTHER:
                raise StoreBusy(str(error.orig)) from error
            if _passing(error):
                raise StoreDown(str(error.orig)) from error
            raise

    def close(self) -> None:
        self.engine.dispose()


_MET_ANOTHER = {"40001", "40P01"}
"""PostgreSQL: serialization, deadlock."""
_TRY_LATER = {"57P01", "57P02", "57P03", "53300", "25006"}
"""PostgreSQL: shutdown, start-up, too many clients, read-only."""


def _passing(error: DBAPIError) -> bool:
    """Whether the same work may succeed later: the database, not the statement, is at fault."""
    if error.connection_invalidated or isinstance(error, sa.exc.InterfaceError):
        return True
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return state in _TRY_LATER or state.startswith("08")
    return isinstance(error, sa.exc.OperationalError)


def _engine(url: str) -> sa.Engine:
    if not url.startswith("sqlite"):
        return sa.create_engine(url, pool_size=POOL, max_overflow=OVERFLOW, pool_pre_ping=True)
    if file := sa.make_url(url).database:
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(
        url, pool_size=POOL, max_overflow=OVERFLOW, connect_args={"check_same_thread": False}
    )
    sa.event.listen(engine, "connect", _open_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _open_sqlite(connection: object, record: object) -> None:
    connection.isolation_level = None  # type: ignore[attr-defined]
    cursor = connection.cursor()  # type: ignore[attr-defined]
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "foreign_keys=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    write = connection.get_execution_options().get("write", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


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
