"""Answers without a model: from the facts, or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.answering.understanding import Understanding
from bot.domain.model import OTHER_OFFER
from bot.domain.ports import Decision, HandoffRequest, Question, Reply
from bot.domain.rights import fold

MOST_ANSWERS = 3
"""In one breath; more would read like a form."""

HANDOFFS: Mapping[str, str] = {
    "distress": "handoff_distress",
    "complaint": "handoff_complaint",
    "withdraw": "handoff_withdraw",
    "accept_offer": "handoff_offer",
    "decline_offer": "handoff_offer",
    OTHER_OFFER: "handoff_other_offer",
    "reschedule": "handoff_reschedule",
    "cancel_interview": "handoff_reschedule",
    "ask_compensation": "handoff_compensation",
    "ask_feedback": "handoff_feedback",
}
"""What only a person may deal with, and the words that say so."""

STATUS: Mapping[str, str] = {
    "undecided": "status_open",
    "booked": "status_booked",
    "advance": "status_advance",
    "reject": "status_reject",
    "offer": "status_offer",
    "withdrawn": "status_withdrawn",
}
NEXT: Mapping[str, str] = {**STATUS, "undecided": "next_steps", "booked": "next_steps_booked"}
DATED = frozenset({"status_open", "next_steps"})
"""Replies that give the status and the next date: they end silence."""

SMALL_TALK: Mapping[str, str] = {
    "bot_challenge": "bot_challenge",
    "thanks": "thanks",
    "greeting": "greeting",
}
UNKNOWN = HandoffRequest(reason="unknown", reply="handoff_notice")


@dataclass(frozen=True)
class OfflineAnswerer:
    """Implements `Answerer`."""

    understanding: Understanding

    def answer(self, question: Question) -> Decision:
        if not fold(question.text):
            return Decision()  # a thumb up, and no question
        intents = self.understanding.intents(question.text, question.language)
        urgent = next((intent for intent in intents if intent in HANDOFFS), None)
        if urgent is not None:
            return Decision(handoff=HandoffRequest(reason=urgent, reply=HANDOFFS[urgent]))
        keys = [key for intent in intents if (key := _fact_key(intent, question))]
        if keys:
            return Decision(replies=_replies(keys))
        if "ask_who" in intents and question.topic == "booked":
            return Decision(handoff=HandoffRequest(reason="ask_who", reply="who_unknown"))
        if any(intent.startswith("ask_") for intent in intents):
            return Decision(handoff=UNKNOWN)
        if "acknowledge" in intents:
            return Decision()
        small_talk = next((SMALL_TALK[i] for i in intents if i in SMALL_TALK), None)
        if small_talk is not None:
            return Decision(replies=[Reply(key=small_talk)])
        return Decision(handoff=UNKNOWN)


def _replies(keys: Sequence[str]) -> list[Reply]:
    once = list(dict.fromkeys(keys))[:MOST_ANSWERS]
    return [Reply(key=key, counts=key in DATED) for key in once]


def _fact_key(intent: str, question: Question) -> str | None:
    """Return the reply that the facts can fill, or None."""
    facts, topic = question.facts, question.topic
    if topic == "none":
        return None
    match intent:
        case "ask_status":
            return STATUS[topic]
        case "ask_next_steps":
            return NEXT[topic]
        case "ask_who":
            return "who" if facts.get("interviewer") else None
        case "ask_when":
            return "when" if topic == "booked" else "when_none"
        case "ask_where":
            places = {"meeting_link": "where_link", "place": "where"}
            return next((key for fact, key in places.items() if facts.get(fact)), None)
        case "ask_how_long":
            return "how_long" if facts.get("minutes") else None
    return None
