"""How messages leave: their turn, the carrier's answer, and what became of them.

The same rows and the same rule as in `Messages`: they change under their conversation's lock.
"""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.domain.kinds import ELSEWHERE
from bot.domain.model import (
    LEFT,
    Author,
    Conversation,
    ConversationId,
    Direction,
    Form,
    Message,
    MessageId,
    ProcessId,
    State,
)
from bot.domain.ports import Echo, Report
from bot.store.messages import Messages
from bot.store.schema import conversations, messages
from bot.store.sql import insert_once

_LEAVING = frozenset({State.SENDING, State.UNKNOWN})


class Sendings:
    def __init__(
        self, connection: sa.Connection, rows: Messages, touch: Callable[[int], None]
    ) -> None:
        self._connection = connection
        self._rows = rows
        self._touch = touch

    def part_before(self, message: Message) -> Message | None:
        """Return the part of the same answer that must leave before this one, if it has not."""
        answer, _, number = message.key.rpartition(":")
        if not answer.startswith("reply:") or number == "0":
            return None
        earlier = self._rows.all(
            messages.c.dedupe_key.in_([f"{answer}:{part}" for part in range(int(number))]),
            messages.c.state.in_([State.READY.value, State.SENDING.value, State.UNKNOWN.value]),
            messages.c.due_at.is_not(None),
        )
        return earlier[-1] if earlier else None

    def left_since(self, conversation_id: ConversationId, at: datetime) -> list[datetime]:
        """Return when messages left for a candidate, or began to, from `at` on."""
        query = sa.select(sa.func.coalesce(messages.c.left_at, messages.c.slot_at)).where(
            messages.c.conversation_id == conversation_id,
            messages.c.state.in_([*LEFT, State.UNKNOWN]),
            messages.c.slot_at >= at,
        )
        return list(self._connection.execute(query).scalars())

    def lines_up(self, message: Message, slot_at: datetime, reason: str) -> None:
        """Note when its turn at our number comes."""
        self._rows.set_one(message, slot_at=slot_at, reason=reason)

    def begun(self, message: Message, form: Form, token: str, reason: str, now: datetime) -> None:
        self._rows.set_one(
            message,
            state=State.SENDING.value,
            form=form.value,
            lease_by=token,
            slot_at=now,
            attempts=message.attempts + 1,
            reason=f"{message.reason}; {reason}" if message.reason else reason,
        )

    def again(self, message: Message, at: datetime, reason: str, *, attempts: int) -> None:
        """Put a message back that certainly did not reach anybody: it leaves anew at `at`."""
        self._rows.set_one(
            message,
            state=State.READY.value,
            due_at=at,
            slot_at=None,
            left_at=None,
            lease_by=None,
            provider_id=None,
            attempts=attempts,
            reason=reason,
        )

    def accepted(self, message: Message, provider_id: str, now: datetime) -> None:
        """The carrier took it. Reports that came before this are applied by the caller."""
        self._rows.set(
            messages.c.id == message.id,
            messages.c.provider_id.is_(None),
            provider_id=provider_id,
            left_at=now,
        )
        self._rows.set(
            messages.c.id == message.id,
            messages.c.state.in_([State.SENDING.value, State.UNKNOWN.value]),
            state=State.ACCEPTED.value,
        )
        self._connection.execute(
            sa.update(conversations)
            .where(conversations.c.id == message.conversation_id)
            .values(last_message_at=now)
        )
        self._touch(message.conversation_id)

    def left_elsewhere(
        self, conversation: Conversation, echo: Echo, process_id: ProcessId | None
    ) -> Message | None:
        """Note what a colleague wrote past us. Returns None where it is known already."""
        self._touch(conversation.id)
        row = insert_once(
            self._connection,
            messages,
            conversation_id=conversation.id,
            process_id=process_id,
            direction=Direction.OUT.value,
            author=Author.PERSON.value,
            author_name="Colleague (WhatsApp app)",
            kind=ELSEWHERE,
            state=State.ACCEPTED.value,
            dedupe_key=f"echo:{echo.provider_id}",
            provider_id=echo.provider_id,
            body=echo.text,
            counts=True,
            at=echo.at,
            left_at=echo.at,
        )
        return self._rows.find(MessageId(row)) if row is not None else None

    def named(self, message: Message, provider_id: str, now: datetime) -> None:
        """The carrier spoke of it before it answered: it has it."""
        self._rows.set_one(message, provider_id=provider_id, left_at=now)

    def stranded(self, conversation_id: ConversationId, token: str) -> list[Message]:
        """Return rows that somebody else began to send and never finished."""
        return self._rows.all(
            messages.c.conversation_id == conversation_id,
            messages.c.state == State.SENDING.value,
            messages.c.lease_by != token,
        )

    def is_sending(self, conversation_id: ConversationId) -> bool:
        query = sa.select(messages.c.id).where(
            messages.c.conversation_id == conversation_id,
            messages.c.state == State.SENDING.value,
        )
        return self._connection.execute(query).first() is not None

    # --- what nobody can vouch for ----------------------------------------------------

    def doubted(self, message: Message, reason: str, ask_at: datetime | None) -> None:
        """It may have left. `ask_at` is when to ask the carrier; None when nobody asks it any
        more."""
        self._rows.set_one(message, state=State.UNKNOWN.value, reason=reason, due_at=ask_at)

    def perhaps_begun(
        self, message: Message, since: datetime, reason: str, ask_at: datetime
    ) -> None:
        """It may have begun to leave since then: that counts as its first attempt."""
        self._rows.set_one(
            message,
            state=State.UNKNOWN.value,
            slot_at=since,
            attempts=1,
            reason=reason,
            due_at=ask_at,
        )

    def in_doubt(self, conversation_id: ConversationId, by: datetime) -> list[Message]:
        """Return the messages about which the carrier is to be asked up to `by`."""
        return self._rows.all(
            messages.c.conversation_id == conversation_id,
            messages.c.state == State.UNKNOWN.value,
            messages.c.due_at <= by,
        )

    def has_twin(self, message: Message) -> bool:
        """Whether another message with the same words to the same candidate is in doubt."""
        query = sa.select(messages.c.id).where(
            messages.c.conversation_id == message.conversation_id,
            messages.c.id != message.id,
            messages.c.state.in_([State.UNKNOWN.value, State.SENDING.value]),
            messages.c.body == message.body,
        )
        return self._connection.execute(query).first() is not None

    def known(self, provider_ids: Collection[str]) -> set[str]:
        """Return those that belong to messages of ours, or of candidates."""
        query = sa.select(messages.c.provider_id).where(messages.c.provider_id.in_(provider_ids))
        return set(self._connection.execute(query).scalars())

    def vouched(self, message: Message, reason: str, now: datetime) -> None:
        """A person knows that it arrived."""
        self._rows.set_one(
            message, state=State.DELIVERED.value, reason=reason, left_at=now, arrived_at=now
        )

    # --- what became of it ------------------------------------------------------------

    def reported(self, report: Report, *, by_reference: bool = True) -> Message | None:
        """Return the message that a report is about, if we know it.

        Our reference counts while we wait for the carrier's id. What has been put back to leave
        anew is no longer what the carrier reports on.
        """
        if report.reference is not None and by_reference:
            found = self._rows.find(report.reference)
            if found is not None and found.provider_id == report.provider_id:
                return found
            if found is not None and found.provider_id is None and found.state in _LEAVING:
                return found
        return self._rows.with_provider_id(report.provider_id)

    def climbed(self, message: Message, state: State, report: Report) -> None:
        """Move a message up the lattice, and note when it left and arrived."""
        values: dict[str, Any] = {"state": state.value, "provider_id": report.provider_id}
        left = sa.func.coalesce(messages.c.left_at, sa.literal(report.at, messages.c.at.type))
        values["left_at"] = left
        if state in (State.DELIVERED, State.READ):
            values["arrived_at"] = sa.func.coalesce(
                messages.c.arrived_at, sa.literal(report.at, messages.c.at.type)
            )
        if state is State.FAILED:
            values |= {"reason": report.detail, "error_code": report.code}
        self._rows.set_one(message, **values)
