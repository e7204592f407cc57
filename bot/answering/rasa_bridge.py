"""Runs scripted conversations, which are rasa_sdk actions, in this process.

The one file that knows rasa's shapes: a `Question` becomes a tracker, and rasa's events and
responses become a `Decision`. rasa_sdk is imported when the first flow runs.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bot.answering.understanding import Understanding
from bot.domain.facts import Fact
from bot.domain.ports import Decision, Question, Reply, SurveyAnswer

if TYPE_CHECKING:
    from rasa_sdk import Action
    from rasa_sdk.executor import ActionExecutor

DOMAIN: Mapping[str, Any] = {"version": "3.1", "intents": [], "slots": {}, "responses": {}}
_EMPTY: Mapping[str, Any] = {
    "sender_id": "",
    "slots": {},
    "latest_message": {},
    "events": [],
    "active_loop": {},
    "paused": False,
    "latest_action_name": "",
    "stack": [],
}
"""A tracker of which nothing is told."""
_PLAIN = {"text", "buttons", "elements", "custom", "template", "response", "image", "attachment"}


@dataclass(frozen=True)
class RasaFlows:
    """Implements `Flows`."""

    load: Callable[[], Sequence["Action"]]
    """Returns the actions; called once, when the first flow runs."""
    understanding: Understanding

    @cached_property
    def _executor(self) -> "ActionExecutor":
        from rasa_sdk.executor import ActionExecutor

        executor = ActionExecutor()
        for action in self.load():
            executor.register_action(action)
        return executor

    def run(self, flow: str, question: Question) -> Decision | None:
        from rasa_sdk.interfaces import ActionExecutionRejection

        try:
            result = asyncio.run(self._executor.run(self._call(flow, question)))
        except ActionExecutionRejection:
            return None
        if result is None:
            return None
        return _decision(flow, result.events, result.responses)

    def names(self) -> list[str]:
        """Return the names of all actions."""
        return [action.name for action in self._executor.list_actions()]

    def serve(self, call: Mapping[str, Any]) -> tuple[int, Mapping[str, Any]]:
        """Run an action for an assistant elsewhere; return what rasa_sdk's own server would.

        What that assistant did not understand of the text, ours says.
        """
        from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

        try:
            understood = self._understood(call)
        except (AttributeError, TypeError, ValueError):
            return 400, {"error": "the tracker cannot be read"}
        try:
            result = asyncio.run(self._executor.run(understood))
        except ActionExecutionRejection as error:
            return 400, {"error": error.message, "action_name": error.action_name}
        except ActionNotFoundException as error:
            return 404, {"error": error.message, "action_name": error.action_name}
        return 200, result.model_dump() if result else {}

    def _understood(self, call: Mapping[str, Any]) -> dict[str, Any]:
        """Raises AttributeError, TypeError: the tracker has another shape than Rasa's."""
        told = {name: value for name, value in call["tracker"].items() if value is not None}
        tracker = {**_EMPTY, **told}
        if any(not isinstance(tracker[name], type(empty)) for name, empty in _EMPTY.items()):
            raise TypeError
        message = dict(tracker["latest_message"])
        text, flow = str(message.get("text") or ""), str(call.get("next_action") or "")
        meaning = message.get("intent") or {}
        if not meaning.get("name"):
            language = str(tracker["slots"].get("language") or "")
            flow = flow.removeprefix("action_")
            meaning = vars(self.understanding.read(text, language, flow).intent)
        message |= {"text": text, "intent": {"confidence": 0.0, **meaning}}
        return {"domain": DOMAIN, **call, "tracker": {**tracker, "latest_message": message}}

    def _call(self, flow: str, question: Question) -> dict[str, Any]:
        meant = self.understanding.read(question.text, question.language, flow).intent
        return {
            "next_action": f"action_{flow}",
            "sender_id": str(question.conversation.id),
            "domain": DOMAIN,
            "tracker": {
                "sender_id": str(question.conversation.id),
                "slots": dict(question.conversation.slots),
                "latest_message": {"text": question.text, "intent": vars(meant), "entities": []},
                "events": [],
                "active_loop": {"name": flow},
                "paused": False,
                "latest_action_name": None,
                "followup_action": None,
                "stack": [],
            },
        }


def _decision(
    flow: str, events: Sequence[Mapping[str, Any]], responses: Sequence[Mapping[str, Any]]
) -> Decision:
    slots = {
        event["name"]: None if event["value"] is None else str(event["value"])
        for event in events
        if event.get("event") == "slot"
    }
    ended = any(e.get("event") == "active_loop" and e.get("name") is None for e in events)
    return Decision(
        replies=[_reply(response) for response in responses if response.get("response")],
        slots=slots,
        flow=None if ended else flow,
        survey=_survey(slots),
    )


def _reply(response: Mapping[str, Any]) -> Reply:
    facts: dict[str, Fact] = {
        name: value
        for name, value in response.items()
        if name not in _PLAIN and isinstance(value, str | int)
    }
    return Reply(key=response["response"], facts=facts)


def _survey(slots: Mapping[str, str | None]) -> SurveyAnswer | None:
    score, comment = slots.get("survey_score"), slots.get("survey_comment")
    if score is None and comment is None:
        return None
    return SurveyAnswer(score=int(score) if score is not None else None, comment=comment)
