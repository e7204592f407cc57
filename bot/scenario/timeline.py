"""What a scenario says happens: one step, one thing."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from bot.scenario import names
from bot.scenario.setup import Colleague, Decision, Interview, Offer
from bot.scenario.values import Moment, Offset, Texts, called, known_in
from bot.yamlfile import Strict


class Slot(Strict):
    ref: str = called("ref", "id")
    starts_at: Moment | None = called("starts_at", "start", default=None)
    ends_at: Moment | None = called("ends_at", "end", default=None)
    interviewers: list[Colleague] = Field(default_factory=list)
    process: str = ""
    job: str = ""
    place: str = called("place", "location", default="")
    meeting_link: str = ""


class EventStep(Strict):
    type: Annotated[str, known_in(names.EVENTS, "event")]
    event_id: str = ""
    occurred_at: Moment | None = None
    process: str = ""
    interview: Interview | None = None
    decision: Decision | None = None
    offer: Offer | None = None
    topics: list[str] = Field(default_factory=list)
    slots: list[Slot] = Field(default_factory=list)
    starts_at: Moment | None = called("starts_at", "start", default=None)
    ends_at: Moment | None = called("ends_at", "end", default=None)


class CandidateStep(Strict):
    text: str = ""
    media: Texts = Field(default_factory=list)
    wamid: str = ""
    sent_at: Moment | None = called("sent_at", "occurred_at", default=None)
    phone: str = called("phone", "from", default="")


class RecruiterStep(Strict):
    act: Literal[
        "release_decision",
        "recall_decision",
        "take_over",
        "send",
        "release_to_bot",
        "approve_erasure",
    ] = called("act", "action")
    process: str = ""
    text: str = ""
    by: str = ""


class ManagerStep(Strict):
    tap: Annotated[str, known_in(names.TAPS, "answer")] = called("tap", "action")
    who: str = ""
    day: Moment | None = None
    topic: str = ""
    words: str = ""


class CarrierStep(Strict):
    status: Annotated[str, known_in(names.STATUSES, "status")] = "failed"
    code: str = ""
    kind: str = called("kind", "of", default="")
    to: str = ""
    template: str = ""
    approved: bool = False
    only_if_sent: bool = False

    @model_validator(mode="before")
    @classmethod
    def _coded(cls, told: Any) -> Any:
        if not isinstance(told, Mapping):
            return told
        told = dict(told)
        told |= {"code": str(told.pop("error_code", told.get("code", "")))}
        if told.get("template"):
            told["approved"] = told.pop("status", "paused") == "approved"
        return told


STEPS = {
    "event": ("type", EventStep),
    "candidate": ("text", CandidateStep),
    "recruiter": ("act", RecruiterStep),
    "manager": ("tap", ManagerStep),
    "carrier": ("status", CarrierStep),
    "clock": ("", None),
    "system": ("", None),
}
"""Kinds of steps, and what a plain text in place of a mapping means in each."""


class Step(Strict):
    at: Offset
    id: str = ""
    note: str = ""
    event: EventStep | None = None
    candidate: CandidateStep | None = None
    recruiter: RecruiterStep | None = None
    manager: ManagerStep | None = None
    carrier: CarrierStep | None = None
    clock: Literal["tick"] | None = None
    system: Literal["llm_down", "llm_up"] | None = None

    @model_validator(mode="before")
    @classmethod
    def _spelled_out(cls, told: Any) -> Any:
        """What stands beside the kind of a step belongs to it."""
        kinds = [kind for kind in STEPS if isinstance(told, Mapping) and kind in told]
        if len(kinds) != 1:
            raise ValueError(f"write exactly one of {', '.join(STEPS)}")
        kind = kinds[0]
        first, model = STEPS[kind]
        if model is None:
            return told
        body = told[kind]
        beside = {k: v for k, v in told.items() if k not in (kind, "at", "id", "note")}
        body = {first: body} if isinstance(body, str) else body
        if not isinstance(body, Mapping):
            raise ValueError(f"{kind} takes a text or a mapping")
        plain = {k: v for k, v in told.items() if k in ("at", "id", "note")}
        return {**plain, kind: {**body, **beside}}

    @property
    def process(self) -> str:
        """The id of the process that it names, if it does."""
        told = self.event or self.recruiter
        return told.process if told else ""
