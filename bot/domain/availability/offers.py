"""From pieces to offers: which hours belong to which days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.domain.availability.clauses import Piece, Sign
from bot.domain.availability.clocks import Hours, Shape, windows
from bot.domain.availability.days import Days
from bot.domain.availability.symbols import Kind, Symbol

JOINED = frozenset({Kind.AND, Kind.OR, Kind.COMMA, Kind.STOP})
Said = tuple[Hours, ...]
"""Several things that hold at once: in the morning, and after nine."""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """Some days, each at some hours. Without days it holds for the next ones, without hours for the
    whole day."""

    sign: Sign
    days: tuple[Days, ...] = ()
    hours: tuple[Said, ...] = ()
    """One of them, or another."""
    hours_first: bool = False


def offers(pieces: Iterable[Piece]) -> list[Offer]:
    """Return what is offered and what is refused, in the order in which it was said."""
    found = list[Offer]()
    for piece in pieces:
        for number, part in enumerate(_parts(piece)):
            joint = piece.joint if number == 0 else None
            _add(found, part, joint, corrects=piece.corrects and number == 0)
    return found


def _parts(piece: Piece) -> Iterable[Offer]:
    """Cut "Tuesday at 3 Wednesday at 4" in two."""
    part = list[Symbol]()
    for symbol in piece.when:
        kinds = [one.kind for one in part]
        if symbol.kind in kinds and kinds[-1] is not symbol.kind and kinds[0] is symbol.kind:
            yield _offer(part, piece.sign)
            part = []
        part.append(symbol)
    yield _offer(part, piece.sign)


def _offer(part: Sequence[Symbol], sign: Sign | None) -> Offer:
    days = tuple(one.value for one in part if isinstance(one.value, Days))
    hours = [one.value for one in part if isinstance(one.value, Hours)]
    said: tuple[Said, ...] = ()
    for one in hours:
        said = _refined(said, one, joint=None)
    first = bool(part) and part[0].kind is Kind.HOURS
    return Offer(sign=sign or Sign.OFFERED, days=days, hours=said, hours_first=first)


def _add(found: list[Offer], new: Offer, joint: Kind | None, *, corrects: bool) -> None:
    last = found[-1] if found else None
    if last is None or last.sign is not new.sign:
        found.append(new)
    elif corrects:
        found[-1] = replace(last, days=new.days or last.days, hours=new.hours or last.hours)
    elif (together := _together(last, new, joint)) is not None:
        found[-1] = together
    else:
        found.append(new)


def _together(last: Offer, new: Offer, joint: Kind | None) -> Offer | None:
    """Return both as one offer, or None where each stands for itself."""
    if not new.days:
        return _with_hours(last, new, joint)
    if not new.hours and (not last.hours or last.hours_first):
        return replace(last, days=last.days + new.days) if joint is not Kind.STOP else None
    if not new.hours and not last.days:
        return replace(last, days=new.days)
    if new.hours and not last.hours and not new.hours_first and joint in JOINED - {Kind.STOP}:
        return replace(new, days=last.days + new.days)
    if not last.days and _shapes(last) == _shapes(new) == {Shape.AFTER}:
        return new
    if new.hours_first and last.hours and not last.days:
        return replace(new, hours=last.hours + new.hours)
    return None


def _with_hours(last: Offer, new: Offer, joint: Kind | None) -> Offer:
    hours = last.hours
    for said in new.hours:
        for one in said:
            hours = _refined(hours, one, joint=joint if one is said[0] else None)
    return replace(last, hours=hours)


def _shapes(offer: Offer) -> set[Shape]:
    return {one.shape for said in offer.hours for one in said}


def _refined(hours: tuple[Said, ...], new: Hours, *, joint: Kind | None) -> tuple[Said, ...]:
    """Return the hours with one more thing said: of the last of them, or beside it."""
    if not hours or joint is Kind.OR:
        return (*hours, (new,))
    last = hours[-1]
    shapes = {one.shape for one in last}
    if shapes == {new.shape} == {Shape.AFTER}:
        return (*hours[:-1], (new,))
    open_ended = {Shape.AFTER, Shape.BEFORE} == shapes | {new.shape}
    closer = Shape.DURING in shapes and new.shape is not Shape.DURING
    vaguer = new.shape is Shape.DURING and Shape.DURING not in shapes
    beside = joint is Kind.AND and new.shape is not Shape.BEFORE and not closer
    if (open_ended or closer or vaguer) and not beside and windows((*last, new)):
        return (*hours[:-1], (*last, new))
    return (*hours, (new,))
