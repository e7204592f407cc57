"""What became of a message: the carrier's reports, and sends that nobody can vouch for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.asks import ASKING
from bot.domain.kinds import called
from bot.domain.model import ARRIVED, GIVEN, Author, Channel, Message, State
from bot.domain.ports import Clock, Report
from bot.domain.statuses import after
from bot.outreach.batches import Batches
from bot.outreach.planning import Planner

if TYPE_CHECKING:
    from bot.store import Store, Tx


@dataclass(frozen=True)
class Settler:
    store: Store
    clock: Clock
    planner: Planner
    batches: Batches

    def report(self, report: Report) -> None:
        """Take in one delivery report. Repeated and late ones change nothing. Raises StoreDown.

        A report of a message that we do not know yet is kept until we do.
        """
        self.store.doing(lambda tx: self._take_in(tx, report), urgent=True)

    def _take_in(self, tx: Tx, report: Report) -> None:
        row = tx.messages.reported(report)
        if row is not None:
            tx.conversations.find(row.conversation_id, for_update=True)
        if tx.receipts.keep(report, row) and row is not None:
            self._climb(tx, tx.messages.fresh(row), report)

    def accepted(self, tx: Tx, row: Message, provider_id: str, *, arrived: bool) -> None:
        """The carrier took it; apply what it has reported in the meantime. Where no reports
        follow, what was taken has `arrived`."""
        now = self.clock.now()
        tx.messages.accepted(row, provider_id, now)
        if arrived:
            report = Report(
                provider_id=provider_id, reference=row.id, status=State.DELIVERED, at=now
            )
            tx.receipts.keep(report, row)
        for report in tx.receipts.of(provider_id):
            self._climb(tx, tx.messages.fresh(row), report)

    def unclear(self, tx: Tx, row: Message, reason: str) -> None:
        """Nobody can tell whether it left. It is shown, and never sent again blindly."""
        fresh = tx.messages.fresh(row)
        if fresh.state is not State.SENDING:
            return  # a report settled it meanwhile
        tx.messages.put_aside(fresh, State.UNKNOWN, reason)
        self.ask_a_person(tx, fresh, f"may not have left: {reason}")

    def failed(
        self, tx: Tx, row: Message, code: str, reason: str, *, opted_out: bool = False
    ) -> None:
        """The carrier refused it for good."""
        fresh = tx.messages.fresh(row)
        if fresh.state is not State.SENDING:
            return
        tx.messages.put_aside(fresh, State.FAILED, reason, code)
        if opted_out:
            self._opt_out(tx, fresh)
        self._try_another_way(tx, fresh, reason)

    def _climb(self, tx: Tx, row: Message, report: Report) -> None:
        state = after(row.state, report.status)
        if state is row.state:
            return
        tx.messages.climbed(row, state, report)
        if state in ARRIVED and row.state not in ARRIVED:
            self._arrived(tx, row, report)
        if report.opted_out:
            self._opt_out(tx, row)
        if state is State.FAILED:
            self._try_another_way(tx, row, report.detail or report.code)

    def _arrived(self, tx: Tx, row: Message, report: Report) -> None:
        """A word reached the phone: promises are kept, new ones made, the plan moves on."""
        if row.author is Author.PERSON:
            self._keep(tx, row, "answer", report)
            self._keep(tx, row, GIVEN, report)
        if not row.counts or row.process_id is None:
            return
        self._keep(tx, row, "next_word", report)
        self._promise(tx, row, report)
        stage = self.planner.stage(row.kind)
        if stage is not None and stage.starts_flow:
            conversation = tx.conversations.find(row.conversation_id)
            slots = {**conversation.slots, "process": str(row.process_id)}
            tx.conversations.set_state(row.conversation_id, stage.starts_flow, slots)
        self.planner.replan(tx, row.process_id, self.clock.now())

    def _keep(self, tx: Tx, row: Message, kind: str, report: Report) -> None:
        person_id = tx.conversations.find(row.conversation_id).person_id
        process_id = row.process_id if kind == "next_word" else None
        tx.promises.keep(kind, person_id, process_id, report.at)

    def _promise(self, tx: Tx, row: Message, report: Report) -> None:
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
            now=report.at,
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
            key=f"delivery:{row.id}",
            what=f"The {called(row.kind)} for {person.name} {problem}",
            now=self.clock.now(),
            person_id=person.id,
            process_id=row.process_id,
        )
