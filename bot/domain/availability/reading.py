"""When a candidate can talk, read from their own words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.availability.beside_rules import BESIDE_RULES
from bot.domain.availability.clauses import POLARITY_RULES, Piece, clauses, relevant
from bot.domain.availability.clock_rules import CLOCK_RULES
from bot.domain.availability.date_rules import DATE_RULES
from bot.domain.availability.day_rules import DAY_RULES
from bot.domain.availability.holiday_rules import HOLIDAY_RULES
from bot.domain.availability.hour_rules import HOUR_RULES
from bot.domain.availability.intervals import Interval
from bot.domain.availability.lexicon import Lexicon
from bot.domain.availability.offers import offers
from bot.domain.availability.outcome import Availability, Clocks
from bot.domain.availability.picks import PICK_RULES, picked
from bot.domain.availability.resolve import resolve
from bot.domain.availability.rules import Moment, rewrite
from bot.domain.availability.scan import scan
from bot.domain.availability.stretch_rules import STRETCH_RULES
from bot.domain.availability.symbols import Kind, Symbol
from bot.domain.availability.week_rules import WEEK_RULES
from bot.domain.availability.weeks import narrowed
from bot.domain.availability.zone_rules import ZONE_RULES

GRAMMAR = (
    *ZONE_RULES,
    *HOLIDAY_RULES,
    *CLOCK_RULES,
    *DATE_RULES,
    *WEEK_RULES,
    *DAY_RULES,
    *STRETCH_RULES,
    *HOUR_RULES,
    *BESIDE_RULES,
)
"""What a rule needs is made by rules before it."""
STOP = Symbol(Kind.STOP)
UNSAID = frozenset({Kind.OTHER})


@dataclass(frozen=True, kw_only=True)
class Message:
    """A text, and where and when its writer is."""

    text: str
    now: datetime
    """On their wall, without a zone."""
    zone: ZoneInfo
    month_first: bool = False
    """Whether they write the month before the day in 03/04."""
    offered: Sequence[Interval] = ()
    """Slots that they were just shown, in order."""


def understand(message: Message, lexicon: Lexicon) -> Availability:
    """Return what is free and what is not by a message. Never fails, whatever it says."""
    moment = Moment(
        now=message.now,
        month_first=message.month_first,
        next_is_coming=lexicon.next_is_coming,
        weekdays_count=lexicon.weekdays_count,
        slots=message.offered,
    )
    words = [one for one in scan(message.text, lexicon) if one.kind is not Kind.SKIP]
    rules = (*PICK_RULES, *GRAMMAR) if message.offered else GRAMMAR
    row = rewrite([STOP, *words, STOP], rules, moment)
    said = [one for one in row if one.kind not in UNSAID]
    symbols = narrowed(relevant(rewrite(said, POLARITY_RULES, moment)))
    pieces = clauses(symbols)
    return picked(pieces, symbols, message.offered) or _free(pieces, symbols, message)


def _free(pieces: Sequence[Piece], symbols: Sequence[Symbol], message: Message) -> Availability:
    said = next((one.value for one in symbols if one.kind is Kind.ZONE), None)
    zone = ZoneInfo(said) if isinstance(said, str) else message.zone
    clocks = Clocks(now=message.now, own=message.zone, said=zone)
    anything = any(one.kind is Kind.ANY for one in symbols)
    return resolve(offers(pieces), clocks, anything=anything)
