"""Asks a recruiter to write what the bot may not, or cannot."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bot.domain.model import Person, ProcessId

if TYPE_CHECKING:
    from bot.store import Tx


def ask_to_write(
    tx: Tx,
    person: Person,
    process_id: ProcessId | None,
    key: str,
    what: str,
    now: datetime,
    due_at: datetime | None = None,
) -> None:
    """Open the task of writing the message `key` by another way; once per message."""
    tx.tasks.open(
        kind="write",
        key=task_key(key),
        what=what,
        now=now,
        person_id=person.id,
        process_id=process_id,
        due_at=due_at,
    )


def task_key(message_key: str) -> str:
    return f"write:{message_key}"
