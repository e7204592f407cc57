"""What a text claims, and whether the facts back it: the last door before a candidate reads.

A claim is a place in a text that says something which could be wrong: a name, a day, an amount,
a link, an outcome. The facts are read in the same way as the text, so that what they claim in
any spelling is what the text may claim in any other.
"""

from bot.domain.claims.gate import Gate, Violation
from bot.domain.claims.lexicon import Claim, Kind, Lexicon

__all__ = ["Claim", "Gate", "Kind", "Lexicon", "Violation"]
