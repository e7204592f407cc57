"""The shape of a scenario, and nothing about how it is played. See `docs/scenarios.md`."""

from datetime import timedelta

from pydantic import AwareDatetime, Field, model_validator

from bot.scenario.assertions import Assertion
from bot.scenario.setup import Setup
from bot.scenario.timeline import Step
from bot.scenario.values import Language, Texts
from bot.yamlfile import Strict


class Story(Strict):
    """What was so, and what happens."""

    name: str
    language: Language = "en"
    covers: Texts = Field(default_factory=list)
    t0: AwareDatetime
    setup: Setup = Setup()
    timeline: list[Step] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_known_processes(self) -> "Story":
        known = {one.id for one in self.setup.all_processes}
        for step in self.timeline:
            _known(step.process, known, "process")
            _known(step.carrier.to if step.carrier else "", self.setup.addressees, "candidate")
        return self


class Scenario(Story):
    """A story, and what must be true of it."""

    must: list[Assertion] = Field(default_factory=list)
    must_not: list[Assertion] = Field(default_factory=list)

    @model_validator(mode="after")
    def _asserts_something(self) -> "Scenario":
        told = [one.id for one in self.assertions]
        if not told:
            raise ValueError("asserts nothing: write `must` or `must_not`")
        twice = {one for one in told if told.count(one) > 1}
        if twice:
            raise ValueError(f"two assertions have the id {', '.join(sorted(twice))}")
        return self

    @model_validator(mode="after")
    def _names_known_people_and_steps(self) -> "Scenario":
        people = self.setup.addressees | self.setup.colleagues
        steps = {step.id for step in self.timeline if step.candidate} - {""}
        for one in self.assertions:
            told = getattr(one, one.kind)
            for part in (told.first, told.then) if one.order else (told,):
                to = getattr(part, "to", "")
                _known("" if to.startswith("+") else to, people, "person")
                _known(getattr(part, "reply_to", ""), steps, "candidate's step")
        return self

    @property
    def assertions(self) -> list[Assertion]:
        return [*self.must, *self.must_not]

    @property
    def offsets(self) -> list[timedelta]:
        """Every moment that an assertion names."""
        told = [getattr(one, one.kind) for one in self.assertions]
        parts = [p for t in told for p in ((t.first, t.then) if hasattr(t, "then") else (t,))]
        named = [getattr(part, name, None) for part in parts for name in ("at", "start", "until")]
        return [offset for offset in named if offset is not None]

    @property
    def searches(self) -> list[timedelta]:
        """When the store is searched; at the end where nothing is said."""
        told = [one.store for one in self.assertions if one.store is not None]
        return sorted({one.start for one in told if one.start is not None})


def _known(name: str, known: set[str], what: str) -> None:
    if name and name not in known:
        raise ValueError(f"{name} is no {what}; known: {', '.join(sorted(known)) or 'none'}")
