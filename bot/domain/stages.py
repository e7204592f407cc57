"""The rules of a stage, as `flows/post_interview.yaml` writes them."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Trigger(StrEnum):
    """What starts a stage. Each gives the moment that its window is counted from."""

    INTERVIEW_COMPLETED = "interview.completed"
    """The real end of a visit; something proves that it took place."""
    SILENCE = "silence"
    """The last word that counts, or the end of the appointment if that is later."""
    ADVANCE_RELEASED = "advance.released"
    REJECT_RELEASED = "reject.released"
    OFFER_RELEASED = "offer.released"
    """A positive decision is released and the offer is generated, whichever is later."""
    LINK_DELIVERED = "link.delivered"
    """A link to choose a time arrived, and no appointment has been made since."""
    DAY_BEFORE = "day.before"
    """Twenty-four hours before a booked visit begins."""
    FINAL_WORD_DELIVERED = "final_word.delivered"


FINAL = {Trigger.ADVANCE_RELEASED, Trigger.REJECT_RELEASED, Trigger.OFFER_RELEASED}
"""What starts a final word."""


class Guard(StrEnum):
    """What must hold for the stage to be planned, and again when it is sent."""

    OPEN = "open"
    """The process is neither withdrawn nor closed."""
    UNDECIDED = "undecided"
    """No decision is released that the newest interview has not overtaken."""
    OUTCOME_KNOWN = "outcome_known"
    """A decision is released, and no later interview has overtaken it."""


FIRST = 10
"""So many approved messages of a stage are enough for `first_10`."""


class Approve(StrEnum):
    """Whether a person reads a stage's words before a candidate does."""

    ALWAYS = "always"
    FIRST_10 = "first_10"
    """Until ten of this stage have been approved."""
    NEVER = "never"


@dataclass(frozen=True, kw_only=True)
class Window:
    """When a stage may go out, counted from its trigger."""

    earliest: timedelta
    preferred: timedelta
    latest: timedelta
    expires: timedelta
    """After this the words would be out of place: the row expires and a person is asked."""
    keep_weekends_free: bool = False
    keep_eves_free: bool = False
    """Nor does it go out in the evening before a weekend or a holiday."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    name: str
    trigger: Trigger
    window: Window
    guards: frozenset[Guard]
    repeat: bool = False
    """Again and again while the trigger lasts; otherwise once per anchor."""
    once: bool = False
    """Only one per process, however often the trigger comes."""
    prompt: str
    """The file in `prompts/stages` that words it."""
    template: str
    """The name of the approved template, before variant and language."""
    cta: str
    """What the candidate is asked to do: `question`, `link`, `reply` or `score`."""
    starts_flow: str = ""
    """The scripted conversation that the candidate's answer belongs to."""
    approve: Approve = Approve.NEVER
    optional: bool = False
    """Nobody is asked to write it where it cannot go, as with a survey."""
    offers_whatsapp: bool = False
    """Its e-mail offers to go on by WhatsApp, where the candidate has never been asked."""
    personal: bool = False
    """A model may word it, where there is one; never an outcome, nor a question with a scale."""
    after_interview: timedelta = timedelta()
    """The least distance to the end of the newest interview."""

    def read_first(self, approved: int) -> bool:
        """Whether a person reads the words, after `approved` of this stage have been."""
        if self.approve is Approve.FIRST_10:
            return approved < FIRST
        return self.approve is Approve.ALWAYS

    @property
    def is_final_word(self) -> bool:
        """It tells the candidate the outcome."""
        return self.trigger in FINAL
