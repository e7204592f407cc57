"""When the next message may leave by one of our numbers, and whether the number works at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.domain.failpoints import fp
from bot.domain.model import Channel, Conversation
from bot.domain.pacing import FOR_EVER, LATE, SOON, Lane, Pace, Slot
from bot.domain.ports import Clock, Refused, SendOutcome, Unclear
from bot.domain.retrying import Reaction

if TYPE_CHECKING:
    from bot.store import Store

RESTS = "nothing leaves by our number for the moment: it goes as soon as the number works again"
QUEUES = "in line behind other messages"


@dataclass(frozen=True, kw_only=True)
class Booked:
    """A slot, near enough to wait for it."""

    at: datetime
    latest: datetime
    """After this it is lost: used later, it would crowd those behind it."""
    failures: int = 0
    alone: bool = False
    """It is the one message that tries whether the number works again."""


@dataclass(frozen=True, kw_only=True)
class NotYet:
    until: datetime
    reason: str
    in_line: bool = True
    """An answer has its slot then, and a stage asks for one. Else nothing leaves before."""


Booking = Booked | NotYet


@dataclass(frozen=True)
class Pacer:
    store: Store
    clock: Clock
    paces: Mapping[Channel, Pace]

    def book(self, conversation: Conversation, lane: Lane, slot_at: datetime | None) -> Booking:
        """Take a slot for a message of this lane. `slot_at` is the one that it has, if any.

        Answers book as far ahead as it takes; a stage only books what is near, so that an
        answer never stands behind a mass mailing.
        """
        now, late = self.clock.now(), self._pace(conversation).every * LATE
        if lane is Lane.ANSWERS and slot_at is not None and now <= slot_at + late:
            return self._paid(conversation, slot_at)
        slot = self._take(conversation, lane, now)
        if slot is None:
            return self._not_yet(conversation, lane, now)
        at = now + slot.wait
        if slot.wait > SOON:
            return NotYet(until=at, reason="behind other answers")
        return Booked(at=at, latest=at + late, failures=slot.failures, alone=slot.alone)

    def _paid(self, conversation: Conversation, at: datetime) -> Booking:
        now = self.clock.now()
        with self.store.alone() as tx:
            rests = tx.senders.rests(conversation.sender, now)
        if rests:
            return NotYet(until=now + rests, reason=RESTS, in_line=False)
        return Booked(at=at, latest=at + self._pace(conversation).every * LATE)

    def _take(self, conversation: Conversation, lane: Lane, now: datetime) -> Slot | None:
        sender, every = conversation.sender, self._pace(conversation).every
        within = SOON if lane is Lane.STAGES else FOR_EVER
        with self.store.alone() as tx:
            slot = tx.senders.book(sender, every, now, within=within)
            if slot is None and tx.senders.know(sender):
                slot = tx.senders.book(sender, every, now, within=within)
        fp("slot.taken")
        return slot

    def _not_yet(self, conversation: Conversation, lane: Lane, now: datetime) -> NotYet:
        sender, every = conversation.sender, self._pace(conversation).every
        with self.store.alone() as tx:
            wait = rests = tx.senders.rests(sender, now)
            if lane is Lane.STAGES:
                wait = tx.senders.line_up(sender, every, now)
        reason = RESTS if rests else QUEUES
        return NotYet(until=now + wait, reason=reason, in_line=not rests)

    # --- how it went --------------------------------------------------------------------

    def note(self, conversation: Conversation, outcome: SendOutcome, turn: Booked) -> None:
        """Note what a send says about the number."""
        match outcome:
            case Unclear(reason):
                self.failed(conversation, reason, mending=False, alone=turn.alone)
            case Refused(reaction=reaction, reason=reason) if reaction.of_the_number:
                mending = reaction is Reaction.PAUSE
                self.failed(conversation, reason, mending=mending, alone=turn.alone)
            case _ if turn.failures:
                self._works(conversation)

    def failed(
        self, conversation: Conversation, reason: str, *, mending: bool, alone: bool = False
    ) -> None:
        """Nothing leaves by this number. After some failures it rests, and a person knows."""
        now = self.clock.now()
        with self.store.alone() as tx:
            rests = tx.senders.failed(conversation.sender, now, alone=alone, mending=mending)
        if not rests:
            return
        with self.store.begin() as tx:
            tx.tasks.open(
                kind="sender",
                key=f"{_key(conversation)}{now.isoformat()}",
                what=_alert(conversation, reason, mending=mending),
                now=now,
            )

    def _works(self, conversation: Conversation) -> None:
        with self.store.alone() as tx:
            news = tx.senders.works(conversation.sender)
        if news:
            with self.store.begin() as tx:
                tx.tasks.withdraw_all(_key(conversation), self.clock.now())

    def _pace(self, conversation: Conversation) -> Pace:
        return self.paces[conversation.channel]


def _key(conversation: Conversation) -> str:
    return f"sender:{conversation.sender}:"


def _alert(conversation: Conversation, reason: str, *, mending: bool) -> str:
    name = {Channel.WHATSAPP: "WhatsApp", Channel.EMAIL: "e-mail"}[conversation.channel]
    told = f"Nothing leaves by {name} from {conversation.sender}: {reason}."
    if mending:
        return f"{told} An admin has to mend it (`app.py doctor`); until then candidates wait"
    return f"{told} Messages wait and leave by themselves; write to whoever cannot wait"
