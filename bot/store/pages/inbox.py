"""The list of conversations, and the tasks that wait for somebody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.domain.model import Author, ConversationId, Handoff, Party, State, UserId
from bot.store.pages.finding import Tab, Wanted, current, snoozed_until
from bot.store.pages.thread import PREVIEW, moment, shown
from bot.store.schema import (
    conversations,
    handoffs,
    jobs,
    messages,
    people,
    processes,
    tasks,
    users,
)
from bot.store.words import has_words, wanted

MOST = 60
"""Conversations on one page of the list."""
MOST_TASKS = 200


@dataclass(frozen=True, kw_only=True)
class InboxRow:
    """One conversation in the list."""

    conversation_id: ConversationId
    name: str
    """Empty once the candidate was erased."""
    address: str
    job: str
    text: str
    """The newest message that was said, or the newest that has the words looked for."""
    author: Author | None
    author_name: str
    state: State | None
    at: datetime | None
    handoff: Handoff | None
    unreadable: bool
    """The bot could not read something in it, and a person has not let it try again."""
    snoozed_until: datetime | None

    @property
    def waits(self) -> bool:
        """Whether the candidate's words are the last ones and a person owes the answer."""
        return self.handoff is not None and self.author is Author.CANDIDATE


@dataclass(frozen=True, kw_only=True)
class Counts:
    mine: int
    unassigned: int
    all: int
    tasks: int


@dataclass(frozen=True, kw_only=True)
class TaskRow:
    id: int
    kind: str
    what: str
    name: str
    conversation_id: ConversationId | None
    opened_at: datetime
    due_at: datetime | None
    key: str = ""
    """What the task is about, such as `forward:...` for the link of a message."""

    @property
    def event(self) -> int:
        """The event that had no effect; 0 where the task is about something else."""
        kind, _, number = self.key.partition(":")
        return int(number) if kind == self.kind == "event" else 0


def inbox(
    connection: sa.Connection, asked: Wanted, user_id: UserId, now: datetime
) -> list[InboxRow]:
    """Return the newest conversations; those that wait for a person longest first."""
    found = list(connection.execute(_conversations(asked, user_id, now)))
    ids = [row.id for row in found]
    said = _newest_messages(connection, ids)
    if query := wanted(asked.words):
        said |= _newest_messages(connection, ids, has_words(messages.c.body, sa.literal(query)))
    titles = _job_titles(connection, [row.person_id for row in found])
    return [_row(row, said.get(row.id), titles.get(row.person_id, "")) for row in found]


def counts(connection: sa.Connection, user_id: UserId, now: datetime) -> Counts:
    """Return how many conversations each tab has, and how many tasks are open."""
    held, seen = handoffs.c.released_at.is_(None), snoozed_until(now).is_(None)
    mine = sa.exists().where(current(), handoffs.c.user_id == user_id)
    row = connection.execute(
        sa.select(
            _number(conversations, mine, seen).label("mine"),
            _number(handoffs, held, handoffs.c.user_id.is_(None)).label("unassigned"),
            _number(conversations, _with(Party.CANDIDATE), _says_something()).label("all"),
            _number(tasks, tasks.c.done_at.is_(None)).label("tasks"),
        )
    ).one()
    return Counts(mine=row.mine, unassigned=row.unassigned, all=row.all, tasks=row.tasks)


def tasks_query(*conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Open tasks with the name of whom they concern, and where to talk to them."""
    talk = (
        sa.select(sa.func.max(conversations.c.id))
        .where(conversations.c.person_id == tasks.c.person_id)
        .scalar_subquery()
    )
    return (
        sa.select(tasks, people.c.name, talk.label("conversation_id"))
        .outerjoin(people, people.c.id == tasks.c.person_id)
        .where(tasks.c.done_at.is_(None), *conditions)
        .order_by(tasks.c.due_at.is_(None), tasks.c.due_at, tasks.c.id.desc())
        .limit(MOST_TASKS)
    )


def task_row(row: Any) -> TaskRow:
    return TaskRow(
        id=row.id,
        kind=row.kind,
        what=row.what,
        name=row.name or "",
        conversation_id=ConversationId(row.conversation_id) if row.conversation_id else None,
        opened_at=row.opened_at,
        due_at=row.due_at,
        key=row.dedupe_key,
    )


def open_tasks(connection: sa.Connection) -> list[TaskRow]:
    """Return the open tasks, the most pressing first."""
    return [task_row(row) for row in connection.execute(tasks_query())]


def handoff_of(row: Any) -> Handoff | None:
    """Return the current handoff out of a row that was joined with `with_handoff`."""
    if row.handoff_id is None:
        return None
    return Handoff(
        id=row.handoff_id,
        conversation_id=ConversationId(row.id),
        reason=row.handoff_reason,
        opened_at=row.opened_at,
        answer_by=row.answer_by,
        taken_at=row.taken_at,
        holder_id=UserId(row.holder_id) if row.holder_id is not None else None,
        holder=row.holder or "",
    )


HANDOFF_COLUMNS = (
    handoffs.c.id.label("handoff_id"),
    handoffs.c.reason.label("handoff_reason"),
    handoffs.c.opened_at,
    handoffs.c.answer_by,
    handoffs.c.taken_at,
    handoffs.c.user_id.label("holder_id"),
    users.c.name.label("holder"),
)


def with_handoff(source: sa.FromClause) -> sa.FromClause:
    """Join a table of conversations with their current handoff and who holds it."""
    return source.outerjoin(handoffs, current(source)).outerjoin(
        users, users.c.id == handoffs.c.user_id
    )


# --- the list's queries ---------------------------------------------------------------


def _number(table: sa.Table, *conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    return sa.select(sa.func.count()).select_from(table).where(*conditions).scalar_subquery()


def _with(party: Party) -> sa.ColumnElement[bool]:
    somebody = people.alias("somebody")
    here = sa.and_(somebody.c.id == conversations.c.person_id, somebody.c.party == party.value)
    return sa.exists().where(here)


def _says_something() -> sa.ColumnElement[bool]:
    """Of the conversations of one person, a way that was never used is not listed beside
    another; who has heard nothing yet is listed once."""
    other, here = conversations.alias("other"), conversations.c
    used_or_older = sa.or_(other.c.last_message_at.is_not(None), other.c.id < here.id)
    rival = sa.and_(other.c.person_id == here.person_id, other.c.id != here.id, used_or_older)
    return sa.or_(here.last_message_at.is_not(None), ~sa.exists().where(rival))


def _conversations(asked: Wanted, user_id: UserId, now: datetime) -> sa.Select[Any]:
    c = conversations.c
    later = snoozed_until(now)
    page = sa.select(c.id, c.person_id, c.address, c.last_message_at, later.label("later"))
    page = page.where(*asked.conditions(now))
    if asked.tab is Tab.ALL:
        page = page.where(_with(asked.party), _says_something())
        page = page.order_by(*_newest_first(conversations))
    else:
        owner = user_id if asked.tab is Tab.MINE else None
        page = page.join(handoffs, current()).where(handoffs.c.user_id == owner)
        page = page.where(later.is_(None)).order_by(handoffs.c.opened_at, c.id)
    top = page.limit(MOST).subquery()
    order = _newest_first(top) if asked.tab is Tab.ALL else (handoffs.c.opened_at, top.c.id)
    dead = sa.and_(messages.c.conversation_id == top.c.id, messages.c.state == State.DEAD.value)
    unreadable = sa.select(messages.c.id).where(dead).exists().label("unreadable")
    return (
        sa.select(top, people.c.name, unreadable, *HANDOFF_COLUMNS)
        .select_from(with_handoff(top).join(people, people.c.id == top.c.person_id))
        .order_by(*order)
    )


def _newest_first(source: sa.FromClause) -> tuple[sa.ColumnElement[Any], ...]:
    return source.c.last_message_at.desc().nulls_last(), source.c.id.desc()


def _newest_messages(
    connection: sa.Connection, ids: Sequence[int], *conditions: sa.ColumnElement[bool]
) -> dict[int, Any]:
    m = messages.c
    newest = sa.func.row_number().over(
        partition_by=m.conversation_id, order_by=(moment().desc(), m.id.desc())
    )
    ranked = (
        sa.select(
            m.conversation_id,
            m.author,
            m.author_name,
            m.state,
            m.reason,
            sa.func.substr(m.body, 1, PREVIEW).label("text"),
            moment().label("moment"),
            newest.label("rank"),
        )
        .where(m.conversation_id.in_(ids), shown(), *conditions)
        .subquery()
    )
    found = connection.execute(sa.select(ranked).where(ranked.c.rank == 1))
    return {row.conversation_id: row for row in found}


def _job_titles(connection: sa.Connection, person_ids: Sequence[int]) -> dict[int, str]:
    query = (
        sa.select(processes.c.person_id, jobs.c.title)
        .join(jobs, jobs.c.id == processes.c.job_id)
        .where(processes.c.person_id.in_(person_ids))
        .order_by(processes.c.opened_at, processes.c.id)
    )
    return {row.person_id: row.title for row in connection.execute(query)}


def _row(row: Any, said: Any, job: str) -> InboxRow:
    return InboxRow(
        conversation_id=ConversationId(row.id),
        name=row.name,
        address=row.address,
        job=job,
        text=(said.text or said.reason) if said else "",
        author=Author(said.author) if said else None,
        author_name=said.author_name if said else "",
        state=State(said.state) if said else None,
        at=said.moment if said else None,
        handoff=handoff_of(row),
        unreadable=row.unreadable,
        snoozed_until=row.later,
    )
