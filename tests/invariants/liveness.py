"""Nothing is forgotten: what came in is read, what is due has an alarm, everything ends."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.invariants.record import Record, Row

WAITING = ("planned", "ready", "held")
AGAIN = timedelta(seconds=25)
"""An alarm that rang rings again, in case its worker died: a hint's time and a lease's."""


def taken_in_once(record: Record) -> Iterator[str]:
    """I2. What we said we had is there, once; and it is read, or a person is asked to."""
    known = Counter(row.provider_id for row in record.inbound)
    for wrote in record.wrote or ():
        if known[wrote.provider_id] != 1:
            yield f"inbound {wrote.provider_id} is stored {known[wrote.provider_id]} times"
    for row in record.inbound:
        if row.state == "received" and _late(record, row.at):
            yield f"inbound {row.id} came {row.at} and is not read"
        if row.state == "dead" and not any(
            key.startswith(f"dead:{row.conversation_id}:") for key in record.task_keys
        ):
            yield f"inbound {row.id} could not be read, and nobody is told"
    for event in record.tables["events"]:
        if event.state == "received" and _late(record, event.received_at):
            yield f"event {event.id} ({event.type}) came {event.received_at} and has no effect"
        if event.state == "failed" and f"event:{event.id}" not in record.task_keys:
            yield f"event {event.id} ({event.type}) failed, and nobody is told"


def alarms_are_set(record: Record) -> Iterator[str]:
    """What waits has an alarm that rings in time: no wake-up is lost."""
    for conversation in record.conversations.values():
        waiting = [at for row in _rows(record, conversation.id) if (at := _wakes(row)) is not None]
        if not waiting:
            continue
        by = max(min(waiting), record.now) + AGAIN
        if conversation.wake_at is None or conversation.wake_at > by:
            yield f"conversation {conversation.id} wakes {conversation.wake_at}, not by {by}"


def everything_ends(record: Record) -> Iterator[str]:
    """I17. At rest nothing is in flight and nothing is overdue; what nobody can vouch for has
    a task. Ask only when faults have stopped and time has passed."""
    for row in record.outbound:
        overdue = row.state in ("planned", "ready") and _late(record, row.due_at)
        if overdue or row.state == "sending":
            yield f"message {row.id} ({row.kind}) is {row.state}, due {row.due_at}: {row.reason}"
        if row.state in ("unknown", "failed") and not _taken_care_of(record, row):
            yield f"message {row.id} ({row.kind}) is {row.state}, and nobody is told"
    for row in record.inbound:
        if row.state == "received":
            yield f"inbound {row.id} is not read"
    for event in record.tables["events"]:
        if event.state == "received":
            yield f"event {event.id} ({event.type}) has no effect"
    for process in record.processes.values():
        if process.wake_at is not None and _late(record, process.wake_at):
            yield f"process {process.id} should have been looked at {process.wake_at}"
    for conversation in record.conversations.values():
        if conversation.lease_by is not None and conversation.lease_until > time.time():
            yield f"conversation {conversation.id} is still held by a worker"


def tasks_have_an_object(record: Record) -> Iterator[str]:
    """Nobody is asked to read words that will not leave."""
    waiting = {row.dedupe_key for row in record.outbound if row.state in WAITING}
    for task in record.tables["tasks"]:
        about = task.dedupe_key.removeprefix("approve:")
        if task.kind == "approve" and task.done_at is None and about not in waiting:
            yield f"task {task.id} ({task.what}) is open, and {about} does not wait"


def _taken_care_of(record: Record, row: Row) -> bool:
    """A person is asked, or the word went another way, or nobody waits for it any more."""
    root = re.sub(r"^\d+/", "", row.dedupe_key)
    asked = any(key == f"delivery:{row.id}" or root in key for key in record.task_keys)
    again = any(other.dedupe_key.endswith(f"/{root}") for other in record.outbound)
    if asked or again or row.kind in record.rules.courtesies:
        return True
    process = record.processes.get(row.process_id)
    if process is None:
        return False
    lines = record.ledger_of.get((process.person_id, "whatsapp"), [])
    overtaken = process.status != "open" or process.released_at is not None
    return overtaken or bool(lines and not lines[-1].granted)


def _late(record: Record, at: datetime) -> bool:
    awake = max([at, *(end for _, end in record.downtimes if end > at)])
    return record.now - awake > record.rules.patience


def _rows(record: Record, conversation: int) -> list[Row]:
    return [row for row in record.messages.values() if row.conversation_id == conversation]


def _wakes(row: Row) -> datetime | None:
    at: datetime | None = None
    if row.state == "received":
        at = row.at + timedelta(seconds=6)
    elif row.state == "planned":
        at = row.word_at or row.due_at
    elif row.state in ("ready", "unknown"):
        at = max(row.due_at, row.slot_at or row.due_at) if row.due_at else None
    return at
