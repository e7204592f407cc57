"""Approvals: who read the words of a message before the candidate did."""

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa

from bot.domain.model import Message, UserId
from bot.store.schema import approvals, messages
from bot.store.sql import insert_once


class Approvals:
    def __init__(self, connection: sa.Connection, touch: Callable[[int], None]) -> None:
        self._connection = connection
        self._touch = touch

    def add(self, message: Message, user_id: UserId, now: datetime) -> None:
        """Approve the words that the message has now; other words need it again."""
        insert_once(
            self._connection,
            approvals,
            message_id=message.id,
            user_id=user_id,
            words_hash=message.words_hash,
            at=now,
        )
        self._touch(message.conversation_id)

    def has(self, message: Message) -> bool:
        query = sa.select(approvals.c.id).where(
            approvals.c.message_id == message.id,
            approvals.c.words_hash == message.words_hash,
        )
        return self._connection.execute(query).first() is not None

    def count(self, stage: str) -> int:
        """Return how many messages of a stage have been approved so far."""
        query = (
            sa.select(sa.func.count(sa.distinct(approvals.c.message_id)))
            .join(messages, messages.c.id == approvals.c.message_id)
            .where(messages.c.kind == stage)
        )
        return int(self._connection.execute(query).scalar_one())
