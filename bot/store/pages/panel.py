"""What a recruiter knows about the candidate beside a conversation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.domain.asks import Ask, Choice, Kind
from bot.domain.booking import BookingState
from bot.domain.errors import NotFound
from bot.domain.identity import Doubt
from bot.domain.model import (
    Channel,
    ConversationId,
    Handoff,
    InterviewStatus,
    MessageId,
    Outcome,
    Party,
    PersonId,
    ProcessId,
    ProcessStatus,
    Topic,
    consented,
)
from bot.store.asks import ask_of
from bot.store.doubts import doubt_of
from bot.store.pages.inbox import HANDOFF_COLUMNS, TaskRow, handoff_of, task_row, tasks_query
from bot.store.pages.inbox import with_handoff as joined_with_handoff
from bot.store.schema import (
    asks,
    bookings,
    consents,
    conversations,
    doubts,
    identities,
    interviews,
    jobs,
    messages,
    people,
    processes,
    promises,
    tasks,
    users,
)

MOST_PROMISES = 3
MOST_QUESTIONS = 20


@dataclass(frozen=True, kw_only=True)
class Head:
    """Whom a conversation is with, and where it stands."""

    conversation_id: ConversationId
    person_id: PersonId
    name: str
    language: str
    time_zone: str
    """As the candidate told; empty where we only guess it from their number."""
    address: str
    sender: str
    last_inbound_at: datetime | None
    last_inbound: MessageId | None
    handoff: Handoff | None
    doubt: Doubt | None = None
    """Somebody else may have this number."""
    party: Party = Party.CANDIDATE
    wishes: Sequence[str] = ()
    """How they asked to be written to: `formal`, `short`."""


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Where the ledger of consent stands for one channel, or for updates."""

    to: Channel | Topic
    granted: bool
    source: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Appointment:
    ref: str
    kind: str
    status: InterviewStatus
    starts_at: datetime | None
    ends_at: datetime | None
    interviewers: Sequence[str]
    topics: Sequence[str]
    """What the thank-you may mention."""


@dataclass(frozen=True, kw_only=True)
class Moved:
    """A time that the candidate asked for."""

    starts_at: datetime
    state: BookingState
    confirm_by: datetime


@dataclass(frozen=True, kw_only=True)
class ProcessCard:
    """One application."""

    id: ProcessId
    ref: str
    candidate_ref: str
    """The candidate's id in the system that told us about the process."""
    job: str
    recruiter: str
    status: ProcessStatus
    outcome: Outcome | None
    decided_at: datetime | None
    released_at: datetime | None
    released_by: str
    appointments: Sequence[Appointment]
    moved: Sequence[Moved] = ()

    @property
    def may_be_released(self) -> bool:
        """Whether a decision waits for a named person to let it out."""
        open_ = self.status is ProcessStatus.OPEN
        return open_ and self.outcome is not None and self.released_at is None


@dataclass(frozen=True, kw_only=True)
class Promised:
    what: str
    owner: str
    due_at: datetime
    kept_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Question:
    """What colleagues were asked about an application, and what came of it."""

    kind: Kind
    names: Sequence[str]
    """Who was asked."""
    opened_at: datetime
    due_at: datetime
    expires_at: datetime
    answered_at: datetime | None
    name: str
    """Who answered."""
    answer: Choice | None
    detail: str


@dataclass(frozen=True, kw_only=True)
class Panel:
    processes: Sequence[ProcessCard]
    agreements: Sequence[Agreement]
    promises: Sequence[Promised]
    tasks: Sequence[TaskRow]
    questions: Sequence[Question]

    @property
    def opted_out(self) -> bool:
        return any(a.to is Channel.WHATSAPP and not a.granted for a in self.agreements)


def head(connection: sa.Connection, conversation_id: ConversationId) -> Head:
    """Raises NotFound."""
    c = conversations.c
    newest = (
        sa.select(sa.func.max(messages.c.id))
        .where(messages.c.conversation_id == c.id, messages.c.direction == "in")
        .scalar_subquery()
    )
    doubt = connection.execute(
        sa.select(doubts).where(
            doubts.c.conversation_id == conversation_id, doubts.c.settled_at.is_(None)
        )
    ).first()
    query = (
        sa.select(conversations, people, newest.label("newest"), *HANDOFF_COLUMNS)
        .select_from(joined_with_handoff(conversations).join(people, people.c.id == c.person_id))
        .where(c.id == conversation_id)
    )
    row = connection.execute(query).first()
    if row is None:
        raise NotFound(f"There is no conversation {conversation_id}")
    return Head(
        conversation_id=ConversationId(row.id),
        person_id=PersonId(row.person_id),
        name=row.name,
        language=row.language,
        time_zone=row.time_zone,
        address=row.address,
        sender=row.sender,
        last_inbound_at=row.last_inbound_at,
        last_inbound=MessageId(row.newest) if row.newest is not None else None,
        handoff=handoff_of(row),
        doubt=doubt_of(doubt) if doubt else None,
        party=Party(row.party),
        wishes=[one for one in (row.tone, row.length) if one],
    )


def panel(connection: sa.Connection, person_id: PersonId) -> Panel:
    found = connection.execute(tasks_query(tasks.c.person_id == person_id))
    return Panel(
        processes=_cards(connection, processes.c.person_id == person_id),
        agreements=_agreements(connection, person_id),
        promises=_promises(connection, person_id),
        tasks=[task_row(row) for row in found],
        questions=_questions(connection, person_id),
    )


def process_card(connection: sa.Connection, process_id: ProcessId) -> ProcessCard:
    """Raises NotFound."""
    for card in _cards(connection, processes.c.id == process_id):
        return card
    raise NotFound(f"There is no process {process_id}")


# --- the panel's queries --------------------------------------------------------------


def _cards(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> list[ProcessCard]:
    ref = (
        sa.select(sa.func.max(identities.c.value))
        .where(identities.c.person_id == processes.c.person_id, identities.c.kind == "ref")
        .scalar_subquery()
    )
    query = (
        sa.select(processes, jobs.c.title, users.c.name.label("recruiter"), ref.label("person_ref"))
        .select_from(processes)
        .outerjoin(jobs, jobs.c.id == processes.c.job_id)
        .outerjoin(users, users.c.email == jobs.c.recruiter)
        .where(condition)
        .order_by(processes.c.opened_at.desc(), processes.c.id.desc())
    )
    rows = list(connection.execute(query))
    appointments = _appointments(connection, [row.id for row in rows])
    moved = _moved(connection, [row.id for row in rows])
    return [_card(row, appointments.get(row.id, []), moved.get(row.id, [])) for row in rows]


def _card(row: Any, appointments: Sequence[Appointment], moved: Sequence[Moved]) -> ProcessCard:
    return ProcessCard(
        id=ProcessId(row.id),
        ref=row.ref,
        candidate_ref=row.person_ref or "",
        job=row.title or "",
        recruiter=row.recruiter or "",
        status=ProcessStatus(row.status),
        outcome=Outcome(row.outcome) if row.outcome else None,
        decided_at=row.decided_at,
        released_at=row.released_at,
        released_by=row.released_by,
        appointments=appointments,
        moved=moved,
    )


def _appointments(
    connection: sa.Connection, process_ids: Sequence[int]
) -> dict[int, list[Appointment]]:
    query = (
        sa.select(interviews)
        .where(interviews.c.process_id.in_(process_ids))
        .order_by(interviews.c.starts_at, interviews.c.id)
    )
    found: dict[int, list[Appointment]] = {}
    for row in connection.execute(query):
        appointment = Appointment(
            ref=row.ref,
            kind=row.kind,
            status=InterviewStatus(row.status),
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            interviewers=tuple(row.interviewers),
            topics=tuple(row.topics),
        )
        found.setdefault(row.process_id, []).append(appointment)
    return found


def _moved(connection: sa.Connection, process_ids: Sequence[int]) -> dict[int, list[Moved]]:
    """What was overtaken before anybody had answered says nothing any more."""
    b = bookings.c
    query = (
        sa.select(bookings)
        .where(b.process_id.in_(process_ids), b.state != BookingState.DROPPED.value)
        .order_by(b.id)
    )
    found: dict[int, list[Moved]] = {}
    for row in connection.execute(query):
        moved = Moved(
            starts_at=row.starts_at, state=BookingState(row.state), confirm_by=row.confirm_by
        )
        found.setdefault(row.process_id, []).append(moved)
    return found


def _agreements(connection: sa.Connection, person_id: PersonId) -> list[Agreement]:
    """The newest line of each; at the same moment, a refusal weighs more."""
    c = consents.c
    query = sa.select(consents).where(c.person_id == person_id)
    newest: dict[str, Agreement] = {}
    for row in connection.execute(query.order_by(c.at, c.granted.desc(), c.id)):
        newest[row.channel] = Agreement(
            to=consented(row.channel), granted=row.granted, source=row.source, at=row.at
        )
    return list(newest.values())


def _questions(connection: sa.Connection, person_id: PersonId) -> list[Question]:
    """The newest first; one for all who were asked the same."""
    name = sa.func.coalesce(sa.func.nullif(people.c.name, ""), identities.c.value)
    theirs = sa.and_(identities.c.person_id == people.c.id, identities.c.kind == "colleague")
    query = (
        sa.select(asks, name.label("name"))
        .join(processes, processes.c.id == asks.c.process_id)
        .join(people, people.c.id == asks.c.person_id)
        .outerjoin(identities, theirs)
        .where(processes.c.person_id == person_id)
        .order_by(asks.c.id.desc())
        .limit(MOST_QUESTIONS)
    )
    same: dict[str, list[tuple[Ask, str]]] = {}
    for row in connection.execute(query):
        ask = ask_of(row)
        same.setdefault(ask.key, []).append((ask, row.name or ""))
    return [_question(group) for group in same.values()]


def _question(asked: Sequence[tuple[Ask, str]]) -> Question:
    answered = [(ask, name) for ask, name in asked if ask.answer]
    ask, name = answered[0] if answered else asked[0]
    return Question(
        kind=ask.kind,
        names=[name for _, name in reversed(asked)],
        opened_at=ask.opened_at,
        due_at=ask.due_at,
        expires_at=ask.expires_at,
        answered_at=ask.answered_at,
        name=name,
        answer=Choice(ask.answer) if ask.answer else None,
        detail=ask.detail,
    )


def _promises(connection: sa.Connection, person_id: PersonId) -> list[Promised]:
    p = promises.c
    query = (
        sa.select(promises)
        .where(p.person_id == person_id)
        .order_by(p.kept_at.is_not(None), p.due_at.desc())
        .limit(MOST_PROMISES)
    )
    return [
        Promised(what=row.what, owner=row.owner, due_at=row.due_at, kept_at=row.kept_at)
        for row in connection.execute(query)
    ]
