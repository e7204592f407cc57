"""Sends what is due: once, in order, and only what is still right at the moment it leaves."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.domain.asks import ASKING
from bot.domain.facts import facts_hash
from bot.domain.failpoints import fp
from bot.domain.model import (
    Author,
    Channel,
    Conversation,
    Message,
    Person,
    PersonId,
    State,
)
from bot.domain.policy import A_DAY, Action, Purpose, Situation, Spoken, Verdict, may_send
from bot.domain.ports import Accepted, Clock, Outgoing, Refused, SendOutcome, Unclear
from bot.domain.ports import Channel as Carrier
from bot.domain.stages import Stage
from bot.outreach.compose import Composer
from bot.outreach.settle import Settler

if TYPE_CHECKING:
    from bot.store import Store, Tx

FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(minutes=10)
MOST_ATTEMPTS = 8
PATIENCE = 10.0
"""Seconds to wait for a database that is away: what the carrier said must not be forgotten."""


@dataclass(frozen=True)
class Delivery:
    store: Store
    clock: Clock
    carriers: Mapping[Channel, Carrier]
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
            self._send(row, self.carriers[conversation.channel], token)

    def _settle_stranded(self, conversation: Conversation, token: str) -> None:
        """What somebody else began to send may have left: never send it again."""
        with self.store.begin() as tx:
            tx.conversations.fence(conversation.id, token)
            for row in tx.messages.stranded(conversation.id, token):
                self.settler.unclear(tx, row, "the worker stopped while it was being sent")

    def _send(self, row: Message, carrier: Carrier, token: str) -> None:
        outgoing = self._claim(row, token)
        if outgoing is None:
            return
        fp("send.committed")
        links = self.composer.batches.phrasing.links
        outcome = carrier.send(links.revealed(outgoing, row.key))
        fp("carrier.answered")
        self._note(row, outcome, confirms=carrier.confirms)

    def _claim(self, row: Message, token: str) -> Outgoing | None:
        """Ask everything again and commit `sending`; None where it does not leave now."""
        return self.store.doing(lambda tx: self._ask(tx, row, token), patience=PATIENCE)

    def _ask(self, tx: Tx, row: Message, token: str) -> Outgoing | None:
        conversation = tx.conversations.fence(row.conversation_id, token)
        fresh = tx.messages.fresh(row)
        if fresh.state is State.SENDING:  # by us: only the answer to the commit was lost
            return tx.messages.outgoing(fresh, conversation, fresh.form)
        if fresh.state is not State.READY:
            return None
        verdict = may_send(self._situation(tx, conversation, fresh))
        if verdict.action is Action.SEND:
            tx.messages.sending(fresh, verdict.form, token, verdict.reason)
            return tx.messages.outgoing(fresh, conversation, verdict.form)
        self._put_off(tx, conversation, fresh, verdict)
        return None

    def _situation(self, tx: Tx, conversation: Conversation, row: Message) -> Situation:
        now, person = self.clock.now(), tx.people.find(conversation.person_id)
        consent = tx.people.consent(person.id, conversation.channel)
        handoff, pause = tx.handoffs.current(conversation.id), tx.pauses.current()
        candidacies = self.composer.candidacies
        template = row.template.name if row.template else ""
        situation = Situation(
            now=now,
            purpose=self._purpose(row),
            channel=conversation.channel,
            expires_at=row.expires_at,
            consented=consent.granted,
            opted_out=consent.revoked,
            prefers_email=person.preferred_channel == Channel.EMAIL,
            holder=handoff.holder if handoff else "",
            unread=bool(tx.messages.unread(conversation.id)),
            paused_by=pause.by if pause else "",
            last_inbound_at=conversation.last_inbound_at,
            has_template=self.carriers[conversation.channel].has_template(template),
            zone=candidacies.zone(tx, person.id, person.time_zone),
            quiet=candidacies.company.quiet,
        )
        if situation.purpose is Purpose.ASK:
            return self._of_ask(tx, person, row, situation)
        stage = self.composer.planner.stage(row.kind)
        return self._of_stage(tx, person.id, row, stage, situation) if stage else situation

    def _of_ask(self, tx: Tx, person: Person, row: Message, situation: Situation) -> Situation:
        """Add what a question to a colleague depends on. E-mail among colleagues needs no
        consent."""
        batches, now = self.composer.batches, situation.now
        owed, changed = batches.still_asks(tx, row, now)
        return replace(
            situation,
            consented=situation.consented or situation.channel is Channel.EMAIL,
            owed=owed,
            facts_changed=changed,
            rests_until=batches.rests_until(row, person, now),
        )

    def _of_stage(
        self, tx: Tx, person_id: PersonId, row: Message, stage: Stage, situation: Situation
    ) -> Situation:
        """Add what only the bot's own first word depends on."""
        candidacy = self.composer.candidacies.find(tx, row.process_id) if row.process_id else None
        if candidacy is None:
            return replace(situation, owed=False)
        planner, now = self.composer.planner, situation.now
        facts = self.composer.facts(candidacy, row, stage)
        unread = self.composer.read_first(tx, candidacy, stage) and not tx.approvals.has(row)
        lately = tx.history.lately(person_id, candidacy.process_id, now - A_DAY)
        return replace(
            situation,
            owed=row.key in {item.key for item in planner.owed(tx, candidacy, now) if item.way},
            facts_changed=facts_hash(facts) != row.facts_hash,
            final=stage.is_final_word,
            latest_at=row.latest_at,
            unapproved=unread,
            lately=tuple(self._spoken(*word) for word in lately),
        )

    def _spoken(self, kind: str, at: datetime, same_process: bool) -> Spoken:
        stage = self.composer.planner.stage(kind)
        final = stage is not None and stage.is_final_word
        return Spoken(at=at, same_process=same_process, final=final)

    def _put_off(self, tx: Tx, conversation: Conversation, row: Message, verdict: Verdict) -> None:
        match verdict.action:
            case Action.WAIT if verdict.reword:
                due_at = row.due_at or row.at
                tx.messages.reschedule(
                    row, due_at, verdict.reason, state=State.PLANNED, body="", word_at=due_at
                )
            case Action.WAIT:
                tx.messages.reschedule(row, verdict.until or self.clock.now(), verdict.reason)
            case Action.HOLD:
                tx.messages.put_aside(row, State.HELD, verdict.reason)
                self._plan_again(tx, row)
            case _:
                self._refuse(tx, conversation, row, verdict)

    def _refuse(self, tx: Tx, conversation: Conversation, row: Message, verdict: Verdict) -> None:
        tx.messages.put_aside(row, verdict.ends_as, verdict.reason)
        if self.composer.planner.stage(row.kind):
            self._plan_again(tx, row)
        elif row.kind in ASKING:
            self.composer.batches.elsewhere(tx, row, self.clock.now())
        elif verdict.needs_a_person:
            self.settler.ask_a_person(tx, row, f"did not leave: {verdict.reason}")

    def _plan_again(self, tx: Tx, row: Message) -> None:
        """What cannot leave may be owed by another way, or by a person."""
        if row.process_id is not None:
            self.composer.planner.replan(tx, row.process_id, self.clock.now())

    def _purpose(self, row: Message) -> Purpose:
        if row.author is Author.PERSON:
            return Purpose.PERSON
        if row.kind == "opt_out_ack":
            return Purpose.OPT_OUT_ACK
        if row.kind in ASKING:
            return Purpose.ASK
        return Purpose.STAGE if self.composer.planner.stage(row.kind) else Purpose.ANSWER

    # --- what the carrier said ----------------------------------------------------------

    def _note(self, row: Message, outcome: SendOutcome, *, confirms: bool) -> None:
        """Note the outcome. It happened, so no lease is asked for."""
        self.store.doing(lambda tx: self._take_in(tx, row, outcome, confirms), patience=PATIENCE)

    def _take_in(self, tx: Tx, row: Message, outcome: SendOutcome, confirms: bool) -> None:
        """Safe to repeat: only a row that is `sending` is moved on."""
        tx.conversations.find(row.conversation_id, for_update=True)
        match outcome:
            case Accepted(provider_id):
                self.settler.accepted(tx, row, provider_id, arrived=not confirms)
            case Unclear(reason):
                self.settler.unclear(tx, row, reason)
            case Refused():
                self._refused(tx, row, outcome)

    def _refused(self, tx: Tx, row: Message, refusal: Refused) -> None:
        attempts = row.attempts + 1
        fresh = tx.messages.fresh(row)
        if fresh.state is not State.SENDING or fresh.attempts != attempts:
            return  # noted already, and perhaps somebody is at it again
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
