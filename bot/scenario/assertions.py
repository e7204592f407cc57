"""What a scenario says must be true, or must not be."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from bot.scenario import names
from bot.scenario.values import ClockTime, Offset, Texts, called, known_in, many, span
from bot.yamlfile import Strict


class Words(Strict):
    """What a text has to say."""

    contains_any: Texts = Field(default_factory=list)
    contains_all: Texts = Field(default_factory=list)
    not_contains: Texts = Field(default_factory=list)


class Selected(Words):
    """Which messages are meant: those that everything fits that is given."""

    to: str = ""
    channel: Literal["whatsapp", "email", "any"] = "any"
    kind: Annotated[list[Annotated[str, known_in(names.KINDS, "kind")]], BeforeValidator(many)] = (
        Field(default_factory=list)
    )
    by: Literal["bot", "human", "any"] = "any"
    lang: str = ""
    start: Offset | None = called("from", default=None)
    until: Offset | None = None
    reply_to: str = ""
    process: str = ""
    mode: Literal["template", "freeform"] | None = None
    template: str = ""
    status: Texts = Field(default_factory=list)
    local_time_between: Annotated[tuple[ClockTime, ClockTime], BeforeValidator(span)] | None = None


class Counted(Strict):
    min: int | None = None
    max: int | None = None
    min_count: int | None = None


class MessageAssertion(Selected, Counted):
    pass


class StateAssertion(Strict):
    path: str
    at: Offset | None = None
    start: Offset | None = called("from", default=None)
    is_: Any = called("is", default=None)
    is_in: list[Any] | None = None
    contains: Texts = Field(default_factory=list)

    @model_validator(mode="after")
    def _says_something(self) -> "StateAssertion":
        if not self.model_fields_set & {"is_", "is_in", "contains"}:
            raise ValueError("write `is`, `is_in` or `contains`")
        return self


class AlertAssertion(Counted):
    to: str = ""
    kind: Texts = Field(default_factory=list)
    severity: str = ""
    start: Offset | None = called("from", default=None)
    until: Offset | None = None


class AuditAssertion(Counted):
    action: str
    count: int | None = None


class GapAssertion(Strict):
    to: str = ""
    while_: Literal["waiting", "open", "undecided", "always"] = called("while", default="waiting")
    max: Offset = called("max", "over", default=timedelta(hours=72))
    start: Offset | None = called("from", default=None)
    until: Offset | None = None


class OrderAssertion(Strict):
    first: Selected
    then: Selected


class StoreAssertion(Words):
    start: Offset | None = called("from", "at", default=None)


ASSERTIONS = ("msg", "state", "alert", "audit", "gap", "order", "store")


class Assertion(Strict):
    id: str
    note: str = ""
    msg: MessageAssertion | None = None
    state: StateAssertion | None = None
    alert: AlertAssertion | None = None
    audit: AuditAssertion | None = None
    gap: GapAssertion | None = None
    order: OrderAssertion | None = None
    store: StoreAssertion | None = None

    @model_validator(mode="after")
    def _one_of(self) -> "Assertion":
        if len(self.model_fields_set & set(ASSERTIONS)) != 1:
            raise ValueError(f"write exactly one of {', '.join(ASSERTIONS)}")
        return self

    @property
    def kind(self) -> str:
        return next(kind for kind in ASSERTIONS if getattr(self, kind) is not None)
