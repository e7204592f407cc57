"""What recruiters do with a conversation: take, reply, release. And what opens a handoff."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.domain.candidacy import Candidacy
from bot.domain.errors import (
    AlreadyTaken,
    BadInput,
    Conflict,
    Mistake,
    NewerMessage,
    NotAllowed,
    NotFound,
    ReadAgain,
)
from bot.domain.failpoints import fp
from bot.domain.given import given_by
from bot.domain.meanwhile import DISTRESS, graver
from bot.domain.model import (
    GIVEN,
    MAY_REPLY,
    WAITING,
    Author,
    Channel,
    Company,
    Conversation,
    ConversationId,
    Handoff,
    Message,
    MessageId,
    State,
    User,
    UserId,
)
from bot.domain.office import add_office_hours, rounded_up
from bot.domain.policy import window_open
from bot.domain.ports import Clock, Hints
from bot.domain.second_look import SecondLook
from bot.outreach.approval import approval_key
from bot.outreach.candidacies import Candidacies
from bot.outreach.planning import Planner

if TYPE_CHECKING:
    from bot.store import Store, Tx

HALF_HOUR = timedelta(minutes=30)
LONGEST_TEXT = 1600
"""Twilio's limit for one WhatsApp text."""


@dataclass(frozen=True)
class Desk:
    store: Store
    clock: Clock
    hints: Hints
    candidacies: Candidacies
    planner: Planner
    second_look: SecondLook

    # --- opening ------------------------------------------------------------------------

    def answer_by(self, now: datetime) -> datetime:
        """By when a person answers: so many office hours from now."""
        company: Company = self.candidacies.company
        due = add_office_hours(
            now,
            company.answer_within,
            company.office,
            company.opens,
            company.closes,
            company.free,
        )
        return rounded_up(due, HALF_HOUR)

    def zone(self, tx: Tx, conversation: Conversation) -> ZoneInfo:
        person = tx.people.find(conversation.person_id)
        return self.candidacies.zone(tx, person.id, person.time_zone)

    def open(self, tx: Tx, conversation: Conversation, reason: str, key: str) -> Handoff | None:
        """Open a handoff and promise an answer. Returns None where nothing is to be said about
        it, because one is open already."""
        current = tx.handoffs.current(conversation.id)
        if current is not None:
            return self._deepen(tx, current, reason)
        now = self.clock.now()
        due = self.answer_by(now)
        tx.handoffs.open(conversation.id, reason, now, due)
        candidacy = self.candidacies.current(tx, conversation.person_id)
        tx.promises.make(
            kind="answer",
            key=f"answer:{key}",
            person_id=conversation.person_id,
            process_id=candidacy.process_id if candidacy else None,
            what="an answer from a person",
            owner=candidacy.recruiter if candidacy else self.candidacies.company.recruiter,
            now=now,
            due_at=due,
        )
        self.planner.replan_person(tx, conversation.person_id, now)
        return tx.handoffs.current(conversation.id)

    def _deepen(self, tx: Tx, awaited: Handoff, reason: str) -> Handoff | None:
        """Let a graver reason take an open handoff over. Returns it only where that is to be
        heard, too: who is in despair is told whom to call."""
        if awaited.holder_id is not None or not graver(reason, awaited.reason):
            return None
        tx.handoffs.becomes(awaited.conversation_id, reason)
        return replace(awaited, reason=reason) if reason == DISTRESS else None

    # --- taking, replying, giving back ----------------------------------------------------

    def take(self, conversation_id: ConversationId, user: User) -> None:
        """Hold the conversation; from now on the bot is silent. Raises AlreadyTaken."""
        _may_reply(user)
        with self.store.begin() as tx:
            conversation = tx.conversations.find(conversation_id, for_update=True)
            self._take(tx, conversation, user)

    def assign(self, conversation_id: ConversationId, user: User, to: UserId) -> None:
        """Let a colleague hold the conversation, from now on, with what was promised about it.

        Raises AlreadyTaken, NotAllowed; BadInput: nobody of that number may reply.
        """
        _may_reply(user)
        with self.store.begin() as tx:
            conversation = tx.conversations.find(conversation_id, for_update=True)
            colleague = tx.users.find(to)
            if colleague is None or colleague.role not in MAY_REPLY:
                mend = "choose a colleague who may reply"
                raise BadInput([Mistake("user", "is nobody who could answer", mend)])
            current = tx.handoffs.current(conversation_id)
            if current is not None and current.holder_id is not None:
                if current.holder_id != user.id:
                    raise AlreadyTaken(current.holder)
                tx.handoffs.pass_on(current, self.clock.now())
            self._take(tx, conversation, colleague)

    def _take(self, tx: Tx, conversation: Conversation, user: User) -> None:
        current = tx.handoffs.current(conversation.id)
        if current is not None and current.holder_id is not None:
            if current.holder_id != user.id:
                raise AlreadyTaken(current.holder)
            return
        now = self.clock.now()
        if current is None:
            tx.handoffs.open(conversation.id, "taken", now, None)
        tx.handoffs.take(conversation.id, user.id, now)
        self._silence_bot(tx, conversation, user.name)

    def stand_back(self, tx: Tx, conversation: Conversation, reason: str) -> None:
        """Let nobody but people answer for now, whoever of them does; nothing is promised."""
        current = tx.handoffs.current(conversation.id)
        if current is None:
            tx.handoffs.open(conversation.id, reason, self.clock.now(), None)
        else:
            self._deepen(tx, current, reason)
        self._silence_bot(tx, conversation, "a colleague")

    def _silence_bot(self, tx: Tx, conversation: Conversation, who: str) -> None:
        """Answers of the bot that have not left are dropped; stages wait."""
        if not tx.sendings.is_sending(conversation.id):
            tx.conversations.revoke_lease(conversation.id)
        for row in tx.messages.waiting_in(conversation.id):
            if row.author is Author.BOT and self.planner.stage(row.kind) is None:
                tx.messages.cancel(row, f"{who} took over")
        tx.conversations.reset_alarm(conversation.id, self.clock.now())

    def reply(
        self,
        conversation_id: ConversationId,
        user: User,
        text: str,
        *,
        once: str,
        seen: MessageId | None,
        sure: bool = False,
    ) -> None:
        """Send a person's words. `once` makes a double click one message; `seen` is the
        newest message of the candidate on the page that the words were written on; who is
        `sure` has read them again.

        Raises BadInput, NewerMessage, AlreadyTaken, NotAllowed; Conflict where the 24-hour
        window is closed or the candidate opted out; ReadAgain.
        """
        _may_reply(user)
        _check_text(text)
        now = self.clock.now()
        with self.store.begin() as tx:
            conversation = tx.conversations.find(conversation_id, for_update=True)
            if tx.history.last_inbound(conversation_id) != seen:
                raise NewerMessage
            self._check_window(tx, conversation, now)
            candidacy = self.candidacies.current(tx, conversation.person_id)
            if not sure:
                self._look_again(text, candidacy)
            self._take(tx, conversation, user)
            tx.messages.add(
                conversation,
                author=Author.PERSON,
                author_name=user.name,
                user_id=user.id,
                kind="human",
                key=f"human:{once}",
                body=text.strip(),
                due_at=now,
                process_id=candidacy.process_id if candidacy else None,
                counts=True,
            )
            tx.conversations.reset_alarm(conversation_id, now)
        fp("human.committed")
        self.hints.turn(conversation_id, urgent=True)

    def _look_again(self, text: str, candidacy: Candidacy | None) -> None:
        released = candidacy.story.released if candidacy else None
        doubts = self.second_look.doubts(text, released.outcome if released else None)
        if doubts:
            raise ReadAgain(doubts)

    def _check_window(self, tx: Tx, conversation: Conversation, now: datetime) -> None:
        if tx.people.consent(conversation.person_id, Channel.WHATSAPP).revoked:
            raise Conflict("The candidate opted out of WhatsApp: nothing may be sent")
        if tx.doubts.current(conversation.id) is not None:
            raise Conflict("Somebody else may have this number: say first that it is them")
        if not window_open(conversation.last_inbound_at, now):
            raise Conflict("The 24-hour window is closed: WhatsApp takes no free text now")

    def release(self, conversation_id: ConversationId, user: User, note: str) -> None:
        """Give the conversation back to the bot. Raises AlreadyTaken, NotAllowed."""
        _may_reply(user)
        now = self.clock.now()
        with self.store.begin() as tx:
            conversation = tx.conversations.find(conversation_id, for_update=True)
            current = tx.handoffs.current(conversation_id)
            if current is None:
                return
            if current.holder_id not in (None, user.id):
                raise AlreadyTaken(current.holder)
            if current.holder_id is None:
                tx.handoffs.take(conversation_id, user.id, now)
            tx.handoffs.release(conversation_id, note.strip(), now)
            self._read_to_the_end(tx, conversation)
            tx.messages.free_held(conversation_id, f"{user.name} gave the conversation back")
            self.planner.replan_person(tx, conversation.person_id, now)
            tx.conversations.reset_alarm(conversation_id, now)

    def _read_to_the_end(self, tx: Tx, conversation: Conversation) -> None:
        """What came in while a person held the conversation was theirs to answer."""
        unread = tx.messages.unread(conversation.id)
        tx.messages.handled([message.id for message in unread])

    # --- upcoming messages ------------------------------------------------------------------

    def cancel(self, message_id: MessageId, user: User) -> None:
        """Take a waiting message out of the schedule for good. Raises Conflict."""
        _may_reply(user)
        with self.store.begin() as tx:
            row = self._waiting(tx, message_id)
            tx.messages.cancel(row, f"{user.name} cancelled it", user.id)
            if row.process_id is not None:
                self.planner.replan(tx, row.process_id, self.clock.now())
            tx.conversations.reset_alarm(row.conversation_id, self.clock.now())

    def approve(self, message_id: MessageId, user: User, *, words_hash: str) -> None:
        """Let the words of a stage go out, as this person has read them.

        Raises Conflict: they are other words by now, or have left.
        """
        _may_reply(user)
        now = self.clock.now()
        with self.store.begin() as tx:
            row = self._waiting(tx, message_id)
            if not row.body or row.words_hash != words_hash:
                raise Conflict("The words are others by now: read them again")
            tx.approvals.add(row, user.id, now)
            tx.tasks.withdraw([approval_key(row.key)], now)
            if row.state is State.HELD:
                tx.messages.free(row, f"{user.name} approved its words")
            tx.conversations.reset_alarm(row.conversation_id, now)

    def _waiting(self, tx: Tx, message_id: MessageId) -> Message:
        """Return a message that has not begun to leave, with its conversation locked."""
        row = tx.messages.find(message_id)
        if row is None:
            raise NotFound(f"There is no message {message_id}")
        tx.conversations.find(row.conversation_id, for_update=True)
        fresh = tx.messages.fresh(row)
        if fresh.state not in WAITING:
            raise Conflict("It has left already, or is no longer planned")
        return fresh

    # --- promises in passing ------------------------------------------------------------------

    def promised(self, text: str, at: datetime) -> datetime | None:
        """Return by when a text, written at `at`, promises something."""
        company = self.candidacies.company
        return given_by(text, at, company.office, company.closes)

    def promise(self, message_id: MessageId, user: User) -> None:
        """Keep what a person wrote to a candidate as a promise; once per message.

        Raises Conflict: no day is named in it, or the day has passed.
        """
        _may_reply(user)
        now = self.clock.now()
        with self.store.begin() as tx:
            row = tx.messages.find(message_id)
            if row is None or row.author is not Author.PERSON:
                raise NotFound(f"There is no message {message_id} of a person")
            due = self.promised(row.body, row.at)
            if due is None or due <= now:
                raise Conflict("It names no day that is still to come")
            conversation = tx.conversations.find(row.conversation_id, for_update=True)
            tx.promises.make(
                kind=GIVEN,
                key=f"given:{row.id}",
                person_id=conversation.person_id,
                process_id=row.process_id,
                what="a word",
                owner=row.author_name,
                now=now,
                due_at=due,
                message_id=row.id,
            )
            tx.touch(conversation.id)
            if row.process_id is not None:
                self.planner.replan(tx, row.process_id, now)

    # --- the one switch -----------------------------------------------------------------------

    def pause(self, user: User, note: str) -> None:
        """Stop everything that the bot would say, in every conversation."""
        _may_reply(user)
        with self.store.begin() as tx:
            tx.pauses.begin(user.id, note.strip(), self.clock.now())

    def resume(self, user: User) -> None:
        """Go on: what was held meanwhile is planned again."""
        _may_reply(user)
        with self.store.begin() as tx:
            tx.pauses.end(user.id, self.clock.now())
            held = tx.messages.conversations_with_held()
        for conversation_id in held:
            with self.store.begin() as tx:
                conversation = tx.conversations.find(conversation_id, for_update=True)
                tx.messages.free_held(conversation_id, f"{user.name} ended the pause")
                self.planner.replan_person(tx, conversation.person_id, self.clock.now())
                tx.conversations.reset_alarm(conversation_id, self.clock.now())

    def finish_task(self, task_id: int, user: User) -> None:
        """Tick a task off."""
        _may_reply(user)
        with self.store.begin() as tx:
            tx.tasks.done(task_id, user.id, self.clock.now())


def _may_reply(user: User) -> None:
    if user.role not in MAY_REPLY:
        raise NotAllowed(f"A {user.role.value.replace('_', ' ')} may read, but not write here")


def _check_text(text: str) -> None:
    length = len(text.strip())
    if not length:
        raise BadInput([Mistake("text", "is empty", "write something")])
    if length > LONGEST_TEXT:
        problem = f"has {length} characters; WhatsApp takes {LONGEST_TEXT}"
        raise BadInput([Mistake("text", problem, "shorten it, or send it in two")])
