"""Loads `flows/post_interview.yaml`: the stages, checked, as the domain knows them."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field, model_validator

from bot.domain.stages import FINAL, Approve, Guard, Stage, Trigger, Window
from bot.yamlfile import Duration, Strict, read


class WindowFile(Strict):
    earliest: Duration
    preferred: Duration
    latest: Duration
    expires: Duration
    keep_weekends_free: bool = False
    keep_eves_free: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> "WindowFile":
        if not self.earliest <= self.preferred <= self.latest <= self.expires:
            raise ValueError("keep earliest <= preferred <= latest <= expires")
        return self

    @model_validator(mode="after")
    def _eves_of_free_days(self) -> "WindowFile":
        if self.keep_eves_free and not self.keep_weekends_free:
            raise ValueError("`keep_eves_free: true` goes with `keep_weekends_free: true`")
        return self


class StageFile(Strict):
    trigger: Trigger
    window: WindowFile
    guards: list[Guard] = Field(default_factory=list)
    repeat: bool = False
    once: bool = False
    prompt: str
    template: str
    cta: str = Field(pattern="^(question|link|reply|score)$")
    starts_flow: str = ""
    approve: Approve = Approve.NEVER
    optional: bool = False
    offers_whatsapp: bool = False
    personal: bool = False
    after_interview: Duration = timedelta()

    @model_validator(mode="after")
    def _repeats_on_silence(self) -> "StageFile":
        if self.repeat != (self.trigger is Trigger.SILENCE):
            raise ValueError("`repeat: true` goes with `trigger: silence`, and only with it")
        return self

    @model_validator(mode="after")
    def _no_offer_with_an_outcome(self) -> "StageFile":
        if self.offers_whatsapp and self.trigger in FINAL:
            raise ValueError("a final word offers nothing else: leave out `offers_whatsapp`")
        return self

    @model_validator(mode="after")
    def _no_model_words_what_counts(self) -> "StageFile":
        if self.personal and (self.trigger in FINAL or self.cta == "score"):
            raise ValueError("no model words an outcome or a score: leave out `personal`")
        return self


class FlowFile(Strict):
    stages: dict[str, StageFile] = Field(min_length=1)


def load_stages(path: Path) -> tuple[Stage, ...]:
    """Return the stages in the order of the file. Raises BadConfig, naming each line."""
    file = read(path, FlowFile)
    return tuple(
        Stage(
            name=name,
            trigger=stage.trigger,
            window=Window(**stage.window.model_dump()),
            guards=frozenset(stage.guards),
            repeat=stage.repeat,
            once=stage.once,
            prompt=stage.prompt,
            template=stage.template,
            cta=stage.cta,
            starts_flow=stage.starts_flow,
            approve=stage.approve,
            optional=stage.optional,
            offers_whatsapp=stage.offers_whatsapp,
            personal=stage.personal,
            after_interview=stage.after_interview,
        )
        for name, stage in file.stages.items()
    )
