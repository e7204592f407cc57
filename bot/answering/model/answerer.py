"""Who answers: the rules first, then the model, then whoever would answer without one."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from concurrent.futures import TimeoutError as TooLate
from dataclasses import dataclass, replace
from typing import Protocol

from bot.answering.model.breaker import Breaker
from bot.answering.model.door import NEXT_WORD, Door
from bot.answering.model.draft import Answer, Draft, NoAnswer
from bot.answering.model.prompt import clean
from bot.answering.offline import HANDOFFS, SURE, UNKNOWN, OfflineAnswerer
from bot.answering.understanding import Meaning
from bot.domain.facts import Facts
from bot.domain.model import PersonId
from bot.domain.ports import Decision, HandoffRequest, Question, Reply
from bot.domain.rights import Right, fold

OURS = "offline: not a matter for a model"
ARE_YOU_A_BOT = Reply(key="bot_challenge")
STAND = frozenset({"stop_which", "bot_challenge", "out_of_scope", "language_unknown"})
"""Replies whose words are ours alone."""


class Mind(Protocol):
    """A language model. Raises NoAnswer, and nothing else."""

    @property
    def name(self) -> str: ...

    @property
    def source(self) -> str:
        """`model:<name>:<hash of its prompt>`."""

    def think(self, draft: Draft) -> Answer: ...

    def mend(self, draft: Draft, answer: Answer, objections: Sequence[str]) -> Answer: ...


class Budget(Protocol):
    def allows(self, person_id: PersonId) -> bool: ...

    def spend(self, person_id: PersonId, tokens: int) -> None: ...


@dataclass(frozen=True, kw_only=True)
class ModelAnswerer:
    """Implements `Answerer`."""

    offline: OfflineAnswerer
    mind: Mind
    door: Door
    budget: Budget
    breaker: Breaker
    threads: Executor
    seconds: float
    """The longest that a candidate waits for the model."""

    def answer(self, question: Question) -> Decision:
        meaning = self.offline.meaning(question)
        told = self.offline.decide(question, meaning)
        if not fold(question.text) or _stands(told):
            return replace(told, reason=OURS)
        if meaning.confidence("bot_challenge") >= SURE:
            return replace(told, replies=[ARE_YOU_A_BOT, *told.replies], reason=OURS)
        if why := self._not_asked(question):
            return replace(told, reason=f"offline: {why}")
        draft = Draft(question, told.language or question.language)
        try:
            answer = self._in_time(draft)
        except NoAnswer as failure:
            return replace(told, reason=f"offline: {failure.why}")
        return self._decided(draft, answer, meaning)

    def right(self, question: Question) -> Right | None:
        return self.offline.right(question)

    def _not_asked(self, question: Question) -> str:
        if not self.budget.allows(question.conversation.person_id):
            return "today's tokens for the model are used up"
        return "" if self.breaker.allows() else "the model rests after several failures"

    def _in_time(self, draft: Draft) -> Answer:
        """Return what the model says, or raise NoAnswer. What was spent is noted either way."""
        outage = False
        try:
            return self.threads.submit(self._think, draft).result(self.seconds)
        except TooLate:
            outage = True
            raise NoAnswer("the model did not answer in time") from None
        except NoAnswer as failure:
            outage = failure.outage
            raise
        finally:
            draft.closed = True
            self.breaker.note(outage=outage)
            self.budget.spend(draft.question.conversation.person_id, draft.tokens)

    def _think(self, draft: Draft) -> Answer:
        answer = _cleaned(self.mind.think(draft))
        if objections := self.door.objections(answer, draft):
            answer = _cleaned(self.mind.mend(draft, answer, objections))
            if self.door.objections(answer, draft):
                raise NoAnswer("the facts do not back what the model said")
        if not (answer.text or answer.handoff or draft.handoff or draft.email or draft.survey):
            raise NoAnswer("the model said nothing")
        return answer

    # --- the rules dispose ------------------------------------------------------------------

    def _decided(self, draft: Draft, answer: Answer, meaning: Meaning) -> Decision:
        reason = f"by {self.mind.name}, {_counted(draft.calls, 'call')}, {draft.tokens} tokens"
        if draft.email and meaning.confidence("prefer_email"):
            return Decision(right=Right.EMAIL, reason=reason)
        decision = replace(
            draft.survey or Decision(), handoff=_handoff(draft, answer), language=draft.language
        )
        if answer.text and (decision.handoff is None or decision.handoff is UNKNOWN):
            reply = self._reply(draft, answer)
            decision = replace(decision, replies=[*decision.replies, reply])
            reason += f", from {', '.join(sorted(reply.facts)) or 'no facts'}"
        return replace(decision, reason=reason)

    def _reply(self, draft: Draft, answer: Answer) -> Reply:
        """The next word counts, and is promised, only where the text really gives it."""
        question = draft.question
        dated = self.door.gives_next_word(answer.text, draft)
        names = {*answer.facts, NEXT_WORD} if dated else {*answer.facts} - {NEXT_WORD}
        used: Facts = {name: fact for name, fact in question.facts.items() if name in names}
        counts = dated and question.topic == "undecided"
        return Reply(key=self.mind.source, text=answer.text, facts=used, counts=counts)


def _stands(told: Decision) -> bool:
    """Rights, what is urgent, and what we are, never depend on a model."""
    urgent = told.handoff is not None and told.handoff.reason in HANDOFFS
    ours = any(one.key in STAND for one in told.replies) or told.keeps_language
    return told.right is not None or urgent or ours


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _cleaned(answer: Answer) -> Answer:
    return answer.model_copy(update={"text": clean(answer.text)})


def _handoff(draft: Draft, answer: Answer) -> HandoffRequest | None:
    """A wish for e-mail that only the model heard goes to a person, too."""
    if draft.handoff in HANDOFFS:
        return HandoffRequest(reason=draft.handoff, reply=HANDOFFS[draft.handoff])
    return UNKNOWN if draft.handoff or draft.email or answer.handoff else None
