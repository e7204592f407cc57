"""What the bot still answers while a handoff waits for a person, and what it leaves to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.domain.kinds import ELSEWHERE
from bot.domain.model import OTHER_OFFER, Handoff
from bot.domain.ports import Decision, Reply

DISTRESS = "distress"
EVERYTHING = frozenset({"everything"})
NOTHING: frozenset[str] = frozenset()
_TIME = frozenset(
    {
        *("when", "when_none", "status_booked", "next_steps_booked"),
        *("interview_day", "interview_time"),
    }
)

LEFT_TO_A_PERSON: Mapping[str, frozenset[str]] = {
    DISTRESS: EVERYTHING,
    ELSEWHERE: EVERYTHING,
    "complaint": EVERYTHING,
    "withdraw": EVERYTHING,
    "accept_offer": EVERYTHING,
    "decline_offer": EVERYTHING,
    OTHER_OFFER: EVERYTHING,
    "ask_compensation": EVERYTHING,
    "reschedule": _TIME,
    "cancel_interview": _TIME,
    "pick_slot": _TIME,
    "give_availability": _TIME,
    "ask_who": frozenset({"who", "interviewer"}),
    "running_late": NOTHING,
    "ask_feedback": NOTHING,
    "data_request": NOTHING,
    "media": NOTHING,
    "unknown": NOTHING,
    "asked for a person": NOTHING,
}
"""Why a person is awaited -> what is theirs alone meanwhile: keys of replies, and the facts that a
model's words are made of. A reason that does not stand here leaves everything to them."""

COURTESIES = frozenset({"thanks", "greeting"})
"""Nobody misses these while they wait."""
NO_ANSWERS = frozenset({"out_of_scope", "feedback_noted", "language_unknown"})
"""They only say who else would answer: a person is coming anyhow."""
WHILE_AWAITED: Mapping[str, str] = {"bot_challenge": "bot_challenge_awaited"}
"""Replies whose usual words would offer the person who is awaited already."""


@dataclass(frozen=True)
class Meanwhile:
    said: Decision
    waits: bool
    """Something is left for the person."""


def answers(awaited: Handoff | None, topic: str) -> bool:
    """Whether the bot speaks at all. What is answered to a rejection is a person's to read, and
    so is everything from the moment that somebody took the conversation."""
    if awaited is None:
        return True
    left = LEFT_TO_A_PERSON.get(awaited.reason, EVERYTHING)
    return awaited.holder_id is None and left != EVERYTHING and topic != "reject"


def moves(awaited: Handoff | None) -> bool:
    """Whether a candidate can move an interview in the chat, or a person is at it."""
    return awaited is None or LEFT_TO_A_PERSON.get(awaited.reason, EVERYTHING).isdisjoint(_TIME)


def meanwhile(decision: Decision, reason: str) -> Meanwhile:
    """Split a decision: what is said although a person is awaited for `reason`, and what waits."""
    if decision.handoff is not None:
        return Meanwhile(replace(decision, replies=()), waits=True)
    theirs = LEFT_TO_A_PERSON.get(reason, EVERYTHING)
    asked = [reply for reply in decision.replies if reply.key not in COURTESIES]
    said = [_awaited(reply) for reply in asked if not _left(reply, theirs)]
    return Meanwhile(replace(decision, replies=said), waits=len(said) < len(asked))


def graver(reason: str, than: str) -> bool:
    """Whether an open handoff takes over this reason: it silences a bot that still answers."""
    silences = LEFT_TO_A_PERSON.get(reason) == EVERYTHING
    return silences and LEFT_TO_A_PERSON.get(than, EVERYTHING) != EVERYTHING


def _left(reply: Reply, theirs: frozenset[str]) -> bool:
    about: Sequence[str] = (reply.key, *reply.facts)
    return theirs == EVERYTHING or reply.key in NO_ANSWERS or not theirs.isdisjoint(about)


def _awaited(reply: Reply) -> Reply:
    return replace(reply, key=WHILE_AWAITED.get(reply.key, reply.key))
