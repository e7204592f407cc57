"""The few places where SQLite and PostgreSQL speak differently."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class database_seconds(FunctionElement[float]):
    """The database's own clock in seconds since 1970: leases must not depend on ours."""

    type = sa.Float(53)
    inherit_cache = True


@compiles(database_seconds, "postgresql")
def _postgresql(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    return "extract(epoch from clock_timestamp())::float8"


@compiles(database_seconds, "sqlite")
def _sqlite(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


def insert(connection: sa.Connection, table: sa.Table) -> Any:
    """Return an INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def insert_once(
    connection: sa.Connection, table: sa.Table, unique: list[str], **values: Any
) -> int | None:
    """Insert a row and return its id, or None where the unique key already has one."""
    statement = (
        insert(connection, table)
        .values(**values)
        .on_conflict_do_nothing(index_elements=unique)
        .returning(table.c.id)
    )
    found: int | None = connection.execute(statement).scalar()
    return found


def add(connection: sa.Connection, table: sa.Table, **values: Any) -> int:
    """Insert a row and return its id."""
    statement = sa.insert(table).values(**values).returning(table.c.id)
    return int(connection.execute(statement).scalar_one())
