"""Who answers: the rules first, then the model, then whoever would answer without one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from bot.answering.model.door import NEXT_WORD, Door
from bot.answering.model.draft import Answer, Draft, NoAnswer
from bot.answering.model.means import Means
from bot.answering.model.prompt import clean
from bot.answering.offline import HANDOFFS, SURE, UNKNOWN, OfflineAnswerer, confirmed
from bot.answering.understanding import Meaning
from bot.domain.facts import Facts
from bot.domain.meanwhile import COURTESIES
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


@dataclass(frozen=True, kw_only=True)
class ModelAnswerer:
    """Implements `Answerer`."""

    offline: OfflineAnswerer
    mind: Mind
    door: Door
    means: Means

    def answer(self, question: Question) -> Decision:
        meaning = self.offline.meaning(question)
        told = self.offline.decide(question, meaning)
        if not fold(question.text) or _stands(told) or (question.awaited and _asks_nothing(told)):
            return replace(told, reason=OURS)
        if meaning.confidence("bot_challenge") >= SURE:
            return replace(told, replies=[ARE_YOU_A_BOT, *told.replies], reason=OURS)
        person_id = question.conversation.person_id
        if why := self.means.refused(person_id):
            return replace(told, reason=f"offline: {why}")
        draft = Draft(question, told.language or question.language)
        try:
            answer = self.means.in_time(person_id, draft, lambda: self._think(draft))
        except NoAnswer as failure:
            return replace(told, reason=f"offline: {failure.why}")
        return self._decided(draft, answer, meaning)

    def right(self, question: Question) -> Right | None:
        return self.offline.right(question)

    def _think(self, draft: Draft) -> Answer:
        answer = _cleaned(self.mind.think(draft))
        if objections := self.door.objections(answer, draft):
            answer = _cleaned(self.mind.mend(draft, answer, objections))
            if self.door.objections(answer, draft):
                raise NoAnswer("the facts do not back what the model said")
        if not (answer.text or answer.handoff or draft.wishes_something):
            raise NoAnswer("the model said nothing")
        return answer

    # --- the rules dispose ------------------------------------------------------------------

    def _decided(self, draft: Draft, answer: Answer, meaning: Meaning) -> Decision:
        reason = f"by {self.mind.name}, {_counted(draft.calls, 'call')}, {draft.tokens} tokens"
        if draft.email and meaning.confidence("prefer_email"):
            return Decision(right=Right.EMAIL, reason=reason)
        scripted = draft.scripted or Decision()
        decision = replace(
            scripted,
            replies=[*confirmed(draft.wish), *scripted.replies],
            handoff=_handoff(draft, answer) or scripted.handoff,
            language=draft.language,
            wish=draft.wish,
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
    ours = bool(told.wish) or any(one.key in STAND for one in told.replies) or told.keeps_language
    return told.right is not None or urgent or ours


def _asks_nothing(told: Decision) -> bool:
    return told.handoff is None and COURTESIES.issuperset(reply.key for reply in told.replies)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _cleaned(answer: Answer) -> Answer:
    return answer.model_copy(update={"text": clean(answer.text)})


def _handoff(draft: Draft, answer: Answer) -> HandoffRequest | None:
    """A wish for e-mail that only the model heard goes to a person, too."""
    if draft.handoff in HANDOFFS:
        return HandoffRequest(reason=draft.handoff, reply=HANDOFFS[draft.handoff])
    return UNKNOWN if draft.handoff or draft.email or answer.handoff else None
