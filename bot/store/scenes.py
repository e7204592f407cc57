"""What there is to see at a moment: read where conversations are played and judged."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.domain.model import Direction, MessageId, PersonId, ProcessId, State
from bot.store.schema import (
    approvals,
    asks,
    consents,
    conversations,
    events,
    handoffs,
    identities,
    messages,
    metadata,
    people,
    processes,
    surveys,
    tasks,
)


@dataclass(frozen=True, kw_only=True)
class Said:
    """An outbound message, or one that is planned."""

    id: MessageId
    conversation_id: int
    person_id: PersonId
    channel: str
    process: str
    author: str
    kind: str
    form: str
    state: State
    subject: str
    body: str
    wording: str
    template: str
    at: datetime
    """When it was put into the outbox."""
    left_at: datetime | None
    due_at: datetime | None
    reason: str
    attempts: int
    """How often the carrier was asked to take it."""


@dataclass(frozen=True, kw_only=True)
class Heard:
    """An inbound message."""

    conversation_id: int
    provider_id: str
    handled: bool


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Something that was brought to a colleague's attention."""

    kind: str
    """`task.delivery`, `duty.silence`, `handoff.distress`, `ask.interview_done`."""
    at: datetime
    person_id: PersonId | None = None
    """Of the colleague who was asked; else whoever recruits sees it."""
    what: str = ""
    """In words, where there are any."""


@dataclass(frozen=True, kw_only=True)
class Survey:
    score: int | None
    comment: str


def said(connection: sa.Connection) -> list[Said]:
    m, c = messages.c, conversations.c
    query = (
        sa.select(messages, c.person_id, c.channel, processes.c.ref)
        .join(conversations, c.id == m.conversation_id)
        .outerjoin(processes, processes.c.id == m.process_id)
        .where(m.direction == Direction.OUT.value)
        .order_by(sa.func.coalesce(m.left_at, m.due_at, m.at), m.id)
    )
    return [_said(row) for row in connection.execute(query)]


def _said(row: Any) -> Said:
    return Said(
        id=MessageId(row.id),
        conversation_id=row.conversation_id,
        person_id=PersonId(row.person_id),
        channel=row.channel,
        process=row.ref or "",
        author=row.author,
        kind=row.kind,
        form=row.form,
        state=State(row.state),
        subject=row.subject,
        body=row.body,
        wording=row.wording,
        template=(row.template or {}).get("name", ""),
        at=row.at,
        left_at=row.left_at,
        due_at=row.due_at,
        reason=row.reason,
        attempts=row.attempts,
    )


def heard(connection: sa.Connection) -> list[Heard]:
    m = messages.c
    query = sa.select(m.conversation_id, m.provider_id, m.state).where(
        m.direction == Direction.IN.value
    )
    return [
        Heard(
            conversation_id=row.conversation_id,
            provider_id=row.provider_id or "",
            handled=row.state != State.RECEIVED.value,
        )
        for row in connection.execute(query.order_by(m.id))
    ]


def notices(connection: sa.Connection) -> list[Notice]:
    """Return everything that a colleague was told, in order; also what is settled by now."""
    told = [*_tasks(connection), *_handoffs(connection), *_asks(connection)]
    return sorted(told, key=lambda one: one.at)


def _tasks(connection: sa.Connection) -> list[Notice]:
    rows = connection.execute(sa.select(tasks))
    return [
        Notice(kind=_name(row.kind, row.dedupe_key), at=row.opened_at, what=row.what)
        for row in rows
    ]


def _name(kind: str, key: str) -> str:
    """A duty's key is `7:silence:...`, and `ask:7:decision:...` where a recruiter has to ask."""
    match kind:
        case "duty":
            return f"duty.{key.split(':')[1]}"
        case "ask":
            return f"ask.{key.split(':')[2]}"
        case _:
            return f"task.{kind}"


def _handoffs(connection: sa.Connection) -> list[Notice]:
    h = handoffs.c
    rows = connection.execute(sa.select(h.reason, h.opened_at).where(h.reason != "taken"))
    return [Notice(kind=f"handoff.{row.reason}", at=row.opened_at) for row in rows]


def _asks(connection: sa.Connection) -> list[Notice]:
    left = messages.c.left_at
    query = (
        sa.select(asks.c.kind, asks.c.person_id, left)
        .join(messages, messages.c.id == asks.c.message_id)
        .where(left.is_not(None))
    )
    return [
        Notice(kind=f"ask.{row.kind}", at=row.left_at, person_id=PersonId(row.person_id))
        for row in connection.execute(query)
    ]


def survey(connection: sa.Connection, process_id: ProcessId) -> Survey:
    query = sa.select(surveys).where(surveys.c.process_id == process_id)
    row = connection.execute(query).first()
    return Survey(score=row.score, comment=row.comment) if row else Survey(score=None, comment="")


def is_erased(connection: sa.Connection, person_id: PersonId) -> bool:
    query = sa.select(people.c.erased_at).where(people.c.id == person_id)
    return connection.execute(query).scalar() is not None


def has_open_task(connection: sa.Connection, person_id: PersonId, kind: str) -> bool:
    t = tasks.c
    query = sa.select(t.id).where(t.person_id == person_id, t.kind == kind, t.done_at.is_(None))
    return connection.execute(query).first() is not None


def has_handoff(connection: sa.Connection, person_id: PersonId, reason: str) -> bool:
    query = (
        sa.select(handoffs.c.id)
        .join(conversations, conversations.c.id == handoffs.c.conversation_id)
        .where(conversations.c.person_id == person_id, handoffs.c.reason == reason)
    )
    return connection.execute(query).first() is not None


def names_of(connection: sa.Connection, person_id: PersonId) -> set[str]:
    """Return what a colleague is known by: name and addresses."""
    name = connection.execute(sa.select(people.c.name).where(people.c.id == person_id)).scalar()
    known = sa.select(identities.c.value).where(identities.c.person_id == person_id)
    return {name or "", *connection.execute(known).scalars()} - {""}


def open_asks(connection: sa.Connection) -> list[tuple[PersonId, MessageId, str, int]]:
    """Return the questions that wait: to whom, in which message, its key, and their own number."""
    query = (
        sa.select(asks.c.person_id, messages.c.id, messages.c.dedupe_key, asks.c.id.label("ask"))
        .join(messages, messages.c.id == asks.c.message_id)
        .where(asks.c.answered_at.is_(None), asks.c.token_hash.is_not(None))
        .order_by(asks.c.id)
    )
    rows = connection.execute(query)
    return [(PersonId(r.person_id), MessageId(r.id), r.dedupe_key, r.ask) for r in rows]


def ledger(connection: sa.Connection) -> list[str]:
    """Return what was done, by the rows that prove it: the names of actions."""
    done = [
        type.replace(".", "_") for type in connection.execute(sa.select(events.c.type)).scalars()
    ]
    for granted, source in connection.execute(sa.select(consents.c.granted, consents.c.source)):
        done.append("consent_given" if granted else "consent_withdrawn")
        if source.startswith(("wrote ", "in their own words", "carrier")):
            done.append("opt_in" if granted else "opt_out")
    h = handoffs.c
    steps = {h.opened_at: "handoff_opened", h.taken_at: "handoff_taken"}
    steps |= {h.released_at: "handoff_released"}
    steps |= {approvals.c.at: "words_approved", people.c.erased_at: "person_erased"}
    steps |= {surveys.c.answered_at: "survey_answered"}
    for column, name in steps.items():
        count = connection.execute(sa.select(sa.func.count(column))).scalar_one()
        done.extend([name] * count)
    return done


def everything(connection: sa.Connection) -> str:
    """Return every value of every table, to be searched."""
    found: list[str] = []
    for table in metadata.sorted_tables:
        for row in connection.execute(sa.select(table)):
            found.extend(str(value) for value in row if value is not None)
    return "\n".join(found)
