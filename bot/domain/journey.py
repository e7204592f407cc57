"""What a process owes its candidate from now on. Pure: story and history in, plan out.

The plan is derived, never remembered: after every report and every delivery the whole of
it is worked out again, and only the difference to the rows that wait is applied.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.daytime import Local
from bot.domain.model import Channel, Outcome, ProcessStatus
from bot.domain.routes import Reach
from bot.domain.stages import Guard, Stage, Trigger
from bot.domain.story import Story, Visit
from bot.domain.timing import Moment, Span, Urgency, choose

UNDELIVERED = timedelta(hours=6)
"""A message that the carrier took and nobody saw arrive for so long is tried another way."""
A_DAY = timedelta(days=1)


class Fate(StrEnum):
    """What became of a message that is not waiting any more."""

    ON_ITS_WAY = "on its way"
    UNSURE = "unsure"
    """Nobody can tell whether it left."""
    ARRIVED = "arrived"
    FAILED = "failed"
    """It will not arrive: refused, lost, bounced or expired."""
    DROPPED = "dropped"
    """A person took it out of the schedule."""


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
    fate: Fate
    channel: Channel = Channel.WHATSAPP

    @property
    def root(self) -> str:
        """The key of the word itself; a later attempt begins with its number and a stroke."""
        number, _, root = self.key.partition("/")
        return root if number.isdigit() else self.key

    def lost(self, now: datetime, *, at_most_once: bool) -> bool:
        """Whether another way is to be tried. Of a final word nobody risks a second one
        while it may have left."""
        if self.fate is Fate.FAILED:
            return True
        if self.fate is Fate.UNSURE and at_most_once:
            return False
        waits = self.fate in (Fate.ON_ITS_WAY, Fate.UNSURE)
        return waits and now - self.at >= UNDELIVERED


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A stage message that is owed."""

    stage: str
    key: str
    since: datetime
    """What its window is counted from."""
    due_at: datetime
    latest_at: datetime
    expires_at: datetime
    reason: str
    way: Channel | None
    """None where only a person can bring it."""


@dataclass(frozen=True)
class Rules:
    """What holds for one candidate of one company."""

    stages: Sequence[Stage]
    local: Local
    reach: Reach
    undo: timedelta = timedelta()
    """How long a release can be taken back before anything leaves."""
    news_only: bool = False
    """The candidate asked to be spared updates without news."""
    other_offer: bool = False
    """The candidate said that another company waits for their answer."""


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

    `process` begins every key, so that keys are unique among all processes. A word that was
    said is not owed again; one that got lost is owed by the next way that is left.
    `promised_by` is when the candidate was told that the next word would come: it binds more
    than the window of a repeating stage.
    """
    return _Case(process, story, tuple(said), rules, now, promised_by).owed()


@dataclass(frozen=True)
class _Case:
    """Everything that a plan is worked out from."""

    process: str
    story: Story
    said: Sequence[Said]
    rules: Rules
    now: datetime
    promised_by: datetime | None

    def owed(self) -> list[Planned]:
        found = (
            self._attempt(stage, anchor)
            for stage in self.rules.stages
            if self._wanted(stage)
            for anchor in _anchors(stage, self.story, self.said, self.rules)
        )
        return [planned for planned in found if planned is not None]

    def _wanted(self, stage: Stage) -> bool:
        if self.rules.reach.left_alone and not stage.is_final_word:
            return False
        if self.rules.news_only and stage.repeat:
            return False
        return all(holds(guard, self.story) for guard in stage.guards)

    def _attempt(self, stage: Stage, anchor: _Anchor) -> Planned | None:
        """Return the next attempt at a word; None where one is enough, or nobody misses it."""
        root = f"{self.process}:{stage.name}:{anchor.key}"
        earlier = [word for word in self.said if word.root == root]
        if not all(word.lost(self.now, at_most_once=stage.is_final_word) for word in earlier):
            return None
        expires_at = anchor.at + stage.window.expires
        tried = {word.channel for word in earlier}
        left = [way for way in self.rules.reach.ways() if way not in tried]
        way = left[0] if left and self.now < expires_at else None
        if way is None and stage.optional:
            return None
        span = self._span(stage, anchor.at)
        moment = self._moment(stage, span)
        return Planned(
            stage=stage.name,
            key=f"{len(earlier) + 1}/{root}" if earlier else root,
            since=anchor.at,
            due_at=moment.at,
            latest_at=span.latest,
            expires_at=expires_at,
            reason=self._reason(moment, way, earlier),
            way=way,
        )

    def _reason(self, moment: Moment, way: Channel | None, earlier: Sequence[Said]) -> str:
        by = " and ".join(word.channel.called for word in earlier)
        if way is None:
            return f"{by} did not reach them" if earlier else self.rules.reach.why_not()
        return f"{by} did not reach them; {moment.reason}" if earlier else moment.reason

    def _moment(self, stage: Stage, span: Span) -> Moment:
        return choose(
            span,
            self.now,
            self.rules.local,
            keep_weekends_free=stage.window.keep_weekends_free,
            keep_eves_free=stage.window.keep_eves_free,
            urgency=self._urgency(stage),
        )

    def _urgency(self, stage: Stage) -> Urgency:
        if self.rules.other_offer and (stage.is_final_word or stage.trigger is Trigger.SILENCE):
            return Urgency.PRESSING
        return Urgency.DECISION if stage.is_final_word else Urgency.ORDINARY

    def _span(self, stage: Stage, anchor: datetime) -> Span:
        window, calm = stage.window, self._calm(stage, anchor)
        latest = anchor + window.latest
        if stage.repeat and self.promised_by is not None:
            latest = min(latest, self.promised_by)
        latest = max(latest, calm)
        return Span(
            earliest=min(max(anchor + window.earliest, calm), latest),
            preferred=min(max(anchor + window.preferred, calm), latest),
            latest=latest,
        )

    def _calm(self, stage: Stage, anchor: datetime) -> datetime:
        """Return the moment from which the newest interview lies far enough behind."""
        ends = [visit.ended_at for visit in self.story.visits if visit.ended_at]
        apart = stage.after_interview
        return max(ends) + apart if ends and apart else anchor


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


def _anchors(stage: Stage, story: Story, said: Sequence[Said], rules: Rules) -> list[_Anchor]:
    match stage.trigger:
        case Trigger.INTERVIEW_COMPLETED:
            return [_Anchor(v.ref, v.ended_at) for v in story.visits if v.ended_at]
        case Trigger.SILENCE:
            return _silence(stage, story, said)
        case Trigger.ADVANCE_RELEASED:
            return _released(story, Outcome.ADVANCE, rules)
        case Trigger.REJECT_RELEASED:
            return _released(story, Outcome.REJECT, rules)
        case Trigger.OFFER_RELEASED:
            return _offer(story, rules)
        case Trigger.LINK_DELIVERED:
            return _link(story, rules.stages, said)
        case Trigger.DAY_BEFORE:
            return [_Anchor(f"{v.ref}:{_stamp(at)}", at - A_DAY) for v, at in _booked(story)]
        case Trigger.FINAL_WORD_DELIVERED:
            return _final_word(stage, rules.stages, said)


def _silence(stage: Stage, story: Story, said: Sequence[Said]) -> list[_Anchor]:
    """One update at a time: the one that has not arrived, else the next."""
    since = last_word_at(story, said)
    if since is None:
        return []
    earlier = [word for word in said if word.stage == stage.name]
    number = len({word.root for word in earlier})
    arrived = {word.root for word in earlier if word.arrived_at}
    pending = any(word.root not in arrived and word.at >= since for word in earlier)
    return [_Anchor(str(number if pending else number + 1), since)]


def _released(story: Story, outcome: Outcome, rules: Rules) -> list[_Anchor]:
    decision = story.released
    if decision is None or decision.outcome is not outcome or decision.released_at is None:
        return []
    return [_Anchor(_stamp(decision.released_at), decision.released_at + rules.undo)]


def _offer(story: Story, rules: Rules) -> list[_Anchor]:
    decision, offer = story.released, story.offer
    if decision is None or decision.released_at is None or offer is None:
        return []
    if decision.outcome is Outcome.REJECT or offer.answer:
        return []
    at = max(decision.released_at + rules.undo, offer.generated_at)
    return [_Anchor(_stamp(offer.generated_at), at)]


def _link(story: Story, stages: Sequence[Stage], said: Sequence[Said]) -> list[_Anchor]:
    decision = story.released
    if decision is None or decision.released_at is None or not decision.link:
        return []
    since = decision.released_at
    if any(visit.told_at > since for visit in story.visits):
        return []  # an appointment was made
    arrived = [at for at in _finals_arrived(stages, said) if at > since]
    return [_Anchor(_stamp(min(arrived)), min(arrived))] if arrived else []


def _booked(story: Story) -> list[tuple[Visit, datetime]]:
    return [(visit, visit.starts_at) for visit in story.visits if visit.starts_at]


def _final_word(stage: Stage, stages: Sequence[Stage], said: Sequence[Said]) -> list[_Anchor]:
    arrived = _finals_arrived(stages, said)
    if not arrived:
        return []
    return [_Anchor("once" if stage.once else _stamp(max(arrived)), max(arrived))]


def _finals_arrived(stages: Sequence[Stage], said: Sequence[Said]) -> list[datetime]:
    finals = {stage.name for stage in stages if stage.is_final_word}
    return [word.arrived_at for word in said if word.stage in finals and word.arrived_at]


def _stamp(at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M%S}"
