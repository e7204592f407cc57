"""Sees to it that the team does its part: asks, opens tasks, and sets the process's alarm."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from bot.domain.candidacy import Candidacy
from bot.domain.duties import Duty, DutyKind, Situation, duties
from bot.domain.journey import Planned
from bot.domain.model import ProcessId, State
from bot.domain.stages import Stage

if TYPE_CHECKING:
    from bot.store import Tx

ASKED = frozenset({DutyKind.INTERVIEW_DONE, DutyKind.DECISION, DutyKind.REASON, DutyKind.BOOKING})
"""Questions that somebody can answer with one tap."""


class Asker(Protocol):
    """Puts questions to colleagues."""

    def open(self, tx: Tx, candidacy: Candidacy, duty: Duty, now: datetime) -> None:
        """Ask, once per duty."""

    def keep_only(self, tx: Tx, process_id: ProcessId, keys: Sequence[str], now: datetime) -> None:
        """Withdraw the questions about a process that nobody needs to answer any more."""


@dataclass(frozen=True)
class Watch:
    stages: Sequence[Stage]
    asker: Asker

    def look(self, tx: Tx, candidacy: Candidacy, owed: Sequence[Planned], now: datetime) -> None:
        """Do what is due by now, withdraw what is settled, and wake up for the next."""
        known = duties(self._situation(tx, candidacy, owed))
        due = [duty for duty in known if duty.at <= now and duty.kind is not DutyKind.LOOK]
        asked = [duty for duty in due if duty.kind in ASKED]
        tasks = [duty for duty in due if duty.kind not in ASKED]
        for duty in asked:
            self.asker.open(tx, candidacy, duty, now)
        for duty in tasks:
            open_task(tx, candidacy, duty, now)
        process_id = candidacy.process_id
        self.asker.keep_only(tx, process_id, [duty.key for duty in asked], now)
        tx.tasks.keep_only(process_id, "duty", [duty.key for duty in tasks], now)
        ahead = (duty.at for duty in known if duty.at > now)
        tx.processes.wake(process_id, min(ahead, default=None))

    def _situation(self, tx: Tx, candidacy: Candidacy, owed: Sequence[Planned]) -> Situation:
        waiting = tx.messages.waiting(candidacy.process_id)
        consented = any(item.way is not None for item in owed)
        news_only = tx.people.wants_news_only(candidacy.person.id)
        return Situation(
            candidacy=candidacy,
            stages=self.stages,
            said=tx.history.said(candidacy.process_id),
            owed=owed,
            held=frozenset(row.key for row in waiting if row.state is State.HELD),
            promises=tx.promises.of_people(candidacy.process_id),
            waited_for=consented and not news_only,
            requested=tx.bookings.requested(candidacy.process_id),
        )


def open_task(tx: Tx, candidacy: Candidacy, duty: Duty, now: datetime) -> None:
    """Ask the recruiter to see to a duty; once."""
    tx.tasks.open(
        kind="duty",
        key=duty.key,
        what=_WORDS[duty.kind](candidacy, duty),
        now=now,
        person_id=candidacy.person.id,
        process_id=candidacy.process_id,
        due_at=duty.due_at,
    )


class AskByTask:
    """Where no colleague can be reached: the recruiter asks them."""

    def open(self, tx: Tx, candidacy: Candidacy, duty: Duty, now: datetime) -> None:
        tx.tasks.open(
            kind="ask",
            key=f"ask:{duty.key}",
            what=_WORDS[duty.kind](candidacy, duty),
            now=now,
            person_id=candidacy.person.id,
            process_id=candidacy.process_id,
            due_at=duty.due_at,
        )

    def keep_only(self, tx: Tx, process_id: ProcessId, keys: Sequence[str], now: datetime) -> None:
        tx.tasks.keep_only(process_id, "ask", [f"ask:{key}" for key in keys], now)


def _when(candidacy: Candidacy, duty: Duty) -> str:
    at = duty.due_at or duty.at
    return f"{at.astimezone(candidacy.company.office):%A, %d %B, %H:%M}"


_WORDS: Mapping[DutyKind, Callable[[Candidacy, Duty], str]] = {
    DutyKind.INTERVIEW_DONE: lambda c, d: (
        f"Ask the interviewers of {c.person.name}: did it take place, and what was talked about?"
    ),
    DutyKind.NO_EVIDENCE: lambda c, d: (
        f"Did the interview of {c.person.name} take place? Nobody has said so, "
        "and the thank-you waits for it"
    ),
    DutyKind.DECISION: lambda c, d: (
        f"Ask the hiring manager by when there is a decision on {c.person.name}"
    ),
    DutyKind.RELEASE: lambda c, d: (
        f"{c.person.name} is to have the final word by {_when(c, d)}: "
        + ("release the decision" if c.story.decision else "there is no decision yet")
    ),
    DutyKind.REASON: lambda c, d: (
        f"{c.person.name} has had two updates without news: give the next one a date or a reason"
    ),
    DutyKind.BOOKING: lambda c, d: (
        f"{c.person.name} asked for another time: put it into the calendar, or find one together, "
        f"by {_when(c, d)}"
    ),
    DutyKind.LINK_UNUSED: lambda c, d: (
        f"{c.person.name} has not used the link to choose a time: find one together"
    ),
    DutyKind.SILENCE: lambda c, d: (
        f"{c.person.name} will have heard nothing for 72 hours by {_when(c, d)}, "
        "and no message may go out before: write to them"
    ),
    DutyKind.PROMISE: lambda c, d: f"{c.person.name} was promised {d.about} by {_when(c, d)}",
}
