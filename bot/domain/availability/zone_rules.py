"""How people name another zone's clock: "3pm London time", "hora de Bogotá"."""

from bot.domain.availability.making import rules
from bot.domain.availability.rules import Found
from bot.domain.availability.symbols import Kind, Symbol


def _zone(found: Found) -> Symbol:
    return Symbol(Kind.ZONE, found.get("zone", str))


ZONE_RULES = rules(
    ("zone:CITY|ZONE ZONE_WORD", _zone),
    ("ZONE_WORD|HOUR_UNIT OF|IN? zone:CITY|ZONE", _zone),
)
