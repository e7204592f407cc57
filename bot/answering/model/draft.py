"""What a turn with a model has come to so far: wishes, and what they cost."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from pydantic import BaseModel, Field

from bot.domain.manner import NO_PREFERENCE, Preference
from bot.domain.ports import Decision, Question


class NoAnswer(Exception):
    """The model has no answer that can be used. Never leaves this package."""

    def __init__(self, why: str, *, outage: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.outage = outage
        """The server is to blame, and may be for whoever comes next."""


class Answer(BaseModel):
    """Say this to the candidate. Call it once, at the end."""

    text: str = Field(description="What the candidate reads. Empty where a tool has said it all.")
    language: Literal["en", "es", "pt"] = Field(description="The language of the text.")
    facts: list[str] = Field(
        default_factory=list, description="The names of the facts that the text is made of."
    )
    handoff: bool = Field(default=False, description="A person has to answer the rest.")


class Passage(Protocol):
    """A piece of what the team wrote about the company, the role or the process."""

    @property
    def title(self) -> str: ...
    @property
    def text(self) -> str: ...


@dataclass(kw_only=True)
class Bill:
    """What asking a model came to so far."""

    calls: int = 0
    tokens: int = 0
    closed: bool = False
    """Nobody waits any more."""

    def asks(self, tokens: int) -> None:
        """Note a request of about so many tokens. Raises NoAnswer where nobody waits."""
        if self.closed:
            raise NoAnswer("the model did not answer in time")
        self.calls += 1
        self.tokens += tokens


@dataclass
class Draft(Bill):
    """Tools write their wishes here. Each can be wished again without changing anything."""

    question: Question
    language: str
    """In which the candidate wrote, and is answered."""
    handoff: str = ""
    """Why a person is needed: a key of `HANDOFFS`, or `unknown`."""
    email: bool = False
    wish: Preference = NO_PREFERENCE
    survey: Decision | None = None
    moved: Decision | None = None
    """What the script for moving an interview made of it."""
    passages: list[Passage] = field(default_factory=list)

    @property
    def scripted(self) -> Decision | None:
        return self.moved or self.survey

    @property
    def wishes_something(self) -> bool:
        return bool(self.handoff or self.email or self.scripted or self.wish)

    def found(self, passages: Sequence[Passage]) -> None:
        self.passages += [one for one in passages if one not in self.passages]
