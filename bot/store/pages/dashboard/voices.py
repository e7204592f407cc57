"""What candidates say: how they rate us, when they write, and how soon they hear back."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bot.domain.model import Author, Direction, ProcessId
from bot.store.pages.dashboard.scope import Scope, hour_of, seconds_between
from bot.store.schema import jobs, messages, people, processes, surveys

MOST_COMMENTS = 20
BUCKETS = ((60, "a minute"), (900, "15 minutes"), (3600, "an hour"), (4 * 3600, "4 hours"))
"""Seconds and words; whatever takes longer comes after them."""
LATER = "longer"


@dataclass(frozen=True, kw_only=True)
class Comment:
    process_id: ProcessId
    name: str
    job: str
    score: int | None
    text: str
    at: datetime


def scores(connection: sa.Connection, scope: Scope) -> dict[int, int]:
    """Return how often each score from 0 to 10 was given."""
    query = (
        sa.select(surveys.c.score, sa.func.count())
        .where(surveys.c.score.is_not(None), *_in(scope))
        .group_by(surveys.c.score)
    )
    return {score: count for score, count in connection.execute(query)}


def comments(connection: sa.Connection, scope: Scope) -> list[Comment]:
    """Return what candidates added to their scores, the newest first."""
    query = (
        sa.select(surveys, people.c.name, jobs.c.title)
        .join(processes, processes.c.id == surveys.c.process_id)
        .join(people, people.c.id == processes.c.person_id)
        .outerjoin(jobs, jobs.c.id == processes.c.job_id)
        .where(surveys.c.comment != "", *_in(scope))
        .order_by(surveys.c.answered_at.desc())
        .limit(MOST_COMMENTS)
    )
    return [
        Comment(
            process_id=ProcessId(row.process_id),
            name=row.name,
            job=row.title or "",
            score=row.score,
            text=row.comment,
            at=row.answered_at,
        )
        for row in connection.execute(query)
    ]


def _in(scope: Scope) -> tuple[sa.ColumnElement[bool], ...]:
    return scope.days(surveys.c.answered_at), scope.of_processes(surveys.c.process_id)


def writing_hours(
    connection: sa.Connection, scope: Scope, zone: ZoneInfo
) -> Counter[tuple[int, int]]:
    """Return how often candidates wrote in each hour of the week: (weekday from Monday 0, hour)."""
    hour = hour_of(messages.c.at)
    query = sa.select(hour, sa.func.count()).where(*_written(scope)).group_by(hour)
    found: Counter[tuple[int, int]] = Counter()
    for told, count in connection.execute(query):
        at = datetime.strptime(told, "%Y-%m-%d %H").replace(tzinfo=UTC).astimezone(zone)
        found[at.weekday(), at.hour] += count
    return found


def answer_times(connection: sa.Connection, scope: Scope) -> dict[Author, dict[str, int]]:
    """Return how soon the bot and people answered, as counts by bucket.

    What is written in one go is answered once: only the first message after our last word
    counts, up to the next thing that left to them.
    """
    answers = _answers(scope).cte("answers")
    took = seconds_between(answers.c.at, answers.c.left_at)
    bucket = sa.case(*((took <= most, name) for most, name in BUCKETS), else_=LATER)
    query = sa.select(answers.c.author, bucket.label("took"), sa.func.count().label("times"))
    found: dict[Author, dict[str, int]] = {
        author: dict.fromkeys([*(name for _, name in BUCKETS), LATER], 0)
        for author in (Author.BOT, Author.PERSON)
    }
    for row in connection.execute(query.group_by(answers.c.author, "took")):
        found[Author(row.author)][row.took] = row.times
    return found


def _answers(scope: Scope) -> sa.Select[Any]:
    """When a candidate began to write, and when and by whom the next word left for them.

    Of what was said only each change of sides is looked at.
    """
    m, here = messages.c, messages.c.conversation_id
    at = sa.func.coalesce(m.left_at, m.at)
    before = sa.func.lag(m.direction).over(partition_by=here, order_by=(at, m.id))
    line = (
        sa.select(m.id, here, m.direction, m.author, at.label("at"), before.label("before"))
        .where(scope.days(m.at), scope.of_conversations(here))
        .where((m.direction == Direction.IN) | m.left_at.is_not(None))
        .cte("line")
    )
    there, order = line.c.conversation_id, (line.c.at, line.c.id)
    turns = (
        sa.select(
            line.c.direction,
            line.c.at,
            sa.func.lead(line.c.at).over(partition_by=there, order_by=order).label("left_at"),
            sa.func.lead(line.c.author).over(partition_by=there, order_by=order).label("author"),
        )
        .where(line.c.direction != sa.func.coalesce(line.c.before, Direction.OUT.value))
        .cte("turns")
    )
    return sa.select(turns.c.at, turns.c.left_at, turns.c.author).where(
        turns.c.direction == Direction.IN.value, turns.c.left_at.is_not(None)
    )


def _written(scope: Scope) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        messages.c.direction == Direction.IN,
        scope.days(messages.c.at),
        scope.of_conversations(messages.c.conversation_id),
    )
