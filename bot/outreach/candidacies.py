"""Gathers what is true about a candidate in a process, from the events that told it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from bot.domain.candidacy import Candidacy
from bot.domain.daytime import FreeDays, Local
from bot.domain.events import Event
from bot.domain.model import Company, PersonId, ProcessId, ProcessStatus
from bot.domain.story import Story, fold
from bot.outreach.habits import Habits

if TYPE_CHECKING:
    from bot.store import Tx

ReadEvent = Callable[[Mapping[str, Any]], Event]
"""Turns a stored body back into an event; it was checked when it came in."""
FreeDaysOf = Callable[[str, ZoneInfo], FreeDays]
"""Returns the free days of a candidate with this phone number, or without one in this zone."""
ZoneOf = Callable[[str], str]
"""Returns the time zone of a phone number, or an empty string where it has several."""


@dataclass(frozen=True)
class Candidacies:
    company: Company
    read_event: ReadEvent
    zone_of: ZoneOf
    free_days_of: FreeDaysOf
    habits: Habits
    booking: Callable[[str, ProcessId], str] = lambda link, process: link
    """Puts the candidate's token into a link to a calendar."""

    def find(self, tx: Tx, process_id: ProcessId) -> Candidacy | None:
        row = tx.processes.find(process_id)
        if row is None:
            return None
        told = [self.read_event(event.raw) for event in tx.events.of_process(row.ref) if event.raw]
        if not told:
            return None
        person = tx.people.find(row.person_id)
        return Candidacy(
            process_id=row.id,
            ref=row.ref,
            person=person,
            job=tx.processes.job(row.id),
            story=self._with_token(fold(told), row.id),
            company=self.company,
            zone=self.zone(tx, row.person_id, person.time_zone),
        )

    def _with_token(self, story: Story, process_id: ProcessId) -> Story:
        decision = story.decision
        if decision is None or not decision.link:
            return story
        link = self.booking(decision.link, process_id)
        return replace(story, decision=replace(decision, link=link))

    def current(self, tx: Tx, person_id: PersonId) -> Candidacy | None:
        """Return the process that the person most likely talks about: the newest open one."""
        rows = tx.processes.of_person(person_id)
        rows.sort(key=lambda row: row.status is not ProcessStatus.OPEN)
        return self.find(tx, rows[0].id) if rows else None

    def local(self, tx: Tx, candidacy: Candidacy) -> Local:
        """Return what holds where the candidate is, and when they usually answer."""
        person_id = candidacy.person.id
        phone = tx.people.identity(person_id, "phone")
        return Local(
            zone=candidacy.zone,
            quiet=self.company.quiet,
            free=self.free_days_of(phone, candidacy.zone),
            habit=self.habits.of(tx, person_id, candidacy.zone),
        )

    def zone(self, tx: Tx, person_id: PersonId, explicit: str = "") -> ZoneInfo:
        """The person's own zone: told, else their number's, else the office's."""
        name = explicit or self.zone_of(tx.people.identity(person_id, "phone"))
        return ZoneInfo(name) if name else self.company.office
