"""What a process owes its candidate from now on. Pure: story and history in, plan out.

The plan is derived, never remembered: after every report and every delivery the whole of
it is worked out again, and only the difference to the rows that wait is applied.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.model import Outcome, ProcessStatus
from bot.domain.stages import Guard, Stage, Trigger
from bot.domain.story import Story
from bot.domain.timing import QuietHours, Span, choose


@dataclass(frozen=True, kw_only=True)
class Said:
    """A message about this process that is not waiting any more."""

    stage: str
    """The stage's name, or `human`, or `reply`."""
    key: str
    at: datetime
    """When it left, or was meant to."""
    arrived_at: datetime | None
    """When it was delivered; None while nobody knows, or if it never was."""
    counts: bool
    """It told the candidate something: a stage, a person's message, a dated answer."""


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A stage message that is owed."""

    stage: str
    key: str
    due_at: datetime
    expires_at: datetime
    reason: str


@dataclass(frozen=True)
class Rules:
    """What holds for one candidate of one company."""

    stages: Sequence[Stage]
    quiet: QuietHours
    zone: ZoneInfo


@dataclass(frozen=True)
class _Anchor:
    key: str
    at: datetime


def plan(
    process: str,
    story: Story,
    said: Iterable[Said],
    rules: Rules,
    now: datetime,
    promised_by: datetime | None = None,
) -> list[Planned]:
    """Return the stage messages owed, in the order of the stages.

    `process` begins every key, so that keys are unique among all processes. A key that was
    already said is not owed again. `promised_by` is when the candidate was told that the
    next word would come: it binds more than the window of a repeating stage.
    """
    history = tuple(said)
    settled = {word.key for word in history}
    owed = []
    for stage in rules.stages:
        if not all(holds(guard, story) for guard in stage.guards):
            continue
        for anchor in _anchors(stage, rules.stages, story, history):
            key = f"{process}:{stage.name}:{anchor.key}"
            if key not in settled:
                span = _span(stage, anchor.at, promised_by)
                owed.append(_planned(stage, key, anchor.at, span, rules, now))
    return owed


def holds(guard: Guard, story: Story) -> bool:
    match guard:
        case Guard.OPEN:
            return story.status is ProcessStatus.OPEN
        case Guard.UNDECIDED:
            return story.released is None
        case Guard.OUTCOME_KNOWN:
            return story.released is not None


def last_word_at(story: Story, said: Iterable[Said]) -> datetime | None:
    """Return the moment silence is counted from, or None where nobody is waiting.

    That is the last word that counts or the end of the newest appointment, whichever is
    later. A booked appointment ends in the future: until then silence rests.
    """
    ends = [v.ended_at or v.ends_at for v in story.visits]
    appointments = [end for end in ends if end]
    if not appointments:
        return None
    words = [word.arrived_at for word in said if word.counts and word.arrived_at]
    return max(appointments + words)


def _anchors(
    stage: Stage, stages: Sequence[Stage], story: Story, said: Sequence[Said]
) -> list[_Anchor]:
    match stage.trigger:
        case Trigger.INTERVIEW_COMPLETED:
            return [_Anchor(v.ref, v.ended_at) for v in story.visits if v.ended_at]
        case Trigger.SILENCE:
            return _silence(stage, story, said)
        case Trigger.ADVANCE_RELEASED:
            return _released(story, Outcome.ADVANCE)
        case Trigger.REJECT_RELEASED:
            return _released(story, Outcome.REJECT)
        case Trigger.OFFER_RELEASED:
            return _offer(story)
        case Trigger.FINAL_WORD_DELIVERED:
            return _final_word(stage, stages, said)


def _silence(stage: Stage, story: Story, said: Sequence[Said]) -> list[_Anchor]:
    since = last_word_at(story, said)
    if since is None:
        return []
    earlier = [word for word in said if word.stage == stage.name]
    if any(word.arrived_at is None and word.at >= since for word in earlier):
        return []  # one is on its way, or failed and became a person's task
    return [_Anchor(str(len(earlier) + 1), since)]


def _released(story: Story, outcome: Outcome) -> list[_Anchor]:
    decision = story.released
    if decision is None or decision.outcome is not outcome or decision.released_at is None:
        return []
    return [_Anchor(_stamp(decision.released_at), decision.released_at)]


def _offer(story: Story) -> list[_Anchor]:
    decision, offer = story.released, story.offer
    if decision is None or decision.released_at is None or offer is None:
        return []
    if decision.outcome is Outcome.REJECT or offer.answer:
        return []
    at = max(decision.released_at, offer.generated_at)
    return [_Anchor(_stamp(offer.generated_at), at)]


def _final_word(stage: Stage, stages: Sequence[Stage], said: Sequence[Said]) -> list[_Anchor]:
    finals = {s.name for s in stages if s.is_final_word}
    arrived = [w.arrived_at for w in said if w.stage in finals and w.arrived_at]
    if not arrived:
        return []
    return [_Anchor("once" if stage.once else _stamp(max(arrived)), max(arrived))]


def _span(stage: Stage, anchor: datetime, promised_by: datetime | None) -> Span:
    window = stage.window
    latest = anchor + window.latest
    if stage.repeat and promised_by is not None:
        latest = min(latest, promised_by)
    return Span(
        earliest=min(anchor + window.earliest, latest),
        preferred=min(anchor + window.preferred, latest),
        latest=latest,
    )


def _planned(
    stage: Stage, key: str, anchor: datetime, span: Span, rules: Rules, now: datetime
) -> Planned:
    moment = choose(
        span,
        now,
        rules.zone,
        rules.quiet,
        keep_weekends_free=stage.window.keep_weekends_free,
    )
    return Planned(
        stage=stage.name,
        key=key,
        due_at=moment.at,
        expires_at=anchor + stage.window.expires,
        reason=moment.reason,
    )


def _stamp(at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M%S}"
