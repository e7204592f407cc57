"""A candidate chose another time: it is asked for, or they hear that it is gone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from bot.domain.booking import OFFERED, Diary, asked_for, listed, named, shown
from bot.domain.candidacy import Candidacy
from bot.domain.model import Conversation
from bot.domain.ports import Decision, HandoffRequest, Reply
from bot.outreach.bookings import FLOW, Bookings

if TYPE_CHECKING:
    from bot.store import Tx

GONE = HandoffRequest(reason=FLOW, reply="handoff_slot_taken")


@dataclass(frozen=True)
class Moving:
    bookings: Bookings

    def diary(
        self, tx: Tx, talk: Conversation, candidacy: Candidacy | None, now: datetime
    ) -> Diary | None:
        """Return what the candidate can choose from, if anything can be moved."""
        return self.bookings.diary(tx, candidacy, now, shown(talk.slots)) if candidacy else None

    def ask_for(
        self,
        tx: Tx,
        conversation: Conversation,
        candidacy: Candidacy | None,
        decision: Decision,
        now: datetime,
    ) -> Decision:
        """Ask for the slot that a decision names; return what to say now."""
        if decision.books is None or candidacy is None:
            return decision
        process, zone = candidacy.process_id, candidacy.zone
        booking = self.bookings.request(tx, conversation, process, decision.books, now)
        if booking is not None:
            facts = asked_for(booking, zone)
            replies = [replace(one, facts={**one.facts, **facts}) for one in decision.replies]
            return replace(decision, replies=replies)
        others = self.bookings.others(tx, candidacy, now)
        if not others:
            return Decision(handoff=GONE)
        offer = Reply(key=f"reschedule_offer_{len(others)}", facts=named(others, zone))
        return Decision(
            replies=[Reply(key="slot_taken"), offer],
            slots={OFFERED: listed(others)},
            flow=FLOW,
        )
