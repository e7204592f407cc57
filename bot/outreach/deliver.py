"""Sends what is due: once, in order, and only what is still right at the moment it leaves."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.domain.facts import facts_hash
from bot.domain.failpoints import fp
from bot.domain.kinds import called
from bot.domain.model import (
    Author,
    Channel,
    Conversation,
    Form,
    Message,
    State,
)
from bot.domain.policy import Action, Purpose, Situation, Verdict, may_send
from bot.domain.ports import Accepted, Clock, Refused, SendOutcome, Unclear
from bot.domain.ports import Channel as Carrier
from bot.outreach.asking import ask_to_write
from bot.outreach.compose import Composer
from bot.outreach.settle import Settler

if TYPE_CHECKING:
    from bot.store import Store, Tx

FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(minutes=10)
MOST_ATTEMPTS = 8


@dataclass(frozen=True)
class Delivery:
    store: Store
    clock: Clock
    carrier: Carrier
    composer: Composer
    settler: Settler
    jitter: Callable[[], float] = random.random
    """Between 0 and 1; spreads retries, so that they do not come back as a wave."""

    def deliver(self, conversation: Conversation, token: str) -> None:
        """Send what is due in this conversation. Raises LeaseLost when somebody took it."""
        self._settle_stranded(conversation, token)
        self.composer.compose_due(conversation, token)
        with self.store.read() as tx:
            due = tx.messages.due(conversation.id, self.clock.now())
        for row in due:
            self._send(row, token)

    def _settle_stranded(self, conversation: Conversation, token: str) -> None:
        """What somebody else began to send may have left: never send it again."""
        with self.store.begin() as tx:
            tx.conversations.fence(conversation.id, token)
            for row in tx.messages.stranded(conversation.id, token):
                self.settler.unclear(tx, row, "the worker stopped while it was being sent")

    def _send(self, row: Message, token: str) -> None:
        form = self._claim(row, token)
        if form is None:
            return
        fp("send.committed")
        with self.store.read() as tx:
            conversation = tx.conversations.find(row.conversation_id)
            outgoing = tx.messages.outgoing(row, conversation, form)
        outcome = self.carrier.send(outgoing)
        fp("carrier.answered")
        self._note(row, outcome)

    def _claim(self, row: Message, token: str) -> Form | None:
        """Ask everything again and commit `sending`; None where it does not leave now."""
        with self.store.begin() as tx:
            conversation = tx.conversations.fence(row.conversation_id, token)
            fresh = tx.messages.fresh(row)
            if fresh.state is not State.READY:
                return None
            verdict = may_send(self._situation(tx, conversation, fresh))
            if verdict.action is Action.SEND:
                tx.messages.sending(fresh, verdict.form, token, verdict.reason)
                return verdict.form
            self._put_off(tx, conversation, fresh, verdict)
            return None

    def _situation(self, tx: Tx, conversation: Conversation, row: Message) -> Situation:
        person = tx.people.find(conversation.person_id)
        consent = tx.people.consent(person.id, Channel.WHATSAPP)
        handoff = tx.handoffs.current(conversation.id)
        purpose = self._purpose(row)
        candidacies = self.composer.candidacies
        candidacy = candidacies.find(tx, row.process_id) if row.process_id else None
        owed, changed = True, False
        if purpose is Purpose.STAGE and candidacy is not None:
            now = self.clock.now()
            owed = row.key in {item.key for item in self.composer.planner.owed(tx, candidacy, now)}
            changed = facts_hash(self.composer.facts(candidacy, row)) != row.facts_hash
        return Situation(
            now=self.clock.now(),
            purpose=purpose,
            expires_at=row.expires_at,
            consented=consent.granted,
            opted_out=consent.revoked,
            prefers_email=person.preferred_channel == Channel.EMAIL,
            holder=handoff.holder if handoff else "",
            unread=bool(tx.messages.unread(conversation.id)),
            owed=owed and (candidacy is not None or purpose is not Purpose.STAGE),
            facts_changed=changed,
            last_inbound_at=conversation.last_inbound_at,
            has_template=row.template is not None and self.carrier.has_template(row.template.name),
            zone=candidacies.zone(tx, person.id, person.time_zone),
            quiet=candidacies.company.quiet,
        )

    def _put_off(self, tx: Tx, conversation: Conversation, row: Message, verdict: Verdict) -> None:
        match verdict.action:
            case Action.WAIT if verdict.reword:
                tx.messages.reschedule(
                    row, row.due_at or row.at, verdict.reason, state=State.PLANNED, body=""
                )
            case Action.WAIT:
                tx.messages.reschedule(row, verdict.until or self.clock.now(), verdict.reason)
            case Action.HOLD:
                tx.messages.put_aside(row, State.HELD, verdict.reason)
            case _:
                self._refuse(tx, conversation, row, verdict)

    def _refuse(self, tx: Tx, conversation: Conversation, row: Message, verdict: Verdict) -> None:
        tx.messages.put_aside(row, verdict.ends_as, verdict.reason)
        if not verdict.needs_a_person:
            return
        person = tx.people.find(conversation.person_id)
        name = called(row.kind)
        what = f"The {name} for {person.name} did not go by WhatsApp: {verdict.reason}"
        ask_to_write(tx, person, row.process_id, row.key, what, self.clock.now())

    def _purpose(self, row: Message) -> Purpose:
        if row.author is Author.PERSON:
            return Purpose.PERSON
        if row.kind == "opt_out_ack":
            return Purpose.OPT_OUT_ACK
        return Purpose.STAGE if self.composer.planner.stage(row.kind) else Purpose.ANSWER

    # --- what the carrier said ----------------------------------------------------------

    def _note(self, row: Message, outcome: SendOutcome) -> None:
        """Note the outcome. It happened, so no lease is asked for."""
        with self.store.begin() as tx:
            tx.conversations.find(row.conversation_id, for_update=True)
            match outcome:
                case Accepted(provider_id):
                    self.settler.accepted(tx, row, provider_id)
                case Unclear(reason):
                    self.settler.unclear(tx, row, reason)
                case Refused():
                    self._refused(tx, row, outcome)

    def _refused(self, tx: Tx, row: Message, refusal: Refused) -> None:
        attempts = row.attempts + 1
        if refusal.retry and attempts < MOST_ATTEMPTS:
            again = self.clock.now() + self._pause(attempts, refusal.retry_after)
            tx.messages.reschedule(row, again, refusal.reason, state=State.READY, lease_by=None)
            tx.conversations.reset_alarm(row.conversation_id, self.clock.now())
            return
        self.settler.failed(tx, row, refusal.code, refusal.reason, opted_out=refusal.opted_out)

    def _pause(self, attempts: int, asked: float | None) -> timedelta:
        """Honour the carrier's wish; else double each time, with full jitter."""
        if asked is not None:
            return timedelta(seconds=asked)
        longest = min(FIRST_RETRY * 2.0 ** (attempts - 1), LONGEST_RETRY)
        return longest * self.jitter()
