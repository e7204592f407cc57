"""Moving an interview: free times are offered, one is chosen, and nothing is claimed before it
stands. Cancelling is asked about once more, and then a person's."""

from collections.abc import Collection, Sequence
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, ConversationPaused, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection

from bot.domain import moving
from bot.domain.booking import OFFERED, Opening, offers, picked

SEEN = "slots_seen"
"""The ids of all that were shown."""
UNCLEAR = "reschedule_unclear"
"""Something has been asked once that was not answered."""
CANCELLING = "reschedule_cancelling"
"""They were asked whether they really want to cancel."""
SURE = 0.5
"""From which confidence on a text is taken for something else than an answer."""
ABOUT_TIMES = frozenset({"reschedule", "give_availability", "pick_slot"})
ANSWERS = frozenset({*ABOUT_TIMES, "cancel_interview", "confirm", "deny"})
SMALL_TALK = frozenset({"thanks", "greeting", "out_of_scope", "survey_score", "accept_offer"})
"""What the choice of a time is easily taken for: "ok", "8", "perfect, thanks"."""
FOR_A_PERSON = frozenset(
    {"distress", "opt_out", "complaint", "human_handoff", "data_request", "withdraw"}
)
"""However faintly they are heard."""

Events = list[dict[str, Any]]


class ActionReschedule(Action):  # type: ignore[misc]
    def name(self) -> str:
        return "action_reschedule"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        """Raises ActionExecutionRejection: there is nothing to move, or nothing to offer, or the
        text was meant for somebody else."""
        if not tracker.get_slot(moving.INTERVIEW):
            raise ActionExecutionRejection(self.name())
        return _Turn(self.name(), dispatcher, tracker).answer()


class _Turn:
    def __init__(self, name: str, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        message = tracker.latest_message
        self.name, self.dispatcher, self.slots = name, dispatcher, tracker.slots
        self.intent = message["intent"]["name"]
        self.confident = message["intent"]["confidence"] >= SURE
        self.asks = "?" in message["text"]
        self.times = moving.times(message.get("entities") or ())
        self.free = moving.free(self.slots)
        self.offered = moving.offered(self.slots)

    def answer(self) -> Events:
        if self.intent in FOR_A_PERSON:
            raise ActionExecutionRejection(self.name)
        if (self.intent == "cancel_interview" and self.confident) or self.slots.get(CANCELLING):
            return self._cancel()
        chosen = picked(self.offered, self.times.free)
        if self._is_something_else() or not (chosen or self.free):
            raise ActionExecutionRejection(self.name)
        if chosen and not self.times.ask:
            return self._ask_for(chosen[0])
        if self.times.ask and (chosen or not self._fitting()):
            return self._settle_doubt()
        if self.times.free or self.times.closed:
            return self._offer(self._seen() if self._refuses_all() else ())
        if self.offered and self.intent not in ("reschedule", "deny"):
            return self._unclear()
        return self._offer(self._seen())

    def _is_something_else(self) -> bool:
        """A question or a need that somebody understands is not about times."""
        if self.intent in ANSWERS:
            return False
        if not self.confident:
            return self.asks and not (self.times.free or self.times.closed)
        return self.intent not in SMALL_TALK or not (self.times.free and self.offered)

    # --- times ------------------------------------------------------------------------------

    def _ask_for(self, one: Opening) -> Events:
        self._say("slot_requested")
        return [SlotSet(moving.CHOSEN, one.id), *self._end()]

    def _fitting(self) -> list[Opening]:
        """What may be meant, each with its date, leaves nothing to ask."""
        said = self.times
        return offers(self.free, said.free, said.closed) if said.free else []

    def _settle_doubt(self) -> Events:
        """Ask what the words leave open; who leaves it open twice is asked by a person."""
        if self.slots.get(UNCLEAR):
            return self._hand_over("handoff_times")
        self._say(self.times.wording, text=self.times.ask)
        return [SlotSet(UNCLEAR, "yes")]

    def _unclear(self) -> Events:
        if self.slots.get(UNCLEAR):
            return self._hand_over("handoff_times")
        self._say("reschedule_which")
        return [SlotSet(UNCLEAR, "yes")]

    def _refuses_all(self) -> bool:
        """ "None of these", where nothing else is said."""
        refused = {one.on_wall for one in self.offered}
        return bool(refused) and not self.times.free and refused == set(self.times.closed)

    def _offer(self, but: Collection[int]) -> Events:
        found = offers(self.free, self.times.free, self.times.closed, but)
        if not found:
            return self._hand_over("handoff_no_slot")
        starts = {
            f"slot_{number}": one.on_wall.start.isoformat() for number, one in enumerate(found, 1)
        }
        self._say(f"reschedule_offer_{len(found)}", **starts)
        seen = dict.fromkeys([*self._seen(), *(one.id for one in found)])
        return [
            SlotSet(OFFERED, _listed([one.id for one in found])),
            SlotSet(SEEN, _listed([*seen])),
            SlotSet(UNCLEAR, None),
        ]

    def _seen(self) -> list[int]:
        return [int(one) for one in (self.slots.get(SEEN) or "").split(",") if one]

    # --- cancelling -------------------------------------------------------------------------

    def _cancel(self) -> Events:
        """Never on one word: it is asked for once more."""
        if not self.slots.get(CANCELLING):
            self._say("cancel_confirm")
            return [SlotSet(CANCELLING, "yes")]
        if self.confident and self.intent in ("confirm", "cancel_interview"):
            return self._hand_over("handoff_cancel", reason="cancel_interview")
        if self.confident and self.intent == "deny":
            self._say("cancel_kept")
            return self._end()
        self.slots = {**self.slots, CANCELLING: None}
        return [SlotSet(CANCELLING, None), *self.answer()]

    # --- how it ends ------------------------------------------------------------------------

    def _hand_over(self, reply: str, reason: str = "reschedule") -> Events:
        self._say(reply, reason=reason)
        return [ConversationPaused(), *self._end()]

    def _end(self) -> Events:
        cleared = [SlotSet(name, None) for name in (OFFERED, SEEN, UNCLEAR, CANCELLING)]
        return [*cleared, ActiveLoop(None)]

    def _say(self, key: str, **facts: str) -> None:
        self.dispatcher.utter_message(response=key, **facts)


def _listed(ids: Sequence[int]) -> str:
    return ",".join(map(str, ids))
