"""Questions to colleagues, the links to them, and what was answered.

A question has a key; each colleague who is asked has a row, and the first answer settles
them all.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from bot.domain.asks import QUESTIONS, RULES, Ask, AskId, Kind, Question
from bot.domain.errors import NotFound
from bot.domain.model import ConversationId, MessageId, PersonId, ProcessId, State
from bot.store.schema import asks, conversations, messages, processes
from bot.store.sql import insert_once
from bot.store.users import digest

_NEVER_LEFT = [State.CANCELLED.value, State.EXPIRED.value]


class Asks:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def open(self, question: Question, person_id: PersonId, now: datetime) -> Ask | None:
        """Note a question to one colleague, or again where it was withdrawn meanwhile.

        Returns None where it stands already.
        """
        rule, key = RULES[question.kind], f"{question.key}:{person_id}"
        times = {
            "opened_at": now,
            "due_at": question.due_at or now + rule.wanted_within,
            "expires_at": now + rule.open_for,
        }
        row = insert_once(
            self._connection,
            asks,
            dedupe_key=key,
            person_id=person_id,
            process_id=question.process_id,
            kind=question.kind.value,
            about=question.about,
            **times,
        ) or self._reopen(key, times)
        return self.find(AskId(row)) if row is not None else None

    def _reopen(self, key: str, times: Mapping[str, datetime]) -> int | None:
        withdrawn = (asks.c.answered_at.is_not(None), asks.c.answer == "")
        statement = (
            sa.update(asks)
            .where(asks.c.dedupe_key == key, *withdrawn)
            .values(answered_at=None, detail="", message_id=None, token_hash=None, **times)
            .returning(asks.c.id)
        )
        row: int | None = self._connection.execute(statement).scalar()
        return row

    def find(self, ask_id: AskId) -> Ask:
        for ask in self._all(asks.c.id == ask_id):
            return ask
        raise NotFound(f"There is no question {ask_id}")

    def put_into(self, ids: Iterable[AskId], message_id: MessageId) -> None:
        """These go out with this message."""
        self._set(asks.c.id.in_(list(ids)), message_id=message_id)

    def in_message(self, message_id: MessageId) -> list[Ask]:
        return self._all(asks.c.message_id == message_id)

    def open_in(self, message_id: MessageId, now: datetime) -> list[Ask]:
        """Return what a message still has to ask."""
        return self._all(asks.c.message_id == message_id, *_open(now))

    def open_about(self, process_id: ProcessId, now: datetime) -> set[str]:
        """Return the keys of the questions about a process that wait for an answer."""
        return {ask.key for ask in self._all(asks.c.process_id == process_id, *_open(now))}

    def open_to(self, person_id: PersonId, now: datetime) -> list[Ask]:
        return self._all(asks.c.person_id == person_id, *_open(now))

    def same(self, key: str, *, for_update: bool = False) -> list[Ask]:
        """Return a question as all who are asked it have it; `for_update` keeps others from
        answering meanwhile."""
        return self._all(_is(key), for_update=for_update)

    def offer(self, ask: Ask, day: date) -> None:
        """Note what the button under a question offers: a tap means what its reader saw."""
        self._set(asks.c.id == ask.id, asks.c.answered_at.is_(None), detail=day.isoformat())

    # --- which message --------------------------------------------------------------------

    def waiting_batch(
        self, person_id: PersonId, conversation_id: ConversationId
    ) -> MessageId | None:
        """Return the day's questions to a colleague that have not begun to leave."""
        query = (
            _batches(person_id)
            .where(messages.c.conversation_id == conversation_id)
            .where(messages.c.state.in_([State.PLANNED.value, State.READY.value]))
        )
        row = self._connection.execute(query).first()
        return MessageId(row.id) if row else None

    def last_batch_at(self, person_id: PersonId) -> datetime | None:
        """Return when the newest day's questions left, or were meant to."""
        waiting = [State.PLANNED.value, State.READY.value]
        left = _batches(person_id).where(messages.c.state.not_in([*_NEVER_LEFT, *waiting]))
        row = self._connection.execute(left).first()
        return (row.left_at or row.due_at) if row else None

    # --- links ------------------------------------------------------------------------------

    def set_link(self, message_id: MessageId, token: str) -> None:
        """Let a link lead to what goes out with a message. Only its digest is kept."""
        here = asks.c.message_id == message_id
        first = sa.select(sa.func.min(asks.c.id)).where(here).scalar_subquery()
        self._set(here, token_hash=None)
        self._set(asks.c.id == first, token_hash=digest(token))

    def behind(self, token: str) -> MessageId | None:
        """Return the message whose link this is."""
        query = sa.select(asks.c.message_id).where(asks.c.token_hash == digest(token))
        found = self._connection.execute(query).scalar()
        return MessageId(found) if found is not None else None

    # --- settling -----------------------------------------------------------------------------

    def answer(self, ask: Ask, answer: str, detail: str, now: datetime) -> None:
        self._set(asks.c.id == ask.id, answered_at=now, answer=answer, detail=detail)

    def add_detail(self, ask: Ask, detail: str) -> None:
        self._set(asks.c.id == ask.id, detail=detail)

    def withdraw(self, keys: Collection[str], why: str, now: datetime) -> list[MessageId]:
        """Settle what is still open of these questions; return the messages they were in."""
        if not keys:
            return []
        statement = (
            sa.update(asks)
            .where(sa.or_(*map(_is, keys)), asks.c.answered_at.is_(None))
            .values(answered_at=now, detail=why)
            .returning(asks.c.message_id)
        )
        found = self._connection.execute(statement).scalars()
        return sorted({MessageId(one) for one in found if one is not None})

    def forget(self, person_id: PersonId, now: datetime) -> list[MessageId]:
        """Settle and blank what colleagues were asked about a candidate who is erased; return
        the messages that name them."""
        theirs = sa.select(processes.c.id).where(processes.c.person_id == person_id)
        about = asks.c.process_id.in_(theirs)
        self._set(about, asks.c.answered_at.is_(None), answered_at=now)
        self._set(about, detail="")
        return sorted({ask.message_id for ask in self._all(about) if ask.message_id is not None})

    def _all(self, *conditions: Any, for_update: bool = False) -> list[Ask]:
        query = sa.select(asks).where(*conditions).order_by(asks.c.id)
        rows = self._connection.execute(query.with_for_update() if for_update else query)
        return [ask_of(row) for row in rows]

    def _set(self, *conditions: Any, **values: Any) -> None:
        self._connection.execute(sa.update(asks).where(*conditions).values(**values))


def _open(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return asks.c.answered_at.is_(None), asks.c.expires_at > now


def _is(key: str) -> sa.ColumnElement[bool]:
    """Whether a row is this question, to whomever it went."""
    process = ProcessId(int(key.split(":")[1]))
    row_key = sa.literal(f"{key}:") + sa.cast(asks.c.person_id, sa.Text())
    return sa.and_(asks.c.process_id == process, asks.c.dedupe_key == row_key)


def _batches(person_id: PersonId) -> sa.Select[Any]:
    m = messages.c
    return (
        sa.select(m.id, m.left_at, m.due_at)
        .join(conversations, conversations.c.id == m.conversation_id)
        .where(conversations.c.person_id == person_id, m.kind == QUESTIONS)
        .order_by(m.id.desc())
        .limit(1)
    )


def ask_of(row: Any) -> Ask:
    return Ask(
        id=AskId(row.id),
        key=row.dedupe_key.rpartition(":")[0],
        person_id=PersonId(row.person_id),
        process_id=ProcessId(row.process_id),
        kind=Kind(row.kind),
        about=row.about,
        opened_at=row.opened_at,
        due_at=row.due_at,
        expires_at=row.expires_at,
        message_id=MessageId(row.message_id) if row.message_id is not None else None,
        answered_at=row.answered_at,
        answer=row.answer,
        detail=row.detail,
    )
