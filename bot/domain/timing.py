"""The right moment inside a window, in the candidate's own time zone.

The same facts give the same moment, whenever they are asked: `now` only decides what to do
with a moment that has passed. So a plan that is worked out again and again does not wander.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from bot.domain.daytime import DAY, Local, Stretch
from bot.domain.habits import Habit

STEP = timedelta(minutes=5)
"""Moments lie so many of these before or after the preferred one: on the full hour, they
would look like a machine's."""
HORIZON = timedelta(days=4)
"""How far past a window the search goes before it gives up on quiet hours."""
EVENING = time(18)
"""A word that comes early comes in the working day, rather than late on a Friday night."""
SPARE = timedelta(minutes=15)
"""What is left of a window for the carrier: a word that leaves at its very end arrives after it."""
WORTH_MOVING = 1.0
"""Hours of waiting that habits must save, for the plain moment to be given up."""
DISTANCE = 0.1
"""Hours of waiting that make up for an hour's distance from the preferred moment."""

_INSTANT = timedelta.resolution
_HOUR = timedelta(hours=1)


class Urgency(StrEnum):
    ORDINARY = "ordinary"
    """The candidate's habits choose."""
    DECISION = "decision"
    """A decision or an offer is told: by the preferred moment, if the night allows."""
    PRESSING = "pressing"
    """The candidate has another offer: as soon as the window opens."""


@dataclass(frozen=True)
class Span:
    """A window on the time line."""

    earliest: datetime
    preferred: datetime
    latest: datetime


@dataclass(frozen=True)
class Moment:
    at: datetime
    reason: str


def choose(
    span: Span,
    now: datetime,
    local: Local,
    *,
    keep_weekends_free: bool,
    keep_eves_free: bool = False,
    urgency: Urgency = Urgency.ORDINARY,
) -> Moment:
    """Return the best moment of `span`, and why; where it has passed, the next good one.

    Nights are hard. Weekends and holidays, where they are kept free (and the evenings before
    them, with `keep_eves_free`), yield to the end of the window: between an early word on
    Friday and none until Monday, Friday wins; between Sunday and silence, Sunday does. Where
    nothing in the window is permitted, the first permitted minute after it.
    """
    window = _Window(_with_room(span), local, keep_weekends_free, keep_eves_free)
    moment = window.best(urgency)
    return moment if moment.at >= now else window.next_good(now.astimezone(UTC))


def _with_room(span: Span) -> Span:
    earliest = span.earliest.astimezone(UTC)
    latest = max(earliest, span.latest.astimezone(UTC) - SPARE)
    return Span(earliest, min(span.preferred.astimezone(UTC), latest), latest)


@dataclass(frozen=True)
class _Window:
    """The search for one stage's moment."""

    span: Span
    local: Local
    keep_weekends_free: bool
    keep_eves_free: bool

    def best(self, urgency: Urgency) -> Moment:
        awake = self._awake(self.span.earliest, self.span.latest)
        for good in (self._polite(awake), awake):
            at = self._plain(good, urgency)
            if at is not None:
                usual = self._usual(good, at) if urgency is Urgency.ORDINARY else None
                return usual or self._moment(at, self._why(at, urgency))
        after = self._first(self._awake(self.span.latest, self.span.latest + HORIZON))
        return self._moment(after or self.span.latest, "the first minute after the quiet hours")

    def next_good(self, now: datetime) -> Moment:
        """Return `now` or the first permitted moment after it: the best one has passed."""
        end = max(now, self.span.latest)
        awake = self._awake(now, end)
        for good in (self._polite(awake), awake, self._awake(end, end + HORIZON)):
            if good:
                return self._late(good[0].start)
        return self._late(now)

    def _late(self, at: datetime) -> Moment:
        passed = "the window" if at > self.span.latest else "its moment"
        return Moment(at, f"late, as {passed} had passed: {self._told(at)}")

    # --- by the clock and the calendar ----------------------------------------------------

    def _awake(self, start: datetime, end: datetime) -> list[Stretch]:
        return list(self.local.stretches(start, end + _INSTANT))

    def _polite(self, awake: Sequence[Stretch]) -> list[Stretch]:
        polite = [one for one in awake if not (self.keep_weekends_free and one.free)]
        return [part for one in polite if (part := self._without_eve(one))]

    def _without_eve(self, one: Stretch) -> Stretch | None:
        """Return what is left of a stretch without the evening before a free day."""
        if not (self.keep_eves_free and self.local.free(one.day + DAY)):
            return one
        evening = one.at(EVENING)
        return replace(one, end=min(one.end, evening)) if one.start < evening else None

    def _plain(self, good: Sequence[Stretch], urgency: Urgency) -> datetime | None:
        """Return the moment for somebody whose habits nobody knows."""
        match urgency:
            case Urgency.PRESSING:
                return self._first(good)
            case Urgency.DECISION:
                return self._last(good) or self._first(good, self.span.preferred)
            case Urgency.ORDINARY:
                return (
                    self._first(good, self.span.preferred)
                    or self._last(good, EVENING)
                    or self._last(good)
                )

    def _first(self, good: Sequence[Stretch], since: datetime | None = None) -> datetime | None:
        for one in good:
            at = self._step_from(max(one.start, since or one.start))
            if at < one.end:
                return at
        return None

    def _last(self, good: Sequence[Stretch], by: time | None = None) -> datetime | None:
        """Return the last moment up to the preferred one, on its day before `by`."""
        preferred = self.span.preferred
        for one in reversed(good):
            end = min(one.end, one.at(by)) if by else one.end
            at = preferred + (min(end - _INSTANT, preferred) - preferred) // STEP * STEP
            if at >= one.start:
                return at
        return None

    def _step_from(self, at: datetime) -> datetime:
        return self.span.preferred - (self.span.preferred - at) // STEP * STEP

    # --- by the candidate's habits --------------------------------------------------------

    def _usual(self, good: Sequence[Stretch], plain: datetime) -> Moment | None:
        """Return when they answer soonest, where that is worth leaving the plain moment."""
        habit = self.local.habit
        if habit is None:
            return None
        costs = {at: self._cost(at, habit) for at in self._answering(good, habit)}
        best = min(costs, key=lambda at: (costs[at], at), default=plain)
        if best == plain or costs[best] > self._cost(plain, habit) - WORTH_MOVING:
            return None
        local = best.astimezone(self.local.zone)
        days = "weekdays" if local.weekday() < 5 else "weekends"
        return self._moment(best, f"when they usually answer, around {local:%H}:00 on {days}")

    def _answering(self, good: Sequence[Stretch], habit: Habit) -> Iterator[datetime]:
        """Yield where each hour begins in which they answer, as far as it is permitted."""
        for one in good:
            for start in one.hours():
                at = self._step_from(start)
                if at < one.end and habit.answers(at.astimezone(self.local.zone)):
                    yield at

    def _cost(self, at: datetime, habit: Habit) -> float:
        away = abs(at - self.span.preferred) / _HOUR
        return habit.wait(at.astimezone(self.local.zone)) + DISTANCE * away

    # --- in words for a recruiter -----------------------------------------------------------

    def _why(self, at: datetime, urgency: Urgency) -> str:
        if self.keep_weekends_free and (free := self.local.free_at(at)):
            return f"on {free}, to keep the window"
        if at == self.span.preferred:
            return "the preferred moment"
        if urgency is Urgency.PRESSING:
            return "soon, as they have another offer"
        spared = self._spared(at)
        if at > self.span.preferred:
            return f"after {spared}"
        return "early, to keep the weekend free" if spared == "the weekend" else f"before {spared}"

    def _spared(self, at: datetime) -> str:
        """Return what lies between the preferred moment and `at`: a free day, or the night."""
        preferred = self.span.preferred
        local, wanted = (moment.astimezone(self.local.zone).date() for moment in (at, preferred))
        if not self.keep_weekends_free or local == wanted:
            return "the night"
        beside = local + timedelta(days=1 if local < wanted else -1)
        return self.local.free(wanted) or self.local.free(beside) or "the night"

    def _moment(self, at: datetime, why: str) -> Moment:
        told = f"{why}: {self._told(at)}"
        if at == self.span.preferred:
            return Moment(at, told)
        wanted = self.span.preferred.astimezone(self.local.zone)
        return Moment(at, f"{told} instead of {wanted:%a %H:%M}")

    def _told(self, at: datetime) -> str:
        return f"{at.astimezone(self.local.zone):%a %d %b, %H:%M} in {self.local.zone.key}"
