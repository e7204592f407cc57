"""May we write first? A yes is agreement, a no is none, and anything else is answered elsewhere."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection

from bot.domain.consent import DECLINED, FLOW, GIVEN

SURE = 0.5
"""From which confidence on a text is a yes or a no."""


class ActionConsent(Action):  # type: ignore[misc]
    """Takes one answer. What follows from a yes is confirmed where the right is carried out."""

    def name(self) -> str:
        return f"action_{FLOW}"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Raises ActionExecutionRejection: the text is neither yes nor no."""
        intent = tracker.latest_message["intent"]
        said = intent["name"] if intent["confidence"] >= SURE else ""
        if said in ("confirm", "opt_in"):
            return [SlotSet(FLOW, GIVEN), ActiveLoop(None)]
        if said != "deny":
            raise ActionExecutionRejection(self.name())
        dispatcher.utter_message(response="consent_declined")
        return [SlotSet(FLOW, DECLINED), ActiveLoop(None)]
