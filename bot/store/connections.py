"""Connections to the database, and what their errors mean to everybody else."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from bot.domain.errors import BadConfig, Mistake, StoreBusy, StoreDown
from bot.store.words import teach

VARIABLE = "HEARBACK_DATABASE_URL"

POOL = {"pool_size": 8, "max_overflow": 8, "pool_timeout": 5.0}
"""Each process keeps 8 connections and opens 8 more while many ask at once: PostgreSQL's
max_connections has to hold 16 for each. Nobody waits longer than 5 seconds for one."""
BUSY_TIMEOUT_MS = 10_000
"""How long another process may hold the SQLite file before we give up."""
LONGEST_PAUSE = "10s"
"""A transaction that says nothing for so long is rolled back by PostgreSQL, so that a process
that stands still keeps nobody waiting. Shorter than a lease."""
PATIENT = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""Seconds, the last one in milliseconds: a server that vanished is noticed. What the URL says
of these comes first."""


def engine_of(url: str) -> sa.Engine:
    """Return the engine for a URL. Raises BadConfig: it cannot be read, or names no place."""
    parsed = _parsed(url)
    return _sqlite(parsed) if parsed.drivername == "sqlite" else _postgresql(parsed)


def _parsed(url: str) -> sa.URL:
    mend = "write sqlite:///path/to/file.db or postgresql://user@host/name"
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        raise BadConfig([Mistake(VARIABLE, "is no database URL", mend)]) from None
    if parsed.drivername in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in ("sqlite", "postgresql+psycopg"):
        raise BadConfig([Mistake(VARIABLE, f"names {parsed.drivername}", mend)])
    return parsed


# --- PostgreSQL ---------------------------------------------------------------------------


def _postgresql(url: sa.URL) -> sa.Engine:
    patient = {name: value for name, value in PATIENT.items() if name not in url.query}
    engine = sa.create_engine(
        url, **POOL, pool_pre_ping=True, hide_parameters=True, connect_args=patient
    )
    sa.event.listen(engine, "connect", _open_postgresql)
    return engine


def _open_postgresql(connection: object, record: object) -> None:
    connection.autocommit = True  # type: ignore[attr-defined]
    connection.execute(  # type: ignore[attr-defined]
        f"SET idle_in_transaction_session_timeout = '{LONGEST_PAUSE}'"
    )
    connection.autocommit = False  # type: ignore[attr-defined]


# --- SQLite -------------------------------------------------------------------------------


def _sqlite(url: sa.URL) -> sa.Engine:
    if url.database and not url.database.startswith("file:"):
        _make_room(Path(url.database).parent)
    engine = sa.create_engine(
        url, **POOL, hide_parameters=True, connect_args={"check_same_thread": False}
    )
    sa.event.listen(engine, "connect", _open_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_room(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        problem = f"cannot make the folder {folder}: {error.strerror}"
        raise BadConfig([Mistake(VARIABLE, problem)]) from None


def _open_sqlite(connection: object, record: object) -> None:
    connection.isolation_level = None  # type: ignore[attr-defined]
    cursor = connection.cursor()  # type: ignore[attr-defined]
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
    teach(connection)


def _begin_sqlite(connection: sa.Connection) -> None:
    write = connection.get_execution_options().get("write", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextlib.contextmanager
def rebuilding(connection: sa.Connection) -> Iterator[None]:
    """Open a transaction in which tables may be changed.

    SQLite changes a table by making it anew and dropping the old one, which it refuses while
    rows refer to it; so they are looked at once, at the end. Raises IntegrityError.
    """
    if connection.dialect.name != "sqlite":
        with connection.begin():
            yield
        return
    _check_references(connection, "OFF")
    try:
        with connection.begin():
            yield
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
            if broken is not None:
                raise sa.exc.IntegrityError("foreign_key_check", None, ValueError(tuple(broken)))
    finally:
        _check_references(connection, "ON")


def _check_references(connection: sa.Connection, on: str) -> None:
    """Outside of any transaction, where alone SQLite takes notice."""
    connection.connection.cursor().execute(f"PRAGMA foreign_keys={on}")


# --- errors -------------------------------------------------------------------------------

_MET_ANOTHER = {"40001", "40P01"}
"""PostgreSQL: serialization, deadlock."""
_TRY_LATER = {"57P01", "57P02", "57P03", "53300", "53100", "25006", "25P03"}
"""PostgreSQL: shutdown, start-up, too many clients, disk full, read-only, silent too long."""
_SQLITE_AT_FAULT = {
    *("BUSY", "CANTOPEN", "CORRUPT", "FULL", "IOERR", "LOCKED", "NOMEM", "NOTADB"),
    *("PERM", "PROTOCOL", "READONLY"),
}
"""The second words of SQLite's result codes that blame the file and not the statement."""


@contextlib.contextmanager
def told_plainly() -> Iterator[None]:
    """Raise StoreBusy where two transactions met, and StoreDown where the database is at fault."""
    try:
        yield
    except sa.exc.TimeoutError as error:
        raise StoreDown("The database cannot be used: all connections are taken") from error
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) in _MET_ANOTHER:
            raise StoreBusy(str(error.orig)) from error
        if _at_fault(error):
            raise StoreDown(f"The database cannot be used: {error.orig}") from error
        raise


def _at_fault(error: DBAPIError) -> bool:
    """Whether the same work may succeed later: the database, not the statement, is at fault."""
    if isinstance(error.orig, sqlite3.Error):
        name = getattr(error.orig, "sqlite_errorname", "SQLITE_ERROR")
        return name.split("_")[1] in _SQLITE_AT_FAULT
    if error.connection_invalidated:
        return True
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return state in _TRY_LATER or state.startswith("08")
    return isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError)
