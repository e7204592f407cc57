"""What a recruiter reads before a candidate does: the text, each fact with its source, and why
it is said in this way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.domain.facts import Fact
from bot.domain.manner import Manner
from bot.domain.model import Conversation, Message, MessageId
from bot.domain.provenance import Told, sources
from bot.outreach.compose import Composer

if TYPE_CHECKING:
    from bot.store import Tx


@dataclass(frozen=True, kw_only=True)
class ToldFact:
    """One fact that a text uses."""

    name: str
    says: str
    """As the text says it."""
    who: str
    at: datetime | None
    topic: str = ""
    """It may be struck by this name; empty for what no recruiter takes out."""


@dataclass(frozen=True, kw_only=True)
class Preview:
    text: str
    is_draft: bool
    """Nothing is worded yet: this is how it would read now."""
    wording: str
    """File, variant and language, such as `thank_you.2.en`."""
    manner: Manner
    worded: str
    """How it came to its words, where it has them."""
    may_be_personal: bool
    """A model says it in other words, shortly before it leaves."""
    facts: list[ToldFact]


@dataclass(frozen=True)
class Previews:
    composer: Composer
    say: Callable[[Fact, str], str]

    def of(self, tx: Tx, conversation: Conversation) -> Mapping[MessageId, Preview]:
        """Return how the stages that wait in a conversation read, or would read now."""
        rows = tx.messages.waiting_in(conversation.id)
        found = {row.id: self._of(tx, conversation, row) for row in rows}
        return {id: preview for id, preview in found.items() if preview is not None}

    def _of(self, tx: Tx, conversation: Conversation, row: Message) -> Preview | None:
        draft = self.composer.find(tx, conversation, row)
        if draft is None or row.process_id is None:
            return None
        used = tx.messages.facts_of(row) if row.body else draft.wording.says
        told = sources(draft.facts, self._told(tx, row))
        facts = [
            ToldFact(
                name=name,
                says=self.say(fact, draft.language),
                who=told[name].who,
                at=told[name].at,
                topic=str(fact) if name == "topic" else "",
            )
            for name, fact in draft.facts.items()
            if name in used
        ]
        return Preview(
            text=row.body or draft.wording.text,
            is_draft=not row.body,
            wording=(row.wording if row.body else draft.wording.name).rpartition(":")[2],
            manner=draft.manner,
            worded=row.worded if row.body else "",
            may_be_personal=not row.body and self.composer.may_be_personal(conversation, row),
            facts=facts,
        )

    def _told(self, tx: Tx, row: Message) -> list[Told]:
        process = tx.processes.find(row.process_id) if row.process_id else None
        read = self.composer.candidacies.read_event
        return [
            Told(event=read(one.raw), source=one.source, at=one.received_at)
            for one in (tx.events.of_process(process.ref) if process else ())
            if one.raw
        ]
