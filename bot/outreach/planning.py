"""Works the plan of a process out again and applies the difference to what waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.domain.candidacy import Candidacy
from bot.domain.journey import Planned, Rules, plan
from bot.domain.kinds import called
from bot.domain.model import OTHER_OFFER, Channel, Conversation, Message, PersonId, ProcessId, State
from bot.domain.routes import Reach
from bot.domain.stages import Approve, Stage
from bot.outreach.approval import approval_key
from bot.outreach.candidacies import Candidacies
from bot.outreach.watch import Watch

if TYPE_CHECKING:
    from bot.store import Tx

WORDED_AHEAD = timedelta(minutes=10)
"""Stage messages are worded this long before they go out, so that people can read them."""

Talks = Mapping[Channel, Conversation]
"""A candidate's conversations that messages can go out in."""


@dataclass(frozen=True)
class Planner:
    candidacies: Candidacies
    stages: Sequence[Stage]
    watch: Watch
    channels: frozenset[Channel] = frozenset({Channel.WHATSAPP})
    """Those that we can send on."""
    undo: timedelta = timedelta()
    """How long a release can be taken back."""

    def replan_person(self, tx: Tx, person_id: PersonId, now: datetime) -> None:
        for row in tx.processes.of_person(person_id):
            self.replan(tx, row.id, now)

    def replan(self, tx: Tx, process_id: ProcessId, now: datetime) -> None:
        """Bring the schedule of a process in line with what is true now.

        Call it in the transaction of whatever changed: an event, a delivery, a release; and
        when the process's own alarm rings.
        """
        candidacy = self.candidacies.find(tx, process_id)
        if candidacy is None:
            tx.processes.wake(process_id, None)
            return
        talks = self._talks(tx, candidacy.person.id)
        owed = self.owed(tx, candidacy, now)
        self._apply(tx, talks, candidacy, owed, now)
        readable = [approval_key(item.key) for item in owed if item.way]
        tx.tasks.keep_only(process_id, "approve", readable, now)
        self._ask_a_person(tx, candidacy, owed, now)
        self.watch.look(tx, candidacy, owed, now)
        for conversation in talks.values():
            tx.conversations.reset_alarm(conversation.id, now)

    def owed(self, tx: Tx, candidacy: Candidacy, now: datetime) -> list[Planned]:
        promise = tx.promises.next_word(candidacy.process_id)
        rules = Rules(
            stages=self.stages,
            local=self.candidacies.local(tx, candidacy),
            reach=self.reach(tx, candidacy.person.id),
            undo=self.undo,
            news_only=tx.people.wants_news_only(candidacy.person.id),
            other_offer=self._has_other_offer(tx, candidacy),
        )
        return plan(
            str(candidacy.process_id),
            candidacy.story,
            tx.history.said(candidacy.process_id),
            rules,
            now,
            promise.due_at if promise else None,
        )

    def reach(self, tx: Tx, person_id: PersonId) -> Reach:
        person, talks = tx.people.find(person_id), self._talks(tx, person_id)
        phone = talks.get(Channel.WHATSAPP)
        return Reach(
            has=frozenset(talks),
            whatsapp=tx.people.consent(person_id, Channel.WHATSAPP),
            email=tx.people.consent(person_id, Channel.EMAIL),
            prefers_email=person.preferred_channel == Channel.EMAIL,
            doubted=phone is not None and tx.doubts.current(phone.id) is not None,
        )

    def _has_other_offer(self, tx: Tx, candidacy: Candidacy) -> bool:
        since = candidacy.story.opened_at
        return tx.handoffs.has_been(candidacy.person.id, OTHER_OFFER, since)

    def stage(self, name: str) -> Stage | None:
        return next((stage for stage in self.stages if stage.name == name), None)

    def _talks(self, tx: Tx, person_id: PersonId) -> Talks:
        """The newest conversation of each channel, locked."""
        found = tx.conversations.of_person(person_id)
        return {talk.channel: talk for talk in found if talk.channel in self.channels}

    def talk(self, tx: Tx, person_id: PersonId) -> Conversation | None:
        """Return the conversation of the best way to a candidate, locked."""
        talks = self._talks(tx, person_id)
        return next((talks[way] for way in self.reach(tx, person_id).ways()), None)

    def _apply(
        self,
        tx: Tx,
        talks: Talks,
        candidacy: Candidacy,
        owed: Sequence[Planned],
        now: datetime,
    ) -> None:
        waiting = {row.key: row for row in tx.messages.waiting(candidacy.process_id)}
        for item in owed:
            if item.way is None:
                continue
            talk, row = talks[item.way], waiting.pop(item.key, None)
            if row is not None and row.conversation_id != talk.id:
                tx.messages.cancel(row, f"goes by {item.way.called} instead")
                row = None
            if row is None:
                self._add(tx, talk, candidacy, item, now)
            elif _moved(row, item, now):
                tx.messages.reschedule(
                    row,
                    item.due_at,
                    item.reason,
                    latest_at=item.latest_at,
                    expires_at=item.expires_at,
                    word_at=None if row.body else self._word_at(item, now),
                )
        for row in waiting.values():
            tx.messages.cancel(row, "no longer owed: the process has moved on")

    def _add(
        self, tx: Tx, talk: Conversation, candidacy: Candidacy, item: Planned, now: datetime
    ) -> None:
        handoff = tx.handoffs.current(talk.id)
        held_by = f"{handoff.holder} holds this conversation" if handoff and handoff.holder else ""
        word_at = self._word_at(item, now)
        tx.messages.plan(talk, candidacy.process_id, item, now, word_at=word_at, held_by=held_by)

    def _word_at(self, item: Planned, now: datetime) -> datetime:
        """Words that a person reads first are there at once."""
        stage = self.stage(item.stage)
        read_first = stage is not None and stage.approve is not Approve.NEVER
        return now if read_first else item.due_at - WORDED_AHEAD

    def _ask_a_person(
        self, tx: Tx, candidacy: Candidacy, owed: Sequence[Planned], now: datetime
    ) -> None:
        """What no channel can carry, a recruiter writes; until one can."""
        person = candidacy.person
        by_hand = [item for item in owed if item.way is None]
        keys = [f"write:{item.key}:{item.since:%Y%m%dT%H%M%S}" for item in by_hand]
        tx.tasks.keep_only(candidacy.process_id, "write", keys, now)
        for key, item in zip(keys, by_hand, strict=True):
            tx.tasks.open(
                kind="write",
                key=key,
                what=f"Send {person.name} the {called(item.stage)} yourself: {item.reason}",
                now=now,
                person_id=person.id,
                process_id=candidacy.process_id,
                due_at=item.due_at,
            )


def _moved(row: Message, item: Planned, now: datetime) -> bool:
    """Whether a waiting row has another moment now. What is due and still owed is not put off
    by the seconds that have passed meanwhile; what a person's conversation holds, waits."""
    if row.state is State.HELD or row.due_at is None:
        return False
    overdue = row.due_at <= now and item.due_at <= now
    return row.due_at != item.due_at and not overdue
