"""Words a message ahead of time, so that people can read it before it leaves."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from bot.domain.asks import ASKING
from bot.domain.candidacy import NO_WORD, Candidacy, appointment, personal, shareable
from bot.domain.errors import NoWording
from bot.domain.facts import Facts, facts_hash
from bot.domain.failpoints import fp
from bot.domain.links import Links
from bot.domain.manner import PLAIN, Manner
from bot.domain.model import Channel, Conversation, Message, State
from bot.domain.policy import window_closes_at
from bot.domain.ports import Base, Clock, Personal, Rewording, Wording, Words
from bot.domain.stages import Approve, Stage, Trigger
from bot.outreach.approval import ask_to_approve
from bot.outreach.batches import Batches
from bot.outreach.candidacies import Candidacies
from bot.outreach.planning import Planner

if TYPE_CHECKING:
    from bot.store import Store, Tx

BELOW = "\n\n"
"""Between a text's body and what it asks."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a stage message says, and what that is made of."""

    wording: Wording
    facts: Facts
    fingerprint: str
    """Of everything that the words depend on."""
    language: str
    manner: Manner
    introduces: bool
    worded: str
    """How it came to these words: a sentence for a recruiter."""


@dataclass(frozen=True)
class Composer:
    store: Store
    clock: Clock
    words: Words
    candidacies: Candidacies
    planner: Planner
    batches: Batches
    links: Links
    approved: Callable[[str], bool]
    """Whether WhatsApp has approved the template of this name."""
    rewording: Rewording | None = None
    """Says a text for one candidate; there is none without a model."""

    def compose_due(self, conversation: Conversation, token: str) -> None:
        """Word every stage and question whose time for it has come. Raises LeaseLost."""
        now = self.clock.now()
        with self.store.read() as tx:
            rows = tx.messages.wordless(conversation.id, now)
        for row in rows:
            said = self._said_personally(conversation, row)
            self._compose(conversation, row, token, now, said)

    def _compose(
        self, conversation: Conversation, row: Message, token: str, now: datetime, said: Said
    ) -> None:
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
                draft = said.over(self.draft(tx, conversation, row, stage, candidacy))
            except NoWording as error:
                tx.messages.put_aside(row, State.FAILED, str(error))
                self.planner.replan(tx, candidacy.process_id, now)
                return
            tx.messages.worded(
                row,
                draft.wording,
                draft.fingerprint,
                facts=draft.wording.says,
                worded=draft.worded,
                introduces=draft.introduces,
                promised_by=_promised_by(row, now) if "hear_by" in draft.wording.says else None,
            )
            if self.read_first(tx, candidacy, stage):
                ask_to_approve(tx, candidacy, row, stage, now)
            fp("stage.worded")

    def find(self, tx: Tx, conversation: Conversation, row: Message) -> Draft | None:
        """Return how a stage would read, were it worded now; None where it cannot be said."""
        stage, candidacy = self._about(tx, row)
        if stage is not None and candidacy is not None:
            with suppress(NoWording):
                return self.draft(tx, conversation, row, stage, candidacy)
        return None

    def _about(self, tx: Tx, row: Message) -> tuple[Stage | None, Candidacy | None]:
        candidacy = self.candidacies.find(tx, row.process_id) if row.process_id else None
        return self.planner.stage(row.kind), candidacy

    # --- in the words of our files ----------------------------------------------------------

    def draft(
        self, tx: Tx, conversation: Conversation, row: Message, stage: Stage, candidacy: Candidacy
    ) -> Draft:
        """Word a stage with what is known now, in words not used before. Raises NoWording."""
        channel, manner = conversation.channel, candidacy.manner
        facts = self.facts(tx, candidacy, row, stage, channel)
        introduce = not tx.history.introduced(conversation.id)
        used = tx.history.wordings_of(candidacy.process_id)

        def word(in_manner: Manner) -> Wording:
            return self.words.stage(
                stage,
                candidacy.language,
                facts,
                used,
                introduce=introduce,
                channel=channel,
                manner=in_manner,
            )

        wording, why = word(manner), manner.why and f"{manner}: {manner.why}"
        if not (self._may_write_freely(conversation, row) or self._is_approved(wording)):
            wording, why = word(PLAIN), "WhatsApp has approved no other words"
        return Draft(
            wording=wording,
            facts=facts,
            fingerprint=self.fingerprint(candidacy, facts),
            language=wording.template.language if wording.template else candidacy.language,
            manner=manner,
            introduces=introduce,
            worded=why,
        )

    def _is_approved(self, wording: Wording) -> bool:
        return wording.template is not None and self.approved(wording.template.name)

    def _may_write_freely(self, conversation: Conversation, row: Message) -> bool:
        """Whether the words need no template by the time they leave."""
        closes = window_closes_at(conversation.last_inbound_at)
        leaves = max(row.due_at or row.at, self.clock.now())
        return conversation.channel is Channel.EMAIL or (closes is not None and leaves < closes)

    def facts(
        self, tx: Tx, candidacy: Candidacy, row: Message, stage: Stage, channel: Channel
    ) -> Facts:
        """What the text of this row may be made of; the next word is promised from its day."""
        now = self.clock.now()
        facts = shareable(candidacy, row.due_at or now, _promised_by(row, now))
        if channel is Channel.EMAIL:
            facts = {**facts, "unsubscribe_link": self.links.unsubscribe}
        if stage.trigger is Trigger.DAY_BEFORE:
            return {**facts, **appointment(candidacy, now)}
        offers = stage.offers_whatsapp and channel is Channel.EMAIL
        if offers and self.planner.reach(tx, candidacy.person.id).unasked:
            return {**facts, "whatsapp_link": self.links.invitation}
        return facts

    def fingerprint(self, candidacy: Candidacy, facts: Facts) -> str:
        return facts_hash({**facts, "_manner": f"{candidacy.language}, {candidacy.manner}"})

    def out_of_date(
        self, conversation: Conversation, row: Message, candidacy: Candidacy, facts: Facts
    ) -> bool:
        """Whether a row has to be worded again: it would say something else by now, or in words
        that need a template by now, and have none."""
        free = self._may_write_freely(conversation, row)
        stranded = row.is_in_words_of_a_model and not free
        return stranded or self.fingerprint(candidacy, facts) != row.facts_hash

    def read_first(self, tx: Tx, candidacy: Candidacy, stage: Stage) -> bool:
        """Whether a person reads the words of this stage before this candidate does."""
        if stage.trigger is Trigger.REJECT_RELEASED and candidacy.wants_a_call:
            return True
        asks = stage.approve is not Approve.NEVER
        return asks and stage.read_first(tx.approvals.count(stage.name))

    # --- in the words of a model: no transaction is open ------------------------------------

    def _said_personally(self, conversation: Conversation, row: Message) -> Said:
        stage = self.planner.stage(row.kind)
        if self.rewording is None or stage is None or not self.may_be_personal(conversation, row):
            return AS_IT_IS
        with self.store.read() as tx:
            draft = self.find(tx, conversation, row)
        if draft is None:
            return AS_IT_IS
        base = Base(
            person_id=conversation.person_id,
            stage=stage.name,
            language=draft.language,
            manner=draft.manner,
            body=draft.wording.text.partition(BELOW)[0],
            facts=personal(draft.facts),
        )
        return Said(draft.fingerprint, base.body, self.rewording.personal(base))

    def may_be_personal(self, conversation: Conversation, row: Message) -> bool:
        """Whether a model may word a row: only what needs no template, and no outcome."""
        stage = self.planner.stage(row.kind)
        asked = self.rewording is not None and stage is not None and stage.personal
        return asked and self._may_write_freely(conversation, row)


@dataclass(frozen=True)
class Said:
    """What a model made of the body of a text."""

    fingerprint: str = ""
    body: str = ""
    personal: Personal | None = None

    def over(self, draft: Draft) -> Draft:
        """Return the draft in the model's words, unless it became another one meanwhile."""
        ours, base = draft.wording, draft.wording.text.partition(BELOW)
        if self.personal is None or (self.fingerprint, self.body) != (draft.fingerprint, base[0]):
            return draft
        worded = "; ".join(filter(None, [draft.worded, self.personal.worded]))
        if not self.personal.body:
            return replace(draft, worded=worded)
        wording = replace(
            ours,
            name=f"{self.personal.source}:{ours.name}",
            text="".join((self.personal.body, *base[1:])),
            template=None,
            says=ours.says | self.personal.facts,
        )
        return replace(draft, wording=wording, worded=worded)


AS_IT_IS = Said()


def _promised_by(row: Message, now: datetime) -> datetime:
    return (row.due_at or now) + NO_WORD
