"""Which of the slots that were shown somebody takes."""

from collections.abc import Callable, Sequence
from itertools import chain

from bot.domain.availability.clauses import Piece, Sign
from bot.domain.availability.clocks import Clock, Hours, Shape, windows
from bot.domain.availability.days import Days, Doubt, Reason
from bot.domain.availability.intervals import Interval
from bot.domain.availability.making import rules
from bot.domain.availability.offers import Offer, Said, offers
from bot.domain.availability.outcome import Availability
from bot.domain.availability.rules import Found
from bot.domain.availability.symbols import Kind, Symbol

LAST = -1
EVERY = 0
Slots = Sequence[Interval]


def _place(found: Found) -> Symbol | None:
    place = found.get("which", int) if found.kind("which") is not Kind.ONE else 1
    return Symbol(Kind.PICK, place) if 1 <= place <= len(found.moment.slots) else None


def _bare_hour(found: Found) -> Symbol | None:
    """Where there are not so many slots, "9" is an hour."""
    hour = found.get("hour", int)
    said = Hours(Shape.AT, Clock(hour * 60, sure=hour > 12))
    return Symbol(Kind.HOURS, said) if len(found.moment.slots) < hour <= 24 else None


def _weekday_place(found: Found) -> Symbol | None:
    """ "A segunda" is the second, unless Monday is among the slots."""
    weekday, slots = found.get("which", int), found.moment.slots
    known = any(slot.start.weekday() == weekday for slot in slots)
    if known or not found.moment.weekdays_count or not 1 < weekday + 2 <= len(slots):
        return None
    return Symbol(Kind.PICK, weekday + 2)


def _fixed(place: int) -> Callable[[Found], Symbol]:
    return lambda found: Symbol(Kind.PICK, place)


def _middle(found: Found) -> Symbol:
    return Symbol(Kind.PICK, (len(found.moment.slots) + 1) // 2)


NO_HOUR = "!AM|PM|OCLOCK|HOUR_UNIT|PART|TO|UNTIL|MONTH|OF|NUMBER|HALF|QUARTER|MINUTE_UNIT|DAY_UNIT"
HOURLY = "AT|AROUND|AFTER|BEFORE|UNTIL|FROM|BETWEEN|TO|TOWARDS|HALF"
LINKED = f"{HOURLY}|IN|OF|NUMBER|MONTH|WEEKDAY|DAY|DAY_UNIT"

PICK_RULES = rules(
    ("OPTION which:NUMBER|ORDINAL|NTH|ONE !MONTH", _place),
    ("which:ORDINAL|NTH|NUMBER OPTION", _place),
    ("which:ORDINAL|NTH !MONTH|OF|WEEK_UNIT|FORTNIGHT|PART", _place),
    ("^ON|OF|IN|FROM|THIS|NEXT|EACH which:WEEKDAY !NEXT|AT|PART|NUMBER|TO|DAY", _weekday_place),
    ("FINAL OPTION? !WEEK_UNIT|DAY_UNIT|MONTH_UNIT", _fixed(LAST)),
    ("MIDDLE", _middle),
    ("ALL", _fixed(EVERY)),
    (f"^{LINKED} ON? which:NUMBER {NO_HOUR}|WEEK_UNIT|MONTH_UNIT|YEAR_UNIT", _place),
    (f"^{LINKED}|ON hour:NUMBER {NO_HOUR}|WEEK_UNIT|MONTH_UNIT|YEAR_UNIT", _bare_hour),
)


def picked(pieces: Sequence[Piece], symbols: Sequence[Symbol], slots: Slots) -> Availability | None:
    """Return the slots that are taken and refused; None where the text speaks of other times."""
    if not slots:
        return None
    kinds = {symbol.kind for symbol in symbols}
    if Kind.NONE in kinds and not any(piece.has(Kind.PICK) for piece in pieces):
        return None if pieces else Availability(not_=tuple(slots))
    if (
        not pieces
        and len(slots) == 1
        and kinds & {Kind.YES, Kind.CAN, Kind.FINE}
        and Kind.NOT not in kinds
    ):
        return Availability(free=tuple(slots))
    return _by_place(pieces, slots) or _by_time(offers(pieces), slots)


def _by_place(pieces: Sequence[Piece], slots: Slots) -> Availability | None:
    taken, refused = list[Interval](), list[Interval]()
    placed = any(_places(piece) for piece in pieces)
    if any(EVERY not in _places(piece) for piece in pieces if _places(piece)):
        pieces = [piece for piece in pieces if EVERY not in _places(piece)]
    for piece in pieces:
        meant = _at_places(piece, slots)
        if piece.sign is not Sign.OFFERED:
            refused += meant or _matching(offers([piece]), slots)
        else:
            taken = meant if piece.corrects and meant else taken + meant
    return _choice(taken, refused, slots, sure=True) if taken or placed else None


def _at_places(piece: Piece, slots: Slots) -> list[Interval]:
    """ "The first one on Tuesday" counts among those of Tuesday."""
    places = _places(piece)
    others = tuple(symbol for symbol in piece.when if symbol.kind is not Kind.PICK)
    if not places:
        return []
    said = offers([Piece(joint=piece.joint, symbols=others, sign=Sign.OFFERED)]) if others else ()
    among = _matching(said, slots) or slots
    return list(chain.from_iterable(_at(place, among) for place in places))


def _places(piece: Piece) -> list[int]:
    return [s.value for s in piece.when if s.kind is Kind.PICK and isinstance(s.value, int)]


def _at(place: int, slots: Slots) -> Slots:
    if place == EVERY:
        return slots
    return slots[-1:] if place == LAST else slots[place - 1 : place]


def _by_time(said: Sequence[Offer], slots: Slots) -> Availability | None:
    taken = _matching([one for one in said if one.sign is Sign.OFFERED], slots)
    refused = _matching([one for one in said if one.sign is not Sign.OFFERED], slots)
    if not taken and any(one.sign is Sign.OFFERED for one in said):
        return None
    return _choice(taken, refused, slots, sure=False)


def _choice(
    taken: Sequence[Interval], refused: Sequence[Interval], slots: Slots, *, sure: bool
) -> Availability | None:
    if not taken and not refused:
        return None
    free = [slot for slot in (taken or slots) if slot not in refused]
    several = len(free) > 1 and not sure
    ask = Doubt(Reason.WHICH_SLOT) if several else None
    return Availability(free=tuple(dict.fromkeys(free)), not_=tuple(refused), ask=ask)


def _matching(said: Sequence[Offer], slots: Slots) -> list[Interval]:
    return [slot for slot in slots if any(_fits(one, slot) for one in said)]


def _fits(said: Offer, slot: Interval) -> bool:
    on_day = not said.days or any(_on(days, slot) for days in said.days)
    return on_day and (not said.hours or any(_at_hour(one, slot) for one in said.hours))


def _on(days: Days, slot: Interval) -> bool:
    day = slot.start.date()
    if days.month_day is not None:
        return day.day == days.month_day
    return day in days.dates or day.weekday() in days.weekdays


def _at_hour(said: Said, slot: Interval) -> bool:
    minutes = slot.start.hour * 60 + slot.start.minute
    window = windows(said)
    if window is None:
        return False
    if window.point:
        return minutes in (window.start, *_as_shown(said))
    return window.start <= minutes < window.end


def _as_shown(said: Sequence[Hours]) -> Sequence[int]:
    """Return what a bare hour may mean: the slots tell which."""
    clocks = [one.start for one in said if one.shape is Shape.AT and one.start]
    return clocks[0].either() if clocks else ()
