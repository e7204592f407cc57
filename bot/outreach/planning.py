"""Works the plan of a process out again and applies the difference to what waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.domain.candidacy import Candidacy
from bot.domain.journey import Planned, Rules, plan
from bot.domain.kinds import called
from bot.domain.model import Channel, Conversation, Message, PersonId, ProcessId, State
from bot.domain.stages import Stage
from bot.outreach.asking import ask_to_write, task_key
from bot.outreach.candidacies import Candidacies

if TYPE_CHECKING:
    from bot.store import Tx


@dataclass(frozen=True)
class Planner:
    candidacies: Candidacies
    stages: Sequence[Stage]

    def replan_person(self, tx: Tx, person_id: PersonId, now: datetime) -> None:
        for row in tx.processes.of_person(person_id):
            self.replan(tx, row.id, now)

    def replan(self, tx: Tx, process_id: ProcessId, now: datetime) -> None:
        """Bring the schedule of a process in line with what is true now.

        Call it in the transaction of whatever changed: an event, a delivery, a release.
        """
        candidacy = self.candidacies.find(tx, process_id)
        if candidacy is None:
            return
        owed = self.owed(tx, candidacy, now)
        conversation = self._whatsapp(tx, candidacy.person.id)
        if conversation is None:
            self._ask_a_person(tx, candidacy, owed, now)
            return
        self._apply(tx, conversation, candidacy, owed, now)
        tx.tasks.withdraw([task_key(item.key) for item in owed], now)
        tx.conversations.reset_alarm(conversation.id, now)

    def owed(self, tx: Tx, candidacy: Candidacy, now: datetime) -> list[Planned]:
        promise = tx.promises.next_word(candidacy.process_id)
        rules = Rules(self.stages, candidacy.company.quiet, candidacy.zone)
        return plan(
            str(candidacy.process_id),
            candidacy.story,
            tx.history.said(candidacy.process_id),
            rules,
            now,
            promise.due_at if promise else None,
        )

    def stage(self, name: str) -> Stage | None:
        return next((stage for stage in self.stages if stage.name == name), None)

    def _whatsapp(self, tx: Tx, person_id: PersonId) -> Conversation | None:
        talks = tx.conversations.of_person(person_id)
        return next((c for c in reversed(talks) if c.channel is Channel.WHATSAPP), None)

    def _apply(
        self,
        tx: Tx,
        conversation: Conversation,
        candidacy: Candidacy,
        owed: Sequence[Planned],
        now: datetime,
    ) -> None:
        waiting = {row.key: row for row in tx.messages.waiting(candidacy.process_id)}
        handoff = tx.handoffs.current(conversation.id)
        held_by = f"{handoff.holder} holds this conversation" if handoff and handoff.holder else ""
        for item in owed:
            row = waiting.pop(item.key, None)
            if row is None:
                tx.messages.plan(conversation, candidacy.process_id, item, now, held_by=held_by)
            elif _moved(row, item, now):
                tx.messages.reschedule(row, item.due_at, item.reason, expires_at=item.expires_at)
        for row in waiting.values():
            tx.messages.cancel(row, "no longer owed: the process has moved on")

    def _ask_a_person(
        self, tx: Tx, candidacy: Candidacy, owed: Sequence[Planned], now: datetime
    ) -> None:
        """Nobody can be reached by WhatsApp without a number: a recruiter writes instead."""
        person = candidacy.person
        for item in owed:
            what = f"{person.name} has no WhatsApp number: send the {called(item.stage)} yourself"
            ask_to_write(tx, person, candidacy.process_id, item.key, what, now, item.due_at)


def _moved(row: Message, item: Planned, now: datetime) -> bool:
    """Whether a waiting row has another moment now. What is due and still owed is not put off
    by the seconds that have passed meanwhile; what a person's conversation holds, waits."""
    if row.state is State.HELD or row.due_at is None:
        return False
    overdue = row.due_at <= now and item.due_at <= now
    return row.due_at != item.due_at and not overdue
