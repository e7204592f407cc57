"""The page behind a link: what a colleague is asked there, and what they answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from bot.domain.ask_answers import Answer, problem
from bot.domain.asks import OFFERED_DAYS, Ask, AskId, Standing
from bot.domain.errors import NotFound
from bot.domain.facts import Fact
from bot.domain.model import MessageId
from bot.domain.ports import Clock
from bot.domain.worktime import Hours
from bot.outreach.answers import Answers
from bot.outreach.batches import FORWARD

if TYPE_CHECKING:
    from bot.questions import QuestionBook
    from bot.store import Store, Tx


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One question as the page shows it."""

    ask: Ask
    standing: Standing
    facts: Mapping[str, Fact]
    candidate_language: str
    """Whatever they will read is in this one."""
    settled: Ask | None
    """The answer that settled it, whoever gave it."""
    name: str
    """Who did."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """All that one message asks."""

    language: str
    hours: Hours
    days: Sequence[date]
    """On offer for a decision."""
    questions: Sequence[Shown]

    @property
    def until(self) -> datetime:
        return max(one.ask.expires_at for one in self.questions)

    @property
    def open(self) -> Sequence[Shown]:
        return [one for one in self.questions if one.standing is Standing.OPEN]

    @property
    def expired(self) -> bool:
        return all(one.standing is Standing.EXPIRED for one in self.questions)


@dataclass(frozen=True)
class Sheets:
    store: Store
    clock: Clock
    answers: Answers

    @property
    def words(self) -> QuestionBook:
        return self.answers.phrasing.words

    def passed_on(self, task_key: str) -> str:
        """Return the link that a recruiter is to pass on; empty for any other task."""
        kind, _, key = task_key.partition(":")
        return self.answers.phrasing.links.url(key) if kind == FORWARD else ""

    def behind(self, token: str) -> Sheet:
        """Return what a link leads to; looking changes nothing. Raises NotFound, StoreDown."""
        with self.store.read() as tx:
            return self._sheet(tx, _message(tx, token))

    def answer(self, token: str, ask_id: AskId, answer: Answer) -> str:
        """Let an answer take effect, once. Returns what is wrong with it, or nothing.

        Raises NotFound: the link or the question does not exist. StoreDown.
        """
        return self.store.doing(lambda tx: self._answer(tx, token, ask_id, answer), urgent=True)

    def _answer(self, tx: Tx, token: str, ask_id: AskId, answer: Answer) -> str:
        now = self.clock.now()
        asks = {ask.id: ask for ask in tx.asks.in_message(_message(tx, token))}
        if ask_id not in asks:
            raise NotFound("There is no such question")
        ask = asks[ask_id]
        hours = self.answers.phrasing.hours(tx.people.find(ask.person_id))
        wrong = problem(ask.kind, answer, hours.day(now))
        if not wrong:
            self.answers.take(tx, ask, answer, now)
        return wrong

    def _sheet(self, tx: Tx, message: MessageId) -> Sheet:
        now, asks = self.clock.now(), tx.asks.in_message(message)
        phrasing = self.answers.phrasing
        person = tx.people.find(asks[0].person_id)
        hours = phrasing.hours(person)
        questions = [one for ask in asks if (one := self._shown(tx, ask, now)) is not None]
        if not questions:
            raise NotFound("Nobody is left whom this link is about")
        return Sheet(
            language=phrasing.language(person),
            hours=hours,
            days=hours.working_days(hours.day(now), OFFERED_DAYS),
            questions=questions,
        )

    def _shown(self, tx: Tx, ask: Ask, now: datetime) -> Shown | None:
        """Returns None where the candidate was erased."""
        candidacy = self.answers.phrasing.candidacy(tx, ask)
        if candidacy is None:
            return None
        settled = next((one for one in tx.asks.same(ask.key) if one.answer), None)
        return Shown(
            ask=ask,
            standing=ask.standing(now),
            facts=self.answers.phrasing.facts(tx, ask),
            candidate_language=candidacy.language,
            settled=settled,
            name=self.answers.name(tx, settled) if settled else "",
        )


def _message(tx: Tx, token: str) -> MessageId:
    message = tx.asks.behind(token)
    if message is None:
        raise NotFound("There is nothing behind this link")
    return message
