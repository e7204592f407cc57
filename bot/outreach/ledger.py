"""Opens the ledger of promises: per week what was kept, what was broken, why and by whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import zip_longest
from typing import TYPE_CHECKING

from bot.domain.candidacy import Candidacy
from bot.domain.model import Channel, ProcessId, Topic
from bot.domain.ports import Clock
from bot.domain.silence import Case, Entry, Outcome, Span, Vow, entries
from bot.domain.stages import Stage
from bot.outreach.candidacies import Candidacies

if TYPE_CHECKING:
    from bot.store import Store, Tx

Progress = Callable[[int, int], None]
"""Told how many of how many processes have been read."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One promise that was due in a week."""

    process: str
    candidate: str
    job: str
    entry: Entry


@dataclass(frozen=True, kw_only=True)
class Week:
    """What fell due in one week, Monday to Sunday in the office's time zone."""

    monday: date
    lines: Sequence[Line]

    @property
    def counts(self) -> Mapping[Vow, Mapping[Outcome, int]]:
        """How many of each promise ended how."""
        found: dict[Vow, Counter[Outcome]] = {}
        for line in self.lines:
            found.setdefault(line.entry.vow, Counter())[line.entry.outcome] += 1
        return found

    @property
    def broken(self) -> Sequence[Line]:
        return [line for line in self.lines if line.entry.outcome is Outcome.BROKEN]


@dataclass(frozen=True)
class Ledger:
    store: Store
    clock: Clock
    candidacies: Candidacies
    stages: Sequence[Stage]

    def weeks(self, number: int, progress: Progress = lambda done, of: None) -> list[Week]:
        """Return the last `number` weeks, this one included, the newest first."""
        office = self.candidacies.company.office
        today = self.clock.now().astimezone(office).date()
        this = today - timedelta(days=today.weekday())
        mondays = [this - timedelta(weeks=n) for n in range(number)]
        by_monday: dict[date, list[Line]] = {monday: [] for monday in mondays}
        for line in self._lines(progress):
            due = line.entry.due_at.astimezone(office).date()
            by_monday.get(due - timedelta(days=due.weekday()), []).append(line)
        return [Week(monday=monday, lines=lines) for monday, lines in by_monday.items()]

    def _lines(self, progress: Progress) -> Iterator[Line]:
        with self.store.read() as tx:
            ids = tx.processes.all_ids()
        for done, process_id in enumerate(ids, 1):
            with self.store.read() as tx:
                yield from self.of(tx, process_id)
            progress(done, len(ids))

    def of(self, tx: Tx, process_id: ProcessId) -> Iterator[Line]:
        """Return every promise that a process has made so far."""
        candidacy = self.candidacies.find(tx, process_id)
        if candidacy is None:
            return
        now = self.clock.now()
        case = Case(
            candidacy=candidacy,
            stages=self.stages,
            said=tx.history.said(process_id),
            obstacles=[*_obstacles(tx, candidacy)],
            now=now,
        )
        for entry in (*entries(case), *_of_people(tx, process_id, now)):
            yield Line(
                process=candidacy.ref,
                candidate=candidacy.person.name,
                job=candidacy.job.title,
                entry=entry,
            )


def _obstacles(tx: Tx, candidacy: Candidacy) -> Iterator[Span]:
    person = candidacy.person
    yield from _consents(tx, candidacy)
    for start, end in _refusals(tx.people.ledger(person.id, Topic.UPDATES)):
        yield Span(start=start, end=end, why="they asked for news only", excuses=True)
    for held in tx.handoffs.holdings(person.id):
        why = f"{held.holder} held the conversation"
        yield Span(start=held.start, end=held.end, why=why, who=held.holder)
    for pause in tx.pauses.all():
        yield Span(start=pause.at, end=pause.ended_at, why="everything was paused", who=pause.by)


def _consents(tx: Tx, candidacy: Candidacy) -> Iterator[Span]:
    """Stretches in which they had stopped us, or had not agreed to anything yet."""
    opened = candidacy.story.opened_at
    person_id = candidacy.person.id
    told = tx.people.ledger(person_id, Channel.WHATSAPP) or tx.people.ledger(
        person_id, Channel.EMAIL
    )
    agreed = min((at for at, granted in told if granted), default=None)
    if agreed is None or agreed > opened:
        why = "no consent was recorded: a recruiter was asked to write"
        yield Span(start=opened, end=agreed, why=why, who=candidacy.recruiter, excuses=True)
    for start, end in _refusals(told):
        yield Span(start=start, end=end, why="they opted out", excuses=True)


def _refusals(
    told: Sequence[tuple[datetime, bool]],
) -> Iterator[tuple[datetime, datetime | None]]:
    """Yield from when until when somebody refused something."""
    ends = (at for at, _ in told[1:])
    yield from ((at, end) for (at, granted), end in zip_longest(told, ends) if not granted)


def _of_people(tx: Tx, process_id: ProcessId, now: datetime) -> Iterator[Entry]:
    for promise in tx.promises.given(process_id):
        kept = promise.kept_at is not None and promise.kept_at <= promise.due_at
        late = Outcome.OPEN if now <= promise.due_at else Outcome.BROKEN
        yield Entry(
            vow=Vow.ANSWER if promise.kind == "answer" else Vow.GIVEN,
            since=promise.made_at,
            due_at=promise.due_at,
            kept_at=promise.kept_at,
            outcome=Outcome.KEPT if kept else late,
            why="" if kept else f"{promise.what} did not come in time",
            who=promise.owner,
        )
