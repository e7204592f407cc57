"""What the product promises: released decisions, an end after the end, no silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from tests.invariants.record import Record, Row, happened
from tests.invariants.silence import waits

OUTCOMES = {"next_step": ("advance",), "rejection": ("reject",), "offer": ("advance", "offer")}
"""The words of a decision, and which decisions they may tell."""
A_WEEK = timedelta(days=7)


def decisions_are_released(record: Record) -> Iterator[str]:
    """I3. A decision is told only after a named person let it out, while that still stands,
    once there was time to take it back, and a rejection only as a person has read it."""
    approved = {row.message_id for row in record.tables["approvals"]}
    for took in record.took:
        row = record.messages.get(took.reference)
        if row is None or row.kind not in OUTCOMES or row.process_id is None:
            continue
        if row.kind in record.rules.approved and row.id not in approved:
            yield f"message {row.id} ({row.kind}) left, and nobody had read it"
        told = record.events_of_process.get(record.processes[row.process_id].ref, [])
        if not told:
            continue  # erased
        released = _let_out(told, took.at) or _let_out(told, took.at - record.rules.race)
        if released is None or released[0] not in OUTCOMES[row.kind]:
            yield f"message {row.id} ({row.kind}) left {took.at}; what stood was {released}"
        elif took.at < released[1] + record.rules.undo:
            yield f"message {row.id} ({row.kind}) left {took.at}, released only {released[1]}"


def _let_out(told: Sequence[Row], at: datetime) -> tuple[str, datetime] | None:
    """The decision that stands by what had come in at `at`, and since when it is let out."""
    outcome, released = "", None
    for event in told:
        if event.received_at > at:
            continue
        said = event.raw.get("decision") or {}
        if event.type == "decision.made":
            outcome, released = said["outcome"], None
        elif event.type == "decision.recalled":
            released = None
        elif event.type == "decision.released" and said.get("released_by"):
            if said.get("outcome") not in (None, outcome):
                outcome, released = said["outcome"], None
            if outcome and released is None:
                released = happened(event)
    return (outcome, released) if released is not None else None


def the_end_is_the_end(record: Record) -> Iterator[str]:
    """I15. After a withdrawal no stage; one survey a process, a week after the outcome."""
    surveys: Counter[int] = Counter()
    for took in record.took:
        row = record.messages.get(took.reference)
        if row is None or row.kind not in record.rules.stages:
            continue
        told = record.events_of_process.get(record.processes[row.process_id].ref, [])
        gone = [e.received_at for e in told if e.type == "process.withdrawn"]
        if gone and took.at > min(gone) + record.rules.race:
            yield f"message {row.id} ({row.kind}) left {took.at}, withdrawn {min(gone)}"
        if row.kind == "survey":
            surveys[row.process_id] += row.state != "failed"
            if not _a_week_after_the_outcome(record, row.process_id, took.at):
                yield f"survey {row.id} left {took.at}, too early after the outcome"
    for process, times in surveys.items():
        if times > 1:
            yield f"process {process} got {times} surveys"


def _a_week_after_the_outcome(record: Record, process: int, at: datetime) -> bool:
    finals = [row for row in record.outbound_of_process[process] if row.kind in OUTCOMES]
    return any(row.arrived_at and at >= row.arrived_at + A_WEEK for row in finals)


def nobody_is_left_in_silence(record: Record) -> Iterator[str]:
    """I8. While a process is open: a word every 72 hours, unless a rule says otherwise; and
    where only a person may write, somebody is told in time."""
    for wait in waits(record):
        if wait.broken:
            yield (
                f"process {wait.process} heard nothing from {wait.since} to {wait.until}; "
                f"a word was due by {wait.due_by} ({', '.join(wait.excuses) or 'no excuse'}"
                f"{'' if wait.alerted else ', and nobody was told'})"
            )
