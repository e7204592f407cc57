"""Handoffs: a person is needed, a person holds the conversation, a person gave it back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.domain.model import ConversationId, Handoff, PersonId, UserId
from bot.store.schema import conversations, handoffs, users
from bot.store.sql import add


@dataclass(frozen=True, kw_only=True)
class Holding:
    """A person held a conversation; without an end they still do."""

    holder: str
    start: datetime
    end: datetime | None


class Handoffs:
    def __init__(self, connection: sa.Connection, touch: Callable[[int], None]) -> None:
        self._connection = connection
        self._touch = touch

    def current(self, conversation_id: ConversationId) -> Handoff | None:
        """Return the handoff that is open or taken, if there is one."""
        query = (
            sa.select(handoffs, users.c.name.label("holder"))
            .outerjoin(users, users.c.id == handoffs.c.user_id)
            .where(handoffs.c.conversation_id == conversation_id)
            .where(handoffs.c.released_at.is_(None))
        )
        row = self._connection.execute(query).first()
        return _handoff(row) if row else None

    def holdings(self, person_id: PersonId) -> list[Holding]:
        """Return who held the conversations of a candidate, and when."""
        query = (
            sa.select(handoffs.c.taken_at, handoffs.c.released_at, users.c.name)
            .join(conversations, conversations.c.id == handoffs.c.conversation_id)
            .join(users, users.c.id == handoffs.c.user_id)
            .where(conversations.c.person_id == person_id, handoffs.c.taken_at.is_not(None))
        )
        return [
            Holding(holder=row.name, start=row.taken_at, end=row.released_at)
            for row in self._connection.execute(query)
        ]

    def has_been(self, person_id: PersonId, reason: str, since: datetime) -> bool:
        """Return whether this was ever the reason for one of a person's handoffs since then."""
        query = (
            sa.select(handoffs.c.id)
            .join(conversations, conversations.c.id == handoffs.c.conversation_id)
            .where(conversations.c.person_id == person_id)
            .where(handoffs.c.reason == reason, handoffs.c.opened_at >= since)
            .limit(1)
        )
        return self._connection.execute(query).first() is not None

    def open(
        self,
        conversation_id: ConversationId,
        reason: str,
        now: datetime,
        answer_by: datetime | None,
    ) -> None:
        self._touch(conversation_id)
        add(
            self._connection,
            handoffs,
            conversation_id=conversation_id,
            reason=reason,
            opened_at=now,
            answer_by=answer_by,
        )

    def take(self, conversation_id: ConversationId, user_id: UserId, now: datetime) -> None:
        self._current(conversation_id, user_id=user_id, taken_at=now)

    def release(self, conversation_id: ConversationId, note: str, now: datetime) -> None:
        self._current(conversation_id, released_at=now, note=note)

    def pass_on(self, held: Handoff, now: datetime) -> None:
        """End a handoff and open the same one anew, for a colleague to take."""
        self.release(held.conversation_id, "", now)
        self.open(held.conversation_id, held.reason, now, held.answer_by)

    def becomes(self, conversation_id: ConversationId, reason: str) -> None:
        """Give the handoff that is open another reason."""
        self._current(conversation_id, reason=reason)

    def forget(self, person_id: PersonId) -> None:
        """Blank the notes about a person who is erased."""
        theirs = sa.select(conversations.c.id).where(conversations.c.person_id == person_id)
        self._connection.execute(
            sa.update(handoffs).where(handoffs.c.conversation_id.in_(theirs)).values(note="")
        )

    def _current(self, conversation_id: ConversationId, **values: Any) -> None:
        self._touch(conversation_id)
        self._connection.execute(
            sa.update(handoffs)
            .where(handoffs.c.conversation_id == conversation_id)
            .where(handoffs.c.released_at.is_(None))
            .values(**values)
        )


def _handoff(row: Any) -> Handoff:
    return Handoff(
        id=row.id,
        conversation_id=ConversationId(row.conversation_id),
        reason=row.reason,
        opened_at=row.opened_at,
        answer_by=row.answer_by,
        taken_at=row.taken_at,
        holder_id=UserId(row.user_id) if row.user_id is not None else None,
        holder=row.holder or "",
    )
