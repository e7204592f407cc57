"""How long candidates waited for a word, and which rule made them wait where it was long.

This is a second opinion: it knows the promise and the rules that suspend it, and nothing of
stages, windows and plans.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from bot.domain.model import ProcessStatus
from bot.domain.story import Story, fold
from bot.sources.api import read_event
from tests.invariants.record import Record, Row

PROMISE = timedelta(hours=72)
ROOM = timedelta(hours=2)
"""How long after an exemption ends the word may take, nights apart."""
TELLING = timedelta(days=4, hours=14)
"""A decision that is let out replaces the update: its words have a window of their own."""
NEVER = datetime.max.replace(tzinfo=UTC)

A_PERSON_KNOWS = frozenset(
    {
        *("held by a person", "a person cancelled it", "the carrier did not deliver it"),
        "somebody else may have the number",
    }
)
"""These suspend the bot's part of the promise, and not the team's: somebody has to be told."""


@dataclass(frozen=True, kw_only=True)
class Wait:
    """A stretch without a word that was longer than promised."""

    process: int
    since: datetime
    until: datetime
    due_by: datetime
    """The promise, or as far as the rules move it."""
    excuses: tuple[str, ...]
    """The rules that suspend the promise, in the order they took hold."""
    alerted: bool
    """Somebody was asked in time to write, or knows that the bot does not."""

    @property
    def broken(self) -> bool:
        needs_a_person = bool(A_PERSON_KNOWS.intersection(self.excuses))
        return self.until > self.due_by or (needs_a_person and not self.alerted)


def waits(record: Record) -> Iterator[Wait]:
    """Every stretch of more than 72 hours, of every process."""
    for waiting in _everybody(record):
        yield from waiting.long()


def stretches(record: Record) -> int:
    """How often somebody waited for a word, however long."""
    return sum(len(waiting.stretches()) for waiting in _everybody(record))


def _everybody(record: Record) -> Iterator[_Waiting]:
    for process in record.processes.values():
        told = record.events_of_process.get(process.ref, [])
        if told and record.people[process.person_id].erased_at is None:
            yield _Waiting(record, process, told)


class _Waiting:
    """One process, as an outsider sees it."""

    def __init__(self, record: Record, process: Row, told: Sequence[Row]) -> None:
        self.record = record
        self.process = process
        self.person = record.people[process.person_id]
        self.told = [(row.received_at, read_event(row.raw)) for row in told]
        self.rows = record.outbound_of_process.get(process.id, [])
        self.conversations = [
            row for row in record.conversations.values() if row.person_id == process.person_id
        ]

    def stretches(self) -> list[tuple[datetime, datetime]]:
        """From one word, or the end of an appointment, to the next, or to now."""
        words = [row.arrived_at for row in self.rows if row.counts and row.arrived_at]
        ends = self._appointments()
        points = sorted(at for at in {*words, *ends} if at >= min(ends)) if ends else []
        return [*pairwise([*points, max([self.record.now, *points])])]

    def long(self) -> Iterator[Wait]:
        for since, until in self.stretches():
            if until - since > PROMISE:
                due_by, excuses = self._due_by(since)
                yield Wait(
                    process=self.process.id,
                    since=since,
                    until=until,
                    due_by=due_by,
                    excuses=tuple(excuses),
                    alerted=self._alerted(since),
                )

    def _appointments(self) -> list[datetime]:
        story = self._story(self.record.now)
        ends = (visit.ended_at or visit.ends_at for visit in story.visits) if story else ()
        return [end for end in ends if end and end <= self.record.now]

    def _due_by(self, since: datetime) -> tuple[datetime, list[str]]:
        """The promise, moved to the end of whatever suspends it at that moment."""
        due, excuses = since + PROMISE, []
        while due < NEVER:
            excuse, until = self._excuse(since, due)
            if not excuse:
                break
            excuses.append(excuse)
            due = until
        if excuses and due < NEVER:
            due = self._awake(due) + ROOM
        return due, list(dict.fromkeys(excuses))

    def _awake(self, at: datetime) -> datetime:
        zone = self.record.zone_at(self.process.person_id, at)
        while self.record.rules.quiet(at, zone):
            at += timedelta(minutes=5)
        return at

    def _alerted(self, since: datetime) -> bool:
        by = since + PROMISE + ROOM
        return any(
            task.opened_at <= by and (task.done_at or NEVER) >= since
            for task in self.record.tasks_of.get(self.process.id, [])
        )

    # --- what suspends the promise --------------------------------------------------------

    def _excuse(self, since: datetime, at: datetime) -> tuple[str, datetime]:
        """What suspends the promise at `at`, and until when; nothing: ("", at)."""
        for name, until in (
            ("nobody waits any more", self._over(at)),
            ("a booked appointment", self._booked(at)),
            ("the decision is on its way", self._telling(at)),
            ("opted out or never asked", self._without_consent(at)),
            ("somebody else may have the number", self._doubted(at)),
            ("everything is paused", self._paused(at)),
            ("asked for news only", self._spared(at)),
            ("held by a person", self._held(at)),
            ("a person cancelled it", self._cancelled(since, at)),
            ("the carrier did not deliver it", self._undelivered(since, at)),
            ("we were down", self._down(at)),
        ):
            if until is not None and until > at:
                return name, until
        return "", at

    def _story(self, at: datetime) -> Story | None:
        known = [event for received_at, event in self.told if received_at <= at]
        return fold(known) if known else None

    def _over(self, at: datetime) -> datetime | None:
        story = self._story(at)
        if story is None or story.status is not ProcessStatus.OPEN:
            return NEVER
        if story.released is None:
            return None
        finals = self.record.rules.finals
        told = [row.arrived_at for row in self.rows if row.kind in finals and row.arrived_at]
        released = story.released.released_at
        return NEVER if any(released and released <= arrived <= at for arrived in told) else None

    def _booked(self, at: datetime) -> datetime | None:
        story = self._story(at)
        visit = story.booked(at) if story else None
        return visit.ends_at + PROMISE if visit and visit.ends_at else None

    def _telling(self, at: datetime) -> datetime | None:
        story = self._story(at)
        released = story.released.released_at if story and story.released else None
        if released is None:
            return None
        unread = any(
            task.kind == "approve" and task.opened_at <= at and (task.done_at or NEVER) > at
            for task in self.record.tasks_of.get(self.process.id, [])
        )
        return NEVER if unread else released + TELLING

    def _without_consent(self, at: datetime) -> datetime | None:
        lines = self.record.ledger_of.get((self.person.id, "whatsapp"), [])
        stands = [line for line in lines if line.at <= at]
        if not self.conversations or self.person.preferred_channel == "email":
            return NEVER
        if stands and stands[-1].granted:
            # Who comes back by night, as the promise ends, hears from us in the morning.
            came_back = len(stands) > 1 and not stands[-2].granted
            return self._awake(stands[-1].at) + timedelta(minutes=1) if came_back else None
        return next((line.at for line in lines if line.at > at and line.granted), NEVER)

    def _doubted(self, at: datetime) -> datetime | None:
        ends = [
            doubt.settled_at or NEVER
            for conversation in self.conversations
            for doubt in self.record.doubts_of.get(conversation.id, [])
            if doubt.opened_at <= at < (doubt.settled_at or NEVER)
        ]
        return max(ends, default=None)

    def _spared(self, at: datetime) -> datetime | None:
        lines = self.record.ledger_of.get((self.person.id, "updates"), [])
        stands = [line for line in lines if line.at <= at]
        if not stands or stands[-1].granted:
            return None
        return next((line.at for line in lines if line.at > at and line.granted), NEVER)

    def _paused(self, at: datetime) -> datetime | None:
        ends = [
            pause.ended_at or NEVER
            for pause in self.record.tables["pauses"]
            if pause.at <= at < (pause.ended_at or NEVER)
        ]
        return max(ends, default=None)

    def _held(self, at: datetime) -> datetime | None:
        for conversation in self.conversations:
            for held in self.record.handoffs_of.get(conversation.id, []):
                if held.taken_at and held.taken_at <= at < (held.released_at or NEVER):
                    return held.released_at or NEVER
        return None

    def _cancelled(self, since: datetime, at: datetime) -> datetime | None:
        by_hand = [
            row.due_at
            for row in self.rows
            if row.state == "cancelled" and row.user_id is not None and row.counts
        ]
        return NEVER if any(since <= due <= at for due in by_hand) else None

    def _undelivered(self, since: datetime, at: datetime) -> datetime | None:
        """A word was tried and is not known to have arrived: a person or a late report ends it.
        Of an outcome only a person can, who ticks it off: whatever else they write tells none."""
        finals = self.record.rules.finals
        lost = [
            row
            for row in self.rows
            if row.counts
            and row.state in ("failed", "unknown", "expired", "accepted", "sent", "sending")
            and (left := row.left_at or row.slot_at or row.due_at or row.at) <= at
            and (left >= since or row.kind in finals)
        ]
        return NEVER if lost else None

    def _down(self, at: datetime) -> datetime | None:
        ends = (end for start, end in self.record.downtimes if start <= at < end)
        return max(ends, default=None)
