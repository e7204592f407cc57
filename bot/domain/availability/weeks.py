"""A week that is named says which Tuesday is meant: "Tuesday or Friday of next week"."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from bot.domain.availability.days import Days, in_week
from bot.domain.availability.symbols import Kind, Symbol

KEEP = frozenset({Kind.EXCEPT, Kind.BUT, Kind.NOT, Kind.ANY})
"""The week itself is offered, and some of its days are not."""
LINKS = frozenset({Kind.AND, Kind.OR, Kind.BUT, Kind.STOP, Kind.EXCEPT})


def narrowed(symbols: Sequence[Symbol]) -> list[Symbol]:
    """Return the symbols with weekdays moved into the week that stands behind them, or before."""
    result, dropped = list(symbols), set[int]()
    for at, start in _weeks(result):
        behind = _run_before(result, at)
        ahead = () if behind else _run_after(result, at)
        for place in (*behind, *ahead):
            result[place] = replace(result[place], value=_moved(result[place], start))
        between = {one.kind for one in result[at + 1 : ahead[0]]} if ahead else set()
        if (behind or ahead) and not between & KEEP:
            dropped.add(at)
    return [symbol for at, symbol in enumerate(result) if at not in dropped]


def _weeks(symbols: Sequence[Symbol]) -> Iterator[tuple[int, date]]:
    for at, symbol in enumerate(symbols):
        if isinstance(symbol.value, Days) and symbol.value.week:
            yield at, symbol.value.week


def _run_before(symbols: Sequence[Symbol], at: int) -> tuple[int, ...]:
    if at == 0 or symbols[at - 1].kind in LINKS:
        return ()
    found = list[int]()
    for place in range(at - 1, -1, -1):
        if symbols[place].kind is Kind.STOP or _is_week(symbols[place]):
            break
        if _is_weekday(symbols[place]):
            found.append(place)
    return tuple(found)


def _run_after(symbols: Sequence[Symbol], at: int) -> tuple[int, ...]:
    if symbols[at + 1 : at + 2] and symbols[at + 1].kind in (Kind.OR, Kind.AND):
        return ()
    found = list[int]()
    for place in range(at + 1, len(symbols)):
        if _is_week(symbols[place]):
            break
        if _is_weekday(symbols[place]):
            found.append(place)
    return tuple(found)


def _is_week(symbol: Symbol) -> bool:
    return isinstance(symbol.value, Days) and symbol.value.week is not None


def _is_weekday(symbol: Symbol) -> bool:
    return isinstance(symbol.value, Days) and bool(symbol.value.weekdays)


def _moved(symbol: Symbol, start: date) -> Days | None:
    return in_week(symbol.value, start) if isinstance(symbol.value, Days) else None
