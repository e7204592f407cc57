"""Who may be written to, and when: what candidates have asked for, law and carrier demand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.invariants.record import Record, Row, Took

WINDOW = timedelta(hours=24) - timedelta(seconds=60)
"""How long after the candidate's last message free text is allowed, with a margin."""
FRESH = timedelta(minutes=5)
"""Who wrote this recently is awake."""


def opted_out_is_left_alone(record: Record) -> Iterator[str]:
    """I4. After an opt-out nothing leaves on that channel but one confirmation."""
    for took, row, person in _sent(record):
        stopped = _stopped(record, person, row, took.at - record.rules.race)
        if stopped and _stopped(record, person, row, took.at) and row.kind != "opt_out_ack":
            yield f"message {row.id} ({row.kind}) left {took.at}, and they opted out {stopped}"
    acks = Counter(
        (record.person_of(row), record.conversations[row.conversation_id].channel)
        for _, row, _ in _sent(record)
        if row.kind == "opt_out_ack"
    )
    for (person, channel), times in acks.items():
        stops = [line for line in record.ledger_of[person, channel] if not line.granted]
        if times > len(stops):
            yield f"person {person} opted out {len(stops)} times and was told {times} times"


def asked_before_written_to(record: Record) -> Iterator[str]:
    """I5. A stage leaves only where the ledger says who agreed, where, when and to what."""
    for took, row, person in _sent(record):
        if row.kind not in record.rules.stages:
            continue
        line = _stands(record, person, row, took.at)
        if line is None or not line.granted:
            yield f"message {row.id} ({row.kind}) left {took.at} without consent"
        elif not line.source or not (line.text_version or line.source.startswith("wrote ")):
            yield f"message {row.id} left on a consent that does not say where it is from"


def nights_are_quiet(record: Record) -> Iterator[str]:
    """I6. The bot writes outside the candidate's night; an answer may follow at once."""
    for took, row, person in _sent(record):
        if row.author != "bot" or row.kind == "opt_out_ack":
            continue
        if record.people[person].party != "candidate":
            continue
        if not all(record.rules.quiet(took.at, zone) for zone in _zones(record, person, took.at)):
            continue
        wrote = record.last_wrote(row.conversation_id, took.at)
        stage = row.kind in record.rules.stages
        if stage or wrote is None or took.at - wrote > FRESH + record.rules.race:
            local = took.at.astimezone(record.zone_at(person, took.at))
            yield f"message {row.id} ({row.kind}) left at {local:%a %H:%M} of theirs"


def free_text_inside_the_window(record: Record) -> Iterator[str]:
    """I7. Free text on WhatsApp needs a message of the candidate within 24 hours."""
    for took, row, _ in _sent(record, merged_too=True):
        if took.template or record.conversations[row.conversation_id].channel != "whatsapp":
            continue
        wrote = record.last_wrote(row.conversation_id, took.at)
        if wrote is None or took.at - wrote >= WINDOW:
            yield f"message {row.id} ({row.kind}) left as free text {took.at}; they wrote {wrote}"


def a_person_is_not_interrupted(record: Record) -> Iterator[str]:
    """I9. While a person holds a conversation the bot says nothing but that STOP was heard."""
    for took, row, _ in _sent(record):
        if row.author != "bot" or row.kind == "opt_out_ack":
            continue
        for held in record.handoffs_of.get(row.conversation_id, []):
            if held.taken_at is None or took.at <= held.taken_at + record.rules.race:
                continue
            if held.released_at is None or took.at < held.released_at:
                yield f"message {row.id} ({row.kind}) left {took.at}, held since {held.taken_at}"


def a_stranger_hears_nothing(record: Record) -> Iterator[str]:
    """I20. While somebody else may have a number, nothing about a process leaves to it."""
    for took, row, person in _sent(record):
        for doubt in record.doubts_of.get(row.conversation_id, []):
            settled = doubt.settled_at is not None and doubt.settled_at <= took.at
            if settled or took.at <= doubt.opened_at + record.rules.race:
                continue
            if row.kind not in ("contact_check", "wrong_person_ack", "opt_out_ack"):
                since = doubt.opened_at
                yield f"message {row.id} ({row.kind}) left {took.at}, in doubt since {since}"
            for known in filter(None, record.known_only_to.get(person, [])):
                if known.casefold() in took.text.casefold():
                    yield f"message {row.id} says {known} in doubt"


def erased_is_gone(record: Record) -> Iterator[str]:
    """I16: of an erased person no identity, name or word is left, and nothing leaves any more.
    That they stay erased when a backup is put back, the tests of F26 see to."""
    gone = {person.id: person.erased_at for person in record.people.values() if person.erased_at}
    for person in gone:
        if record.people[person].name:
            yield f"erased person {person} still has a name"
    for row in record.tables["identities"]:
        if row.person_id in gone:
            yield f"erased person {row.person_id} is still known by a {row.kind}"
    for row in record.messages.values():
        if record.person_of(row) in gone and (row.body or row.template):
            yield f"message {row.id} still has the words of an erased person"
    for took in record.took:
        row = record.messages.get(took.reference)
        if row is not None:
            erased = gone.get(record.person_of(row))
            if erased is not None and took.at > erased + record.rules.race:
                yield f"message {row.id} left {took.at} for somebody who was erased {erased}"


def _sent(record: Record, *, merged_too: bool = False) -> Iterator[tuple[Took, Row, int]]:
    """What left, to whom. Without what left before two records became one person: that was
    right by what each of them had said."""
    for took in record.took:
        row = record.messages.get(took.reference)
        if row is None:
            continue
        person = record.person_of(row)
        if record.people[person].erased_at is not None:
            continue
        if merged_too or took.at > record.settled_since(person):
            yield took, row, person


def _stands(record: Record, person: int, row: Row, at: datetime) -> Row | None:
    channel = record.conversations[row.conversation_id].channel
    lines = [line for line in record.ledger_of.get((person, channel), []) if line.at <= at]
    return lines[-1] if lines else None


def _stopped(record: Record, person: int, row: Row, at: datetime) -> datetime | None:
    line = _stands(record, person, row, at)
    return line.at if line is not None and not line.granted else None


def _zones(record: Record, person: int, at: datetime) -> set[ZoneInfo]:
    """A zone that was reported a moment ago may not have taken effect yet."""
    return {record.zone_at(person, when) for when in (at, at - record.rules.patience)}
