"""The rights of a candidate, carried out: answered first, and without any model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.facts import Day, DayHour, Fact
from bot.domain.model import Author, Channel, Conversation, Message, Topic
from bot.domain.ports import Clock, Question, Words
from bot.domain.rights import Right
from bot.handoff.desk import Desk

if TYPE_CHECKING:
    from bot.store import Store, Tx

ACKS = {
    Right.STOP: "stop_ack",
    Right.START: "start_ack",
    Right.HUMAN: "human_ack",
    Right.EMAIL: "email_ack",
    Right.NEWS: "news_ack",
    Right.DATA: "data_ack",
    Right.DELETE: "delete_ack",
    Right.ASK_WHICH: "cancel_which",
}
TO_ANYBODY = {Right.STOP: "stop_ack_anybody"}
"""Confirms what may be somebody else's wish, and tells nothing about the candidate."""
KINDS = {
    Right.STOP: "opt_out_ack",
    Right.DATA: "data_request_ack",
    Right.DELETE: "data_request_ack",
    Right.HUMAN: "handoff_notice",
}
REQUESTS = {
    Right.EMAIL: "prefers e-mail: write to them there from now on",
    Right.DATA: "asks for a copy of their data",
    Right.DELETE: "asks for their data to be deleted: confirm it with them first",
}


@dataclass(frozen=True)
class RightsDesk:
    store: Store
    clock: Clock
    words: Words
    desk: Desk

    def act(
        self,
        tx: Tx,
        conversation: Conversation,
        rights: Sequence[tuple[Message, Right]],
        question: Question,
        acks: Mapping[Right, str] = ACKS,
    ) -> None:
        """Carry out each right once and confirm it. STOP and START are in force already."""
        newest = {right: message for message, right in rights}
        for right, message in newest.items():
            if self._overtaken(tx, conversation, right):
                continue
            facts = self._carry_out(tx, conversation, right, message)
            switched = right is Right.EMAIL and not facts
            key = "email_switched" if switched else acks[right]
            self._confirm(tx, conversation, right, message, question, facts, key)

    def _overtaken(self, tx: Tx, conversation: Conversation, right: Right) -> bool:
        """STOP and START in one breath: only the later one is confirmed."""
        consent = tx.people.consent(conversation.person_id, Channel.WHATSAPP)
        return (right is Right.STOP and not consent.revoked) or (
            right is Right.START and consent.revoked
        )

    def _carry_out(
        self, tx: Tx, conversation: Conversation, right: Right, message: Message
    ) -> dict[str, Fact]:
        match right:
            case Right.STOP:
                tx.conversations.set_state(conversation.id, None, {})
            case Right.START | Right.NEWS:
                self._want_updates(tx, conversation, right)
            case Right.HUMAN:
                return self._hand_over(tx, conversation, message)
            case Right.EMAIL | Right.DATA | Right.DELETE:
                if right is Right.EMAIL and self._switch(tx, conversation):
                    return {}
                return self._request(tx, conversation, right, message)
            case Right.ASK_WHICH:
                pass
        return {}

    def _want_updates(self, tx: Tx, conversation: Conversation, right: Right) -> None:
        now, person_id = self.clock.now(), conversation.person_id
        wanted = right is Right.START
        if tx.people.wants_news_only(person_id) == wanted:
            source = f"wrote {right.value.upper()}"
            tx.people.record_consent(
                person_id, Topic.UPDATES, granted=wanted, source=source, at=now
            )
        self.desk.planner.replan_person(tx, person_id, now)

    def _hand_over(self, tx: Tx, conversation: Conversation, message: Message) -> dict[str, Fact]:
        self.desk.open(tx, conversation, "asked for a person", f"right:{message.id}")
        current = tx.handoffs.current(conversation.id)
        by = current.answer_by if current and current.answer_by else None
        due = by or self.desk.answer_by(self.clock.now())
        return {"answer_by": DayHour(due.astimezone(self.desk.zone(tx, conversation)))}

    def _switch(self, tx: Tx, conversation: Conversation) -> bool:
        """Write to them by e-mail from now on; False where we cannot."""
        person_id, planner = conversation.person_id, self.desk.planner
        address = tx.people.identity(person_id, "email")
        if not address or Channel.EMAIL not in planner.channels:
            return False
        now = self.clock.now()
        tx.people.update(person_id, preferred_channel=Channel.EMAIL.value)
        tx.people.record_consent(
            person_id, Channel.EMAIL, granted=True, source="wrote EMAIL", at=now
        )
        planner.replan_person(tx, person_id, now)
        return True

    def _request(
        self, tx: Tx, conversation: Conversation, right: Right, message: Message
    ) -> dict[str, Fact]:
        """Record the request, with its due date, as a task with a receipt number."""
        now = self.clock.now()
        due = now + self.desk.candidacies.company.requests_due
        person = tx.people.find(conversation.person_id)
        if right is Right.EMAIL:
            tx.people.update(person.id, preferred_channel=Channel.EMAIL.value)
        key = f"{right.value}:{message.id}"
        tx.tasks.open(
            kind=f"request_{right.value}",
            key=key,
            what=f"{person.name or conversation.address} {REQUESTS[right]}",
            now=now,
            person_id=person.id,
            due_at=due,
        )
        zone = self.desk.zone(tx, conversation)
        return {
            "receipt": f"R-{1000 + tx.tasks.number(key)}",
            "due_day": Day(due.astimezone(zone).date()),
        }

    def _confirm(
        self,
        tx: Tx,
        conversation: Conversation,
        right: Right,
        message: Message,
        question: Question,
        facts: dict[str, Fact],
        key: str,
    ) -> None:
        known = {**question.facts, **facts}
        used = tx.history.wordings_in(conversation.id)
        wording = self.words.reply(key, question.language, known, used)
        tx.messages.add(
            conversation,
            author=Author.BOT,
            kind=KINDS.get(right, "reply"),
            key=f"right:{message.id}",
            body=wording.text,
            wording=wording.name,
            due_at=self.clock.now(),
            reason=f"the candidate wrote {right.value.upper()}",
        )
