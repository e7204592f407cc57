"""The few places where SQLite and PostgreSQL speak differently."""

import inspect
from collections.abc import Callable
from functools import cache
from typing import Any, ParamSpec, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

P = ParamSpec("P")
E = TypeVar("E", bound=sa.Executable)


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


def prepared(build: Callable[P, E]) -> Callable[P, tuple[E, dict[str, Any]]]:
    """Let `build` make its statement once, with a parameter in place of each argument.

    Making a statement takes several times as long as running it. What is returned goes to
    `execute(*_of_person(7))`; the columns that an UPDATE sets may join the parameters, so none
    of the arguments is named like one.
    """
    names = tuple(inspect.signature(build).parameters)

    @cache
    def statement() -> E:
        return cast(Callable[..., E], build)(*map(sa.bindparam, names))

    def bound(*values: P.args, **_: P.kwargs) -> tuple[E, dict[str, Any]]:
        return statement(), dict(zip(names, values, strict=True))

    return bound


def insert(connection: sa.Connection, table: sa.Table) -> Any:
    """Return an INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return _INSERT[connection.dialect.name](table)


_INSERT: dict[str, Callable[[sa.Table], Any]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


def insert_once(connection: sa.Connection, table: sa.Table, **values: Any) -> int | None:
    """Insert a row and return its id, or None where one of its unique keys is taken.

    Any of them: of rows that come at the same instant, PostgreSQL may meet another key than
    a named one first.
    """
    statement = _once(connection.dialect.name, table)
    found: int | None = connection.execute(statement, values).scalar()
    return found


@cache
def _once(dialect: str, table: sa.Table) -> Any:
    return _INSERT[dialect](table).on_conflict_do_nothing().returning(table.c.id)


def add(connection: sa.Connection, table: sa.Table, **values: Any) -> int:
    """Insert a row and return its id."""
    return int(connection.execute(_added(table), values).scalar_one())


@cache
def _added(table: sa.Table) -> Any:
    return sa.insert(table).returning(table.c.id)
