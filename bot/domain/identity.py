"""Whether it is the candidate who writes. In doubt, nothing about a process leaves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.model import ConversationId

FLOW = "identity"
"""The scripted conversation that asks, and the slot that says how far it got."""
CHECK, SORRY = "contact_check", "wrong_person_ack"
SAFE = frozenset({CHECK, SORRY, "opt_out_ack"})
"""The kinds of messages that may leave in doubt: they tell nothing but who writes."""


class Claim(StrEnum):
    """What a text says about who wrote it."""

    NOT_ME = "not_me"
    """Unmistakably somebody else, asked or not."""
    NO = "no"
    """The same as an answer to our question."""
    ME = "me"


class Step(StrEnum):
    """Where the question stands whether it is the candidate."""

    ASKED = "asked"
    DENIED = "denied"
    """Somebody else has this number: only a person, or another number, ends that."""
    CONFIRMED = "confirmed"


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """Somebody said that they are not the candidate whose number this is. Until it is settled
    the consent to write to the number rests; `message_id` is what it rests on."""

    id: int
    conversation_id: ConversationId
    message_id: int
    since: datetime
    denied_at: datetime | None

    @property
    def step(self) -> Step:
        return Step.DENIED if self.denied_at else Step.ASKED

    @property
    def tasks(self) -> tuple[str, str]:
        """The keys of what a recruiter is asked: whether it is them, and for another number."""
        return f"doubt:{self.id}", f"wrong_person:{self.id}"


_AFTER_ASKED: Mapping[Claim, Step] = {
    Claim.NOT_ME: Step.DENIED,
    Claim.NO: Step.DENIED,
    Claim.ME: Step.CONFIRMED,
}


def next_step(step: Step | None, claim: Claim | None) -> Step | None:
    """Return where a claim leads from `step`, or None where it changes nothing: it is asked
    once, and who denied it is not believed any more."""
    if step is None:
        return Step.ASKED if claim is Claim.NOT_ME else None
    if step is Step.ASKED and claim is not None:
        return _AFTER_ASKED[claim]
    return None
