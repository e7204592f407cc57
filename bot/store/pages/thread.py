"""One conversation: what was said, who held it, and what is still to be said."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from bot.domain.model import (
    ARRIVED,
    LEFT,
    WAITING,
    Author,
    Button,
    ConversationId,
    Direction,
    Form,
    MessageId,
    ProcessId,
    State,
    words_hash,
)
from bot.store.messages import LEFT_TO_A_PERSON
from bot.store.schema import handoffs, messages, promises, receipts, tasks, users
from bot.store.schema import notes as noted

MOST = 200
"""Messages of a thread on one page; the earlier ones are a click away."""
PREVIEW = 160
"""Characters of a message in the list."""

_SAID = frozenset({*LEFT, State.SENDING, State.UNKNOWN, State.FAILED})
"""Outbound messages that stand in the thread; the bot's others are still to come, or never."""


@dataclass(frozen=True, kw_only=True)
class Bubble:
    """One message of a thread."""

    id: MessageId
    author: Author
    author_name: str
    kind: str
    form: Form
    state: State
    text: str
    media: str
    """Content types of what came without words."""
    reason: str
    """Why it failed, or why nobody knows."""
    left_to_a_person: bool
    """Nobody but a person can tell any more whether it arrived."""
    at: datetime
    left_at: datetime | None
    arrived_at: datetime | None
    read_at: datetime | None
    language: str
    """Of a text out of our own books; empty for what people wrote."""
    promised: bool = False
    """It is kept as a promise."""
    buttons: tuple[Button, ...] = ()
    """Ready answers under it."""
    provider_id: str = ""
    source: str = ""
    """Where the team wrote what the bot answered with."""
    left_to_them: bool = False
    """The bot did not answer it, because a person was awaited."""


@dataclass(frozen=True, kw_only=True)
class Note:
    """Something that happened to the conversation itself."""

    id: str
    at: datetime
    what: str
    """`opened`, `taken`, `passed_on`, `released`, or `noted`."""
    who: str
    text: str
    """The reason for opening, to whom it was passed on, the note that was left behind, or the one
    to colleagues."""


@dataclass(frozen=True, kw_only=True)
class Upcoming:
    """A message that the bot is going to send."""

    id: MessageId
    process_id: ProcessId | None
    kind: str
    state: State
    due_at: datetime | None
    reason: str
    text: str
    """Empty until it is worded."""
    words_hash: str
    """Of what is approved with one click."""
    to_approve: bool
    """A person is to read it first."""


def moment() -> sa.ColumnElement[datetime]:
    """When a message was said: came in, left, or was meant to leave."""
    m = messages.c
    return sa.case(
        (m.direction == Direction.IN.value, m.at),
        else_=sa.func.coalesce(m.left_at, m.slot_at, m.due_at, m.at),
    )


def shown() -> sa.ColumnElement[bool]:
    """Whether a message stands in the thread."""
    m = messages.c
    return sa.or_(
        m.author != Author.BOT.value,
        m.state.in_([state.value for state in _SAID]),
    )


def thread(
    connection: sa.Connection, conversation_id: ConversationId, most: int = MOST
) -> list[Bubble]:
    """Return the newest messages, the oldest of them first."""
    m = messages.c
    read = (
        sa.select(receipts.c.provider_id, sa.func.min(receipts.c.at, type_=m.at.type).label("at"))
        .join(messages, m.provider_id == receipts.c.provider_id)
        .where(receipts.c.status == State.READ.value, m.conversation_id == conversation_id)
        .group_by(receipts.c.provider_id)
        .subquery()
    )
    query = (
        sa.select(
            messages,
            moment().label("moment"),
            read.c.at.label("read_at"),
            promises.c.id.is_not(None).label("promised"),
        )
        .outerjoin(promises, promises.c.message_id == m.id)
        .outerjoin(read, read.c.provider_id == m.provider_id)
        .where(m.conversation_id == conversation_id, shown())
        .order_by(moment().desc(), m.id.desc())
        .limit(most)
    )
    return [_bubble(row) for row in connection.execute(query)][::-1]


def arrived(
    connection: sa.Connection, conversation_id: ConversationId, most: int = MOST
) -> list[Bubble]:
    """Return what a candidate sees on the phone: their own words, and ours that arrived."""
    return [
        bubble
        for bubble in thread(connection, conversation_id, most)
        if bubble.author is Author.CANDIDATE or bubble.state in ARRIVED
    ]


def notes(connection: sa.Connection, conversation_id: ConversationId) -> list[Note]:
    """Return when the conversation was opened for a person, taken and given back, and what
    colleagues noted in it."""
    query = (
        sa.select(handoffs, users.c.name.label("holder"))
        .outerjoin(users, users.c.id == handoffs.c.user_id)
        .where(handoffs.c.conversation_id == conversation_id)
        .order_by(handoffs.c.id)
    )
    rows = connection.execute(query).all()
    passed = {row.id: to for row, to in pairwise(rows) if _passed_on(row, to)}
    heirs = {row.id for row in passed.values()}
    told = [note for row in rows for note in _notes(row, passed.get(row.id), row.id in heirs)]
    return [*told, *_noted(connection, conversation_id)]


def _noted(connection: sa.Connection, conversation_id: ConversationId) -> list[Note]:
    query = (
        sa.select(noted, users.c.name)
        .join(users, users.c.id == noted.c.user_id)
        .where(noted.c.conversation_id == conversation_id, noted.c.body != "")
        .order_by(noted.c.id)
    )
    return [
        Note(id=f"note-{row.id}", at=row.at, what="noted", who=row.name, text=row.body)
        for row in connection.execute(query)
    ]


def upcoming(connection: sa.Connection, conversation_id: ConversationId) -> list[Upcoming]:
    """Return what the bot is going to send, in the order it is meant to."""
    m = messages.c
    asked = sa.select(tasks.c.id).where(
        tasks.c.dedupe_key == sa.literal("approve:") + m.dedupe_key, tasks.c.done_at.is_(None)
    )
    query = (
        sa.select(messages, asked.exists().label("to_approve"))
        .where(m.conversation_id == conversation_id, m.author == Author.BOT.value)
        .where(m.state.in_([state.value for state in WAITING]))
        .order_by(m.due_at, m.id)
    )
    return [
        Upcoming(
            id=MessageId(row.id),
            process_id=ProcessId(row.process_id) if row.process_id is not None else None,
            kind=row.kind,
            state=State(row.state),
            due_at=row.due_at,
            reason=row.reason,
            text=row.body,
            words_hash=words_hash(row.subject, row.body),
            to_approve=row.to_approve and bool(row.body),
        )
        for row in connection.execute(query)
    ]


def next_due(connection: sa.Connection) -> datetime | None:
    """Return when the next planned message of all conversations is due."""
    m = messages.c
    states = [State.PLANNED.value, State.READY.value]
    query = sa.select(sa.func.min(m.due_at, type_=m.due_at.type)).where(m.state.in_(states))
    due: datetime | None = connection.execute(query).scalar()
    return due


def _bubble(row: Any) -> Bubble:
    inbound = row.direction == Direction.IN.value
    return Bubble(
        id=MessageId(row.id),
        author=Author(row.author),
        author_name=row.author_name,
        kind=row.kind,
        form=Form(row.form),
        state=State(row.state),
        text=row.body,
        media=row.reason if inbound and row.reason != LEFT_TO_A_PERSON else "",
        reason="" if inbound else row.reason,
        left_to_a_person=row.state == State.UNKNOWN.value and row.due_at is None,
        at=row.moment,
        left_at=row.left_at,
        arrived_at=row.arrived_at,
        read_at=row.read_at,
        language=_language(row.wording),
        source=row.wording.partition(":")[2],
        promised=row.promised,
        buttons=tuple(Button(**one) for one in (row.template or {}).get("buttons", ())),
        provider_id=row.provider_id or "",
        left_to_them=inbound and row.reason == LEFT_TO_A_PERSON,
    )


def _language(wording: str) -> str:
    """Return the language in the name of a text or of the file that it stands in.

    >>> _language("thank_you.1.en"), _language("knowledge:visa.pt.md: Vocês ajudam?")
    ('en', 'pt')
    """
    found = re.search(r"\.([a-z]{2})(?:$|\.md: )", wording)
    return found[1] if found else ""


def _passed_on(row: Any, to: Any) -> bool:
    """Whether one handoff ended for a colleague to go on with it."""
    return row.released_at is not None and row.released_at == to.opened_at == to.taken_at


def _notes(row: Any, to: Any, inherited: bool) -> Iterator[Note]:
    def told(what: str, at: datetime | None, who: str, text: str = "") -> Iterator[Note]:
        if at is not None:
            yield Note(id=f"handoff-{row.id}-{what}", at=at, what=what, who=who, text=text)

    if not inherited:
        if row.reason != "taken":  # else by a click: nobody had asked for a person before
            yield from told("opened", row.opened_at, "", row.reason)
        yield from told("taken", row.taken_at, row.holder or "")
    if to is not None:
        yield from told("passed_on", row.released_at, row.holder, to.holder)
    else:
        yield from told("released", row.released_at, row.holder or "", row.note)


def unsaid(connection: sa.Connection, conversation_id: ConversationId) -> str:
    """Return what the bot was about to answer to the newest message when a person stepped in;
    empty where it was not, or something has been said since."""
    m = messages.c
    here = m.conversation_id == conversation_id
    newest = (
        sa.select(sa.func.max(m.id))
        .where(here, sa.or_(m.direction == Direction.IN.value, m.author == Author.PERSON.value))
        .scalar_subquery()
    )
    query = (
        sa.select(m.body)
        .where(here, m.author == Author.BOT.value, m.kind == "reply", m.id > newest)
        .where(m.state == State.CANCELLED.value)
        .order_by(m.id)
    )
    return "\n\n".join(connection.execute(query).scalars())
