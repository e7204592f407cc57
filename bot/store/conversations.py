"""Conversations: who is talking, when the alarm rings, and who holds the lease."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.domain.alarm import LEASE, Waiting, next_alarm
from bot.domain.errors import LeaseLost, NotFound
from bot.domain.model import Channel, Conversation, ConversationId, PersonId, State
from bot.store.schema import conversations, messages
from bot.store.sql import database_seconds, insert_once, prepared

REHINT = timedelta(seconds=5)
"""A rung alarm rings again after this, in case the hint or its worker was lost."""

_STIRRING = [State.PLANNED, State.READY, State.SENDING, State.UNKNOWN, State.RECEIVED]


class Conversations:
    def __init__(self, connection: sa.Connection, touch: Callable[[int], None]) -> None:
        self._connection = connection
        self._touch = touch

    def find(self, conversation_id: ConversationId, *, for_update: bool = False) -> Conversation:
        """Return the conversation; `for_update` keeps others from changing it meanwhile.

        A person's conversations are always locked together and in order, so that two
        transactions that plan for the same person cannot wait for each other.
        """
        if for_update:
            self._lock(conversation_id)
        row = self._connection.execute(*_one(conversation_id)).first()
        if row is None:
            raise NotFound(f"There is no conversation {conversation_id}")
        return _conversation(row)

    def with_address(
        self, channel: Channel, address: str, sender: str, open_for: Callable[[], PersonId]
    ) -> Conversation:
        """Return the conversation of this address on this number, opened if it is new."""
        key = (channel.value, address, sender)
        found = self._by_key(*key)
        if found is None:
            insert_once(
                self._connection,
                conversations,
                channel=channel.value,
                address=address,
                sender=sender,
                person_id=open_for(),
                slots={},
            )
            found = self._by_key(*key)
        if found is None:
            raise NotFound(f"The conversation with {address} vanished while it was opened")
        return found

    def _by_key(self, channel: str, address: str, sender: str) -> Conversation | None:
        found = self._connection.execute(*_with_key(channel, address, sender)).scalar()
        return self.find(ConversationId(found), for_update=True) if found is not None else None

    def of_person(self, person_id: PersonId) -> list[Conversation]:
        """Return the person's conversations, locked, in a fixed order."""
        query = (
            sa.select(conversations)
            .where(conversations.c.person_id == person_id)
            .order_by(conversations.c.id)
            .with_for_update()
        )
        return [_conversation(row) for row in self._connection.execute(query)]

    def arrived(self, conversation_id: ConversationId, at: datetime) -> None:
        """Note that the candidate wrote at `at`, by the carrier's clock: the window is open
        from the newest on, in whatever order they come."""
        self._connection.execute(*_arrived(conversation_id, at))

    def close_window(self, conversation_id: ConversationId, before: datetime) -> None:
        """Note that nothing came in after `before`: the carrier counts differently, and its
        count decides. The next message of the candidate opens the window again."""
        c = conversations.c
        self._connection.execute(
            sa.update(conversations)
            .where(c.id == conversation_id, c.last_inbound_at > before)
            .values(last_inbound_at=before)
        )

    def set_state(
        self,
        conversation_id: ConversationId,
        flow: str | None,
        slots: Mapping[str, str],
    ) -> None:
        self._update(conversation_id, flow=flow, slots=dict(slots))

    def reset_alarm(self, conversation_id: ConversationId, now: datetime) -> datetime | None:
        """Work the alarm out again from what waits. Call it whenever something changed.

        Also counts the change, so that a turn that read before it knows.
        """
        self._lock(conversation_id)
        at = next_alarm(self._waiting(conversation_id), now)
        self._connection.execute(*_changed(conversation_id, at))
        self._touch(conversation_id)
        return at

    def _waiting(self, conversation_id: ConversationId) -> list[Waiting]:
        return [
            Waiting(
                state=State(row.state),
                at=row.at,
                due_at=row.due_at,
                word_at=row.word_at,
                slot_at=row.slot_at,
            )
            for row in self._connection.execute(*_stirring(conversation_id))
        ]

    def _lock(self, conversation_id: ConversationId) -> None:
        self._connection.execute(*_locked(conversation_id)).all()

    def _update(self, conversation_id: ConversationId, **values: Any) -> None:
        statement, of = _set(conversation_id)
        self._connection.execute(statement, {**of, **values})

    # --- alarms ---------------------------------------------------------------------

    def ring(self, now: datetime, room: int) -> list[tuple[ConversationId, bool]]:
        """Return at most `room` conversations whose alarm rang, and whether a candidate waits.

        The freshest first: after an outage, and behind a mass mailing, whoever has just
        written is still at the phone. Their alarm is put off by REHINT, so that any number of
        pumps share the work and a hint that got lost is given again.
        """
        due = self._due(now, room)
        if not due:
            return []
        self._connection.execute(
            sa.update(conversations).where(conversations.c.id.in_(due)).values(wake_at=now + REHINT)
        )
        waiting = self._waited_for(due)
        return [(one, one in waiting) for one in due]

    def _due(self, now: datetime, room: int) -> list[ConversationId]:
        found = self._connection.execute(*_ringing(now, room)).scalars()
        return [ConversationId(one) for one in found]

    def next_ring(self) -> datetime | None:
        """Return the earliest alarm of all conversations."""
        at: datetime | None = self._connection.execute(*_next()).scalar()
        return at

    def _waited_for(self, ids: Sequence[ConversationId]) -> set[ConversationId]:
        """Return those in which something is unread, or an answer has not left yet."""
        m = messages.c
        answer = sa.and_(m.state == State.READY, m.expires_at.is_(None))
        query = sa.select(m.conversation_id).where(
            m.conversation_id.in_(ids), sa.or_(m.state == State.RECEIVED, answer)
        )
        return {ConversationId(found) for found in self._connection.execute(query).scalars()}

    # --- the lease ------------------------------------------------------------------

    def take_lease(self, conversation_id: ConversationId, token: str) -> bool:
        """Take the lease if it is free or has run out. The database's clock decides."""
        return self._connection.execute(*_claimed(conversation_id, token)).rowcount == 1

    def extend_leases(self, tokens: Sequence[str]) -> None:
        statement = (
            sa.update(conversations)
            .where(conversations.c.lease_by.in_(tokens))
            .values(lease_until=database_seconds() + LEASE.total_seconds())
        )
        self._connection.execute(statement)

    def fence(self, conversation_id: ConversationId, token: str) -> Conversation:
        """Return the conversation, locked, if `token` still holds it; else raise LeaseLost."""
        self._lock(conversation_id)
        row = self._connection.execute(*_held(conversation_id, token)).first()
        if row is None:
            raise LeaseLost(f"conversation {conversation_id} is held by somebody else now")
        return _conversation(row)

    def release_lease(self, conversation_id: ConversationId, token: str, now: datetime) -> bool:
        """Give the lease back and set the alarm. Returns whether it rings already."""
        self.fence(conversation_id, token)
        at = next_alarm(self._waiting(conversation_id), now)
        self._update(conversation_id, lease_by=None, lease_until=None, wake_at=at, failures=0)
        return at is not None and at <= now

    def revoke_lease(self, conversation_id: ConversationId) -> None:
        """Take the conversation away from whatever worker holds it."""
        self._update(conversation_id, lease_by=None, lease_until=None)

    def forgive(self, conversation_id: ConversationId) -> None:
        """Count broken turns anew."""
        self._update(conversation_id, failures=0)

    def note_failure(self, conversation_id: ConversationId, token: str) -> int:
        """Give the lease back after a turn that broke; return how many broke in a row.

        Returns 0 where `token` did not hold it any more: nothing is noted then.
        """
        statement = (
            sa.update(conversations)
            .where(conversations.c.id == conversation_id, conversations.c.lease_by == token)
            .values(lease_by=None, lease_until=None, failures=conversations.c.failures + 1)
            .returning(conversations.c.failures)
        )
        failures: int | None = self._connection.execute(statement).scalar()
        return failures or 0

    def put_off(self, conversation_id: ConversationId, until: datetime) -> None:
        """Let the alarm ring at `until`, after a turn that broke; whatever changes resets it."""
        self._update(conversation_id, wake_at=until)


def _conversation(row: Any) -> Conversation:
    return Conversation(
        id=ConversationId(row.id),
        person_id=PersonId(row.person_id),
        channel=Channel(row.channel),
        address=row.address,
        sender=row.sender,
        seq=row.seq,
        last_inbound_at=row.last_inbound_at,
        flow=row.flow,
        slots=dict(row.slots),
    )


# --- the statements of every message, made once -------------------------------------------


@prepared
def _one(of: ConversationId) -> sa.Select[Any]:
    return sa.select(conversations).where(conversations.c.id == of)


@prepared
def _with_key(channel: str, address: str, sender: str) -> sa.Select[tuple[int]]:
    c = conversations.c
    query = sa.select(c.id).where(c.channel == channel, c.address == address)
    return query.where(c.sender == sender)


@prepared
def _locked(of: ConversationId) -> sa.Select[tuple[int]]:
    c = conversations.c
    of_whom = sa.select(c.person_id).where(c.id == of).scalar_subquery()
    return sa.select(c.id).where(c.person_id == of_whom).order_by(c.id).with_for_update()


@prepared
def _stirring(of: ConversationId) -> sa.Select[Any]:
    m = messages.c
    query = sa.select(m.state, m.at, m.due_at, m.slot_at, m.word_at)
    return query.where(m.conversation_id == of, m.state.in_(_STIRRING))


@prepared
def _set(of: ConversationId) -> sa.Update:
    return sa.update(conversations).where(conversations.c.id == of)


@prepared
def _arrived(of: ConversationId, told: datetime) -> sa.Update:
    c = conversations.c
    at = sa.type_coerce(told, c.last_inbound_at.type)
    newer = sa.or_(c.last_inbound_at.is_(None), c.last_inbound_at < at)
    newest = sa.case((newer, at), else_=c.last_inbound_at)
    return (
        sa.update(conversations)
        .where(c.id == of)
        .values(last_message_at=at, last_inbound_at=newest)
    )


@prepared
def _changed(of: ConversationId, at: datetime | None) -> sa.Update:
    c = conversations.c
    return sa.update(conversations).where(c.id == of).values(wake_at=at, seq=c.seq + 1)


@prepared
def _claimed(of: ConversationId, token: str) -> sa.Update:
    c = conversations.c
    free = sa.or_(c.lease_by.is_(None), c.lease_until < database_seconds())
    until = database_seconds() + LEASE.total_seconds()
    return (
        sa.update(conversations).where(c.id == of, free).values(lease_by=token, lease_until=until)
    )


@prepared
def _held(of: ConversationId, token: str) -> sa.Select[Any]:
    c = conversations.c
    return sa.select(conversations).where(c.id == of, c.lease_by == token)


@prepared
def _ringing(now: datetime, room: int) -> sa.Select[tuple[int]]:
    c = conversations.c
    query = sa.select(c.id).where(c.wake_at <= now).order_by(c.wake_at.desc()).limit(room)
    return query.with_for_update(skip_locked=True)


@prepared
def _next() -> sa.Select[Any]:
    c = conversations.c
    return sa.select(sa.func.min(c.wake_at, type_=c.wake_at.type))
