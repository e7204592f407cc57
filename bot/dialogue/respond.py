"""One turn: everything unread is read together, decided on, and the decision saved at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from bot.dialogue.consent import note_consent
from bot.dialogue.identity import Identities
from bot.dialogue.moving import Moving
from bot.dialogue.rights import TO_ANYBODY, RightsDesk
from bot.domain.alarm import Waiting, burst_ends
from bot.domain.booking import on_offer
from bot.domain.candidacy import NO_WORD, Candidacy, answerable, standing
from bot.domain.consent import asking_too, resumed
from bot.domain.errors import NoWording
from bot.domain.facts import DayHour
from bot.domain.failpoints import fp
from bot.domain.identity import FLOW as IDENTITY
from bot.domain.identity import Doubt, Step
from bot.domain.meanwhile import answers, meanwhile, moves
from bot.domain.model import (
    Author,
    Channel,
    Consent,
    Conversation,
    Form,
    Message,
    ProcessId,
    Template,
)
from bot.domain.ports import (
    Answerer,
    Clock,
    Decision,
    Flows,
    HandoffRequest,
    Question,
    Reply,
    Wording,
    Words,
)
from bot.domain.rights import Right, RightsWords, match
from bot.handoff.desk import Desk

if TYPE_CHECKING:
    from bot.store import Store, Tx

MOST_SAID = 30
"""Messages that are remembered; what was said before them is forgotten."""
UNKNOWN = HandoffRequest(reason="unknown", reply="handoff_unknown")
MEDIA = HandoffRequest(reason="media", reply="media_ack")
ANSWER = "an answer to what the candidate wrote"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a turn read: the messages, and the world they are answered in."""

    conversation: Conversation
    unread: Sequence[Message]
    rights: Sequence[tuple[Message, Right]]
    candidacy: Candidacy | None
    question: Question
    next_word_by: datetime
    whole: str
    """Everything that was written, with the words of rights."""
    doubt: Doubt | None
    """Somebody else may be writing."""
    opted_out: bool
    unasked: bool
    """Nobody knows whether they agree that we write first."""
    silent: bool
    """A person holds the conversation, or is awaited for what leaves no room for a bot; or the
    candidate opted out."""

    @property
    def last(self) -> Message:
        return self.unread[-1]

    @property
    def asked(self) -> Message:
        """The last message that is more than the word of a right."""
        by_right = {message.id for message, _ in self.rights}
        return next(m for m in reversed(self.unread) if m.id not in by_right)

    @property
    def process_id(self) -> ProcessId | None:
        return self.candidacy.process_id if self.candidacy else None


@dataclass(frozen=True)
class Responder:
    store: Store
    clock: Clock
    words: Words
    rights: RightsWords
    flows: Flows
    answerer: Answerer
    desk: Desk
    rights_desk: RightsDesk
    moving: Moving
    identities: Identities

    def respond(self, conversation: Conversation, token: str) -> None:
        """Read the inbox as one turn and put the answer into the outbox. Raises LeaseLost."""
        reading = self._read(conversation)
        if reading is None:
            return
        decision = self._decide(reading)
        fp("turn.decided")
        with self.store.begin() as tx:
            self._save(tx, tx.conversations.fence(conversation.id, token), reading, decision)
            fp("turn.saved")
        fp("turn.committed")

    # --- reading ------------------------------------------------------------------------

    def _read(self, conversation: Conversation) -> Reading | None:
        now = self.clock.now()
        with self.store.read() as tx:
            unread = tx.messages.unread(conversation.id)
            ends = burst_ends(waiting(message) for message in unread)
            if ends is None or ends > now:
                return None
            fresh = tx.conversations.find(conversation.id)
            candidacy = self.desk.candidacies.current(tx, fresh.person_id)
            rights = [(m, right) for m in unread if (right := match(m.body, self.rights))]
            language = candidacy.language if candidacy else self._language(tx, fresh)
            return self._reading(tx, fresh, unread, rights, candidacy, language, now)

    def _reading(
        self,
        tx: Tx,
        conversation: Conversation,
        unread: Sequence[Message],
        rights: Sequence[tuple[Message, Right]],
        candidacy: Candidacy | None,
        language: str,
        now: datetime,
    ) -> Reading:
        by_right = {message.id for message, _ in rights}
        text = "\n".join(m.body for m in unread if m.id not in by_right and m.body.strip())
        next_word_by, told = now + NO_WORD, False
        if candidacy is not None:
            promise = tx.promises.next_word(candidacy.process_id)
            if promise is not None and promise.due_at > now:
                next_word_by = promise.due_at
            told = self._told(tx, candidacy)
        facts = answerable(candidacy, now, next_word_by, told=told) if candidacy else {}
        awaited = tx.handoffs.current(conversation.id)
        free = candidacy if moves(awaited) else None
        diary = self.moving.diary(tx, conversation, free, now)
        if diary is not None:
            facts = {**facts, **on_offer(diary)}
        company = self.desk.candidacies.company
        consent = tx.people.consent(conversation.person_id, Channel.WHATSAPP)
        job = candidacy.job if candidacy else None
        topic = standing(candidacy, now, told=told) if candidacy else "none"
        return Reading(
            conversation=conversation,
            unread=unread,
            rights=rights,
            candidacy=candidacy,
            next_word_by=next_word_by,
            whole="\n".join(message.body for message in unread if message.body.strip()),
            doubt=tx.doubts.current(conversation.id),
            opted_out=consent.revoked,
            unasked=candidacy is not None and consent == Consent(),
            silent=self._silent(tx, conversation, topic),
            question=Question(
                text=text,
                language=language,
                facts={"company": company.name, "recruiter": company.recruiter, **facts},
                topic=topic,
                conversation=conversation,
                role=f"{job.title} {job.level}" if job else "",
                after=tx.history.last_stage(conversation.id),
                diary=diary,
                said=() if awaited else tx.history.lines(conversation.id, MOST_SAID),
                name=candidacy.person.name if candidacy else "",
                awaited=awaited is not None,
            ),
        )

    def _told(self, tx: Tx, candidacy: Candidacy) -> bool:
        """Whether the outcome has left for the candidate's phone."""
        released = candidacy.story.released
        if released is None or released.released_at is None:
            return False
        finals = {s.name for s in self.desk.planner.stages if s.is_final_word}
        said = tx.history.said(candidacy.process_id)
        return any(
            word.stage in finals and word.arrived_at and word.at >= released.released_at
            for word in said
        )

    def _silent(self, tx: Tx, conversation: Conversation, topic: str) -> bool:
        heard = answers(tx.handoffs.current(conversation.id), topic)
        return not heard or self._opted_out(tx, conversation)

    def _opted_out(self, tx: Tx, conversation: Conversation) -> bool:
        return tx.people.consent(conversation.person_id, Channel.WHATSAPP).revoked

    def _language(self, tx: Tx, conversation: Conversation) -> str:
        person = tx.people.find(conversation.person_id)
        return person.language or self.desk.candidacies.company.language

    # --- deciding: no transaction is open ---------------------------------------------------

    def _decide(self, reading: Reading) -> Decision:
        decision = self._identified(reading) or self._answered(reading)
        return asking_too(decision, reading.conversation.slots) if reading.unasked else decision

    def _identified(self, reading: Reading) -> Decision | None:
        """In doubt about who writes, the rules alone; None where there is no doubt."""
        so_far = {IDENTITY: reading.doubt.step.value} if reading.doubt else {}
        asker = replace(reading.conversation, slots=so_far)
        who = replace(reading.question, text=reading.whole, conversation=asker, diary=None)
        calls = reading.candidacy is not None and self.flows.called(who) == IDENTITY
        if reading.doubt is None and not calls:
            return None
        decision = (reading.whole and self.flows.run(IDENTITY, who)) or Decision()
        if decision.identity is Step.CONFIRMED and "?" in reading.whole:
            return self._and_answered(decision, reading)
        flow, right = reading.conversation.flow, self._refused(reading)
        return replace(decision, slots={}, flow=flow, right=right)

    def _and_answered(self, confirmed: Decision, reading: Reading) -> Decision:
        """It is them, and they asked something in the same breath."""
        answered = self._answered(reading)
        replies = [*confirmed.replies, *answered.replies]
        return replace(answered, replies=replies, identity=confirmed.identity)

    def _answered(self, reading: Reading) -> Decision:
        media = any(m.form is Form.MEDIA for m in reading.unread)
        if reading.silent:
            return replace(self._as_it_was(reading), right=self._refused(reading))
        if media:
            return replace(self._as_it_was(reading), handoff=MEDIA)
        if not reading.question.text:
            return self._as_it_was(reading)
        flow = reading.conversation.flow
        answer = self.flows.run(flow, reading.question) if flow else None
        if answer is not None:
            return answer
        decision = self.answerer.answer(reading.question)
        decision = self._scripted(decision, reading.question) or decision
        return replace(decision, flow=decision.flow or resumed(flow))

    def _scripted(self, decision: Decision, question: Question) -> Decision | None:
        """Let the script take over that the answer names, where it has something to say."""
        if not decision.starts or decision.right is not None:
            return None
        language = decision.language or question.language
        taken = self.flows.run(decision.starts, replace(question, language=language))
        if taken is None:
            return None
        return replace(
            taken,
            language=decision.language,
            keeps_language=decision.keeps_language,
            reason=decision.reason,
        )

    def _refused(self, reading: Reading) -> Right | None:
        """Whether messages are to end, said to whoever holds the conversation."""
        if reading.opted_out or not reading.question.text:
            return None
        right = self.answerer.right(reading.question)
        return right if right is Right.STOP else None

    def _as_it_was(self, reading: Reading) -> Decision:
        return Decision(flow=reading.conversation.flow)

    # --- saving: one transaction, fenced ------------------------------------------------------

    def _save(
        self, tx: Tx, conversation: Conversation, reading: Reading, decision: Decision
    ) -> None:
        tx.messages.handled([message.id for message in reading.unread])
        if self.identities.note(tx, conversation, decision.identity, reading.last):
            self._say_what_is_safe(tx, conversation, reading, decision)
        else:
            self._carry_out(tx, conversation, reading, decision)
        tx.conversations.reset_alarm(conversation.id, self.clock.now())

    def _say_what_is_safe(
        self, tx: Tx, conversation: Conversation, reading: Reading, decision: Decision
    ) -> None:
        """Whoever it is may end the messages; everything else is the candidate's alone."""
        rights = [*reading.rights, *self._claimed(tx, conversation, reading, decision)]
        stops = [(message, right) for message, right in rights if right is Right.STOP]
        self.rights_desk.act(tx, conversation, stops, reading.question, TO_ANYBODY)
        for message, right in rights:
            if right is not Right.STOP:
                self.identities.leave(tx, conversation, right, message)
        awaited = tx.handoffs.current(conversation.id)
        held = awaited is not None and awaited.holder_id is not None
        if not held and not self._opted_out(tx, conversation):
            key = f"reply:{reading.last.id}:0"
            question = self._in_language(tx, reading, decision).question
            self.identities.say(tx, question, decision.replies, key)

    def _carry_out(
        self, tx: Tx, conversation: Conversation, reading: Reading, decision: Decision
    ) -> None:
        """`conversation` is as it is now: a flow that a stage started meanwhile stands."""
        reading = self._in_language(tx, reading, decision)
        rights = [*reading.rights, *self._claimed(tx, conversation, reading, decision)]
        self.rights_desk.act(tx, conversation, rights, reading.question)
        if self._silent(tx, conversation, reading.question.topic):
            self._note_if_left_alone(tx, reading, decision)
            self._leave_to_a_person(tx, reading)
        else:
            now, candidacy = self.clock.now(), reading.candidacy
            decision = self._meanwhile(tx, reading, decision)
            decision = self.moving.ask_for(tx, conversation, candidacy, decision, now)
            self._keep_state(tx, conversation, reading, decision)
            self._record_survey(tx, conversation, decision)
            self._reply(tx, reading, decision)

    def _keep_state(
        self, tx: Tx, conversation: Conversation, reading: Reading, decision: Decision
    ) -> None:
        kept = {**conversation.slots, **decision.slots}
        slots = {name: value for name, value in kept.items() if value is not None}
        unchanged = decision.flow == reading.conversation.flow
        flow = conversation.flow if unchanged else decision.flow
        tx.conversations.set_state(conversation.id, flow, slots)

    def _in_language(self, tx: Tx, reading: Reading, decision: Decision) -> Reading:
        """Answer in the language that was decided on; keep it where the candidate wants it, and
        the manner that they asked for."""
        wish = decision.wish
        if wish:
            told = {"tone": wish.tone or "", "length": wish.length or ""}
            tx.people.update(reading.conversation.person_id, **told)
        if not decision.language:
            return reading
        if decision.keeps_language:
            tx.people.update(reading.conversation.person_id, language=decision.language)
        return replace(reading, question=replace(reading.question, language=decision.language))

    def _claimed(
        self, tx: Tx, conversation: Conversation, reading: Reading, decision: Decision
    ) -> Sequence[tuple[Message, Right]]:
        """Let a right take effect that was claimed in other words than its own."""
        if decision.right is None:
            return ()
        said = reading.asked
        note_consent(tx, conversation, decision.right, "in their own words", said.at)
        return ((said, decision.right),)

    def _note_if_left_alone(self, tx: Tx, reading: Reading, decision: Decision) -> None:
        """Somebody who opted out and still writes cannot be answered here: a person must know."""
        answered = decision.right or tx.handoffs.current(reading.conversation.id)
        if not reading.question.text or answered:
            return
        person = tx.people.find(reading.conversation.person_id)
        tx.tasks.open(
            kind="opted_out",
            key=f"opted_out:{reading.last.id}",
            what=f"{person.name or 'Somebody'} wrote after opting out of WhatsApp: "
            "answer by another way",
            now=self.clock.now(),
            person_id=person.id,
            process_id=reading.process_id,
        )

    def _meanwhile(self, tx: Tx, reading: Reading, decision: Decision) -> Decision:
        """Return what is said although a person is awaited; the rest is added to what they read."""
        awaited = tx.handoffs.current(reading.conversation.id)
        if awaited is None:
            return decision
        split = meanwhile(decision, awaited.reason)
        if split.waits:
            self._leave_to_a_person(tx, reading)
        return split.said

    def _leave_to_a_person(self, tx: Tx, reading: Reading) -> None:
        by_right = {message.id for message, _ in reading.rights}
        left = [message.id for message in reading.unread if message.id not in by_right]
        awaited = tx.handoffs.current(reading.conversation.id)
        if awaited is not None and awaited.holder_id is None:
            tx.messages.left_to_a_person(left)

    def _record_survey(self, tx: Tx, conversation: Conversation, decision: Decision) -> None:
        process = conversation.slots.get("process")
        if decision.survey is None or process is None:
            return
        tx.promises.record_survey(
            ProcessId(int(process)),
            decision.survey.score,
            decision.survey.comment,
            self.clock.now(),
        )

    def _reply(self, tx: Tx, reading: Reading, decision: Decision) -> None:
        used = tx.history.wordings_in(reading.conversation.id)
        said: list[tuple[Wording, Reply]] = []
        handoff, reason = decision.handoff, decision.reason or ANSWER
        try:
            for reply in decision.replies:
                said.append((self._word(reading, reply, used), reply))
        except NoWording:
            said, handoff = [], handoff or UNKNOWN
        if handoff is not None:
            notice = self._hand_over(tx, reading, handoff, used)
            said += [(notice, Reply(key=handoff.reply))] if notice else []
        for number, (wording, reply) in enumerate(said):
            self._put(tx, reading, f"reply:{reading.last.id}:{number}", wording, reply, reason)

    def _word(self, reading: Reading, reply: Reply, used: Sequence[str]) -> Wording:
        if reply.text:
            return _worded_already(reply, reading.question.language)
        facts = {**reading.question.facts, **reply.facts}
        return self.words.reply(reply.key, reading.question.language, facts, used)

    def _hand_over(
        self, tx: Tx, reading: Reading, request: HandoffRequest, used: Sequence[str]
    ) -> Wording | None:
        conversation = reading.conversation
        opened = self.desk.open(tx, conversation, request.reason, f"handoff:{reading.last.id}")
        if opened is None or opened.answer_by is None:
            return None
        zone = self.desk.zone(tx, conversation)
        by = {"answer_by": DayHour(opened.answer_by.astimezone(zone))}
        return self._word(reading, Reply(key=request.reply, facts=by), used)

    def _put(
        self, tx: Tx, reading: Reading, key: str, wording: Wording, reply: Reply, reason: str
    ) -> None:
        counts = reply.counts and reading.process_id is not None
        text = wording.text
        introduces = not tx.history.introduced(reading.conversation.id)
        if introduces:
            text = f"{text}\n\n{self._word(reading, Reply(key='introduction'), ()).text}"
        tx.messages.add(
            reading.conversation,
            author=Author.BOT,
            kind="reply",
            key=key,
            body=text,
            wording=wording.name,
            due_at=self.clock.now(),
            process_id=reading.process_id,
            counts=counts,
            introduces=introduces,
            promised_by=reading.next_word_by if "hear_by" in wording.says else None,
            reason=f"an answer from {reply.source}" if reply.source else reason,
        )


def _worded_already(reply: Reply, language: str) -> Wording:
    name = f"{reply.key}:{reply.source}" if reply.source else reply.key
    return Wording(
        name=name,
        text=reply.text,
        template=Template(name=name, language=language, variables={}),
        says=frozenset(reply.facts),
    )


def waiting(message: Message) -> Waiting:
    return Waiting(
        state=message.state,
        at=message.at,
        due_at=message.due_at,
    )
