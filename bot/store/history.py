"""What was said: read from the messages that are not waiting any more."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.domain.journey import Fate, Said
from bot.domain.model import (
    WAITING,
    Author,
    Channel,
    ConversationId,
    Direction,
    MessageId,
    PersonId,
    ProcessId,
    State,
)
from bot.domain.ports import Line
from bot.store.schema import conversations, messages
from bot.store.sql import prepared

_FATES = {
    State.DELIVERED: Fate.ARRIVED,
    State.READ: Fate.ARRIVED,
    State.FAILED: Fate.FAILED,
    State.EXPIRED: Fate.FAILED,
    State.CANCELLED: Fate.DROPPED,
    State.UNKNOWN: Fate.UNSURE,
}


class History:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def said(self, process_id: ProcessId) -> list[Said]:
        """Return everything about a process that is not waiting any more."""
        return [
            Said(
                stage=row.kind,
                key=row.dedupe_key,
                at=row.left_at or row.slot_at or row.due_at,
                arrived_at=None if row.state == State.FAILED else row.arrived_at,
                counts=row.counts,
                fate=_FATES.get(State(row.state), Fate.ON_ITS_WAY),
                channel=Channel(row.channel),
            )
            for row in self._connection.execute(*_said(process_id))
        ]

    def lately(
        self, person_id: PersonId, process_id: ProcessId, since: datetime
    ) -> list[tuple[str, datetime, bool]]:
        """Return the stages that left for a person: name, when, and whether of this process."""
        rows = self._connection.execute(*_lately(person_id, since))
        return [(row.kind, row.left_at, row.process_id == process_id) for row in rows]

    def wordings_of(self, process_id: ProcessId) -> list[str]:
        """Return the names of the texts that this process has seen, the newest last."""
        return self._wordings(messages.c.process_id == process_id)

    def wordings_in(self, conversation_id: ConversationId) -> list[str]:
        """The same for a conversation."""
        return self._wordings(messages.c.conversation_id == conversation_id)

    def _wordings(self, condition: sa.ColumnElement[bool]) -> list[str]:
        query = sa.select(messages.c.wording).where(
            condition, messages.c.wording != "", messages.c.state != State.CANCELLED.value
        )
        return list(self._connection.execute(query.order_by(messages.c.id)).scalars())

    def introduced(self, conversation_id: ConversationId) -> bool:
        """Whether the candidate was told that an automated assistant writes."""
        query = sa.select(messages.c.id).where(
            messages.c.conversation_id == conversation_id,
            messages.c.introduces,
            messages.c.state.not_in([State.CANCELLED, State.FAILED, State.EXPIRED]),
        )
        return self._connection.execute(query).first() is not None

    def last_said(self, conversation_id: ConversationId, kind: str) -> datetime | None:
        """Return when words of this kind were last put into the outbox."""
        query = sa.select(sa.func.max(messages.c.at, type_=messages.c.at.type)).where(
            messages.c.conversation_id == conversation_id, messages.c.kind == kind
        )
        at: datetime | None = self._connection.execute(query).scalar()
        return at

    def last_stage(self, conversation_id: ConversationId) -> str:
        """Return the kind of our last message that left; empty where a person wrote it."""
        m = messages.c
        left = sa.func.coalesce(m.left_at, m.slot_at, m.due_at)
        query = (
            sa.select(m.kind, m.author)
            .where(m.conversation_id == conversation_id, m.direction == Direction.OUT.value)
            .where(m.state.not_in([*WAITING, State.CANCELLED, State.FAILED, State.EXPIRED]))
            .order_by(left.desc(), m.id.desc())
            .limit(1)
        )
        row = self._connection.execute(query).first()
        return row.kind if row and row.author == Author.BOT.value else ""

    def lines(self, conversation_id: ConversationId, most: int) -> list[Line]:
        """Return the last messages that came in and were read, or left, the newest last."""
        m = messages.c
        came = sa.and_(m.direction == Direction.IN.value, m.state == State.HANDLED.value)
        left = sa.and_(m.left_at.is_not(None), m.state.not_in([State.FAILED, State.UNKNOWN]))
        query = (
            sa.select(m.author, m.body)
            .where(m.conversation_id == conversation_id, m.body != "", sa.or_(came, left))
            .order_by(m.at.desc(), m.id.desc())
            .limit(most)
        )
        rows = self._connection.execute(query).all()
        return [Line(author=Author(row.author), text=row.body) for row in reversed(rows)]

    def last_inbound(self, conversation_id: ConversationId) -> MessageId | None:
        """Return the newest message that the candidate wrote."""
        query = sa.select(sa.func.max(messages.c.id)).where(
            messages.c.conversation_id == conversation_id,
            messages.c.direction == Direction.IN.value,
        )
        found = self._connection.execute(query).scalar()
        return MessageId(found) if found is not None else None


# --- the statements of every plan, made once ----------------------------------------------


@prepared
def _said(process: ProcessId) -> sa.Select[Any]:
    m = messages.c
    return (
        sa.select(messages, conversations.c.channel)
        .join(conversations, conversations.c.id == m.conversation_id)
        .where(m.process_id == process, m.direction == Direction.OUT.value)
        .where(m.state.not_in(WAITING))
        .where(sa.or_(m.state != State.CANCELLED.value, m.user_id.is_not(None)))
    )


@prepared
def _lately(person: PersonId, since: datetime) -> sa.Select[Any]:
    m = messages.c
    return (
        sa.select(m.kind, m.left_at, m.process_id)
        .join(conversations, conversations.c.id == m.conversation_id)
        .where(conversations.c.person_id == person, m.left_at >= since)
        .where(m.expires_at.is_not(None), m.author == Author.BOT.value)
    )
