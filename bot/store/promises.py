"""What was promised to candidates, and what they answered in the survey."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.domain.model import MessageId, PersonId, ProcessId, Promise
from bot.store.schema import processes, promises, surveys
from bot.store.sql import insert_once

NEXT_WORD = "next_word"
"""We said by when they will hear from us again."""
ANSWER = "answer"
"""We said by when a person will answer."""


class Promises:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def make(
        self,
        *,
        kind: str,
        key: str,
        person_id: PersonId,
        process_id: ProcessId | None,
        what: str,
        owner: str,
        now: datetime,
        due_at: datetime,
        message_id: MessageId | None = None,
    ) -> None:
        """Note a promise, and the message that made it where a person did; once per key."""
        insert_once(
            self._connection,
            promises,
            dedupe_key=key,
            kind=kind,
            person_id=person_id,
            process_id=process_id,
            what=what,
            owner=owner,
            made_at=now,
            due_at=due_at,
            message_id=message_id,
        )

    def keep(
        self, kind: str, person_id: PersonId, process_id: ProcessId | None, at: datetime
    ) -> None:
        """What was promised before `at` has been done by then."""
        p = promises.c
        statement = (
            sa.update(promises)
            .where(p.person_id == person_id, p.kind == kind, p.kept_at.is_(None), p.made_at < at)
            .values(kept_at=at)
        )
        if process_id is not None:
            statement = statement.where(p.process_id == process_id)
        self._connection.execute(statement)

    def keep_one(self, key: str, at: datetime) -> None:
        self._end(key, kept_at=at)

    def void(self, key: str, at: datetime) -> None:
        """Nobody waits for it any more."""
        self._end(key, void_at=at)

    def _end(self, key: str, **values: datetime) -> None:
        p = promises.c
        open_ = (p.dedupe_key == key, p.kept_at.is_(None), p.void_at.is_(None))
        self._connection.execute(sa.update(promises).where(*open_).values(**values))

    def next_word(self, process_id: ProcessId) -> Promise | None:
        """Return the standing promise of the next word, if one was made."""
        p = promises.c
        query = (
            sa.select(promises)
            .where(p.process_id == process_id, p.kind == NEXT_WORD, p.kept_at.is_(None))
            .where(p.void_at.is_(None))
            .order_by(p.due_at.desc())
            .limit(1)
        )
        row = self._connection.execute(query).first()
        return _promise(row) if row else None

    def of_people(self, process_id: ProcessId) -> list[Promise]:
        """Return what people promised about a process and still owe."""
        p = promises.c
        query = sa.select(promises).where(
            p.process_id == process_id,
            p.kind != NEXT_WORD,
            p.kept_at.is_(None),
            p.void_at.is_(None),
        )
        return [_promise(row) for row in self._connection.execute(query.order_by(p.due_at))]

    def given(self, process_id: ProcessId) -> list[Promise]:
        """Return everything that people promised about a process and did not take back."""
        p = promises.c
        query = sa.select(promises).where(
            p.process_id == process_id, p.kind != NEXT_WORD, p.void_at.is_(None)
        )
        return [_promise(row) for row in self._connection.execute(query.order_by(p.due_at))]

    # --- surveys ----------------------------------------------------------------------

    def record_survey(
        self, process_id: ProcessId, score: int | None, comment: str | None, now: datetime
    ) -> None:
        """Note a score or a comment. A later score stands, the earlier one is kept beside."""
        insert_once(self._connection, surveys, process_id=process_id)
        if score is not None:
            self._connection.execute(
                sa.update(surveys)
                .where(surveys.c.process_id == process_id)
                .values(earlier_score=surveys.c.score, score=score, answered_at=now)
            )
        if comment is not None:
            self._connection.execute(
                sa.update(surveys)
                .where(surveys.c.process_id == process_id)
                .values(comment=comment, answered_at=now)
            )

    def forget_comments(self, person_id: PersonId) -> None:
        """Blank what a person who is erased wrote in surveys; the scores stay."""
        theirs = sa.select(processes.c.id).where(processes.c.person_id == person_id)
        self._connection.execute(
            sa.update(surveys).where(surveys.c.process_id.in_(theirs)).values(comment="")
        )


def _promise(row: Any) -> Promise:
    return Promise(
        key=row.dedupe_key,
        kind=row.kind,
        what=row.what,
        owner=row.owner,
        made_at=row.made_at,
        due_at=row.due_at,
        kept_at=row.kept_at,
    )
