"""Words a stage message ahead of time, so that people can read it before it leaves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.domain.alarm import WORDED_AHEAD
from bot.domain.candidacy import NO_WORD, Candidacy, shareable
from bot.domain.errors import NoWording
from bot.domain.facts import Facts, facts_hash
from bot.domain.model import Conversation, ConversationId, Message, State
from bot.domain.ports import Clock, Words
from bot.outreach.asking import ask_to_write
from bot.outreach.candidacies import Candidacies
from bot.outreach.planning import Planner

if TYPE_CHECKING:
    from bot.store import Store, Tx


@dataclass(frozen=True)
class Composer:
    store: Store
    clock: Clock
    words: Words
    candidacies: Candidacies
    planner: Planner

    def compose_due(self, conversation: Conversation, token: str) -> None:
        """Word every stage that leaves within WORDED_AHEAD. Raises LeaseLost."""
        now = self.clock.now()
        with self.store.read() as tx:
            rows = tx.messages.due(conversation.id, now + WORDED_AHEAD)
        for row in rows:
            if row.state is State.PLANNED:
                self._compose(conversation.id, row, token, now)

    def _compose(
        self, conversation_id: ConversationId, row: Message, token: str, now: datetime
    ) -> None:
        with self.store.begin() as tx:
            tx.conversations.fence(conversation_id, token)
            stage = self.planner.stage(row.kind)
            candidacy = self.candidacies.find(tx, row.process_id) if row.process_id else None
            if stage is None or candidacy is None:
                tx.messages.cancel(row, "its stage or its process is gone")
                return
            facts = self.facts(candidacy, row)
            introduce = not tx.history.introduced(conversation_id)
            used = tx.history.wordings_of(candidacy.process_id)
            try:
                wording = self.words.stage(
                    stage, candidacy.language, facts, used, introduce=introduce
                )
            except NoWording as error:
                self._ask_a_person(tx, row, candidacy, error, now)
                return
            tx.messages.worded(
                row,
                wording,
                facts_hash(facts),
                introduces=introduce,
                promised_by=_promised_by(row, now) if "hear_by" in wording.says else None,
            )

    def facts(self, candidacy: Candidacy, row: Message) -> Facts:
        """What the text of this row may be made of; the next word is promised from its day."""
        return shareable(candidacy, _promised_by(row, self.clock.now()))

    def _ask_a_person(
        self, tx: Tx, row: Message, candidacy: Candidacy, error: NoWording, now: datetime
    ) -> None:
        tx.messages.put_aside(row, State.FAILED, str(error))
        person = candidacy.person
        what = f"Write to {person.name} yourself: {error}"
        ask_to_write(tx, person, candidacy.process_id, row.key, what, now)


def _promised_by(row: Message, now: datetime) -> datetime:
    return (row.due_at or now) + NO_WORD
