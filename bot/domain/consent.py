"""May we write first? Asked once of a candidate who writes and never said whether they agree."""

from collections.abc import Mapping
from dataclasses import replace

from bot.domain.ports import Decision, Reply

FLOW = "consent"
"""The scripted conversation that asks, and the slot that says that it did."""
ASKED, GIVEN, DECLINED = "asked", "given", "declined"


def asking_too(decision: Decision, slots: Mapping[str, str]) -> Decision:
    """Return an answer that also asks. Who needs a person, claims a right or is in the middle of
    something is not asked now; whoever was asked is not asked again."""
    otherwise = decision.right or decision.handoff or decision.identity or decision.flow
    if otherwise or not decision.replies or FLOW in slots:
        return decision
    replies = [*decision.replies, Reply(key="consent_ask")]
    return replace(decision, replies=replies, flow=FLOW, slots={**decision.slots, FLOW: ASKED})


def resumed(flow: str | None) -> str | None:
    """Return the flow that goes on after something else was answered. Agreement is said at once or
    not at all: no yes to another question is taken for it."""
    return None if flow == FLOW else flow
