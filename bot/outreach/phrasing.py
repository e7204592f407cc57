"""What a question to a colleague is made of, and how it reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.domain.asks import Ask, Kind, facts_of
from bot.domain.booking import BookingId, wanted
from bot.domain.candidacy import Candidacy
from bot.domain.errors import NoWording
from bot.domain.facts import Day, DayHour, Fact
from bot.domain.links import Links
from bot.domain.model import Message, Person
from bot.domain.ports import Wording
from bot.domain.worktime import Hours
from bot.outreach.candidacies import Candidacies

if TYPE_CHECKING:
    from bot.questions import QuestionBook
    from bot.store import Tx

Facts = Mapping[str, Fact]


@dataclass(frozen=True)
class Phrasing:
    candidacies: Candidacies
    words: QuestionBook
    links: Links

    def hours(self, person: Person) -> Hours:
        """Return when a colleague is at work: in their own zone, else the office's."""
        office = self.office_hours
        if not person.time_zone:
            return office
        zone = ZoneInfo(person.time_zone)
        return replace(office, zone=zone, free=self.candidacies.free_days_of("", zone))

    @property
    def office_hours(self) -> Hours:
        company = self.candidacies.company
        return Hours(
            zone=company.office, opens=company.opens, closes=company.closes, free=company.free
        )

    def language(self, person: Person) -> str:
        return person.language or self.candidacies.company.language

    def candidacy(self, tx: Tx, ask: Ask) -> Candidacy | None:
        """Return what a question is about, or None where the candidate was erased."""
        return self.candidacies.find(tx, ask.process_id)

    def facts(self, tx: Tx, ask: Ask, sent_at: datetime | None = None) -> Facts:
        """Return what a question and its answer are made of. Raises NoWording for an erased
        candidate."""
        candidacy = self.candidacy(tx, ask)
        if candidacy is None:
            raise NoWording(f"nothing is known about process {ask.process_id}")
        person = tx.people.find(ask.person_id)
        language = self.language(person)
        known: dict[str, Fact] = {
            "candidate": self.words.text("somebody", language).text,
            "recruiter": candidacy.recruiter,
            **facts_of(ask, candidacy, self.hours(person), sent_at or ask.opened_at),
            **self._reader(person),
        }
        if ask.kind is Kind.BOOKING:
            zone = self.hours(person).zone
            known |= wanted(tx.bookings.find(BookingId(int(ask.about))), zone)
        theirs = self.words.language(candidacy.language, language)
        if theirs != self.words.language(language, language):
            known["language"] = theirs
        return known

    def _reader(self, person: Person) -> dict[str, Fact]:
        known = {"company": self.candidacies.company.name, "link": self.links.hidden}
        return {**known, "first_name": person.first_name} if person.first_name else {**known}

    def offered(self, tx: Tx, ask: Ask, sent_at: datetime | None) -> date | None:
        """Return the day that the button under a question offers."""
        by = self.facts(tx, ask, sent_at).get("by")
        return by.on if isinstance(by, Day) else None

    # --- texts ------------------------------------------------------------------------------

    def whatsapp(self, tx: Tx, row: Message, person: Person, asks: Sequence[Ask]) -> Wording:
        """Return one question with its buttons, or the way to several. Raises NoWording."""
        language = self.language(person)
        if len(asks) == 1:
            facts = self.facts(tx, asks[0], row.due_at)
            return self.words.message(asks[0].kind, language, facts)
        return self.words.text("several", language, {**self._reader(person), "number": len(asks)})

    def email(self, tx: Tx, row: Message, person: Person, asks: Sequence[Ask]) -> Wording:
        language, many = self.language(person), "several" if len(asks) > 1 else "one"
        until = max(ask.expires_at for ask in asks).astimezone(self.hours(person).zone)
        facts = self.facts(tx, asks[0], row.due_at)
        known = {**facts, "number": len(asks), "until": DayHour(until)}

        def say(key: str) -> str:
            return self.words.text(key, language, known).text

        link = self.words.text("email_link", language, known)
        parts = [say("email_greeting"), say(f"email_{many}"), *self.lines(tx, asks, language)]
        body = "\n\n".join([*parts, f"{link.text}\n{self.links.hidden}"])
        return replace(link, subject=say(f"email_subject_{many}"), text=body)

    def lines(self, tx: Tx, asks: Sequence[Ask], language: str) -> list[str]:
        """Return each question in one sentence."""
        return [self.words.line(ask.kind, language, self.facts(tx, ask)) for ask in asks]
