"""Messages: schedule, outbox, inbox and log in one table.

A row is only changed while its conversation's row is locked (`Conversations.find` with
`for_update`, `fence`, `of_person`): what was read before the lock is read again by `fresh`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from bot.domain.booking import BookingId, key_of
from bot.domain.errors import NotFound
from bot.domain.journey import Planned
from bot.domain.model import (
    WAITING,
    Author,
    Button,
    Conversation,
    ConversationId,
    Direction,
    Form,
    Message,
    MessageId,
    ProcessId,
    State,
    Template,
    UserId,
)
from bot.domain.pacing import SOON
from bot.domain.ports import Inbound, Outgoing, Wording
from bot.store.schema import messages
from bot.store.sql import insert_once, prepared

LEFT_TO_A_PERSON = "left to a person"
"""What a candidate wrote while a person was awaited, and the bot did not answer."""


class Messages:
    def __init__(self, connection: sa.Connection, touch: Callable[[int], None]) -> None:
        self._connection = connection
        self._touch = touch

    # --- the inbox --------------------------------------------------------------------

    def receive(
        self, conversation: Conversation, inbound: Inbound, now: datetime, *, urgent: bool
    ) -> MessageId | None:
        """Store what a candidate wrote. Returns None where it is known already."""
        row = insert_once(
            self._connection,
            messages,
            conversation_id=conversation.id,
            direction=Direction.IN.value,
            author=Author.CANDIDATE.value,
            kind="inbound",
            form=_form(inbound).value,
            state=State.RECEIVED.value,
            dedupe_key=f"in:{inbound.provider_id}",
            provider_id=inbound.provider_id,
            subject=f"{inbound.payload} {inbound.replied_to}" if inbound.payload else "",
            body=inbound.text,
            reason=", ".join(inbound.media),
            at=min(inbound.at, now),
            due_at=now if urgent else None,
        )
        self._touch(conversation.id)
        return MessageId(row) if row is not None else None

    def unread(self, conversation_id: ConversationId) -> list[Message]:
        return self._read(_unread(conversation_id))

    def handled(self, ids: Sequence[MessageId], state: State = State.HANDLED) -> None:
        self.set(messages.c.id.in_(ids), state=state.value)

    def left_to_a_person(self, ids: Sequence[MessageId]) -> None:
        """Note that the bot did not answer these, and the person who is awaited is to."""
        here = messages.c
        self.set(here.id.in_(ids), here.reason == "", reason=LEFT_TO_A_PERSON)

    def revive(self, conversation_id: ConversationId) -> bool:
        """Let a turn read again what five turns could not. Returns whether there is any."""
        statement = (
            sa.update(messages)
            .where(messages.c.conversation_id == conversation_id)
            .where(messages.c.state == State.DEAD.value)
            .values(state=State.RECEIVED.value)
        )
        return self._connection.execute(statement).rowcount > 0

    # --- the outbox -------------------------------------------------------------------

    def add(
        self,
        conversation: Conversation,
        *,
        author: Author,
        kind: str,
        key: str,
        body: str = "",
        due_at: datetime,
        word_at: datetime | None = None,
        process_id: ProcessId | None = None,
        user_id: UserId | None = None,
        author_name: str = "",
        expires_at: datetime | None = None,
        wording: str = "",
        counts: bool = False,
        introduces: bool = False,
        promised_by: datetime | None = None,
        reason: str = "",
    ) -> MessageId | None:
        """Put words into the outbox, or with `word_at` the place for them. Returns None where
        the key has been used."""
        row = insert_once(
            self._connection,
            messages,
            conversation_id=conversation.id,
            process_id=process_id,
            user_id=user_id,
            direction=Direction.OUT.value,
            author=author.value,
            author_name=author_name,
            kind=kind,
            state=(State.READY if word_at is None else State.PLANNED).value,
            word_at=word_at,
            dedupe_key=key,
            body=body,
            at=due_at,
            due_at=due_at,
            expires_at=expires_at,
            wording=wording,
            counts=counts,
            introduces=introduces,
            promised_by=promised_by,
            reason=reason,
        )
        self._touch(conversation.id)
        return MessageId(row) if row is not None else None

    def plan(
        self,
        conversation: Conversation,
        process_id: ProcessId,
        owed: Planned,
        now: datetime,
        *,
        word_at: datetime,
        held_by: str = "",
    ) -> None:
        """Put an owed stage into the schedule, or back into it."""
        values = {
            "conversation_id": conversation.id,
            "state": (State.HELD if held_by else State.PLANNED).value,
            "due_at": owed.due_at,
            "word_at": word_at,
            "latest_at": owed.latest_at,
            "expires_at": owed.expires_at,
            "reason": held_by or owed.reason,
        }
        row = insert_once(
            self._connection,
            messages,
            process_id=process_id,
            direction=Direction.OUT.value,
            author=Author.BOT.value,
            kind=owed.stage,
            dedupe_key=owed.key,
            counts=True,
            at=now,
            **values,
        )
        if row is None:
            self.set(
                messages.c.dedupe_key == owed.key,
                messages.c.state == State.CANCELLED.value,
                **values,
                body="",
            )
        self._touch(conversation.id)

    def reschedule(self, message: Message, due_at: datetime, reason: str, **more: Any) -> None:
        self.set_one(message, due_at=due_at, reason=reason, **more)

    def waiting(self, process_id: ProcessId) -> list[Message]:
        """Return the stages of a process that have not begun to leave."""
        return self._read(_waiting(process_id))

    def waiting_in(self, conversation_id: ConversationId) -> list[Message]:
        return self._read(_waiting_in(conversation_id))

    def wordless(
        self, conversation_id: ConversationId, by: datetime | None = None
    ) -> list[Message]:
        """Return what is to be worded, all of it or up to `by`."""
        return self._read(_wordless(conversation_id, by or datetime.max.replace(tzinfo=UTC)))

    def due(self, conversation_id: ConversationId, by: datetime) -> list[Message]:
        """Return what is to leave up to `by`: answers before stages, each as they were meant."""
        return self._read(_due(conversation_id, by, by + SOON))

    def about(self, ids: Iterable[BookingId]) -> list[Message]:
        """Return what was written to anybody about these bookings."""
        keys = [messages.c.dedupe_key.startswith(f"{key_of(one)}:") for one in ids]
        return self.all(sa.or_(*keys)) if keys else []

    def find(self, message_id: MessageId) -> Message | None:
        found = self._read(_one(message_id))
        return found[0] if found else None

    def with_provider_id(self, provider_id: str) -> Message | None:
        found = self.all(messages.c.provider_id == provider_id)
        return found[0] if found else None

    def fresh(self, message: Message) -> Message:
        """Return the row as it is now."""
        found = self.find(message.id)
        if found is None:
            raise NotFound(f"There is no message {message.id}")
        return found

    def worded(
        self,
        message: Message,
        wording: Wording,
        facts_hash: str,
        *,
        facts: Iterable[str] = (),
        worded: str = "",
        introduces: bool = False,
        promised_by: datetime | None = None,
    ) -> None:
        self.set_one(
            message,
            state=State.READY.value,
            word_at=None,
            subject=wording.subject,
            body=wording.text,
            wording=wording.name,
            template=asdict(wording.template) if wording.template else None,
            facts_hash=facts_hash,
            facts=sorted(facts),
            worded=worded,
            introduces=introduces,
            promised_by=promised_by,
        )

    def facts_of(self, message: Message) -> frozenset[str]:
        """Return the names of the facts that its words are made of."""
        query = sa.select(messages.c.facts).where(messages.c.id == message.id)
        return frozenset(self._connection.execute(query).scalar() or ())

    # --- put aside --------------------------------------------------------------------

    def put_aside(self, message: Message, state: State, reason: str, code: str = "") -> None:
        """Move a row to `held`, `failed`, `expired` or `cancelled`."""
        self.set_one(message, state=state.value, reason=reason, error_code=code)

    def cancel(self, message: Message, reason: str, user_id: UserId | None = None) -> None:
        """Take a row out of the schedule. What a person cancelled is not planned again."""
        self.set_one(message, state=State.CANCELLED.value, reason=reason, user_id=user_id)

    def free_held(self, conversation_id: ConversationId, reason: str) -> None:
        """What was held may be asked about again: stages in new words, answers in theirs."""
        held = (
            messages.c.conversation_id == conversation_id,
            messages.c.state == State.HELD.value,
        )
        is_stage = messages.c.expires_at.is_not(None)
        self.set(*held, sa.not_(is_stage), state=State.READY.value, reason=reason)
        self.set(
            *held,
            is_stage,
            state=State.PLANNED.value,
            body="",
            word_at=messages.c.due_at,
            reason=reason,
        )

    def free(self, message: Message, reason: str) -> None:
        """Let one message that was held leave in the words that it has."""
        self.set_one(message, state=State.READY.value, reason=reason)

    def conversations_with_held(self) -> list[ConversationId]:
        query = (
            sa.select(messages.c.conversation_id)
            .where(messages.c.state == State.HELD.value)
            .distinct()
        )
        return [ConversationId(found) for found in self._connection.execute(query).scalars()]

    # --- the rest ---------------------------------------------------------------------

    def outgoing(self, message: Message, conversation: Conversation, form: Form) -> Outgoing:
        """Return the row as its carrier needs it."""
        return Outgoing(
            reference=message.id,
            sender=conversation.sender,
            to=conversation.address,
            text=message.body,
            subject=message.subject,
            automatic=message.author is Author.BOT,
            template=message.template if form is Form.TEMPLATE else None,
        )

    def forget(self, conversation_ids: Iterable[ConversationId]) -> None:
        """Blank every word of erased conversations."""
        for one in conversation_ids:
            self.set(messages.c.conversation_id == one, subject="", body="", template=None)

    def blank(self, message: Message) -> None:
        self.set_one(message, subject="", body="", template=None)

    def all(self, *conditions: Any) -> list[Message]:
        return self._read((sa.select(messages).where(*conditions).order_by(messages.c.id), {}))

    def _read(self, query: tuple[sa.Select[Any], dict[str, Any]]) -> list[Message]:
        return [_message(row) for row in self._connection.execute(*query)]

    def set(self, *conditions: Any, **values: Any) -> None:
        self._connection.execute(sa.update(messages).where(*conditions).values(**values))

    def set_one(self, message: Message, **values: Any) -> None:
        self.set(messages.c.id == message.id, **values)
        self._touch(message.conversation_id)


def _form(inbound: Inbound) -> Form:
    if inbound.payload:
        return Form.TAP
    return Form.MEDIA if inbound.media else Form.TEXT


def _template(told: Mapping[str, Any]) -> Template:
    buttons = tuple(Button(**button) for button in told.get("buttons", ()))
    return Template(**{**told, "buttons": buttons})


def _message(row: Any) -> Message:
    template = row.template
    return Message(
        id=MessageId(row.id),
        conversation_id=ConversationId(row.conversation_id),
        process_id=ProcessId(row.process_id) if row.process_id is not None else None,
        direction=Direction(row.direction),
        author=Author(row.author),
        author_name=row.author_name,
        kind=row.kind,
        form=Form(row.form),
        state=State(row.state),
        key=row.dedupe_key,
        body=row.body,
        template=_template(template) if template else None,
        facts_hash=row.facts_hash,
        due_at=row.due_at,
        expires_at=row.expires_at,
        at=row.at,
        attempts=row.attempts,
        provider_id=row.provider_id,
        reason=row.reason,
        introduces=row.introduces,
        counts=row.counts,
        promised_by=row.promised_by,
        subject=row.subject,
        slot_at=row.slot_at,
        latest_at=row.latest_at,
        wording=row.wording,
        worded=row.worded,
    )


# --- the statements of every turn, made once ----------------------------------------------


@prepared
def _one(of: MessageId) -> sa.Select[Any]:
    return sa.select(messages).where(messages.c.id == of)


@prepared
def _unread(talk: ConversationId) -> sa.Select[Any]:
    m = messages.c
    query = sa.select(messages).where(m.conversation_id == talk)
    return query.where(m.state == State.RECEIVED.value).order_by(m.id)


@prepared
def _waiting(process: ProcessId) -> sa.Select[Any]:
    m = messages.c
    query = sa.select(messages).where(m.process_id == process, m.state.in_(WAITING))
    return query.where(m.author == Author.BOT.value, m.counts).order_by(m.id)


@prepared
def _waiting_in(talk: ConversationId) -> sa.Select[Any]:
    m = messages.c
    query = sa.select(messages).where(m.conversation_id == talk, m.state.in_(WAITING))
    return query.order_by(m.id)


@prepared
def _wordless(talk: ConversationId, by: datetime) -> sa.Select[Any]:
    m = messages.c
    query = sa.select(messages).where(m.conversation_id == talk, m.word_at <= by)
    return query.where(m.state == State.PLANNED.value).order_by(m.id)


@prepared
def _due(talk: ConversationId, by: datetime, soon: datetime) -> sa.Select[Any]:
    """Of those with a slot at our number, only those whose slot is near."""
    m = messages.c
    is_stage = m.expires_at.is_not(None)
    return (
        sa.select(messages)
        .where(m.conversation_id == talk, m.state == State.READY.value, m.due_at <= by)
        .where(sa.or_(m.slot_at.is_(None), m.slot_at <= soon))
        .order_by(is_stage, m.due_at, m.id)
    )
