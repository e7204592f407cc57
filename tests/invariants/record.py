"""What a checker reads: every table as it is, and what the outside world saw of us.

The outside is the judge: a message counts as sent when the carrier's own log has it, and
never because a row of ours says so.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bot.sources.phones import zone_of
from bot.store import Store
from bot.store.schema import metadata

Row = Any
"""A row of a table, its columns as attributes."""


@dataclass(frozen=True, kw_only=True)
class Took:
    """One message that a carrier really accepted, by its own log."""

    at: datetime
    reference: int
    """The message's number on our side."""
    to: str
    text: str
    template: str = ""
    """The name of the approved template; empty for free text."""
    provider_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Wrote:
    """One message of a candidate that we said we had taken in."""

    provider_id: str
    at: datetime
    """By the carrier's clock."""
    received_at: datetime


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What the team promised; as in `config.yaml`, but read by nobody's code."""

    quiet_from: time = time(21)
    quiet_until: time = time(8)
    office: str = "Europe/Madrid"
    undo: timedelta = timedelta(minutes=30)
    """How long nobody may have taken a release back before its words leave."""
    approved: frozenset[str] = frozenset({"rejection"})
    """A person reads these words before a candidate does."""
    finals: frozenset[str] = frozenset({"next_step", "rejection", "offer"})
    courtesies: frozenset[str] = frozenset({"link_reminder", "appointment", "survey"})
    """Where these cannot go, nobody misses them."""
    updates: frozenset[str] = frozenset({"thank_you", "status_update"})
    patience: timedelta = timedelta(seconds=90)
    """Virtual time until what is due must be under way."""
    tokens_per_candidate: int = 60_000
    tokens_per_day: int = 3_000_000
    race: timedelta = timedelta(seconds=1)
    """Who is faster than this decides; what a message was claimed for may still leave."""

    @property
    def stages(self) -> frozenset[str]:
        return self.finals | self.courtesies | self.updates

    def quiet(self, at: datetime, zone: ZoneInfo) -> bool:
        local = at.astimezone(zone).time()
        return local >= self.quiet_from or local < self.quiet_until


@dataclass(frozen=True, kw_only=True)
class Record:
    now: datetime
    rules: Rules
    tables: Mapping[str, Sequence[Row]]
    took: Sequence[Took]
    wrote: Sequence[Wrote] | None
    """None where nobody listened: then what we stored is believed."""
    downtimes: Sequence[tuple[datetime, datetime]] = ()
    """When no process of ours was alive."""

    # --- rows by what they belong to --------------------------------------------------

    @cached_property
    def messages(self) -> dict[int, Row]:
        return {row.id: row for row in self.tables["messages"]}

    @cached_property
    def conversations(self) -> dict[int, Row]:
        return {row.id: row for row in self.tables["conversations"]}

    @cached_property
    def people(self) -> dict[int, Row]:
        return {row.id: row for row in self.tables["people"]}

    @cached_property
    def processes(self) -> dict[int, Row]:
        return {row.id: row for row in self.tables["processes"]}

    @cached_property
    def task_keys(self) -> set[str]:
        return {row.dedupe_key for row in self.tables["tasks"]}

    @cached_property
    def tasks_of(self) -> Mapping[int | None, list[Row]]:
        return _by(self.tables["tasks"], "process_id")

    @cached_property
    def outbound(self) -> list[Row]:
        return [row for row in self.tables["messages"] if row.direction == "out"]

    @cached_property
    def inbound(self) -> list[Row]:
        return [row for row in self.tables["messages"] if row.direction == "in"]

    @cached_property
    def inbound_of(self) -> Mapping[int, list[Row]]:
        return _by(self.inbound, "conversation_id")

    @cached_property
    def outbound_of_process(self) -> Mapping[int, list[Row]]:
        return _by((row for row in self.outbound if row.process_id is not None), "process_id")

    @cached_property
    def ledger_of(self) -> Mapping[tuple[int, str], list[Row]]:
        """Consents of a person on a channel, in the order of the ledger."""
        found = defaultdict(list)
        for row in sorted(self.tables["consents"], key=lambda r: (r.at, not r.granted, r.id)):
            found[row.person_id, row.channel].append(row)
        return found

    @cached_property
    def handoffs_of(self) -> Mapping[int, list[Row]]:
        return _by(self.tables["handoffs"], "conversation_id")

    @cached_property
    def doubts_of(self) -> Mapping[int, list[Row]]:
        return _by(self.tables["doubts"], "conversation_id")

    @cached_property
    def known_only_to(self) -> Mapping[int, list[str]]:
        """What only a candidate may hear: their surname, their jobs, and whom they meet."""
        found: defaultdict[int, list[str]] = defaultdict(list)
        titles = {one.id: one.title for one in self.tables["jobs"]}
        for process in self.processes.values():
            surname = self.people[process.person_id].name.split()[1:]
            met = [one.interviewers for one in self.tables["interviews"]]
            names = [name for names in met for name in names]
            found[process.person_id] += [*surname, titles.get(process.job_id, ""), *names]
        return found

    @cached_property
    def receipts_of(self) -> Mapping[str, list[Row]]:
        return _by(self.tables["receipts"], "provider_id")

    @cached_property
    def events_of_process(self) -> Mapping[str, list[Row]]:
        return _by((e for e in self._told if e.process_ref), "process_ref")

    @cached_property
    def events_of_candidate(self) -> Mapping[str, list[Row]]:
        return _by(self._told, "candidate_ref")

    @cached_property
    def _told(self) -> list[Row]:
        return sorted(
            (e for e in self.tables["events"] if e.raw), key=lambda e: (happened(e), e.event_id)
        )

    @cached_property
    def refs_of(self) -> Mapping[int, list[str]]:
        found = defaultdict(list)
        for row in self.tables["identities"]:
            if row.kind == "ref":
                found[row.person_id].append(row.value)
        return found

    @cached_property
    def phones_of(self) -> Mapping[int, list[str]]:
        found = defaultdict(list)
        for row in self.tables["identities"]:
            if row.kind == "phone":
                found[row.person_id].append(row.value)
        return found

    # --- what follows from them ---------------------------------------------------------

    def person_of(self, message: Row) -> int:
        return int(self.conversations[message.conversation_id].person_id)

    def erased(self, message: Row) -> bool:
        """Whether it was to, or a question about, somebody who was erased: its words are gone."""
        people = {self.person_of(message), *self._asked_about[message.id]}
        people |= {self.processes[one.process_id].person_id for one in self.booked_by(message)}
        return any(self.people[person].erased_at is not None for person in people)

    def booked_by(self, message: Row) -> list[Row]:
        """The booking that a message is about, if it is about one."""
        named = re.match(r"booking:(\d+):", message.dedupe_key)
        return [row for row in self.tables["bookings"] if named and row.id == int(named[1])]

    @cached_property
    def _asked_about(self) -> Mapping[int | None, set[int]]:
        """The candidates whom a message to a colleague is about."""
        found = defaultdict(set)
        for ask in self.tables["asks"]:
            found[ask.message_id].add(self.processes[ask.process_id].person_id)
        return found

    def zone_at(self, person_id: int, at: datetime) -> ZoneInfo:
        """The candidate's zone by what had been reported up to `at`."""
        told = [
            event.raw["candidate"].get("time_zone", "")
            for ref in self.refs_of[person_id]
            for event in self.events_of_candidate.get(ref, [])
            if event.received_at <= at
        ]
        named = next((zone for zone in reversed(told) if zone), "")
        if named:
            return ZoneInfo(named)
        phones = self.phones_of[person_id]
        guessed = zone_of(phones[-1]) if phones else ""
        return ZoneInfo(guessed or self.rules.office)

    def settled_since(self, person_id: int) -> datetime:
        """When the person became who they are: records that were merged have two pasts."""
        refs = set(self.refs_of[person_id])
        merged = [
            event.received_at
            for event in self.tables["events"]
            if event.type == "candidate.merged"
            and (event.candidate_ref in refs or not event.raw or event.raw["into"]["ref"] in refs)
        ]
        return max(merged, default=datetime.min.replace(tzinfo=UTC))

    def last_wrote(self, conversation_id: int, before: datetime) -> datetime | None:
        """When the candidate last wrote, by the carrier's clock, as known at `before`."""
        known = [row for row in self.inbound_of.get(conversation_id, []) if row.at <= before]
        times = [self._said_at.get(row.provider_id, row.at) for row in known]
        return max(times, default=None)

    @cached_property
    def _said_at(self) -> dict[str, datetime]:
        return {wrote.provider_id: wrote.at for wrote in self.wrote or ()}


def happened(event: Row) -> datetime:
    return datetime.fromisoformat(event.raw["occurred_at"]).astimezone(UTC)


def read(
    store: Store,
    took: Iterable[Took],
    now: datetime,
    *,
    wrote: Sequence[Wrote] | None = None,
    rules: Rules | None = None,
    downtimes: Sequence[tuple[datetime, datetime]] = (),
) -> Record:
    """Read the whole database and the outside's own logs."""
    with store.read() as tx:
        tables = {
            table.name: tx.connection.execute(sa.select(table).order_by(table.c.id)).all()
            for table in metadata.sorted_tables
        }
    return Record(
        now=now,
        rules=rules or Rules(),
        tables=tables,
        took=sorted(took, key=lambda one: one.at),
        wrote=wrote,
        downtimes=downtimes,
    )


def _by(rows: Iterable[Row], column: str) -> Mapping[Any, list[Row]]:
    found = defaultdict(list)
    for row in rows:
        found[getattr(row, column)].append(row)
    return found
