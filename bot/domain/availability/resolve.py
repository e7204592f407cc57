"""From offers to intervals on the candidate's wall, and to what must be asked."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import chain

from bot.domain.availability.clauses import Sign
from bot.domain.availability.clocks import (
    LATEST,
    OPENS,
    WHOLE_DAY,
    Shape,
    Window,
    after,
    windows,
)
from bot.domain.availability.days import (
    HORIZON,
    SOON,
    Days,
    Doubt,
    Reason,
    every_weekday,
    horizon,
    works,
)
from bot.domain.availability.intervals import Interval, distinct, joined, without
from bot.domain.availability.offers import Offer
from bot.domain.availability.outcome import Availability, Clocks, Sums
from bot.domain.availability.zones import on_wall

A_DAY, A_MINUTE = timedelta(days=1), timedelta(minutes=1)


def resolve(offers: Sequence[Offer], clocks: Clocks, *, anything: bool) -> Availability:
    """Return what the offers come to. `anything` tells that the text sets no limit."""
    sums = Sums()
    offered = [offer for offer in offers if offer.sign is Sign.OFFERED]
    base = _dates(offered)
    for offer in offers:
        if offer.sign is Sign.OFFERED:
            _open(offer, clocks, sums)
        else:
            _close(offer, clocks, sums, base, alone=not offered and not anything)
    if not offered and not sums.free and (anything or sums.closed):
        sums.free = [_whole(day) for day in horizon(clocks.today) if works(day)]
    return _answer(sums, clocks)


def _answer(sums: Sums, clocks: Clocks) -> Availability:
    closed = joined(sums.closed)
    free = without(distinct(_ahead(sums.free, clocks.now)), closed)
    doubts = [*sums.doubts, *_odd_hours(free)]
    if not free and sums.gone:
        doubts = [Doubt(Reason.PAST)]
    shut = tuple(_near(closed, clocks.today))
    return Availability(free=tuple(free), not_=shut, ask=next(iter(doubts), None))


def _near(closed: Sequence[Interval], today: date) -> Sequence[Interval]:
    """Return what is closed in the next two weeks, or later where nothing is sooner."""
    ahead = [one for one in closed if one.end > _midnight(today)]
    end = _midnight(today) + HORIZON * A_DAY
    return [one for one in ahead if one.start < end] or ahead


# --- what is offered ----------------------------------------------------------------------


def _open(offer: Offer, clocks: Clocks, sums: Sums) -> None:
    found = [window for said in offer.hours if (window := windows(said))] or [WHOLE_DAY]
    if offer.days:
        sums.doubts += [days.doubt for days in offer.days if days.doubt]
        _add(_dates([offer]), found, clocks, sums)
    elif all(window.point for window in found):
        days = _first_days(found, clocks)
        sums.doubts.append(Doubt(Reason.WHICH_DAY, tuple(days)))
        _add(days, found, clocks, sums)
    else:
        _add(_coming(found, clocks), found, clocks, sums)


def _dates(offers: Iterable[Offer]) -> list[date]:
    days = chain.from_iterable(days.dates for offer in offers for days in offer.days)
    return list(dict.fromkeys(days))


def _add(days: Iterable[date], found: Sequence[Window], clocks: Clocks, sums: Sums) -> None:
    for day in days:
        for window in found:
            interval, skipped = on_wall(day, window, clocks.said, clocks.own)
            late = interval.start < clocks.now if window.point else interval.end <= clocks.now
            if late:
                sums.gone = True
                continue
            sums.add(interval)
            if skipped:
                sums.doubts.append(Doubt(Reason.GAP, (day,)))


def _first_days(found: Sequence[Window], clocks: Clocks) -> list[date]:
    """Return the first working day on which the hour is still to come."""
    return _coming(found, clocks)[:1]


def _coming(found: Sequence[Window], clocks: Clocks) -> list[date]:
    minutes = clocks.now.hour * 60 + clocks.now.minute
    left = any(minutes < (window.start if window.point else window.end) for window in found)
    days = [day for day in horizon(clocks.today) if works(day)]
    return [day for day in days if left or day > clocks.today][:SOON]


def _ahead(free: Iterable[Interval], now: datetime) -> Iterator[Interval]:
    for one in free:
        if now < one.end:
            yield Interval(max(one.start, now), one.end)


def _odd_hours(free: Iterable[Interval]) -> Iterator[Doubt]:
    """Yield a doubt where something begins before eight, or goes on after nine in the evening."""
    for one in free:
        start = one.start.hour * 60 + one.start.minute
        minutes = int((one.end - one.start).total_seconds() // 60)
        nominal = minutes <= 60
        if not OPENS <= start < LATEST or (start + minutes > LATEST and not nominal):
            yield Doubt(Reason.HOURS, (one.start.date(),))


# --- what is refused ----------------------------------------------------------------------


def _close(offer: Offer, clocks: Clocks, sums: Sums, base: Sequence[date], *, alone: bool) -> None:
    """Close the hours of an offer. A refusal that ends in a day offers the rest of that day, where
    nothing else was offered."""
    found = [window for said in offer.hours if (window := windows(said))]
    days = _refused_days(offer, clocks, base)
    for day in days:
        sums.closed += [on_wall(day, one, clocks.said, clocks.own)[0] for one in found] or [
            Interval(_midnight(day), _midnight(day) + A_DAY)
        ]
    rest = [
        _opposite(said[0].shape, window) for said, window in zip(offer.hours, found, strict=False)
    ]
    if alone and found and all(rest):
        _add(days, [window for window in rest if window], clocks, sums)


def _refused_days(offer: Offer, clocks: Clocks, base: Sequence[date]) -> list[date]:
    if not offer.days:
        return list(base) or [day for day in horizon(clocks.today) if works(day)]
    if offer.sign is not Sign.EXCEPTED:
        return _dates([offer])
    return [day for days in offer.days for day in _again(days, clocks.today, base)]


def _again(days: Days, today: date, base: Sequence[date]) -> Iterable[date]:
    """Return every such weekday of those offered; without any, of the next two weeks."""
    if not days.weekdays:
        return days.dates
    if base:
        return [day for day in base if day.weekday() in days.weekdays] or days.dates
    return every_weekday(today, days.weekdays).dates


def _opposite(shape: Shape, window: Window) -> Window | None:
    if shape is Shape.BEFORE:
        return Window(window.end, after(window.end), clocked=True)
    if shape is Shape.AFTER and window.start > OPENS:
        return Window(OPENS, window.start, clocked=True)
    return None


def _whole(day: date) -> Interval:
    midnight = _midnight(day)
    return Interval(midnight + WHOLE_DAY.start * A_MINUTE, midnight + WHOLE_DAY.end * A_MINUTE)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time())
