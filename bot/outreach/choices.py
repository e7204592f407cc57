"""What candidates choose on a page with one button behind a link in their e-mails: to go on by
WhatsApp, or to get no more e-mails."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING

from bot.domain.errors import NotFound
from bot.domain.facts import Fact
from bot.domain.links import JOIN, UNSUBSCRIBE, Links
from bot.domain.model import Channel, Consent, Message, MessageId, Person
from bot.domain.ports import Clock, Words
from bot.outreach.candidacies import Candidacies
from bot.outreach.planning import Planner

if TYPE_CHECKING:
    from bot.store import Store, Tx

LASTS = timedelta(days=30)
"""After that a link agrees to nothing; the next e-mail brings a new one."""
SHOWN = 3
"""Digits of a number by which its owner knows it and nobody else learns it."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What one kind of link leads to."""

    name: str
    """The beginning of the keys of its words in `prompts/replies`."""
    path: str
    channel: Channel
    granted: bool
    """What the ledger says of the channel once the button was pressed."""
    lasts: timedelta | None = None
    """None: the way out of something must work for ever."""

    def made(self, consent: Consent) -> bool:
        """Whether it is as the button would make it."""
        return consent.granted if self.granted else consent.revoked


BY_WHATSAPP = Choice(name="join", path=JOIN, channel=Channel.WHATSAPP, granted=True, lasts=LASTS)
NO_MORE_EMAIL = Choice(name="unsubscribe", path=UNSUBSCRIBE, channel=Channel.EMAIL, granted=False)
CHOICES = MappingProxyType({one.name: one for one in (BY_WHATSAPP, NO_MORE_EMAIL)})


class Standing(StrEnum):
    OPEN = "open"
    MADE = "made"
    OVER = "over"


@dataclass(frozen=True, kw_only=True)
class Page:
    """What the candidate sees behind one link."""

    choice: Choice
    standing: Standing
    language: str
    facts: Mapping[str, Fact]
    offer: str
    """What the button means, word for word."""
    evidence: str
    """The offer's name in `prompts/replies`, and a fingerprint of its words."""


@dataclass(frozen=True)
class Choices:
    store: Store
    clock: Clock
    words: Words
    candidacies: Candidacies
    planner: Planner
    links: Links

    def say(self, key: str, page: Page) -> str:
        words = self.words.reply(f"{page.choice.name}_{key}", page.language, page.facts)
        return words.text

    def behind(self, choice: Choice, token: str) -> Page:
        """Return what a link leads to; looking changes nothing. Raises NotFound, StoreDown."""
        with self.store.read() as tx:
            return self._page(tx, choice, self._email(tx, choice, token))

    def make(self, choice: Choice, token: str) -> None:
        """Note, once, what the candidate chose. Raises NotFound, StoreDown."""
        self.store.doing(lambda tx: self._make(tx, choice, token), urgent=True)

    def _make(self, tx: Tx, choice: Choice, token: str) -> None:
        email, now = self._email(tx, choice, token), self.clock.now()
        page = self._page(tx, choice, email)
        if page.standing is not Standing.OPEN:
            return
        person = self._person(tx, email)
        tx.people.record_consent(
            person.id,
            choice.channel,
            granted=choice.granted,
            source=f"our page, by the link in e-mail {email.id}",
            at=now,
            text_version=page.evidence,
        )
        self.planner.replan_person(tx, person.id, now)

    def _email(self, tx: Tx, choice: Choice, token: str) -> Message:
        number = re.match(r"[0-9]{1,18}(?=\.)", token)
        row = tx.messages.find(MessageId(int(number[0]))) if number else None
        if row is None or not self.links.came_with(choice.path, token, row):
            raise NotFound("There is nothing behind this link")
        return row

    def _person(self, tx: Tx, email: Message) -> Person:
        return tx.people.find(tx.conversations.find(email.conversation_id).person_id)

    def _page(self, tx: Tx, choice: Choice, email: Message) -> Page:
        person, company = self._person(tx, email), self.candidacies.company
        facts: dict[str, Fact] = {"company": company.name, "recruiter": company.recruiter}
        if choice.channel is Channel.WHATSAPP:
            facts["number_end"] = self._number_end(tx, person)
        language = person.language or company.language
        offer = self.words.reply(f"{choice.name}_offer", language, facts)
        consent = tx.people.consent(person.id, choice.channel)
        return Page(
            choice=choice,
            standing=self._standing(choice, consent, email.slot_at or email.at),
            language=language,
            facts=facts,
            offer=offer.text,
            evidence=f"{offer.name} {sha256(offer.text.encode()).hexdigest()[:16]}",
        )

    def _number_end(self, tx: Tx, person: Person) -> str:
        phone = tx.people.identity(person.id, "phone")
        if not phone:
            raise NotFound("Nobody is left whom this link is about")
        return phone[-SHOWN:]

    def _standing(self, choice: Choice, consent: Consent, sent_at: datetime) -> Standing:
        if choice.made(consent):
            return Standing.MADE
        over = choice.lasts is not None and self.clock.now() >= sent_at + choice.lasts
        return Standing.OVER if over else Standing.OPEN
