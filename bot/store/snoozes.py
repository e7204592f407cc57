"""Snoozes: whoever holds a conversation has put it off."""

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa

from bot.domain.model import ConversationId, UserId
from bot.store.schema import snoozes
from bot.store.sql import add


class Snoozes:
    def __init__(self, connection: sa.Connection, touch: Callable[[int], None]) -> None:
        self._connection = connection
        self._touch = touch

    def add(
        self, conversation_id: ConversationId, user_id: UserId, now: datetime, until: datetime
    ) -> None:
        self.end(conversation_id, now)
        put_off = {"conversation_id": conversation_id, "user_id": user_id}
        add(self._connection, snoozes, **put_off, at=now, until=until)

    def end(self, conversation_id: ConversationId, now: datetime) -> None:
        self._touch(conversation_id)
        here = (snoozes.c.conversation_id == conversation_id, snoozes.c.ended_at.is_(None))
        self._connection.execute(sa.update(snoozes).where(*here).values(ended_at=now))
