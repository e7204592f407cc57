"""What became of the messages of the stages: planned, sent, delivered, read, answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from bot.domain.model import ConversationId, Direction, State
from bot.store.pages.dashboard.scope import Scope
from bot.store.schema import consents, conversations, jobs, messages, people, processes

MOST = 200
"""Messages behind a figure that are listed."""


class Step(StrEnum):
    PLANNED = "planned"
    """What was to leave by now, and was not called off."""
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    """Where the candidate's phone tells; no e-mail does."""
    ANSWERED = "answered"
    """The candidate wrote before the next word of a stage."""
    OPTED_OUT = "opted out"
    """They wanted no more messages, before the next word of a stage."""


class By(StrEnum):
    """What messages are told apart by."""

    STAGE = "stage"
    JOB = "job"
    TEAM = "team"
    LANGUAGE = "language"
    CHANNEL = "channel"
    WORDS = "words"
    """The text, or template, with its number."""


@dataclass(frozen=True, kw_only=True)
class Flow:
    """The messages of one stage, job, team, language, channel or text."""

    name: str
    counts: dict[Step, int]


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One of the messages behind a figure."""

    conversation_id: ConversationId
    name: str
    job: str
    stage: str
    words: str
    state: State
    reason: str
    due_at: datetime
    left_at: datetime | None


def funnel(
    connection: sa.Connection, scope: Scope, stages: Sequence[str], by: By = By.STAGE
) -> list[Flow]:
    """Return how far the messages of the stages came: by stage in their order, else the most
    frequent first."""
    rows = _rows(scope, stages, by).cte("stage_messages")
    counted = [sa.func.count().filter(_reached(rows, step)).label(step.name) for step in Step]
    flows = [
        Flow(name=row.name, counts={step: getattr(row, step.name) for step in Step})
        for row in connection.execute(sa.select(rows.c.name, *counted).group_by(rows.c.name))
    ]
    if by is By.STAGE:
        return sorted(flows, key=lambda flow: stages.index(flow.name))
    return sorted(flows, key=lambda flow: (-flow.counts[Step.PLANNED], flow.name))


def behind(
    connection: sa.Connection,
    scope: Scope,
    stages: Sequence[str],
    by: By,
    name: str,
    step: Step,
    most: int = MOST,
) -> list[Sent]:
    """Return the messages behind one figure of the funnel, the newest first."""
    rows = _rows(scope, stages, by).cte("stage_messages")
    query = (
        sa.select(messages, people.c.name, jobs.c.title)
        .join(rows, rows.c.id == messages.c.id)
        .join(people, people.c.id == rows.c.person_id)
        .join(processes, processes.c.id == messages.c.process_id)
        .outerjoin(jobs, jobs.c.id == processes.c.job_id)
        .where(rows.c.name == name, _reached(rows, step))
        .order_by(messages.c.due_at.desc(), messages.c.id.desc())
        .limit(most)
    )
    return [
        Sent(
            conversation_id=ConversationId(row.conversation_id),
            name=row.name,
            job=row.title or "",
            stage=row.kind,
            words=row.wording,
            state=State(row.state),
            reason=row.reason,
            due_at=row.due_at,
            left_at=row.left_at,
        )
        for row in connection.execute(query)
    ]


_NAMES: Mapping[By, sa.ColumnElement[str]] = {
    By.STAGE: messages.c.kind,
    By.JOB: jobs.c.title,
    By.TEAM: jobs.c.department,
    By.LANGUAGE: people.c.language,
    By.CHANNEL: conversations.c.channel,
    By.WORDS: messages.c.wording,
}


def _rows(scope: Scope, stages: Sequence[str], by: By) -> sa.Select[Any]:
    """Every message of a stage in the scope, and when the next one in its conversation left."""
    m = messages.c
    after = sa.func.lead(m.left_at).over(partition_by=m.conversation_id, order_by=m.left_at)
    return (
        sa.select(
            sa.func.coalesce(_NAMES[by], "").label("name"),
            *(m.id, m.conversation_id, m.state, m.left_at, m.arrived_at),
            *(conversations.c.channel, conversations.c.person_id),
            sa.func.coalesce(after, sa.literal(scope.until, m.left_at.type)).label("next_at"),
        )
        .join(conversations, conversations.c.id == m.conversation_id)
        .join(people, people.c.id == conversations.c.person_id)
        .join(processes, processes.c.id == m.process_id)
        .outerjoin(jobs, jobs.c.id == processes.c.job_id)
        .where(m.expires_at.is_not(None), m.direction == Direction.OUT, m.kind.in_(stages))
        .where(m.state != State.CANCELLED, scope.days(m.due_at), *scope.narrow())
    )


def _reached(rows: sa.CTE, step: Step) -> sa.ColumnElement[bool]:
    match step:
        case Step.PLANNED:
            return sa.true()
        case Step.SENT:
            return rows.c.left_at.is_not(None)
        case Step.DELIVERED:
            return rows.c.arrived_at.is_not(None)
        case Step.READ:
            return rows.c.state == State.READ.value
        case Step.ANSWERED:
            said = messages.alias("said")
            here = said.c.conversation_id == rows.c.conversation_id
            wrote = said.c.direction == Direction.IN.value
            return sa.exists().where(here, wrote, _before_the_next(rows, said.c.at))
        case Step.OPTED_OUT:
            same = consents.c.person_id == rows.c.person_id
            there = consents.c.channel == rows.c.channel
            refused = sa.not_(consents.c.granted)
            return sa.exists().where(same, there, refused, _before_the_next(rows, consents.c.at))


def _before_the_next(rows: sa.CTE, at: sa.ColumnElement[datetime]) -> sa.ColumnElement[bool]:
    return (at > rows.c.left_at) & (at <= rows.c.next_at)
