"""Puts a conversation off: it leaves the list until then, or until the candidate writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.domain.errors import AlreadyTaken, Conflict
from bot.domain.model import Company, Conversation, ConversationId, User
from bot.domain.office import working_day
from bot.domain.ports import Clock

if TYPE_CHECKING:
    from bot.store import Store, Tx

SOON = timedelta(hours=3)
AT_THE_LATEST = timedelta(days=7)
"""Nobody is forgotten for longer, even where only the candidate's answer is waited for."""


class Until(StrEnum):
    SOON = "soon"
    TOMORROW = "tomorrow"
    NEXT_WEEK = "next_week"
    ANSWER = "answer"


@dataclass(frozen=True)
class Snoozing:
    store: Store
    clock: Clock
    company: Company

    def ends(self, until: Until) -> datetime:
        """Return when a snooze that begins now ends: in the morning of a working day, unless it
        is a matter of hours."""
        now, company = self.clock.now(), self.company
        if until is Until.SOON:
            return now + SOON
        if until is Until.ANSWER:
            return now + AT_THE_LATEST
        today = now.astimezone(company.office).date()
        days = 0 if until is Until.TOMORROW else 6 - today.weekday()
        eve = now + timedelta(days=days)
        return working_day(eve, 1, company.office, company.opens, company.free)

    def snooze(self, conversation_id: ConversationId, user: User, until: Until) -> None:
        """Raises Conflict, AlreadyTaken: only who holds it may."""
        with self.store.begin() as tx:
            self._check_held(tx, tx.conversations.find(conversation_id, for_update=True), user)
            tx.snoozes.add(conversation_id, user.id, self.clock.now(), self.ends(until))

    def wake(self, conversation_id: ConversationId, user: User) -> None:
        """Take it up again. Raises Conflict, AlreadyTaken: only who holds it may."""
        with self.store.begin() as tx:
            self._check_held(tx, tx.conversations.find(conversation_id, for_update=True), user)
            tx.snoozes.end(conversation_id, self.clock.now())

    def _check_held(self, tx: Tx, conversation: Conversation, user: User) -> None:
        current = tx.handoffs.current(conversation.id)
        if current is None or current.holder_id is None:
            raise Conflict("Take the conversation over first: only who holds it can put it off")
        if current.holder_id != user.id:
            raise AlreadyTaken(current.holder)
