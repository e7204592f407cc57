"""When somebody can talk, in their own words: a grammar of days and hours, and what they mean.

A text becomes symbols by the words of its language (`scan`), rules make days and hours of them
(`*_rules`), pieces get their sign (`clauses`), hours find their days (`offers`), and all of it is
worked out on the candidate's clock (`resolve`).
"""

from bot.domain.availability.days import Doubt, Reason
from bot.domain.availability.intervals import Interval
from bot.domain.availability.lexicon import Lexicon
from bot.domain.availability.outcome import Availability
from bot.domain.availability.reading import Message, understand

__all__ = [
    "Availability",
    "Doubt",
    "Interval",
    "Lexicon",
    "Message",
    "Reason",
    "understand",
]
