"""Asks the answerer with a model as a turn does, without the rest of the house."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import app
from bot.answering.model import ModelAnswerer
from bot.answering.model.tools import Search
from bot.answering.rasa_bridge import RasaFlows
from bot.assembly import answerer_of
from bot.clock import VirtualClock
from bot.domain.facts import Day
from bot.domain.model import Channel, Conversation, ConversationId, PersonId
from bot.domain.ports import Decision, Question
from bot.store import Store
from bot.store.schema import metadata
from tests.factories import NOON, PHONE
from tests.world import script, with_model

FACTS = {
    "company": "Northwind Labs",
    "recruiter": "Dana Weiss",
    "first_name": "Daniel",
    "role": "Senior Backend Engineer",
    "hear_by": Day(date(2026, 11, 27)),
}
OPEN_QUESTION = "what is the canteen like at your place?"
"""No fact answers it: without a model a person does."""
NEWS = "You will hear from Dana Weiss by Friday, 27 November."


@dataclass
class Asking:
    answerer: ModelAnswerer
    store: Store
    clock: VirtualClock
    person: PersonId

    def asks(self, text: str = OPEN_QUESTION, **told: Any) -> Decision:
        return self.answerer.answer(self.question(text, **told))

    def question(self, text: str, **told: Any) -> Question:
        flow, slots = told.pop("flow", None), told.pop("slots", {})
        conversation = Conversation(
            id=ConversationId(1),
            person_id=self.person,
            channel=Channel.WHATSAPP,
            address=PHONE,
            sender="+12025550100",
            seq=1,
            last_inbound_at=NOON,
            flow=flow,
            slots=slots,
        )
        base: dict[str, Any] = {"language": "en", "facts": FACTS, "topic": "undecided"}
        return Question(text=text, conversation=conversation, **{**base, **told})


def asking(folder: Path, url: str, search: Search | None = None, **choices: Any) -> Asking:
    store, clock = Store(f"sqlite:///{folder / 'hearback.db'}"), VirtualClock(NOON)
    metadata.create_all(store.engine)
    with store.begin() as tx:
        person = tx.people.add(NOON, "Daniel Okafor")
    answerer = answerer_of(
        with_model(url, **choices),
        script(),
        store,
        clock,
        RasaFlows(app.actions, script().understanding, script().availability),
        search,
    )
    assert isinstance(answerer, ModelAnswerer)
    return Asking(answerer, store, clock, person)
