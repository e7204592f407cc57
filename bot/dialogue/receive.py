"""A message comes in: one transaction, then the carrier gets its answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.dialogue.consent import note_consent
from bot.domain.failpoints import fp
from bot.domain.model import (
    Channel,
    Conversation,
    ConversationId,
    MessageId,
    PersonId,
)
from bot.domain.policy import WINDOW
from bot.domain.ports import Clock, Hints, Inbound
from bot.domain.rights import Right, RightsWords, match

if TYPE_CHECKING:
    from bot.store import Store, Tx

WHATSAPP_ID = "whatsapp_id"
"""The kind of identity that WhatsApp gives to people who keep their number private."""


@dataclass(frozen=True)
class Receiver:
    store: Store
    clock: Clock
    hints: Hints
    rights: RightsWords

    def receive(self, inbound: Inbound) -> None:
        """Store what somebody wrote or tapped; an opt-out takes effect here and now.

        A message that is known already changes nothing. Raises StoreDown.
        """
        right = match(inbound.text, self.rights)
        urgent = right is not None or bool(inbound.payload)
        conversation = self.store.doing(
            lambda tx: self._take_in(tx, inbound, right, urgent), urgent=True
        )
        fp("webhook.committed")
        if conversation is not None and urgent:
            self.hints.turn(conversation, urgent=True)

    def _take_in(
        self, tx: Tx, inbound: Inbound, right: Right | None, urgent: bool
    ) -> ConversationId | None:
        now = self.clock.now()
        conversation = self._conversation(tx, inbound)
        message = tx.messages.receive(conversation, inbound, now, urgent=urgent)
        if message is None:
            return None
        tx.conversations.arrived(conversation.id, inbound.at)
        self._remember_id(tx, conversation, inbound)
        if right is not None and self._believed(tx, conversation, right):
            note_consent(tx, conversation, right, f"wrote {right.value.upper()}", inbound.at)
        if now - inbound.at > WINDOW:
            self._leave_to_a_person(tx, conversation, message, inbound, now)
        tx.conversations.reset_alarm(conversation.id, now)
        fp("webhook.inserted")
        return conversation.id

    def _believed(self, tx: Tx, conversation: Conversation, right: Right) -> bool:
        """STOP counts whoever wrote it; nobody else agrees for a candidate."""
        return right is Right.STOP or tx.doubts.current(conversation.id) is None

    def _leave_to_a_person(
        self,
        tx: Tx,
        conversation: Conversation,
        message: MessageId,
        inbound: Inbound,
        now: datetime,
    ) -> None:
        """It comes a day late or more: the bot may not answer it, and would answer yesterday."""
        tx.messages.handled([message])
        person = tx.people.find(conversation.person_id)
        tx.tasks.open(
            kind="late",
            key=f"late:{message}",
            what=f"{person.name or conversation.address} wrote on {inbound.at:%A, %d %B}, and it "
            "only came in now: read it and answer",
            now=now,
            person_id=person.id,
        )

    def _conversation(self, tx: Tx, inbound: Inbound) -> Conversation:
        kind = "phone" if inbound.address.startswith("+") else WHATSAPP_ID

        def somebody() -> PersonId:
            known = tx.people.known_as(kind, inbound.address)
            if known is not None and not (kind == WHATSAPP_ID and tx.doubts.of_person(known)):
                return known
            unmatched = tx.people.add(self.clock.now(), name=inbound.profile_name)
            tx.people.identify(unmatched, kind, inbound.address)
            return unmatched

        return tx.conversations.with_address(
            Channel.WHATSAPP, inbound.address, inbound.sender, somebody
        )

    def _remember_id(self, tx: Tx, conversation: Conversation, inbound: Inbound) -> None:
        """Whoever may hide their number one day is known by their id then.

        Only the first id counts: another one under the same number may be somebody else, and so
        may whoever writes while it is in doubt whether it is the candidate.
        """
        person = conversation.person_id
        if inbound.user_id in ("", inbound.address) or tx.people.identity(person, WHATSAPP_ID):
            return
        if not tx.doubts.of_person(person):
            tx.people.identify(person, WHATSAPP_ID, inbound.user_id)
