"""With which message a question goes out, when, and by which way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.domain.asks import (
    ASKING,
    QUESTION,
    QUESTIONS,
    RIGHT_AFTER,
    Ask,
    Question,
    asked_about,
    asked_hash,
    batch_at,
    urgent_at,
)
from bot.domain.candidacy import Candidacy
from bot.domain.errors import NoWording
from bot.domain.model import (
    MAY_REPLY,
    Author,
    Channel,
    Conversation,
    Message,
    MessageId,
    Person,
    State,
)
from bot.domain.worktime import Hours
from bot.outreach.phrasing import Phrasing
from bot.outreach.planning import WORDED_AHEAD

if TYPE_CHECKING:
    from bot.store import Tx

FORWARD = "forward"
"""The kind of a recruiter's task: to send a colleague a link by some other way."""


@dataclass(frozen=True, kw_only=True)
class Batches:
    phrasing: Phrasing
    sender: str
    """Our WhatsApp number."""
    email_sender: str
    """Our e-mail address; empty where none is set up, and somebody passes links on."""
    new_id: Callable[[], str]
    """Gives text that is never given again."""

    def put(
        self, tx: Tx, ask: Ask, question: Question, candidacy: Candidacy, now: datetime
    ) -> None:
        """Let a new question go out: by itself if it is urgent, else with the day's others."""
        person = tx.people.find(ask.person_id)
        conversation, hours = self._way(tx, person), self.phrasing.hours(person)
        if question.urgent:
            about = asked_about(ask, candidacy)
            at = urgent_at(ask.kind, about.ends_at if about else None, now, hours)
            message = self._add(tx, conversation, QUESTION, at)
        else:
            message = self._batch(tx, conversation, now, hours)
        tx.asks.put_into([ask.id], message)
        tx.conversations.reset_alarm(conversation.id, now)

    def _batch(self, tx: Tx, conversation: Conversation, now: datetime, hours: Hours) -> MessageId:
        person_id = conversation.person_id
        waiting = tx.asks.waiting_batch(person_id, conversation.id)
        if waiting is not None:
            return waiting
        at = batch_at(tx.asks.last_batch_at(person_id), now, hours)
        return self._add(tx, conversation, QUESTIONS, at)

    def _add(self, tx: Tx, conversation: Conversation, kind: str, at: datetime) -> MessageId:
        message = tx.messages.add(
            conversation,
            author=Author.BOT,
            kind=kind,
            key=f"{kind}:{self.new_id()}",
            word_at=at - WORDED_AHEAD,
            due_at=at,
        )
        if message is None:
            raise ValueError("new_id gave the same text twice")
        return message

    # --- the way ------------------------------------------------------------------------------

    def _way(self, tx: Tx, person: Person) -> Conversation:
        """Return the colleague's conversation, locked: WhatsApp where they agreed to it."""
        phone = tx.people.identity(person.id, "phone")
        if phone and tx.people.consent(person.id, Channel.WHATSAPP).granted:
            found = tx.conversations.with_address(
                Channel.WHATSAPP, phone, self.sender, lambda: person.id
            )
            if found.person_id == person.id:
                return found
        return self.letterbox(tx, person)

    def letterbox(self, tx: Tx, person: Person) -> Conversation:
        """Return a colleague's e-mail conversation, locked. An address at which somebody is a
        candidate stays theirs: a link is passed on."""
        address = tx.people.identity(person.id, "colleague")
        found = tx.conversations.with_address(
            Channel.EMAIL, address, self.email_sender, lambda: person.id
        )
        if found.person_id == person.id:
            return found
        return tx.conversations.with_address(Channel.EMAIL, address, "", lambda: person.id)

    def elsewhere(self, tx: Tx, row: Message, now: datetime) -> None:
        """Send what a message could not ask by e-mail, or let a recruiter pass the link on."""
        asks = tx.asks.open_in(row.id, now)
        if not asks:
            return
        conversation = tx.conversations.find(row.conversation_id)
        person = tx.people.find(conversation.person_id)
        if conversation.channel is Channel.EMAIL:
            self._forward(tx, row, person, asks, now)
            return
        by_email = self.letterbox(tx, person)
        message = self._add(tx, by_email, row.kind, now)
        tx.asks.put_into([ask.id for ask in asks], message)
        tx.conversations.reset_alarm(by_email.id, now)

    def _forward(
        self, tx: Tx, row: Message, person: Person, asks: Sequence[Ask], now: datetime
    ) -> None:
        email = tx.people.identity(person.id, "colleague")
        user = tx.users.with_email(email)
        reads_it = user is not None and user.role in MAY_REPLY
        who = person.name or email
        to = f"For {who}" if reads_it else f"Pass the link on to {who}"
        tx.tasks.open(
            kind=FORWARD,
            key=forward_key(row),
            what=f"{to}: {' '.join(self.phrasing.lines(tx, asks, 'en'))}",
            now=now,
            person_id=person.id,
            process_id=asks[0].process_id,
            due_at=min(ask.due_at for ask in asks),
        )

    # --- when its moment comes ------------------------------------------------------------------

    def compose(self, tx: Tx, conversation: Conversation, row: Message, now: datetime) -> None:
        """Word what is still open; the link is made known here, and revealed when it leaves."""
        asks = tx.asks.open_in(row.id, now)
        if not asks:
            tx.messages.cancel(row, "settled before it was asked")
            return
        person = tx.people.find(conversation.person_id)
        tx.asks.set_link(row.id, self.phrasing.links.token(row.key))
        if conversation.channel is Channel.EMAIL:
            wording = self.phrasing.email(tx, row, person, asks)
            tx.messages.worded(row, wording, asked_hash(asks, row.due_at))
            if not conversation.sender:
                tx.messages.put_aside(row, State.FAILED, "no e-mail is set up to send it")
                self._forward(tx, row, person, asks, now)
            return
        try:
            wording = self.phrasing.whatsapp(tx, row, person, asks)
            tx.messages.worded(row, wording, asked_hash(asks, row.due_at))
            for ask in asks:
                if day := self.phrasing.offered(tx, ask, row.due_at):
                    tx.asks.offer(ask, day)
        except NoWording as error:
            tx.messages.put_aside(row, State.FAILED, str(error))
            self.elsewhere(tx, row, now)

    def still_asks(self, tx: Tx, row: Message, now: datetime) -> tuple[bool, bool]:
        """Return whether a worded message has anything left to ask, and whether it is something
        else than its words say."""
        asks = tx.asks.open_in(row.id, now)
        return bool(asks), asked_hash(asks, row.due_at) != row.facts_hash

    def rests_until(self, row: Message, person: Person, now: datetime) -> datetime | None:
        """Return when a question that is late may go, where its reader is not at work now."""
        late = row.due_at is not None and now - row.due_at > RIGHT_AFTER
        if row.kind not in ASKING or not late:
            return None
        at = self.phrasing.hours(person).next_open(now)
        return at if at > now else None


def forward_key(row: Message) -> str:
    """Return the key of the task to pass on the link of a message."""
    return f"{FORWARD}:{row.key}"
