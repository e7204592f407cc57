"""Every interview as a row of a table, with what came of it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.store.schema import interviews, jobs, people, processes, surveys

SHEET = (
    *("process", "name", "job", "interview", "kind", "starts_at", "ends_at", "interviewers"),
    *("status", "topics", "application", "outcome", "decided_at", "released_at"),
    *("survey_score", "survey_comment"),
)


def sheet(connection: sa.Connection) -> Iterator[tuple[str, ...]]:
    """Yield what stands under each of `SHEET`, the earliest interview first; of candidates who
    were erased, nothing."""
    query = (
        sa.select(interviews, processes, people.c.name, jobs.c.title, surveys)
        .join(processes, processes.c.id == interviews.c.process_id)
        .join(people, people.c.id == processes.c.person_id)
        .outerjoin(jobs, jobs.c.id == processes.c.job_id)
        .outerjoin(surveys, surveys.c.process_id == processes.c.id)
        .where(people.c.erased_at.is_(None))
        .order_by(interviews.c.starts_at, interviews.c.id)
        .execution_options(yield_per=1000)
    )
    for row in connection.execute(query):
        yield tuple(map(_cell, _values(row._mapping)))


def _values(row: Any) -> tuple[Any, ...]:
    one, process, survey = interviews.c, processes.c, surveys.c
    return (
        *(row[process.ref], row[people.c.name], row[jobs.c.title], row[one.ref], row[one.kind]),
        *(row[one.starts_at], row[one.ends_at], row[one.interviewers], row[one.status]),
        *(row[one.topics], row[process.status], row[process.outcome], row[process.decided_at]),
        *(row[process.released_at], row[survey.score], row[survey.comment]),
    )


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)
