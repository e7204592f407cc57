"""Doubts: somebody says that they are not the candidate whose number it is."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.domain.identity import Doubt
from bot.domain.model import ConversationId, MessageId, PersonId, UserId
from bot.store.schema import conversations, doubts
from bot.store.sql import add, prepared


class Doubts:
    def __init__(self, connection: sa.Connection, touch: Callable[[int], None]) -> None:
        self._connection = connection
        self._touch = touch

    def current(self, conversation_id: ConversationId) -> Doubt | None:
        """Return the doubt that is not settled, if there is one."""
        row = self._connection.execute(*_current(conversation_id)).first()
        return doubt_of(row) if row else None

    def of_person(self, person_id: PersonId) -> list[Doubt]:
        """Return what is not settled about any number of a person."""
        query = (
            sa.select(doubts)
            .join(conversations, conversations.c.id == doubts.c.conversation_id)
            .where(conversations.c.person_id == person_id, doubts.c.settled_at.is_(None))
        )
        return [doubt_of(row) for row in self._connection.execute(query)]

    def open(self, conversation_id: ConversationId, message_id: MessageId, now: datetime) -> Doubt:
        self._touch(conversation_id)
        values = {"conversation_id": conversation_id, "message_id": message_id, "opened_at": now}
        number = add(self._connection, doubts, **values)
        return Doubt(
            id=number,
            conversation_id=conversation_id,
            message_id=message_id,
            since=now,
            denied_at=None,
        )

    def deny(self, doubt: Doubt, now: datetime) -> None:
        self._set(doubt, denied_at=now)

    def settle(self, doubt: Doubt, now: datetime, user_id: UserId | None = None) -> None:
        """It is the candidate: they said so, or this user did."""
        self._set(doubt, settled_at=now, user_id=user_id)

    def _set(self, doubt: Doubt, **values: Any) -> None:
        self._touch(doubt.conversation_id)
        statement = sa.update(doubts).where(doubts.c.id == doubt.id).values(**values)
        self._connection.execute(statement)


def doubt_of(row: Any) -> Doubt:
    return Doubt(
        id=row.id,
        conversation_id=ConversationId(row.conversation_id),
        message_id=MessageId(row.message_id),
        since=row.opened_at,
        denied_at=row.denied_at,
    )


@prepared
def _current(talk: ConversationId) -> sa.Select[Any]:
    c = doubts.c
    return sa.select(doubts).where(c.conversation_id == talk, c.settled_at.is_(None))
