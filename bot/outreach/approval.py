"""Asks a recruiter to read what the bot would say."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bot.domain.candidacy import Candidacy
from bot.domain.kinds import called
from bot.domain.model import Message
from bot.domain.stages import FIRST, Approve, Stage

if TYPE_CHECKING:
    from bot.store import Tx


def ask_to_approve(tx: Tx, candidacy: Candidacy, row: Message, stage: Stage, now: datetime) -> None:
    """Open the task of reading the words of a message before the candidate does."""
    person, name = candidacy.person, called(row.kind)
    call = "Call first, then read" if candidacy.wants_a_call else "Read"
    tx.tasks.open(
        kind="approve",
        key=approval_key(row.key),
        what=f"{call} and approve the {name} for {person.name}{_progress(tx, stage)}",
        now=now,
        person_id=person.id,
        process_id=candidacy.process_id,
        due_at=row.due_at,
    )


def _progress(tx: Tx, stage: Stage) -> str:
    if stage.approve is not Approve.FIRST_10:
        return ""
    return f", {tx.approvals.count(stage.name) + 1} of the first {FIRST}"


def approval_key(key: str) -> str:
    """Return the key of the task, from that of the message."""
    return f"approve:{key}"
