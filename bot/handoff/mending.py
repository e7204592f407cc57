"""What a person puts right where the bot or a carrier got stuck."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.errors import Conflict, NotAllowed, NotFound
from bot.domain.model import MAY_REPLY, ConversationId, EventRow, MessageId, State, User
from bot.domain.ports import Clock, Hints
from bot.outreach.settle import Settler

if TYPE_CHECKING:
    from bot.store import Store


@dataclass(frozen=True)
class Mending:
    store: Store
    clock: Clock
    hints: Hints
    settler: Settler

    def vouch(self, message_id: MessageId, user: User, *, arrived: bool) -> None:
        """Say whether a message arrived; where it did not, it leaves once more.

        Raises NotAllowed, NotFound; Conflict where nobody is in doubt about it any more.
        """
        _may_mend(user)
        with self.store.begin() as tx:
            row = tx.messages.find(message_id)
            if row is None:
                raise NotFound(f"There is no message {message_id}")
            tx.conversations.find(row.conversation_id, for_update=True)
            row = tx.messages.fresh(row)
            if row.state is not State.UNKNOWN:
                raise Conflict("It has been settled meanwhile")
            if arrived:
                self.settler.arrived(tx, row, f"{user.name} says that it arrived")
            else:
                self.settler.repeat(tx, row, f"{user.name} says that it did not arrive")

    def unheard(self, secret: str) -> None:
        """Webhooks come whose signature does not fit `secret`, a variable: a person looks, once
        a day. Raises StoreDown."""
        now = self.clock.now()
        with self.store.begin(urgent=True) as tx:
            tx.tasks.open(
                kind="webhook",
                key=f"webhook:{now:%Y-%m-%d}",
                what="The carrier calls, and its signature does not fit: what candidates write "
                "comes late, and nobody learns what arrived. Ask an admin to compare "
                f"{secret} and the webhook's address with what `app.py doctor` shows",
                now=now,
            )

    def read_again(self, conversation_id: ConversationId, user: User) -> None:
        """Let the bot read once more what it could not. Raises NotAllowed, NotFound; Conflict
        where there is nothing left to read."""
        _may_mend(user)
        now = self.clock.now()
        with self.store.begin() as tx:
            tx.conversations.find(conversation_id, for_update=True)
            if not tx.messages.revive(conversation_id):
                raise Conflict("There is nothing left that the bot could not read")
            tx.conversations.forgive(conversation_id)
            tx.tasks.withdraw_all(f"dead:{conversation_id}:", now)
            tx.conversations.reset_alarm(conversation_id, now)
        self.hints.turn(conversation_id, urgent=True)

    def take_in_again(self, event: EventRow, user: User) -> None:
        """Let an event that had no effect try once more. Raises NotAllowed; Conflict where it
        is at it, or has had its effect."""
        _may_mend(user)
        now = self.clock.now()
        with self.store.begin() as tx:
            if not tx.events.again(event, now):
                raise Conflict("It is being tried already, or had its effect")
            tx.tasks.withdraw([f"event:{event}"], now)
        self.hints.plan(event)


def _may_mend(user: User) -> None:
    if user.role not in MAY_REPLY:
        raise NotAllowed("Only somebody who may write to candidates can do that")
