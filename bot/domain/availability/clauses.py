"""Which of the days and hours in a text are offered, and which are refused.

A text is cut where a comma, an "and", an "or", a "but" or a full stop stands. Each piece has its
own sign, or takes that of its neighbour.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from bot.domain.availability.making import rules
from bot.domain.availability.rules import Found
from bot.domain.availability.symbols import Kind, Symbol

JOINTS = frozenset(
    {Kind.COMMA, Kind.AND, Kind.OR, Kind.BUT, Kind.SO, Kind.STOP, Kind.SORRY, Kind.EXCEPT, Kind.NOT}
)
WHEN = frozenset({Kind.DAYS, Kind.HOURS, Kind.PICK})
APPROVALS = (Kind.CAN, Kind.FINE)
REFUSALS = (Kind.CANNOT, Kind.BUSY)
LIST = frozenset({Kind.AND, Kind.OR, Kind.COMMA})


class Sign(Enum):
    OFFERED = "offered"
    REFUSED = "refused"
    EXCEPTED = "excepted"
    """Refused again and again, as in "any day but Friday"."""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """What stands between two joints."""

    joint: Kind
    """What stands before it."""
    symbols: tuple[Symbol, ...] = field(default=())
    sign: Sign | None = None
    corrects: bool = False

    @property
    def when(self) -> tuple[Symbol, ...]:
        return tuple(symbol for symbol in self.symbols if symbol.kind in WHEN)

    def has(self, *kinds: Kind) -> bool:
        return any(symbol.kind in kinds for symbol in self.symbols)

    @property
    def refuses(self) -> bool:
        """Whether it says that it cannot be: not in "because of work I can only do lunchtime"."""
        kinds = [symbol.kind for symbol in self.symbols]
        busy = Kind.BUSY in kinds and Kind.CAN not in kinds[kinds.index(Kind.BUSY) :]
        return busy or Kind.CANNOT in kinds

    @property
    def days_alone(self) -> bool:
        return bool(self.when) and all(symbol.kind is Kind.DAYS for symbol in self.when)


def _no(found: Found) -> list[Symbol]:
    """As in "Tuesday, no": refused, as if it said "Tuesday I cannot"."""
    return [found.symbols["when"], Symbol(Kind.CANNOT), found.symbols["end"]]


POLARITY_RULES = rules(
    ("start:STOP NOT COMMA|STOP", lambda found: found.symbols["start"]),
    ("THIS DAY_UNIT NOT", lambda found: Symbol(Kind.CANNOT)),
    ("when:DAYS|HOURS|PICK NOT end:COMMA|STOP|BUT|AND|OR", _no),
)
"""For a row that begins and ends with a STOP."""


def clauses(symbols: Iterable[Symbol]) -> list[Piece]:
    """Return the pieces that say when, each with its sign."""
    pieces = list[Piece]()
    for sentence in _cut(symbols):
        pieces += _signed(list(_pieces(sentence)))
    return [piece for piece in pieces if piece.when]


def relevant(symbols: Iterable[Symbol]) -> list[Symbol]:
    """Return the sentences that are not about something else."""
    return [symbol for sentence in _cut(symbols) if not _is_story(sentence) for symbol in sentence]


def _cut(symbols: Iterable[Symbol]) -> Iterator[list[Symbol]]:
    sentence = list[Symbol]()
    for symbol in (*symbols, Symbol(Kind.STOP)):
        sentence.append(symbol)
        if symbol.kind is Kind.STOP:
            yield sentence
            sentence = []


def _is_story(sentence: Sequence[Symbol]) -> bool:
    kinds = {symbol.kind for symbol in sentence}
    return Kind.STORY in kinds and Kind.CAN not in kinds


def _pieces(sentence: Sequence[Symbol]) -> Iterator[Piece]:
    joint, symbols, corrects = Kind.STOP, list[Symbol](), False
    for symbol in sentence:
        if symbol.kind not in JOINTS:
            symbols.append(symbol)
            continue
        if symbols:
            yield Piece(joint=joint, symbols=tuple(symbols), corrects=corrects)
            joint, symbols, corrects = symbol.kind, [], False
        corrects = corrects or symbol.kind is Kind.SORRY
        joint = _stronger(joint, symbol.kind)


def _stronger(joint: Kind, other: Kind) -> Kind:
    """Of several joints in a row the one that says most counts: ", but", ", and"."""
    order = (
        Kind.NOT,
        Kind.EXCEPT,
        Kind.SORRY,
        Kind.BUT,
        Kind.SO,
        Kind.OR,
        Kind.AND,
        Kind.COMMA,
        Kind.STOP,
    )
    return min(joint, other, key=order.index)


def _signed(pieces: Sequence[Piece]) -> list[Piece]:
    signed = list[Piece]()
    for piece in pieces:
        signed.append(replace(piece, sign=_sign(piece, signed)))
    return [replace(piece, sign=piece.sign or Sign.OFFERED) for piece in _refused_back(signed)]


def _sign(piece: Piece, before: Sequence[Piece]) -> Sign | None:
    """Return the sign of a piece by its words and its joint; None where nothing tells."""
    if piece.joint is Kind.EXCEPT or _leaves_out(piece, before):
        return Sign.EXCEPTED
    if piece.refuses or piece.joint is Kind.NOT:
        return Sign.REFUSED
    if piece.has(*APPROVALS) or (before and piece.joint in (Kind.BUT, Kind.SO, Kind.SORRY)):
        return Sign.OFFERED
    return before[-1].sign if before and _goes_on(piece, before[-1]) else None


def _goes_on(piece: Piece, last: Piece) -> bool:
    """Whether a piece goes on with a list: "I cannot Monday, Tuesday", not "Monday no, Tuesday"."""
    ended = last.symbols[-1].kind in REFUSALS or last.joint is Kind.NOT
    if ended and piece.joint is Kind.COMMA:
        return False
    return piece.joint in LIST and bool(piece.when)


def _leaves_out(piece: Piece, before: Sequence[Piece]) -> bool:
    """As in "Any day but Friday" and "whenever, only Friday I cannot"."""
    if not before or not before[-1].has(Kind.ANY) or not piece.when:
        return False
    if piece.has(*REFUSALS) or piece.joint is Kind.NOT:
        return True
    return piece.joint is Kind.BUT and not piece.has(*APPROVALS)


def _refused_after(pieces: Sequence[Piece]) -> list[Piece]:
    """As in "Friday is full, I cannot": the refusal has a piece to itself."""
    result = list(pieces)
    for at in range(1, len(result)):
        bare = result[at].has(Kind.CANNOT) and not result[at].when
        if bare and result[at].joint is Kind.COMMA and result[at - 1].sign is None:
            result[at - 1] = replace(result[at - 1], sign=Sign.REFUSED)
    return result


def _refused_back(pieces: Sequence[Piece]) -> list[Piece]:
    """In "Thursday and Friday I cannot" the refusal stands after both."""
    result = _refused_after(pieces)
    for at in range(len(result) - 1, 0, -1):
        later, earlier = result[at], result[at - 1]
        refused = later.sign is Sign.REFUSED and later.has(*REFUSALS)
        if refused and earlier.sign is None and earlier.when and later.joint in (Kind.AND, Kind.OR):
            result[at - 1] = replace(
                earlier, sign=Sign.REFUSED, symbols=(*earlier.symbols, Symbol(Kind.CANNOT))
            )
            if earlier.joint is Kind.COMMA and at > 1 and result[at - 2].days_alone:
                result[at - 1] = replace(result[at - 1], joint=Kind.AND)
    return result
