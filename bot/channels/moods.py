"""How the simulated carrier behaves."""

from dataclasses import dataclass
from enum import StrEnum


class Behaviour(StrEnum):
    DELIVERS = "delivers"
    REFUSES = "refuses"
    """Does not take it, with the code's reaction."""
    FAILS = "fails"
    """Takes it, and reports later that it failed with the code."""
    LOSES = "loses"
    """Takes it, and it never arrives: a blocked sender, or a phone that stays off."""
    DROPS_ANSWER = "drops_answer"
    """Takes and delivers it, and the connection breaks off before the answer."""
    VANISHES = "vanishes"
    """The request times out and was never taken."""
    AWAY = "away"
    """Nobody answers: nothing is taken, and it cannot be asked either."""


@dataclass(frozen=True, kw_only=True)
class Mood:
    behaviour: Behaviour = Behaviour.DELIVERS
    code: str = "63024"
    """One of `twilio_errors.yaml`, for `refuses` and `fails`."""
    answers_after: float = 0.0
    """Real seconds until `send` returns."""
    reports_after: float = 0.0
    """Real seconds until the first report of the thread; `settle` waits for nothing."""
