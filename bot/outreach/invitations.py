"""The way from an e-mail to WhatsApp: what a candidate agrees to there, and that they did."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING

from bot.domain.errors import NotFound
from bot.domain.facts import Fact
from bot.domain.links import Links
from bot.domain.model import Channel, Message, MessageId, PersonId
from bot.domain.ports import Clock, Words
from bot.outreach.candidacies import Candidacies
from bot.outreach.planning import Planner

if TYPE_CHECKING:
    from bot.store import Store, Tx

LASTS = timedelta(days=30)
"""After that a link agrees to nothing; the next e-mail brings a new one."""
SHOWN = 3
"""Digits of a number by which its owner knows it and nobody else learns it."""


class Standing(StrEnum):
    OPEN = "open"
    JOINED = "joined"
    OVER = "over"


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """What one e-mail invites to."""

    person_id: PersonId
    standing: Standing
    language: str
    facts: Mapping[str, Fact]
    offer: str
    """What the candidate agrees to, word for word."""
    evidence: str
    """The offer's name in `prompts/replies`, and a fingerprint of its words."""


@dataclass(frozen=True)
class Invitations:
    store: Store
    clock: Clock
    words: Words
    candidacies: Candidacies
    planner: Planner
    links: Links

    def say(self, key: str, invitation: Invitation) -> str:
        return self.words.reply(key, invitation.language, invitation.facts).text

    def behind(self, token: str) -> Invitation:
        """Return what a link leads to; looking changes nothing. Raises NotFound, StoreDown."""
        with self.store.read() as tx:
            return self._invitation(tx, self._email(tx, token))

    def accept(self, token: str) -> None:
        """Note, once, that the candidate agrees. Raises NotFound, StoreDown."""
        self.store.doing(lambda tx: self._accept(tx, token), urgent=True)

    def _accept(self, tx: Tx, token: str) -> None:
        email, now = self._email(tx, token), self.clock.now()
        invitation = self._invitation(tx, email)
        if invitation.standing is not Standing.OPEN:
            return
        tx.people.record_consent(
            invitation.person_id,
            Channel.WHATSAPP,
            granted=True,
            source=f"our page, by the link in e-mail {email.id}",
            at=now,
            text_version=invitation.evidence,
        )
        self.planner.replan_person(tx, invitation.person_id, now)

    def _email(self, tx: Tx, token: str) -> Message:
        number = re.match(r"[0-9]{1,18}(?=\.)", token)
        row = tx.messages.find(MessageId(int(number[0]))) if number else None
        if row is None or not self.links.invites(token, row):
            raise NotFound("There is nothing behind this link")
        return row

    def _invitation(self, tx: Tx, email: Message) -> Invitation:
        person = tx.people.find(tx.conversations.find(email.conversation_id).person_id)
        phone = tx.people.identity(person.id, "phone")
        if not phone:
            raise NotFound("Nobody is left whom this link is about")
        company = self.candidacies.company
        facts = {"company": company.name, "number_end": phone[-SHOWN:]}
        language = person.language or company.language
        offer = self.words.reply("join_offer", language, facts)
        return Invitation(
            person_id=person.id,
            standing=self._standing(tx, person.id, email.slot_at or email.at),
            language=language,
            facts=facts,
            offer=offer.text,
            evidence=f"{offer.name} {sha256(offer.text.encode()).hexdigest()[:16]}",
        )

    def _standing(self, tx: Tx, person_id: PersonId, sent_at: datetime) -> Standing:
        if tx.people.consent(person_id, Channel.WHATSAPP).granted:
            return Standing.JOINED
        return Standing.OPEN if self.clock.now() < sent_at + LASTS else Standing.OVER
