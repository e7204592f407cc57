"""Notes: what colleagues tell each other in a conversation."""

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa

from bot.domain.model import ConversationId, PersonId, UserId
from bot.store.schema import conversations, notes
from bot.store.sql import insert_once


class Notes:
    def __init__(self, connection: sa.Connection, touch: Callable[[int], None]) -> None:
        self._connection = connection
        self._touch = touch

    def add(
        self, conversation_id: ConversationId, user_id: UserId, body: str, now: datetime, once: str
    ) -> bool:
        """Return False where it is there already."""
        self._touch(conversation_id)
        who = {"conversation_id": conversation_id, "user_id": user_id}
        row = insert_once(self._connection, notes, **who, body=body, at=now, dedupe_key=once)
        return row is not None

    def forget(self, person_id: PersonId) -> None:
        """Blank what was noted about a person who is erased."""
        theirs = sa.select(conversations.c.id).where(conversations.c.person_id == person_id)
        self._connection.execute(
            sa.update(notes).where(notes.c.conversation_id.in_(theirs)).values(body="")
        )
