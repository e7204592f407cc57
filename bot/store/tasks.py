"""Tasks: what a recruiter must do because the bot may not or cannot."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from bot.domain.errors import NotFound
from bot.domain.model import PersonId, ProcessId, UserId
from bot.store.schema import processes, tasks
from bot.store.sql import insert_once, prepared


class Tasks:
    def __init__(self, connection: sa.Connection, touched: set[str]) -> None:
        self._connection = connection
        self._touched = touched

    def open(
        self,
        *,
        kind: str,
        key: str,
        what: str,
        now: datetime,
        person_id: PersonId | None = None,
        process_id: ProcessId | None = None,
        due_at: datetime | None = None,
    ) -> int | None:
        """Open a task once per key, or again where it was withdrawn meanwhile.

        Returns its number, or None where it was there already.
        """
        self._touched.add("inbox")
        told = {"what": what, "due_at": due_at}
        number = insert_once(
            self._connection,
            tasks,
            dedupe_key=key,
            kind=kind,
            person_id=person_id,
            process_id=process_id,
            opened_at=now,
            **told,
        )
        if number is None:
            withdrawn = (tasks.c.dedupe_key == key, tasks.c.done_at.is_not(None))
            nobody = tasks.c.user_id.is_(None)
            self._connection.execute(
                sa.update(tasks).where(*withdrawn, nobody).values(done_at=None, **told)
            )
        return number

    def number(self, key: str) -> int:
        """Return the number of the task that was opened under `key`."""
        query = sa.select(tasks.c.id).where(tasks.c.dedupe_key == key)
        found = self._connection.execute(query).scalar()
        if found is None:
            raise NotFound(f"There is no task {key}")
        return int(found)

    def withdraw(self, keys: Collection[str], now: datetime) -> None:
        """Close tasks that nobody needs to do any more."""
        self._connection.execute(
            sa.update(tasks)
            .where(tasks.c.dedupe_key.in_(keys), tasks.c.done_at.is_(None))
            .values(done_at=now)
        )

    def keep_only(
        self, process_id: ProcessId, kind: str, keys: Collection[str], now: datetime
    ) -> None:
        """Close the tasks of this kind that a process does not need any more."""
        self._connection.execute(*_closing(process_id, kind, list(keys), now))

    def withdraw_all(self, prefix: str, now: datetime) -> None:
        """Close every task whose key begins so: what they were opened for is over."""
        self._touched.add("inbox")
        self._connection.execute(
            sa.update(tasks)
            .where(tasks.c.dedupe_key.startswith(prefix, autoescape=True))
            .where(tasks.c.done_at.is_(None))
            .values(done_at=now)
        )

    def forget(self, person_id: PersonId, now: datetime) -> None:
        """Close and blank what was to be done for a person who is erased: it names them."""
        self._touched.add("inbox")
        theirs = sa.select(processes.c.id).where(processes.c.person_id == person_id)
        self._connection.execute(
            sa.update(tasks)
            .where(sa.or_(tasks.c.person_id == person_id, tasks.c.process_id.in_(theirs)))
            .values(
                what="", done_at=sa.func.coalesce(tasks.c.done_at, now, type_=tasks.c.done_at.type)
            )
        )

    def done(self, task_id: int, user_id: UserId, now: datetime) -> None:
        self._touched.add("inbox")
        self._connection.execute(
            sa.update(tasks)
            .where(tasks.c.id == task_id, tasks.c.done_at.is_(None))
            .values(done_at=now, user_id=user_id)
        )


@prepared
def _closing(
    process: ProcessId, sort: str, still_needed: Collection[str], now: datetime
) -> sa.Update:
    t = tasks.c
    return (
        sa.update(tasks)
        .where(t.process_id == process, t.kind == sort, t.done_at.is_(None))
        .where(t.dedupe_key.not_in(still_needed))
        .values(done_at=now)
    )
