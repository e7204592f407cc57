"""Answers without a model: from the facts, from what the team wrote, or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.answering.knowledge import Knowledge, Passage
from bot.answering.languages import asked_for
from bot.answering.understanding import Meaning, Understanding
from bot.domain.manner import Preference
from bot.domain.model import OTHER_OFFER
from bot.domain.ports import Decision, HandoffRequest, Question, Reply
from bot.domain.rights import Right, fold

MOST_ANSWERS = 3
"""In one breath; more would read like a form."""
SURE = 0.5
"""How confident a meaning has to be before it is answered; below, a person answers."""
SURE_OF_OTHERS = 0.93
"""How confident before somebody hears that this is none of our business, where nothing that the
team wrote is near: to us, questions about a company that nobody foresaw sound much like it."""
SURE_OF_RIGHT = 0.7
"""How confident before a right is carried out that was not claimed by its word."""

HANDOFFS: Mapping[str, str] = {
    "distress": "handoff_distress",
    "complaint": "handoff_complaint",
    "withdraw": "handoff_withdraw",
    "accept_offer": "handoff_offer",
    "decline_offer": "handoff_offer",
    OTHER_OFFER: "handoff_other_offer",
    "data_request": "handoff_data",
    "running_late": "handoff_late",
    "reschedule": "handoff_reschedule",
    "cancel_interview": "handoff_reschedule",
    "pick_slot": "handoff_times",
    "give_availability": "handoff_times",
    "ask_compensation": "handoff_compensation",
    "ask_feedback": "handoff_feedback",
}
"""What only a person may deal with, and the words that say so."""

MOVING = "reschedule"
MOVES = frozenset({MOVING, "give_availability", "pick_slot", "cancel_interview"})
"""What the script of this name may settle before a person has to."""

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

RIGHTS: Mapping[str, Right] = {
    "opt_out": Right.STOP,
    "human_handoff": Right.HUMAN,
    "prefer_email": Right.EMAIL,
    "opt_in": Right.START,
}
"""What is a right in whatever words it is claimed."""
DETAILS = ("ask_who", "ask_when", "ask_where", "ask_how_long")
"""What may be meant by a question about the interview."""
OUTSIDE = "out_of_scope"
SMALL_TALK: Mapping[str, str] = {
    "bot_challenge": "bot_challenge",
    "survey_feedback": "feedback_noted",
    "prompt_injection": "out_of_scope",
    OUTSIDE: "out_of_scope",
    "thanks": "thanks",
    "greeting": "greeting",
}
A_THOUGHT = 3
"""Words from which on a trace of despair is one: less says too little."""
A_SENTENCE = 4
"""Words from which on somebody is answered in the language that they wrote them in."""
NODS = frozenset({"confirm", "deny", "language_switch"})
"""What needs no answer after a message of ours that asked nothing in particular."""
UNKNOWN = HandoffRequest(reason="unknown", reply="handoff_unknown")
PAY = "ask_compensation"
ASKED = frozenset({PAY, "ask_feedback"})
"""Handed over like the rest, but whoever asks it hears all the same what else they asked."""
CHAT = frozenset({*SMALL_TALK, *NODS}) - {OUTSIDE, "language_switch"}
"""What asks nothing of us."""


@dataclass(frozen=True)
class OfflineAnswerer:
    """Implements `Answerer`."""

    understanding: Understanding
    knowledge: Knowledge

    def answer(self, question: Question) -> Decision:
        return self.decide(question, self.meaning(question))

    def right(self, question: Question) -> Right | None:
        return self.answer(question).right

    def meaning(self, question: Question) -> Meaning:
        return self.understanding.read(question.text, question.language, question.after)

    def decide(self, question: Question, meaning: Meaning) -> Decision:
        if not fold(question.text):
            return Decision()  # a thumb up, and no question
        wish, rest = self.understanding.manners.heard(question.text, question.language)
        if wish:
            return self._as_wished(wish, replace(question, text=rest), meaning)
        wanted = _wanted(meaning, question)
        asked = replace(question, language=wanted or meaning.language)
        decision = _claimed(meaning) or _worried(meaning, asked) or self._answered(meaning, asked)
        return _in_their_language(decision, meaning, wanted)

    def _as_wished(self, wish: Preference, question: Question, whole: Meaning) -> Decision:
        """Confirm how they want to be written to, and answer what else they said."""
        language = whole.language
        told = self.answer(question) if fold(question.text) else Decision(language=language)
        first = () if told.right else confirmed(wish)
        return replace(told, wish=wish, replies=[*first, *told.replies])

    def _answered(self, meaning: Meaning, question: Question) -> Decision:
        wishes = _wishes(meaning, question.topic)
        urgent = next((wish for wish in wishes if wish in HANDOFFS), "")
        if urgent and urgent not in ASKED:
            return _handed_over(urgent, question.topic)
        told = _replies([key for wish in wishes if (key := _fact_key(wish, question))])
        passage = self._passage(wishes, question, about_pay=urgent == PAY)
        if urgent == PAY and passage:
            return Decision(replies=[*told, _quoted(passage)])
        if urgent:
            return replace(_handed_over(urgent, question.topic), replies=told)
        if passage and not (told and _precise(wishes, meaning)):
            return Decision(replies=[_quoted(passage)])
        return Decision(replies=told) if told else _unanswered(wishes, question)

    def _passage(
        self, wishes: Sequence[str], question: Question, *, about_pay: bool
    ) -> Passage | None:
        """Return what the team wrote about it, unless nothing is asked."""
        if "?" not in question.text and wishes and CHAT.issuperset(wishes):
            return None
        found = self.knowledge.search(
            question.text,
            language=question.language,
            role=question.role,
            stage=question.topic,
            about_pay=about_pay,
        )
        return found[0] if found else None


def confirmed(wish: Preference) -> list[Reply]:
    """Return what is said to somebody who wants to be written to in another way."""
    return [Reply(key=f"manner_{one}") for one in (wish.tone, wish.length) if one]


def _claimed(meaning: Meaning) -> Decision | None:
    """Carry out a right; ask where it is likely, but not sure, that messages are to end."""
    if meaning.intent.name not in RIGHTS:
        return None
    if meaning.intent.confidence >= SURE_OF_RIGHT:
        return Decision(right=RIGHTS[meaning.intent.name])
    return Decision(replies=[Reply(key="stop_which")]) if meaning.intent.name == "opt_out" else None


def _worried(meaning: Meaning, question: Question) -> Decision | None:
    """Let a person look where somebody may be in despair; only who surely is hears of help."""
    if len(question.text.split()) >= A_THOUGHT and 0 < meaning.confidence("distress") < SURE:
        return Decision(handoff=HandoffRequest(reason="distress", reply="handoff_worried"))
    return None


def _wanted(meaning: Meaning, question: Question) -> str:
    """Return the language to answer in; empty where they ask for one that we do not write."""
    if meaning.confidence("language_switch") >= SURE:
        return asked_for(question.text, meaning.language)
    whole = len(question.text.split()) >= A_SENTENCE
    return meaning.language if whole else question.language


def _in_their_language(decision: Decision, meaning: Meaning, wanted: str) -> Decision:
    if meaning.confidence("language_switch") < SURE:
        return replace(decision, language=wanted)
    quoted = any(reply.text for reply in decision.replies)
    if quoted and wanted in ("", meaning.language):  # they asked about a language, not for one
        return replace(decision, language=meaning.language)
    if not wanted:
        return replace(decision, replies=[Reply(key="language_unknown")], handoff=None)
    first = [] if decision.handoff else [Reply(key="language_switched")]
    replies = [*first, *decision.replies]
    return replace(decision, replies=replies, language=wanted, keeps_language=True)


def _wishes(meaning: Meaning, topic: str) -> Sequence[str]:
    """Return what is surely meant, in the finest names, the most urgent first."""
    named = [name for name in meaning.details if name in DETAILS]
    whole = DETAILS if topic == "booked" else ()
    finer = {"ask_interview_details": named or whole or ["ask_interview_details"]}
    sure = [one.name for one in meaning.intents if one.confidence >= _enough(one.name)]
    first = [OTHER_OFFER] if OTHER_OFFER in meaning.details else []
    return first + [wish for name in sure for wish in finer.get(name, [name])]


def _enough(intent: str) -> float:
    return SURE_OF_OTHERS if intent == OUTSIDE else SURE


def _precise(wishes: Sequence[str], meaning: Meaning) -> bool:
    """Whether they ask about their own process or appointment, and not how it usually is."""
    return "ask_status" in wishes or any(name in DETAILS for name in meaning.details)


def _quoted(passage: Passage) -> Reply:
    return Reply(key="knowledge", text=passage.text, source=passage.source)


def _handed_over(reason: str, topic: str) -> Decision:
    """Without an appointment ahead there is none that stands until it is moved."""
    absent = topic != "booked" and HANDOFFS[reason] == "handoff_reschedule"
    reply = "handoff_no_interview" if absent else HANDOFFS[reason]
    starts = MOVING if reason in MOVES else ""
    return Decision(handoff=HandoffRequest(reason=reason, reply=reply), starts=starts)


def _unanswered(wishes: Sequence[str], question: Question) -> Decision:
    if "ask_who" in wishes and question.topic == "booked":
        return Decision(handoff=HandoffRequest(reason="ask_who", reply="who_unknown"))
    if any(wish.startswith("ask_") for wish in wishes):
        return Decision(handoff=UNKNOWN)
    small_talk = next((SMALL_TALK[wish] for wish in wishes if wish in SMALL_TALK), None)
    if small_talk is not None:
        return Decision(replies=[Reply(key=small_talk)])
    return Decision() if any(wish in NODS for wish in wishes) else Decision(handoff=UNKNOWN)


def _replies(keys: Sequence[str]) -> list[Reply]:
    once = list(dict.fromkeys(keys))[:MOST_ANSWERS]
    return [Reply(key=key, counts=key in DATED) for key in once]


def _fact_key(intent: str, question: Question) -> str | None:
    """Return the reply that the facts can fill, or None."""
    facts, topic = question.facts, question.topic
    if topic not in STATUS:
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
