"""Runs scripted conversations, which are rasa_sdk actions, in this process.

The one file that knows rasa's shapes: a `Question` becomes a tracker, and rasa's events and
responses become a `Decision`. rasa_sdk is imported when the first flow runs.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from bot.answering.availability import AvailabilityReader, month_first
from bot.answering.understanding import Meaning, Understanding
from bot.domain import moving
from bot.domain.availability import Message
from bot.domain.booking import Diary, SlotId, Wish
from bot.domain.consent import FLOW as CONSENT
from bot.domain.consent import GIVEN
from bot.domain.facts import DayHour, Fact
from bot.domain.identity import FLOW as IDENTITY
from bot.domain.identity import Claim, Step
from bot.domain.ports import Decision, HandoffRequest, Question, Reply, SurveyAnswer
from bot.domain.rights import Right

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
ASKED: Mapping[str, str] = {"reschedule": "slots"}
"""What a flow has just asked, as `prompts/understanding/context.yaml` calls it."""
SLOT = "slot_"
"""How the names of facts begin that are times on the candidate's wall."""
A_SENTENCE = 3
"""Words from which on a text tells in which language its writer is at home."""
_PLAIN = {"text", "buttons", "elements", "custom", "template", "response", "image", "attachment"}


@dataclass(frozen=True)
class RasaFlows:
    """Implements `Flows`."""

    load: Callable[[], Sequence["Action"]]
    """Returns the actions; called once, when the first flow runs."""
    understanding: Understanding
    availability: AvailabilityReader

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
        decision = _decision(flow, result.events, result.responses, question.diary)
        return replace(decision, language=self._tongue(question)) if flow == IDENTITY else decision

    def _tongue(self, question: Question) -> str:
        """Return the language of whoever writes, who may not be whom we know."""
        if len(question.text.split()) < A_SENTENCE:
            return question.language
        return self.understanding.language(question.text, question.language)

    def called(self, question: Question) -> str | None:
        return IDENTITY if Claim.NOT_ME in self._claims(question) else None

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
        except (AttributeError, KeyError, TypeError, ValueError):
            return 400, {"error": "the tracker cannot be read"}
        try:
            result = asyncio.run(self._executor.run(understood))
        except ActionExecutionRejection as error:
            return 400, {"error": error.message, "action_name": error.action_name}
        except ActionNotFoundException as error:
            return 404, {"error": error.message, "action_name": error.action_name}
        return 200, result.model_dump() if result else {}

    def _understood(self, call: Mapping[str, Any]) -> dict[str, Any]:
        """Raises AttributeError, KeyError, TypeError, ValueError: the tracker has another shape
        than Rasa's, or its slots hold no diary."""
        told = {name: value for name, value in call["tracker"].items() if value is not None}
        tracker = {**_EMPTY, **told}
        if any(not isinstance(tracker[name], type(empty)) for name, empty in _EMPTY.items()):
            raise TypeError
        message = dict(tracker["latest_message"])
        text, flow = str(message.get("text") or ""), str(call.get("next_action") or "")
        meaning = message.get("intent") or {}
        if not meaning.get("name"):
            language = str(tracker["slots"].get("language") or "")
            meaning = vars(self._meant(text, language, flow.removeprefix("action_")).intent)
        message |= {"text": text, "intent": {"confidence": 0.0, **meaning}}
        if not message.get("entities"):
            message["entities"] = self._times(text, tracker["slots"])
        moving.check(tracker["slots"], message["entities"])
        return {"domain": DOMAIN, **call, "tracker": {**tracker, "latest_message": message}}

    def _meant(self, text: str, language: str, flow: str) -> Meaning:
        return self.understanding.read(text, language, ASKED.get(flow, flow))

    def _times(self, text: str, slots: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return when somebody can talk, as Rasa shows what a text names. Raises TypeError,
        ValueError, KeyError: the slots hold no diary of ours."""
        if not (slots.get(moving.FREE) or slots.get(moving.SHOWN)):
            return []
        language = self.understanding.language(text, str(slots.get("language") or ""))
        zone = ZoneInfo(str(slots[moving.ZONE]))
        message = Message(
            text=text,
            now=datetime.fromisoformat(slots[moving.NOW]),
            zone=zone,
            month_first=month_first(language, zone),
            offered=[one.on_wall for one in moving.offered(slots)],
        )
        said = self.availability.read(message, language)
        asks = self.availability.worded(said.ask, language) if said.ask else None
        told = moving.told(said, *((asks.text, asks.name) if asks else ("", "")))
        return [{"entity": moving.TIMES, "value": told}]

    def _claims(self, question: Question) -> Sequence[str]:
        """Return what a text says about who wrote it."""
        return self.understanding.identity.intents(question.text, question.language, question.name)

    def _call(self, flow: str, question: Question) -> dict[str, Any]:
        meant = self._meant(question.text, question.language, flow)
        known = moving.slots_of(question.diary) if question.diary else {}
        slots = {**question.conversation.slots, **known, "language": question.language}
        claims = self._claims(question) if flow == IDENTITY else ()
        entities = [{"entity": IDENTITY, "value": claim} for claim in claims]
        return {
            "next_action": f"action_{flow}",
            "sender_id": str(question.conversation.id),
            "domain": DOMAIN,
            "tracker": {
                "sender_id": str(question.conversation.id),
                "slots": slots,
                "latest_message": {
                    "text": question.text,
                    "intent": vars(meant.intent),
                    "entities": [*entities, *self._times(question.text, slots)],
                },
                "events": [],
                "active_loop": {"name": flow},
                "paused": False,
                "latest_action_name": None,
                "followup_action": None,
                "stack": [],
            },
        }


def _decision(
    flow: str,
    events: Sequence[Mapping[str, Any]],
    responses: Sequence[Mapping[str, Any]],
    diary: Diary | None,
) -> Decision:
    slots = {
        event["name"]: None if event["value"] is None else str(event["value"])
        for event in events
        if event.get("event") == "slot"
    }
    ended = any(e.get("event") == "active_loop" and e.get("name") is None for e in events)
    replies = [response for response in responses if response.get("response")]
    handoff = None
    if any(event.get("event") == "pause" for event in events):
        notice = replies.pop()
        handoff = HandoffRequest(reason=notice["reason"], reply=notice["response"])
    chosen = slots.pop(moving.CHOSEN, None)
    return Decision(
        replies=[_reply(response, diary) for response in replies],
        slots=slots,
        flow=None if ended else flow,
        handoff=handoff,
        survey=_survey(slots),
        books=Wish(slot=SlotId(int(chosen)), interview=diary.interview)
        if chosen and diary
        else None,
        right=Right.START if slots.get(CONSENT) == GIVEN else None,
        identity=Step(told) if (told := slots.get(IDENTITY)) else None,
    )


def _reply(response: Mapping[str, Any], diary: Diary | None) -> Reply:
    """A text that stands already comes with the name of its words in place of a key."""
    facts: dict[str, Fact] = {
        name: _fact(name, value, diary)
        for name, value in response.items()
        if name not in _PLAIN and isinstance(value, str | int)
    }
    return Reply(key=response["response"], facts=facts, text=response.get("text") or "")


def _fact(name: str, value: str | int, diary: Diary | None) -> Fact:
    if diary is not None and name.startswith(SLOT) and isinstance(value, str):
        return DayHour(datetime.fromisoformat(value).replace(tzinfo=diary.zone))
    return value


def _survey(slots: Mapping[str, str | None]) -> SurveyAnswer | None:
    score, comment = slots.get("survey_score"), slots.get("survey_comment")
    if score is None and comment is None:
        return None
    return SurveyAnswer(score=int(score) if score is not None else None, comment=comment)
