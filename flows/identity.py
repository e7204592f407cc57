"""Is it the candidate who writes? Asked once; nothing is said that only the candidate may know."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection

from bot.domain.identity import FLOW, Claim, Step, next_step

REPLIES = {
    Step.ASKED: "identity_check",
    Step.DENIED: "identity_sorry",
    Step.CONFIRMED: "identity_confirmed",
}


class ActionIdentity(Action):  # type: ignore[misc]
    """Takes what a text claims about who wrote it: an entity of the message, as Hearback's own
    patterns find it or another assistant tells it."""

    def name(self) -> str:
        return f"action_{FLOW}"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Raises ActionExecutionRejection: the text does not say who wrote it."""
        so_far = tracker.get_slot(FLOW)
        step = next_step(Step(so_far) if so_far else None, _claim(tracker))
        if step is None:
            raise ActionExecutionRejection(self.name())
        dispatcher.utter_message(response=REPLIES[step])
        return [SlotSet(FLOW, step.value), *([] if step is Step.ASKED else [ActiveLoop(None)])]


def _claim(tracker: Tracker) -> Claim | None:
    entities = tracker.latest_message.get("entities") or ()
    told = [one.get("value") for one in entities if one.get("entity") == FLOW]
    return next((claim for claim in Claim if claim.value in told), None)
