"""What a text asks for: patterns for what must not be confused, weights for the rest."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from bot.answering.understanding.embedding import Embed
from bot.answering.understanding.features import wording
from bot.answering.understanding.manners import Manners
from bot.answering.understanding.patterns import Patterns
from bot.answering.understanding.weights import Weights
from bot.domain.model import OTHER_OFFER
from bot.domain.rights import Right, RightsWords, match

MOST_PARTS = 5
"""Sentences that are read apart; who writes more is read as a whole beyond them."""
CLEAR = 0.7
"""A sentence counts apart from the others with this confidence."""
BY_PATTERN = 0.97
"""How sure a pattern is; it is right about so often."""
SURE_OF_LANGUAGE = 0.9
SURE_OF_A_WORD = 0.97
"""The same for one word or two: many are at home in several languages."""
OUT_OF_SCOPE = "out_of_scope"
URGENCY = (
    *("distress", "opt_out", "data_request", "complaint", "human_handoff", "withdraw"),
    *("decline_offer", "accept_offer", "cancel_interview", "running_late", "reschedule"),
    *("pick_slot", "give_availability", "survey_score", "survey_feedback", "prompt_injection"),
    *("prefer_email", "opt_in", "language_switch", "ask_status", "ask_next_steps"),
    *("ask_interview_details", "ask_compensation", "ask_feedback", "bot_challenge"),
    *("deny", "confirm", "thanks", "greeting", OUT_OF_SCOPE),
)
"""Every intent, in the order in which one message that holds several is dealt with."""
SMALL_TALK = frozenset({"deny", "confirm", "thanks", "greeting", OUT_OF_SCOPE})
"""Says nothing beside anything else."""
NEVER_MISSED: Mapping[str, float] = {"distress": 0.25, "opt_out": 0.15}
"""From which confidence on these count, whatever is likelier."""
A_TRACE: Mapping[str, float] = {"distress": 0.08}
"""From which confidence on these are noted where nothing is clear, behind what is likelier: a
person should look."""
_UNCLEAR = {**NEVER_MISSED, **A_TRACE}
OF_PATTERN: Mapping[str, str] = {
    "ask_who": "ask_interview_details",
    "ask_when": "ask_interview_details",
    "ask_where": "ask_interview_details",
    "ask_how_long": "ask_interview_details",
    "acknowledge": "confirm",
    OTHER_OFFER: "ask_status",
}
"""The intents of patterns that are finer than ours. Who has another offer asks for haste."""
OF_RIGHT: Mapping[Right, str] = {
    Right.STOP: "opt_out",
    Right.START: "opt_in",
    Right.HUMAN: "human_handoff",
    Right.EMAIL: "prefer_email",
    Right.DATA: "data_request",
    Right.DELETE: "data_request",
}
"""What the words mean that always work."""


@dataclass(frozen=True, kw_only=True)
class Intent:
    name: str
    """One of `URGENCY`."""
    confidence: float
    """From 0 to 1."""


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """What a candidate means by a text."""

    intents: Sequence[Intent]
    """At least one, the most urgent first."""
    language: str
    """In which it was written: `en`, `es` or `pt`."""
    out_of_scope: float
    """How likely it is about none of our business, from 0 to 1."""
    details: Sequence[str] = ()
    """What patterns found, in their finer names, the most urgent first."""

    @property
    def intent(self) -> Intent:
        return self.intents[0]

    def confidence(self, name: str) -> float:
        return next((one.confidence for one in self.intents if one.name == name), 0.0)


@dataclass(frozen=True)
class Understanding:
    rights: RightsWords
    patterns: Patterns
    weights: Weights
    embed: Embed | None
    """None leaves everything to the patterns."""
    identity: Patterns = field(default_factory=lambda: Patterns({}, {}))
    """Who somebody says that they are."""
    after: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Message of ours -> intent -> how many times as likely it is as an answer."""
    manners: Manners = field(default_factory=lambda: Manners(Patterns({}, {})))

    def read(self, text: str, language: str, after: str = "") -> Meaning:
        """Return what a candidate means who speaks `language`, right after our message."""
        written_in = self.language(text, language)
        details = self._known(text, written_in)
        if self.embed is None:
            return _by_patterns(details, written_in)
        likely = partial(self._likely, self.embed, self.after.get(after, {}))
        whole, apart = likely(text), [likely(part) for part in sentences(text)]
        return Meaning(
            intents=_in_order(_found(whole, apart, details)),
            language=written_in,
            out_of_scope=0.0 if details else whole[OUT_OF_SCOPE],
            details=details,
        )

    def _known(self, text: str, language: str) -> Sequence[str]:
        """Return what needs no weighing: rights claimed by their words, and patterns."""
        right = match(text, self.rights)
        claimed = [OF_RIGHT[right]] if right is not None and right in OF_RIGHT else []
        return claimed + self.patterns.intents(text, language)

    def language(self, text: str, otherwise: str) -> str:
        """Return the language of a text, or `otherwise` where it is too short to tell."""
        likely = self.weights.languages.probabilities(wording(text))
        best = max(likely, key=likely.__getitem__)
        sure = SURE_OF_LANGUAGE if len(text.split()) > 2 else SURE_OF_A_WORD
        return best if likely[best] >= sure else otherwise

    def _likely(self, embed: Embed, context: Mapping[str, float], text: str) -> Mapping[str, float]:
        seen = np.concatenate([self.weights.meaning(embed(text)), wording(text)])
        likely = self.weights.intents.probabilities(seen)
        weighed = {name: p * context.get(name, 1.0) for name, p in likely.items()}
        total = sum(weighed.values())
        nothing = dict.fromkeys(self.patterns.only_sounds_like(text), 0.0)
        return {name: p / total for name, p in weighed.items()} | nothing


def sentences(text: str) -> Sequence[str]:
    """Return the sentences of a text that has several."""
    parts = [part.strip() for part in _END.split(text)]
    said = [part for part in parts if len(part.split()) > 1][:MOST_PARTS]
    return said if len(said) > 1 else ()


_END = re.compile(r"(?<=[.!?…])\s+|\n+|;\s")


def _found(
    whole: Mapping[str, float], apart: Sequence[Mapping[str, float]], details: Sequence[str]
) -> Mapping[str, float]:
    """Return every intent that counts, with its confidence."""
    found: dict[str, float] = {}

    def note(name: str, confidence: float) -> None:
        found[name] = max(found.get(name, 0.0), confidence)

    for name in details:
        note(OF_PATTERN.get(name, name), BY_PATTERN)
    for likely in apart:
        best = max(likely, key=likely.__getitem__)
        if likely[best] >= CLEAR:
            note(best, likely[best])
    best = max(whole, key=whole.__getitem__)
    if not found or whole[best] >= CLEAR:
        note(best, whole[best])
    for likely in (whole, *apart):
        for name, enough in (NEVER_MISSED if max(likely.values()) >= CLEAR else _UNCLEAR).items():
            if likely[name] >= enough:
                note(name, likely[name])
    return found


def _in_order(found: Mapping[str, float]) -> Sequence[Intent]:
    known = [name for name in URGENCY if name in found]
    known.sort(key=lambda name: name in A_TRACE and found[name] < NEVER_MISSED[name])
    if any(name not in SMALL_TALK for name in known):
        known = [name for name in known if name != OUT_OF_SCOPE]
    return [Intent(name=name, confidence=found[name]) for name in known]


def _by_patterns(details: Sequence[str], language: str) -> Meaning:
    """Without an embedding: what no pattern knows is out of scope, and goes to a person."""
    found = {OF_PATTERN.get(name, name): BY_PATTERN for name in details}
    known = _in_order(found)
    return Meaning(
        intents=known or [Intent(name=OUT_OF_SCOPE, confidence=0.5)],
        language=language,
        out_of_scope=0.0 if known else 0.5,
        details=details,
    )
