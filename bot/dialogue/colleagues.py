"""What a colleague writes on WhatsApp: taps are answers, anything else goes to a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.dialogue.respond import Responder, waiting
from bot.domain.alarm import burst_ends
from bot.domain.ask_answers import Answer, problem, usable_topic
from bot.domain.asks import RULES, Ask, AskId, Choice, Kind, Standing
from bot.domain.facts import Day, Fact
from bot.domain.model import Author, Conversation, Form, Message, Party, Person
from bot.domain.ports import Clock
from bot.domain.rights import Right, RightsWords, match
from bot.outreach.answers import Answers
from bot.outreach.phrasing import Phrasing

if TYPE_CHECKING:
    from bot.store import Store, Tx

TOPIC = "topic"
"""The slot that holds the question whose topic we asked for."""
TOPIC_AGAIN = "topic_again"
"""The same, once we asked for it in other words."""
TOPIC_WANTED = timedelta(hours=2)
"""Later, the thank-you has left without it."""
POINT_AGAIN = timedelta(hours=24)
PREVIEW = 200

Said = tuple[str, Mapping[str, Fact]]
"""The key of an answer, and what it is made of."""


@dataclass(frozen=True)
class ColleagueDesk:
    store: Store
    clock: Clock
    rights: RightsWords
    answers: Answers

    def respond(self, conversation: Conversation, token: str) -> None:
        """Read what came in as one turn, let taps take effect, confirm. Raises LeaseLost."""
        now = self.clock.now()
        with self.store.begin() as tx:
            fresh = tx.conversations.fence(conversation.id, token)
            unread = tx.messages.unread(conversation.id)
            ends = burst_ends(waiting(message) for message in unread)
            if ends is None or ends > now:
                return
            person = tx.people.find(fresh.person_id)
            _Turn(self, tx, fresh, person, now, dict(fresh.slots)).read(unread)
            tx.messages.handled([message.id for message in unread])
            tx.conversations.reset_alarm(conversation.id, now)


@dataclass
class _Turn:
    desk: ColleagueDesk
    tx: Tx
    conversation: Conversation
    person: Person
    now: datetime
    slots: dict[str, str]

    def read(self, unread: Sequence[Message]) -> None:
        rights, words = [], []
        for message in unread:
            if match(message.body, self.desk.rights) in (Right.STOP, Right.START):
                rights.append(message)
            elif message.form is Form.TAP:
                self._say(message, self._tapped(message))
            else:
                words.append(message)
        if rights:
            self._confirm_consent(rights[-1])
        if words:
            self._wrote(words)
        self.tx.conversations.set_state(self.conversation.id, None, self.slots)

    def _confirm_consent(self, message: Message) -> None:
        """It took effect when it came in: see `Receiver`."""
        if match(message.body, self.desk.rights) is Right.STOP:
            self._say(message, ("stop_ack", {}), kind="opt_out_ack")
        else:
            self._say(message, ("start_ack", {}))

    # --- taps -------------------------------------------------------------------------------

    def _tapped(self, message: Message) -> Said:
        payload, replied_to = message.tapped
        asked = self.tx.messages.with_provider_id(replied_to) if replied_to else None
        choice = Choice(payload) if payload in set(Choice) else None
        ask = self._meant(asked, choice) if choice else None
        return self._answered(ask, choice) if ask and choice else ("ack_settled", {})

    def _meant(self, asked: Message | None, choice: Choice) -> Ask | None:
        """Return the question under which the button stood; without that, the only one that it
        can belong to. Never a guess among several."""
        asks = self.tx.asks
        near = asks.in_message(asked.id) if asked else asks.open_to(self.person.id, self.now)
        mine = [ask for ask in near if ask.person_id == self.person.id]
        fitting = [ask for ask in mine if choice in RULES[ask.kind].buttons]
        return fitting[0] if len(fitting) == 1 and self._stands(fitting[0]) else None

    def _stands(self, ask: Ask) -> bool:
        """Whether its candidate was not erased meanwhile."""
        return self._phrasing.candidacy(self.tx, ask) is not None

    def _answered(self, ask: Ask, choice: Choice) -> Said:
        facts = self._phrasing.facts(self.tx, ask)
        answer = Answer(choice=choice, day=ask.offered if choice is Choice.BY else None)
        today = self._phrasing.hours(self.person).day(self.now)
        if problem(ask.kind, answer, today) and ask.standing(self.now) is Standing.OPEN:
            return "ack_later", facts
        match self._answers.take(self.tx, ask, answer, self.now):
            case Standing.OPEN:
                return self._confirmed(ask, answer, facts)
            case Standing.EXPIRED:
                return "ack_expired", facts
            case _:
                return "ack_settled", facts

    def _confirmed(self, ask: Ask, answer: Answer, facts: Mapping[str, Fact]) -> Said:
        if answer.day is not None:
            return "ack_by", {**facts, "by": Day(answer.day)}
        if ask.kind is Kind.REASON:
            candidacy = self._phrasing.candidacy(self.tx, ask)
            words = self._answers.reason(candidacy, answer) if candidacy else ""
            return "ack_reason", {**facts, "words": words}
        if answer.choice is Choice.DONE:
            self.slots = {TOPIC: str(ask.id)}
        return f"ack_{answer.choice}", facts

    # --- words ------------------------------------------------------------------------------

    def _wrote(self, messages: Sequence[Message]) -> None:
        text = "\n".join(message.body for message in messages if message.body.strip())
        ask = self._awaited()
        if ask is None or not text:
            self._pass_on(messages, text)
        elif usable_topic(text):
            topic = " ".join(text.split())
            self._answers.add_topic(self.tx, ask, topic, self.now)
            self.slots = {}
            facts = self._phrasing.facts(self.tx, ask)
            self._say(messages[-1], ("ack_topic", {**facts, "topic": topic}))
        elif TOPIC in self.slots:
            self.slots = {TOPIC_AGAIN: str(ask.id)}
            self._say(messages[-1], ("topic_again", {}))
        else:
            self._pass_on(messages, text)

    def _awaited(self) -> Ask | None:
        """Return the question whose topic we asked for, while it can still be of use."""
        number = self.slots.get(TOPIC) or self.slots.get(TOPIC_AGAIN)
        ask = self.tx.asks.find(AskId(int(number))) if number else None
        if ask is None or ask.answered_at is None or not self._stands(ask):
            return None
        return ask if self.now - ask.answered_at <= TOPIC_WANTED else None

    def _pass_on(self, messages: Sequence[Message], text: str) -> None:
        """Tell a recruiter, and once a day the colleague that somebody else will answer."""
        last = messages[-1]
        self.slots = {}
        pointed = self.tx.history.last_said(self.conversation.id, "pointer")
        if pointed is None or self.now - pointed > POINT_AGAIN:
            self._say(last, ("pointer", {}), kind="pointer")
        name = self.person.name or self.conversation.address
        said = f"“{' '.join(text.split())[:PREVIEW]}”" if text else "(a file)"
        self.tx.tasks.open(
            kind="colleague",
            key=f"colleague:{last.id}",
            what=f"{name} wrote on WhatsApp, answer them yourself: {said}",
            now=self.now,
            person_id=self.person.id,
        )

    def _say(self, message: Message, said: Said, *, kind: str = "reply") -> None:
        key, facts = said
        wording = self._phrasing.words.text(key, self._language, facts)
        self.tx.messages.add(
            self.conversation,
            author=Author.BOT,
            kind=kind,
            key=f"reply:{message.id}",
            body=wording.text,
            wording=wording.name,
            due_at=self.now,
            reason="an answer to what a colleague wrote",
        )

    @property
    def _answers(self) -> Answers:
        return self.desk.answers

    @property
    def _phrasing(self) -> Phrasing:
        return self.desk.answers.phrasing

    @property
    def _language(self) -> str:
        return self._phrasing.language(self.person)


@dataclass(frozen=True)
class Answering:
    """Lets whoever is responsible read a conversation."""

    store: Store
    candidates: Responder
    colleagues: ColleagueDesk

    def respond(self, conversation: Conversation, token: str) -> None:
        """Answer what came in. Raises LeaseLost."""
        with self.store.read() as tx:
            party = tx.people.find(conversation.person_id).party
        desk = self.colleagues if party is Party.COLLEAGUE else self.candidates
        desk.respond(conversation, token)
