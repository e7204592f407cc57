"""The wrong person on the number: what is held back, who is asked, and what settles it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.domain.candidacy import NO_WORD, Candidacy
from bot.domain.errors import NotAllowed
from bot.domain.identity import CHECK, SORRY, Doubt, Step
from bot.domain.journey import last_word_at
from bot.domain.model import (
    MAY_REPLY,
    Author,
    Channel,
    Conversation,
    ConversationId,
    Message,
    Person,
    User,
)
from bot.domain.ports import Clock, Question, Reply, Words
from bot.domain.rights import Right
from bot.outreach.candidacies import Candidacies
from bot.outreach.planning import Planner

if TYPE_CHECKING:
    from bot.store import Store, Tx

KINDS = {"identity_check": CHECK, "identity_sorry": SORRY}
TOLD = ("first_name", "company")
"""All that somebody may know who may be somebody else."""
WHY = "somebody else may have this number"


@dataclass(frozen=True)
class Identities:
    store: Store
    clock: Clock
    words: Words
    candidacies: Candidacies
    planner: Planner

    def note(self, tx: Tx, conversation: Conversation, step: Step | None, said: Message) -> bool:
        """Take in what somebody said about who they are. Returns whether it is in doubt now."""
        now, doubt = self.clock.now(), tx.doubts.current(conversation.id)
        if doubt is None and step is Step.ASKED:
            self._hold_back(tx, tx.doubts.open(conversation.id, said.id, now), conversation, now)
            return True
        if doubt is not None and step is Step.DENIED:
            tx.doubts.deny(doubt, now)
            self._look_for_them(tx, doubt, conversation, now)
        if doubt is not None and step is Step.CONFIRMED:
            self._settle(tx, doubt, conversation, now)
            return False
        return doubt is not None

    def confirm(self, conversation_id: ConversationId, user: User) -> None:
        """It is the right person after all, says this user. Raises NotAllowed."""
        if user.role not in MAY_REPLY:
            raise NotAllowed("Only somebody who may write to candidates can say who they are")
        with self.store.begin() as tx:
            conversation = tx.conversations.find(conversation_id, for_update=True)
            doubt = tx.doubts.current(conversation_id)
            if doubt is not None:
                self._settle(tx, doubt, conversation, self.clock.now(), user)

    def say(self, tx: Tx, question: Question, replies: Sequence[Reply], key: str) -> None:
        """Put what tells nothing but who writes into the outbox."""
        facts = {name: question.facts[name] for name in TOLD if name in question.facts}
        for reply in replies:
            wording = self.words.reply(reply.key, question.language, facts)
            tx.messages.add(
                question.conversation,
                author=Author.BOT,
                kind=KINDS[reply.key],
                key=key,
                body=wording.text,
                wording=wording.name,
                due_at=self.clock.now(),
                reason=WHY,
            )

    def leave(self, tx: Tx, conversation: Conversation, right: Right, said: Message) -> None:
        """A right that is not carried out for somebody who may be anybody."""
        person = tx.people.find(conversation.person_id)
        tx.tasks.open(
            kind="doubt",
            key=f"doubt:{right.value}:{said.id}",
            what=f"Somebody wrote {right.value.upper()} from the WhatsApp number of "
            f"{_name(person)}, and may be somebody else: find out who they are first",
            now=self.clock.now(),
            person_id=person.id,
        )

    # --- what follows ---------------------------------------------------------------------

    def _hold_back(self, tx: Tx, doubt: Doubt, conversation: Conversation, now: datetime) -> None:
        person = tx.people.find(conversation.person_id)
        what = (
            f"Somebody who writes from the WhatsApp number of {_name(person)} says that they are "
            "not them. Is it the right number? Say so in the conversation, or enter another one"
        )
        self._ask_a_person(tx, "doubt", doubt.tasks[0], what, person, now)
        self.planner.replan_person(tx, conversation.person_id, now)

    def _look_for_them(
        self, tx: Tx, doubt: Doubt, conversation: Conversation, now: datetime
    ) -> None:
        person = tx.people.find(conversation.person_id)
        tx.tasks.withdraw(doubt.tasks[:1], now)
        what = (
            f"The WhatsApp number of {_name(person)} is somebody else's: find the right one and "
            "enter it where their application is kept"
        )
        self._ask_a_person(tx, "wrong_person", doubt.tasks[1], what, person, now)
        self.planner.replan_person(tx, conversation.person_id, now)

    def _ask_a_person(
        self, tx: Tx, kind: str, key: str, what: str, person: Person, now: datetime
    ) -> None:
        candidacy = self.candidacies.current(tx, person.id)
        by = self._silent_until(tx, candidacy)
        tx.tasks.open(
            kind=kind,
            key=key,
            what=f"{what}. {self._meanwhile(tx, person, by)}",
            now=now,
            person_id=person.id,
            process_id=candidacy.process_id if candidacy else None,
            due_at=by,
        )

    def _silent_until(self, tx: Tx, candidacy: Candidacy | None) -> datetime | None:
        """Return when the 72 hours end, where they run."""
        if candidacy is None:
            return None
        since = last_word_at(candidacy.story, tx.history.said(candidacy.process_id))
        return since + NO_WORD if since else None

    def _meanwhile(self, tx: Tx, person: Person, by: datetime | None) -> str:
        if Channel.EMAIL in self.planner.reach(tx, person.id).ways():
            return "Until then everything goes by e-mail"
        if by is None:
            return "Until then they hear nothing: bring them what is owed yourself"
        office = self.candidacies.company.office
        moment = f"{by.astimezone(office):%A, %d %B, %H:%M}"
        return f"Until then they hear nothing, and the 72 hours end on {moment}"

    def _settle(
        self,
        tx: Tx,
        doubt: Doubt,
        conversation: Conversation,
        now: datetime,
        user: User | None = None,
    ) -> None:
        tx.doubts.settle(doubt, now, user.id if user else None)
        tx.tasks.withdraw(doubt.tasks, now)
        self.planner.replan_person(tx, conversation.person_id, now)
        tx.conversations.reset_alarm(conversation.id, now)


def _name(person: Person) -> str:
    return person.name or "a candidate"
