"""Asks colleagues what nobody else can tell, and no longer than somebody has to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from bot.domain.asks import Kind, Question
from bot.domain.booking import BookingId
from bot.domain.candidacy import Candidacy
from bot.domain.duties import Duty
from bot.domain.events import ColleagueReport
from bot.domain.model import MessageId, PersonId, ProcessId
from bot.outreach.batches import Batches, forward_key
from bot.outreach.colleagues import learn
from bot.outreach.watch import AskByTask

if TYPE_CHECKING:
    from bot.store import Tx


@dataclass(frozen=True)
class Asker:
    """Implements `watch.Asker`."""

    batches: Batches
    by_task: AskByTask = field(default_factory=AskByTask)

    def open(self, tx: Tx, candidacy: Candidacy, duty: Duty, now: datetime) -> None:
        """Ask those who can answer, once per duty; where nobody is known, by a recruiter."""
        kind = Kind(duty.kind.value)
        question = Question(
            key=_key(duty.key),
            process_id=candidacy.process_id,
            kind=kind,
            about=duty.about,
            urgent=duty.urgent,
            due_at=duty.due_at,
        )
        if self.ask(tx, candidacy, question, _who(tx, candidacy, kind, duty.about), now):
            tx.tasks.withdraw([_key(duty.key)], now)
        else:
            self.by_task.open(tx, candidacy, duty, now)

    def ask(
        self,
        tx: Tx,
        candidacy: Candidacy,
        question: Question,
        to: Collection[str],
        now: datetime,
    ) -> bool:
        """Ask each colleague in `to` (e-mail addresses); the first answer settles it for all.

        The same question is asked once, however often this is called, or again where it was
        withdrawn meanwhile. Returns False where nobody can be asked.
        """
        answered = any(ask.answer for ask in tx.asks.same(question.key))
        emails = sorted({email.lower() for email in to if email})
        for email in () if answered else emails:
            person_id = learn(tx, ColleagueReport(email=email), now)
            ask = tx.asks.open(question, person_id, now)
            if ask is not None:
                self.batches.put(tx, ask, question, candidacy, now)
        return bool(emails)

    def keep_only(self, tx: Tx, process_id: ProcessId, keys: Sequence[str], now: datetime) -> None:
        """Withdraw the questions about a process that are no duty any more."""
        owed = {_key(key) for key in keys}
        gone = [key for key in tx.asks.open_about(process_id, now) if key not in owed]
        self.withdraw(tx, gone, "settled otherwise", now)
        self.by_task.keep_only(tx, process_id, keys, now)

    def withdraw(self, tx: Tx, keys: Collection[str], why: str, now: datetime) -> None:
        """Settle questions, by their keys, that nobody needs to answer any more."""
        for message in tx.asks.withdraw(keys, why, now):
            self.close(tx, message, now)

    def close(self, tx: Tx, message: MessageId, now: datetime) -> None:
        """Take back the task to pass a link on, once nothing is open behind it."""
        row = tx.messages.find(message)
        if row is not None and not tx.asks.open_in(message, now):
            tx.tasks.withdraw([forward_key(row)], now)

    def forget(self, tx: Tx, person_id: PersonId, now: datetime) -> None:
        """Settle and blank what was asked about a candidate who is erased."""
        for message in tx.asks.forget(person_id, now):
            row = tx.messages.find(message)
            if row is not None:
                tx.conversations.find(row.conversation_id, for_update=True)
                tx.messages.blank(row)


def _key(duty: str) -> str:
    """`ask:{process}:{kind}:{about}:{when}`: a duty is asked about once."""
    return f"ask:{duty}"


def _who(tx: Tx, candidacy: Candidacy, kind: Kind, about: str) -> Collection[str]:
    match kind:
        case Kind.INTERVIEW_DONE:
            visits = candidacy.story.visits
            return {
                email
                for visit in visits
                for one in visit.interviews
                for email in one.emails
                if one.ref == about
            }
        case Kind.DECISION:
            return [candidacy.job.hiring_manager_email]
        case Kind.REASON:
            return [candidacy.job.recruiter_email]
        case Kind.BOOKING:
            slot = tx.bookings.find(BookingId(int(about))).slot
            return slot.emails or [candidacy.job.recruiter_email]
