"""Words a message ahead of time, so that people can read it before it leaves."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.domain.asks import ASKING
from bot.domain.candidacy import NO_WORD, Candidacy, appointment, shareable
from bot.domain.errors import NoWording
from bot.domain.facts import Facts, facts_hash
from bot.domain.failpoints import fp
from bot.domain.links import Links
from bot.domain.model import Channel, Conversation, Message, MessageId, State
from bot.domain.ports import Clock, Wording, Words
from bot.domain.stages import Approve, Stage, Trigger
from bot.outreach.approval import ask_to_approve
from bot.outreach.batches import Batches
from bot.outreach.candidacies import Candidacies
from bot.outreach.planning import Planner

if TYPE_CHECKING:
    from bot.store import Store, Tx


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a stage message says, and what that is made of."""

    wording: Wording
    facts: Facts
    introduces: bool


@dataclass(frozen=True)
class Composer:
    store: Store
    clock: Clock
    words: Words
    candidacies: Candidacies
    planner: Planner
    batches: Batches
    links: Links

    def compose_due(self, conversation: Conversation, token: str) -> None:
        """Word every stage and question whose time for it has come. Raises LeaseLost."""
        now = self.clock.now()
        with self.store.read() as tx:
            rows = tx.messages.wordless(conversation.id, now)
        for row in rows:
            self._compose(conversation, row, token, now)

    def _compose(self, conversation: Conversation, row: Message, token: str, now: datetime) -> None:
        with self.store.begin() as tx:
            tx.conversations.fence(conversation.id, token)
            if row.kind in ASKING:
                self.batches.compose(tx, conversation, row, now)
                return
            stage, candidacy = self._about(tx, row)
            if stage is None or candidacy is None:
                tx.messages.cancel(row, "its stage or its process is gone")
                return
            try:
                draft = self._draft(tx, conversation, row, stage, candidacy)
            except NoWording as error:
                tx.messages.put_aside(row, State.FAILED, str(error))
                self.planner.replan(tx, candidacy.process_id, now)
                return
            tx.messages.worded(
                row,
                draft.wording,
                facts_hash(draft.facts),
                introduces=draft.introduces,
                promised_by=_promised_by(row, now) if "hear_by" in draft.wording.says else None,
            )
            if self.read_first(tx, candidacy, stage):
                ask_to_approve(tx, candidacy, row, stage, now)
            fp("stage.worded")

    def drafts(self, tx: Tx, conversation: Conversation) -> dict[MessageId, str]:
        """Return how the planned stages of a conversation would read, were they worded now."""
        drafts = {}
        for row in tx.messages.wordless(conversation.id):
            stage, candidacy = self._about(tx, row)
            if stage is not None and candidacy is not None:
                with suppress(NoWording):
                    draft = self._draft(tx, conversation, row, stage, candidacy)
                    drafts[row.id] = draft.wording.text
        return drafts

    def _about(self, tx: Tx, row: Message) -> tuple[Stage | None, Candidacy | None]:
        candidacy = self.candidacies.find(tx, row.process_id) if row.process_id else None
        return self.planner.stage(row.kind), candidacy

    def _draft(
        self, tx: Tx, conversation: Conversation, row: Message, stage: Stage, candidacy: Candidacy
    ) -> Draft:
        """Word a stage with what is known now, in words not used before. Raises NoWording."""
        facts = self.facts(tx, candidacy, row, stage, conversation.channel)
        introduce = not tx.history.introduced(conversation.id)
        wording = self.words.stage(
            stage,
            candidacy.language,
            facts,
            tx.history.wordings_of(candidacy.process_id),
            introduce=introduce,
            channel=conversation.channel,
        )
        return Draft(wording=wording, facts=facts, introduces=introduce)

    def facts(
        self, tx: Tx, candidacy: Candidacy, row: Message, stage: Stage, channel: Channel
    ) -> Facts:
        """What the text of this row may be made of; the next word is promised from its day."""
        now = self.clock.now()
        facts = shareable(candidacy, row.due_at or now, _promised_by(row, now))
        if stage.trigger is Trigger.DAY_BEFORE:
            return {**facts, **appointment(candidacy, now)}
        offers = stage.offers_whatsapp and channel is Channel.EMAIL
        if offers and self.planner.reach(tx, candidacy.person.id).unasked:
            return {**facts, "whatsapp_link": self.links.invitation}
        return facts

    def read_first(self, tx: Tx, candidacy: Candidacy, stage: Stage) -> bool:
        """Whether a person reads the words of this stage before this candidate does."""
        if stage.trigger is Trigger.REJECT_RELEASED and candidacy.wants_a_call:
            return True
        asks = stage.approve is not Approve.NEVER
        return asks and stage.read_first(tx.approvals.count(stage.name))


def _promised_by(row: Message, now: datetime) -> datetime:
    return (row.due_at or now) + NO_WORD
