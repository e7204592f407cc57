"""What STOP and START do at once, in whatever words they were said."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bot.domain.asks import ASKING
from bot.domain.model import Author, Channel, Conversation
from bot.domain.rights import Right

if TYPE_CHECKING:
    from bot.store import Tx


def note_consent(
    tx: Tx, conversation: Conversation, right: Right | None, source: str, at: datetime
) -> None:
    """Write it into the ledger; after STOP no answer of the bot leaves any more."""
    if right is not Right.STOP and right is not Right.START:
        return
    tx.people.record_consent(
        conversation.person_id,
        Channel.WHATSAPP,
        granted=right is Right.START,
        source=source,
        at=at,
    )
    if right is Right.STOP:
        _drop_answers(tx, conversation)


def _drop_answers(tx: Tx, conversation: Conversation) -> None:
    for row in tx.messages.waiting_in(conversation.id):
        if row.author is Author.BOT and not row.counts and row.kind not in ASKING:
            tx.messages.cancel(row, "the candidate opted out of WhatsApp")
