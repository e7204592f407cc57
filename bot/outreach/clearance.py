"""Whether a message may leave at this moment: everything is asked again, and it is claimed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.domain.asks import ASKING
from bot.domain.failpoints import fp
from bot.domain.identity import SAFE
from bot.domain.model import (
    Author,
    Channel,
    Conversation,
    Form,
    Message,
    Person,
    State,
)
from bot.domain.pacing import Lane, Pace, may_follow
from bot.domain.policy import A_DAY, Action, Purpose, Situation, Spoken, Verdict, may_send
from bot.domain.ports import Channel as Carrier
from bot.domain.ports import Clock
from bot.domain.stages import Stage
from bot.outreach.compose import Composer
from bot.outreach.settle import Settler

if TYPE_CHECKING:
    from bot.store import Store, Tx

ANSWERS_LAST = timedelta(hours=24)
"""An answer that could not leave for this long answers nothing any more: a person is asked."""
PATIENCE = 10.0
"""Seconds to wait for a database that is away: what the carrier said must not be forgotten."""
FAR_AWAY = datetime.max.replace(tzinfo=UTC)
A_MOMENT = timedelta(seconds=1)


@dataclass(frozen=True)
class Claim:
    """The right to send one row, as the policy gave it."""

    form: Form
    seq: int
    """Of the conversation: whatever comes in makes it grow, and the claim void."""


@dataclass(frozen=True)
class Clearance:
    store: Store
    clock: Clock
    carriers: Mapping[Channel, Carrier]
    composer: Composer
    settler: Settler
    paces: Mapping[Channel, Pace]

    def claim(self, row: Message, token: str) -> Claim | None:
        """Ask everything again and commit `sending`; None where it does not leave now.

        Raises LeaseLost."""
        return self.store.doing(lambda tx: self._ask(tx, row, token), patience=PATIENCE)

    def _ask(self, tx: Tx, row: Message, token: str) -> Claim | None:
        conversation = tx.conversations.fence(row.conversation_id, token)
        fresh = tx.messages.fresh(row)
        if fresh.state is State.SENDING:  # by us: only the answer to the commit was lost
            return Claim(fresh.form, conversation.seq)
        if fresh.state is not State.READY:
            return None
        verdict = may_send(self._situation(tx, conversation, fresh))
        if verdict.action is Action.SEND:
            verdict = self._in_order(tx, conversation, fresh) or verdict
        if verdict.action is Action.SEND:
            now = self.clock.now()
            tx.sendings.begun(fresh, verdict.form, token, verdict.reason, now)
            fp("send.claimed")
            return Claim(verdict.form, conversation.seq)
        self._put_off(tx, fresh, verdict)
        return None

    def lane(self, row: Message) -> Lane:
        first = self._purpose(row) in (Purpose.STAGE, Purpose.ASK)
        return Lane.STAGES if first else Lane.ANSWERS

    def expires_at(self, row: Message) -> datetime:
        """Return when the words of a row are out of place."""
        if row.expires_at is not None or self.lane(row) is Lane.ANSWERS:
            return row.expires_at or row.at + ANSWERS_LAST
        return FAR_AWAY

    def _in_order(self, tx: Tx, conversation: Conversation, row: Message) -> Verdict | None:
        """The parts of an answer leave one after the other, and not too many at once."""
        now, pace = self.clock.now(), self.paces[conversation.channel]
        before = tx.sendings.part_before(row)
        if before is not None:
            turn = max(before.slot_at or now, before.due_at or now, now + A_MOMENT)
            return Verdict(action=Action.WAIT, until=turn, reason="behind the part before it")
        until = may_follow(tx.sendings.left_since(conversation.id, now - pace.remembers), pace)
        if until is None or until <= now:
            return None
        reason = "not too many messages at once for one candidate"
        return Verdict(action=Action.WAIT, until=until, reason=reason)

    def _situation(self, tx: Tx, conversation: Conversation, row: Message) -> Situation:
        now, person = self.clock.now(), tx.people.find(conversation.person_id)
        consent = tx.people.consent(person.id, conversation.channel)
        handoff, pause = tx.handoffs.current(conversation.id), tx.pauses.current()
        candidacies = self.composer.candidacies
        carrier = self.carriers[conversation.channel]
        purpose = self._purpose(row)
        gap = tx.restores.gap(now)
        answers = purpose in (Purpose.ANSWER, Purpose.OPT_OUT_ACK)
        situation = Situation(
            now=now,
            purpose=purpose,
            channel=conversation.channel,
            expires_at=self.expires_at(row),
            consented=consent.granted,
            opted_out=consent.revoked,
            prefers_email=person.preferred_channel == Channel.EMAIL,
            doubted=row.kind not in SAFE and tx.doubts.current(conversation.id) is not None,
            holder=handoff.holder if handoff else "",
            unread=bool(tx.messages.unread(conversation.id)),
            paused_by=pause.by if pause else "",
            last_inbound_at=conversation.last_inbound_at,
            has_template=row.template is not None and carrier.has_template(row.template.name),
            zone=candidacies.zone(tx, person.id, person.time_zone),
            quiet=candidacies.company.quiet,
            since=(answers and conversation.last_inbound_at) or row.at,
            forgotten_until=gap.until if gap and row.attempts == 0 else None,
        )
        if situation.purpose is Purpose.ASK:
            return self._of_ask(tx, person, row, situation)
        stage = self.composer.planner.stage(row.kind)
        return self._of_stage(tx, conversation, row, stage, situation) if stage else situation

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
        self, tx: Tx, conversation: Conversation, row: Message, stage: Stage, situation: Situation
    ) -> Situation:
        """Add what only the bot's own first word depends on."""
        candidacy = self.composer.candidacies.find(tx, row.process_id) if row.process_id else None
        if candidacy is None:
            return replace(situation, owed=False)
        planner, now = self.composer.planner, situation.now
        facts = self.composer.facts(tx, candidacy, row, stage, situation.channel)
        unread = self.composer.read_first(tx, candidacy, stage) and not tx.approvals.has(row)
        lately = tx.history.lately(conversation.person_id, candidacy.process_id, now - A_DAY)
        owed = {item.key: item for item in planner.owed(tx, candidacy, now) if item.way}
        return replace(
            situation,
            owed=row.key in owed,
            since=owed[row.key].since + stage.window.earliest if row.key in owed else row.at,
            facts_changed=self.composer.out_of_date(conversation, row, candidacy, facts),
            final=stage.is_final_word,
            latest_at=row.latest_at,
            unapproved=unread,
            lately=tuple(self._spoken(*word) for word in lately),
        )

    def _spoken(self, kind: str, at: datetime, same_process: bool) -> Spoken:
        stage = self.composer.planner.stage(kind)
        final = stage is not None and stage.is_final_word
        return Spoken(at=at, same_process=same_process, final=final)

    def _put_off(self, tx: Tx, row: Message, verdict: Verdict) -> None:
        match verdict.action:
            case Action.WAIT if verdict.reword:
                due_at = row.due_at or row.at
                tx.messages.reschedule(
                    row, due_at, verdict.reason, state=State.PLANNED, body="", word_at=due_at
                )
            case Action.WAIT:
                until = verdict.until or self.clock.now()
                tx.messages.reschedule(row, until, verdict.reason, slot_at=None)
            case Action.ASK_CARRIER:
                gap = tx.restores.gap(self.clock.now())
                self.settler.remember(tx, row, gap.since if gap else row.at, verdict.reason)
            case Action.HOLD:
                tx.messages.put_aside(row, State.HELD, verdict.reason)
                self._plan_again(tx, row)
            case _:
                self._refuse(tx, row, verdict)

    def _refuse(self, tx: Tx, row: Message, verdict: Verdict) -> None:
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
