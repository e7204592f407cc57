"""Sends what is due: once, in order, and only what is still right at the moment it leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.domain.failpoints import fp
from bot.domain.links import Links
from bot.domain.model import Channel, Conversation, Message, State
from bot.domain.ports import Accepted, Clock, Outgoing, Refused, SendOutcome, Unclear
from bot.domain.ports import Channel as Carrier
from bot.outreach.appointments import Appointments
from bot.outreach.clearance import PATIENCE, Claim, Clearance
from bot.outreach.compose import Composer
from bot.outreach.lookup import Lookup
from bot.outreach.pacing import Booked, Booking, NotYet, Pacer
from bot.outreach.settle import Settler

if TYPE_CHECKING:
    from bot.store import Store, Tx

MOST_BOOKINGS = 5
"""So often a message that missed its slot takes another before it steps back."""


@dataclass(frozen=True)
class Delivery:
    store: Store
    clock: Clock
    carriers: Mapping[Channel, Carrier]
    composer: Composer
    clearance: Clearance
    pacer: Pacer
    settler: Settler
    lookup: Lookup
    links: Links
    appointments: Appointments

    def deliver(self, conversation: Conversation, token: str) -> None:
        """Send what is due in this conversation. Raises LeaseLost when somebody took it."""
        self._doubt_stranded(conversation, token)
        self.lookup.ask(conversation, token)
        self.composer.compose_due(conversation, token)
        with self.store.read() as tx:
            due = tx.messages.due(conversation.id, self.clock.now())
        for row in due:
            self._send(conversation, row, token)

    def _doubt_stranded(self, conversation: Conversation, token: str) -> None:
        """What somebody else began to send may have left: never send it again blindly."""
        with self.store.begin() as tx:
            tx.conversations.fence(conversation.id, token)
            for row in tx.sendings.stranded(conversation.id, token):
                self.settler.unclear(tx, row, "the worker stopped while it was being sent")

    def _send(self, conversation: Conversation, row: Message, token: str) -> None:
        turn = self._book(conversation, row)
        if isinstance(turn, NotYet):
            self._line_up(row, token, turn)
            return
        claim = self.clearance.claim(row, token)
        if claim is None:
            return
        fp("send.committed")
        outgoing = self._in_turn(row, claim, turn)
        if outgoing is None:
            self._step_back(row, token)
            return
        carrier = self.carriers[conversation.channel]
        outcome = carrier.send(outgoing)
        fp("carrier.answered")
        self._note(row, outcome, confirms=carrier.confirms)
        fp("send.noted")
        self.pacer.note(conversation, outcome, turn)

    # --- its turn at the number -----------------------------------------------------------

    def _book(self, conversation: Conversation, row: Message) -> Booking:
        now = self.clock.now()
        if now >= self.clearance.expires_at(row):
            return Booked(at=now, latest=now)  # nothing leaves, and nothing needs a slot
        return self.pacer.book(conversation, self.clearance.lane(row), row.slot_at)

    def _line_up(self, row: Message, token: str, turn: NotYet) -> None:
        with self.store.begin() as tx:
            tx.conversations.fence(row.conversation_id, token)
            fresh = tx.messages.fresh(row)
            if fresh.state is State.READY and turn.in_line:
                tx.sendings.lines_up(fresh, turn.until, turn.reason)
            elif fresh.state is State.READY:
                tx.messages.reschedule(fresh, turn.until, turn.reason, slot_at=None)

    def _in_turn(self, row: Message, claim: Claim, turn: Booked) -> Outgoing | None:
        """Wait for the slot. Returns None where the message must not leave in it: something
        came in meanwhile, or every slot was missed."""
        for _ in range(MOST_BOOKINGS):
            self.clock.wait(max((turn.at - self.clock.now()).total_seconds(), 0))
            with self.store.read() as tx:
                conversation = tx.conversations.find(row.conversation_id)
                outgoing = tx.messages.outgoing(row, conversation, claim.form)
                if conversation.channel is Channel.EMAIL:
                    outgoing = replace(outgoing, calendars=self.appointments.attached(tx, row))
            if conversation.seq != claim.seq:
                return None
            if self.clock.now() <= turn.latest:
                return self.links.revealed(outgoing, row.key)
            again = self.pacer.book(conversation, self.clearance.lane(row), None)
            if isinstance(again, NotYet):
                return None
            turn = again
        return None

    def _step_back(self, row: Message, token: str) -> None:
        """It never left: everything is asked again."""
        with self.store.begin() as tx:
            tx.conversations.fence(row.conversation_id, token)
            fresh = tx.messages.fresh(row)
            if fresh.state is State.SENDING:
                due_at = row.due_at or row.at
                tx.sendings.again(fresh, due_at, row.reason, attempts=row.attempts)

    # --- what the carrier said ------------------------------------------------------------

    def _note(self, row: Message, outcome: SendOutcome, *, confirms: bool) -> None:
        """Note the outcome. It happened, so no lease is asked for."""
        self.store.doing(lambda tx: self._take_in(tx, row, outcome, confirms), patience=PATIENCE)

    def _take_in(self, tx: Tx, row: Message, outcome: SendOutcome, confirms: bool) -> None:
        """Safe to repeat: only a row that is `sending` is moved on."""
        tx.conversations.find(row.conversation_id, for_update=True)
        match outcome:
            case Accepted(provider_id):
                self.settler.accepted(tx, row, provider_id, arrived=not confirms)
            case Unclear(reason):
                self.settler.unclear(tx, row, reason)
            case Refused():
                self.settler.refused(tx, row, outcome)
