"""The survey: one number, then one open question. Anything else is answered elsewhere."""

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection

SCORE = "survey_score"
COMMENT = "survey_comment"
ASKED_AGAIN = "survey_asked_again"
SURE = 0.5
"""From which confidence on a text is taken for something else than an answer."""
MAY_BE_A_COMMENT = frozenset(
    {
        *("survey_score", "survey_feedback", "out_of_scope", "pick_slot"),
        *("thanks", "greeting", "confirm", "deny"),
    }
)
LONGEST_SCORE_TEXT = 40
"""Longer texts hold numbers that are not scores."""

NUMBERS = {
    word: number
    for number, words in enumerate(
        (
            ("zero", "cero"),
            ("one", "uno", "um"),
            ("two", "dos", "dois"),
            ("three", "tres", "três"),
            ("four", "cuatro", "quatro"),
            ("five", "cinco"),
            ("six", "seis"),
            ("seven", "siete", "sete"),
            ("eight", "ocho", "oito"),
            ("nine", "nueve", "nove"),
            ("ten", "diez", "dez"),
        )
    )
    for word in words
}


def read_score(text: str) -> int | None:
    """Return the score that a short text gives, or None.

    >>> read_score("I'd say 9/10"), read_score("un ocho"), read_score("11"), read_score("7 or 8")
    (9, 8, None, None)
    """
    if len(text) > LONGEST_SCORE_TEXT:
        return None
    plain = re.sub(r"(/|\bout of\b|\bde\b|\bsobre\b|\bem\b)\s*10\b", " ", text.lower())
    digits = [int(found) for found in re.findall(r"(?<![\d.,-])\d+(?![\d.,]*\d)", plain)]
    words = [NUMBERS[word] for word in re.findall(r"[^\W\d_]+", plain) if word in NUMBERS]
    found = digits or words
    return found[0] if len(found) == 1 and 0 <= found[0] <= 10 else None


class ActionSurvey(Action):  # type: ignore[misc]
    """Takes the score, then the comment. A second score before the comment stands."""

    def name(self) -> str:
        return "action_survey"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Raises ActionExecutionRejection: the text was meant for somebody else."""
        text = tracker.latest_message["text"]
        score = read_score(text)
        if score is not None:
            return self._take_score(dispatcher, tracker, score)
        if _is_something_else(tracker):
            raise ActionExecutionRejection(self.name())
        if tracker.get_slot(SCORE) is None:
            return self._ask_again(dispatcher, tracker)
        dispatcher.utter_message(response="survey_done")
        return [SlotSet(COMMENT, text), SlotSet(SCORE, None), ActiveLoop(None)]

    def _take_score(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, score: int
    ) -> list[dict[str, Any]]:
        if tracker.get_slot(SCORE) is not None:
            dispatcher.utter_message(response="survey_changed", score=score)
        else:
            mood = "high" if score >= 9 else "mid" if score >= 7 else "low"
            dispatcher.utter_message(response=f"survey_ask_comment_{mood}", score=score)
        return [SlotSet(SCORE, str(score)), SlotSet(ASKED_AGAIN, None)]

    def _ask_again(
        self, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> list[dict[str, Any]]:
        """Ask once more for a number; a second answer without one goes to a person."""
        if tracker.get_slot(ASKED_AGAIN):
            raise ActionExecutionRejection(self.name())
        dispatcher.utter_message(response="survey_not_a_score")
        return [SlotSet(ASKED_AGAIN, "yes")]


def _is_something_else(tracker: Tracker) -> bool:
    """A question or a need that somebody understands is not a score and not a comment."""
    intent = tracker.latest_message["intent"]
    return intent["confidence"] >= SURE and intent["name"] not in MAY_BE_A_COMMENT
