"""Which candidates, and which days, a dashboard is about."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from bot.domain.model import Party
from bot.store.schema import conversations, jobs, people, processes

MOST_JOBS = 200


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Everything from `since` until `until`; without a job, a team or a language, of all."""

    since: datetime
    until: datetime
    job: int = 0
    team: str = ""
    language: str = ""

    def days(self, column: sa.Column[datetime]) -> sa.ColumnElement[bool]:
        return column.between(self.since, self.until)

    def of_processes(self, column: sa.Column[Any]) -> sa.ColumnElement[bool]:
        """Whether it is the id of a process that counts."""
        narrow = self.narrow()
        if not narrow:
            return sa.true()
        query = sa.select(processes.c.id).join(people).outerjoin(jobs).where(*narrow)
        return column.in_(query)

    def of_conversations(self, column: sa.Column[Any]) -> sa.ColumnElement[bool]:
        """Whether it is the id of a conversation with a candidate who counts."""
        query = sa.select(conversations.c.id).join(people).where(people.c.party == Party.CANDIDATE)
        if self.narrow():
            theirs = sa.select(processes.c.person_id).where(self.of_processes(processes.c.id))
            query = query.where(conversations.c.person_id.in_(theirs))
        return column.in_(query)

    def narrow(self) -> list[sa.ColumnElement[bool]]:
        """Return what processes, joined with their people and jobs, have to fulfil."""
        told = (
            (self.job, processes.c.job_id == self.job),
            (self.team, jobs.c.department == self.team),
            (self.language, people.c.language == self.language),
        )
        return [condition for wanted, condition in told if wanted]


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What a dashboard can be narrowed to."""

    jobs: tuple[tuple[int, str], ...]
    """Ids and titles."""
    teams: tuple[str, ...]
    languages: tuple[str, ...]


def titles(connection: sa.Connection) -> tuple[tuple[int, str], ...]:
    """Return the ids and titles of the newest jobs, by title."""
    newest = sa.select(jobs.c.id, jobs.c.title).where(jobs.c.title != "")
    found = connection.execute(newest.order_by(jobs.c.id.desc()).limit(MOST_JOBS))
    return tuple(sorted(((row.id, row.title) for row in found), key=lambda one: one[1]))


def choices(connection: sa.Connection) -> Choices:
    return Choices(
        jobs=titles(connection),
        teams=_all(connection, jobs.c.department),
        languages=_all(connection, people.c.language),
    )


def _all(connection: sa.Connection, column: sa.Column[str]) -> tuple[str, ...]:
    query = sa.select(column).where(column != "").distinct().order_by(column).limit(MOST_JOBS)
    return tuple(connection.execute(query).scalars())


class seconds_between(FunctionElement[float]):  # reads as SQL does
    """From the first moment to the second."""

    type = sa.Float()
    inherit_cache = True


@compiles(seconds_between, "sqlite")
def _julian(element: Any, compiler: Any, **options: Any) -> str:
    start, end = (compiler.process(one, **options) for one in element.clauses)
    return f"((julianday({end}) - julianday({start})) * 86400.0)"


@compiles(seconds_between, "postgresql")
def _epoch(element: Any, compiler: Any, **options: Any) -> str:
    start, end = (compiler.process(one, **options) for one in element.clauses)
    return f"cast(extract(epoch from ({end} - {start})) as double precision)"


class hour_of(FunctionElement[str]):
    """The hour of a moment in UTC, such as `2026-11-23 15`."""

    type = sa.Text()
    inherit_cache = True


@compiles(hour_of, "sqlite")
def _by_text(element: Any, compiler: Any, **options: Any) -> str:
    (at,) = (compiler.process(one, **options) for one in element.clauses)
    return f"substr({at}, 1, 13)"


@compiles(hour_of, "postgresql")
def _by_clock(element: Any, compiler: Any, **options: Any) -> str:
    (at,) = (compiler.process(one, **options) for one in element.clauses)
    return f"to_char({at} at time zone 'utc', 'YYYY-MM-DD HH24')"
