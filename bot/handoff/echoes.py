"""What colleagues write to candidates in WhatsApp's own app: it stands in the thread as theirs,
and the bot is silent until somebody gives the conversation back to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.kinds import ELSEWHERE
from bot.domain.model import GIVEN, Channel, Message, State
from bot.domain.policy import WINDOW
from bot.domain.ports import Echo, Report
from bot.handoff.desk import Desk
from bot.outreach.settle import Settler

if TYPE_CHECKING:
    from bot.store import Store, Tx


@dataclass(frozen=True)
class Echoes:
    store: Store
    desk: Desk
    settler: Settler

    def take(self, echo: Echo) -> None:
        """Take in what a colleague wrote. What went to somebody we do not know is no business of
        ours, and what we know already changes nothing. Raises StoreDown."""
        self.store.doing(lambda tx: self._take_in(tx, echo), urgent=True)

    def _take_in(self, tx: Tx, echo: Echo) -> None:
        kind = "phone" if echo.address.startswith("+") else "whatsapp_id"
        person = tx.people.known_as(kind, echo.address)
        if person is None:
            return
        conversation = tx.conversations.with_address(
            Channel.WHATSAPP, echo.address, echo.sender, lambda: person
        )
        candidacy = self.desk.candidacies.current(tx, conversation.person_id)
        process = candidacy.process_id if candidacy else None
        row = tx.sendings.left_elsewhere(conversation, echo, process)
        if row is None:
            return
        self._settle(tx, row, echo)
        for promised in ("answer", GIVEN):
            tx.promises.keep(promised, conversation.person_id, None, echo.at)
        if self.desk.clock.now() - echo.at <= WINDOW:  # else it comes days late
            self.desk.stand_back(tx, conversation, ELSEWHERE)

    def _settle(self, tx: Tx, row: Message, echo: Echo) -> None:
        """It was sent; and what has been reported of it meanwhile counts, too."""
        provider_id = echo.provider_id
        sent = Report(provider_id=provider_id, reference=None, status=State.SENT, at=echo.at)
        self.settler.take_in(tx, sent)
        self.settler.accepted(tx, tx.messages.fresh(row), provider_id, at=echo.at)
