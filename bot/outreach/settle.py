"""What became of a message: the carrier's reports, refusals, and what a person knows."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.domain.asks import ASKING
from bot.domain.booking import NOTICE, promise_of
from bot.domain.failpoints import fp
from bot.domain.kinds import ELSEWHERE, called
from bot.domain.model import ARRIVED, GIVEN, Author, Channel, Form, Message, State
from bot.domain.policy import WINDOW
from bot.domain.ports import Clock, Refused, Report
from bot.domain.retrying import MOST_ATTEMPTS, Reaction, pause
from bot.domain.settling import next_look
from bot.domain.statuses import after
from bot.outreach.batches import Batches
from bot.outreach.pacing import Pacer
from bot.outreach.planning import Planner

if TYPE_CHECKING:
    from bot.store import Store, Tx

_TROUBLED = frozenset({State.UNKNOWN, State.FAILED})
"""A report that it is on its way after all ends the task that was made of it."""


@dataclass(frozen=True)
class Settler:
    store: Store
    clock: Clock
    planner: Planner
    batches: Batches
    pacer: Pacer
    jitter: Callable[[], float] = random.random
    """Between 0 and 1; spreads retries, so that they do not come back as a wave."""

    # --- reports ------------------------------------------------------------------------

    def report(self, report: Report) -> None:
        """Take in one delivery report. Repeated and late ones change nothing. Raises StoreDown.

        A report of a message that we do not know yet is kept until we do.
        """
        row = self.store.doing(lambda tx: self.take_in(tx, report), urgent=True)
        fp("status.committed")
        if row is not None and report.status is State.FAILED and report.reaction.of_the_number:
            with self.store.read() as tx:
                conversation = tx.conversations.find(row.conversation_id)
            self.pacer.failed(conversation, report.detail, mending=True)

    def take_in(self, tx: Tx, report: Report) -> Message | None:
        """Take in a report; return the message that it is news about."""
        row = self._reported(tx, report)
        if row is not None:
            tx.conversations.find(row.conversation_id, for_update=True)
        kept = tx.receipts.keep(report, row)
        fp("status.inserted")
        if not kept or row is None:
            return None
        self._climb(tx, tx.messages.fresh(row), report)
        return row

    def _reported(self, tx: Tx, report: Report) -> Message | None:
        # After a backup was put back, numbers are given for a second time.
        unambiguous = tx.restores.gap(self.clock.now()) is None
        row = tx.sendings.reported(report, by_reference=unambiguous)
        if row is not None and row.provider_id is None:
            if tx.receipts.given_up([report.provider_id]):
                return None  # of an earlier try, which failed
        return row

    def accepted(
        self,
        tx: Tx,
        row: Message,
        provider_id: str,
        *,
        arrived: bool = False,
        at: datetime | None = None,
    ) -> None:
        """The carrier took it, just now or `at` that time; apply what it has reported in the
        meantime. Where no reports follow, what was taken has `arrived`."""
        now = self.clock.now()
        tx.sendings.accepted(row, provider_id, at or now)
        if row.state in _TROUBLED:
            tx.tasks.withdraw([_task(row)], now)
        if arrived:
            report = Report(
                provider_id=provider_id, reference=row.id, status=State.DELIVERED, at=now
            )
            tx.receipts.keep(report, row)
        for report in tx.receipts.of(provider_id):
            self._climb(tx, tx.messages.fresh(row), report)

    def _climb(self, tx: Tx, row: Message, report: Report) -> None:
        state = after(row.state, report.status)
        if state is row.state:
            return
        if state is State.FAILED:
            self._undelivered(tx, row, report)
            return
        tx.sendings.climbed(row, state, report)
        if row.state in _TROUBLED:
            tx.tasks.withdraw([_task(row)], self.clock.now())
        if state in ARRIVED and row.state not in ARRIVED:
            self._arrived(tx, row, report.at)

    def _undelivered(self, tx: Tx, row: Message, report: Report) -> None:
        """The carrier took it, and could not deliver it."""
        if row.state is State.SENDING:
            tx.sendings.named(row, report.provider_id, self.clock.now())
            return  # whoever is sending it learns of it with the carrier's answer, or without
        tx.sendings.climbed(row, State.FAILED, report)
        reason = report.detail or report.code
        self._end(tx, row, Refused(code=report.code, reason=reason, reaction=report.reaction))

    # --- refusals -----------------------------------------------------------------------

    def refused(self, tx: Tx, row: Message, refusal: Refused) -> None:
        """The carrier did not take it. Safe to repeat."""
        fresh = self._tried(tx, row)
        if fresh is not None:
            self._end(tx, fresh, refusal)

    def _tried(self, tx: Tx, row: Message) -> Message | None:
        """Return the row while it is being sent for the first time since it was read as `row`.
        Else the outcome was noted already, and perhaps somebody is at it again."""
        fresh = tx.messages.fresh(row)
        sending = fresh.state is State.SENDING and fresh.attempts == row.attempts + 1
        return fresh if sending else None

    def _end(self, tx: Tx, row: Message, refusal: Refused) -> None:
        """Nobody got it: it goes again, or has failed and becomes a person's task."""
        again_at = self._again_at(row, refusal)
        if again_at is None:
            tx.messages.put_aside(row, State.FAILED, refusal.reason, refusal.code)
            if refusal.reaction is Reaction.OPT_OUT:
                self._opt_out(tx, row)
            self._try_another_way(tx, row, refusal.reason)
            return
        now, attempts = self.clock.now(), row.attempts
        if refusal.reaction is Reaction.TEMPLATE:
            tx.conversations.close_window(row.conversation_id, now - WINDOW)
        if refusal.reaction.of_the_number:
            attempts -= 1  # it says nothing about this message
        tx.sendings.again(row, again_at, refusal.reason, attempts=attempts)
        tx.conversations.reset_alarm(row.conversation_id, now)

    def _again_at(self, row: Message, refusal: Refused) -> datetime | None:
        """Return when to try again, or None where that is no use, or not ours to do."""
        now = self.clock.now()
        if row.kind == ELSEWHERE:
            return None
        match refusal.reaction:
            case Reaction.RETRY if row.attempts < MOST_ATTEMPTS:
                return now + pause(
                    row.attempts,
                    self.jitter(),
                    first=refusal.first_pause,
                    asked=refusal.retry_after,
                )
            case Reaction.TEMPLATE if row.form is not Form.TEMPLATE:
                return now
            case reaction if reaction.of_the_number:
                return now + pause(1, self.jitter())
            case _:
                return None

    # --- in doubt -----------------------------------------------------------------------

    def remember(self, tx: Tx, row: Message, since: datetime, why: str) -> None:
        """It may have left since then, in hours that nobody here remembers: the carrier does."""
        now = self.clock.now()
        tx.sendings.perhaps_begun(row, since, why, now)
        tx.conversations.reset_alarm(row.conversation_id, now)

    def unclear(self, tx: Tx, row: Message, reason: str) -> None:
        """Nobody can tell whether it left: the carrier is asked, and it never goes blindly."""
        fresh = tx.messages.fresh(row)
        if fresh.state is not State.SENDING:
            return  # a report settled it meanwhile
        if fresh.provider_id is not None:
            self.accepted(tx, fresh, fresh.provider_id)
            return
        now = self.clock.now()
        tx.sendings.doubted(fresh, reason, next_look(fresh.slot_at or now, now) or now)
        tx.conversations.reset_alarm(row.conversation_id, now)

    def repeat(self, tx: Tx, row: Message, why: str) -> None:
        """It certainly reached nobody: it goes once more."""
        now = self.clock.now()
        tx.sendings.again(row, now, f"sent again: {why}", attempts=row.attempts)
        tx.tasks.withdraw([_task(row)], now)
        tx.conversations.reset_alarm(row.conversation_id, now)

    def ask_whether_it_arrived(self, tx: Tx, row: Message, why: str) -> None:
        """Nobody is left to ask but a person, who answers in the conversation."""
        tx.sendings.doubted(row, why, None)
        problem = (
            f"may not have arrived: {why}. Say in the conversation whether it did; "
            "if it did not, send it again there, or write yourself"
        )
        self.ask_a_person(tx, row, problem)

    def arrived(self, tx: Tx, row: Message, reason: str) -> None:
        """A person says that it arrived."""
        now = self.clock.now()
        tx.sendings.vouched(row, reason, now)
        tx.tasks.withdraw([_task(row)], now)
        self._arrived(tx, row, now)

    # --- what follows -------------------------------------------------------------------

    def _arrived(self, tx: Tx, row: Message, at: datetime) -> None:
        """A word reached the phone: promises are kept, new ones made, the plan moves on."""
        if row.author is Author.PERSON:
            self._keep(tx, row, "answer", at)
            self._keep(tx, row, GIVEN, at)
        if row.kind == NOTICE:
            tx.promises.keep_one(promise_of(row.key), at)
        if not row.counts or row.process_id is None:
            return
        self._keep(tx, row, "next_word", at)
        self._promise(tx, row, at)
        stage = self.planner.stage(row.kind)
        if stage is not None and stage.starts_flow:
            conversation = tx.conversations.find(row.conversation_id)
            slots = {**conversation.slots, "process": str(row.process_id)}
            tx.conversations.set_state(row.conversation_id, stage.starts_flow, slots)
        self.planner.replan(tx, row.process_id, self.clock.now())

    def _keep(self, tx: Tx, row: Message, kind: str, at: datetime) -> None:
        person_id = tx.conversations.find(row.conversation_id).person_id
        process_id = row.process_id if kind == "next_word" else None
        tx.promises.keep(kind, person_id, process_id, at)

    def _promise(self, tx: Tx, row: Message, at: datetime) -> None:
        if row.promised_by is None:
            return
        person_id = tx.conversations.find(row.conversation_id).person_id
        tx.promises.make(
            kind="next_word",
            key=f"next_word:{row.key}",
            person_id=person_id,
            process_id=row.process_id,
            what="the next word about the process",
            owner="the bot",
            now=at,
            due_at=row.promised_by,
        )

    def _opt_out(self, tx: Tx, row: Message) -> None:
        person_id = tx.conversations.find(row.conversation_id).person_id
        tx.people.record_consent(
            person_id, Channel.WHATSAPP, granted=False, source="carrier", at=self.clock.now()
        )

    def _try_another_way(self, tx: Tx, row: Message, problem: str) -> None:
        """The plan knows what comes after a stage that got lost, and a question what comes
        after WhatsApp; the rest is a person's."""
        if self.planner.stage(row.kind) and row.process_id is not None:
            self.planner.replan(tx, row.process_id, self.clock.now())
        elif row.kind in ASKING:
            self.batches.elsewhere(tx, row, self.clock.now())
        else:
            self.ask_a_person(tx, row, f"failed: {problem}")

    def ask_a_person(self, tx: Tx, row: Message, problem: str) -> None:
        person = tx.people.find(tx.conversations.find(row.conversation_id).person_id)
        tx.tasks.open(
            kind="delivery",
            key=_task(row),
            what=f"The {called(row.kind)} for {person.name} {problem}",
            now=self.clock.now(),
            person_id=person.id,
            process_id=row.process_id,
        )


def _task(row: Message) -> str:
    return f"delivery:{row.id}"
