"""What to do about a message that did not leave: by the kind of refusal, and how often."""

from datetime import timedelta
from enum import StrEnum

FIRST_PAUSE = timedelta(seconds=5)
"""Before the second try, where neither the carrier nor our table of codes says more."""
MOST_ATTEMPTS = 8

OPENS_AFTER = 5
"""So many failures of a number in a row, and nothing leaves by it for a while."""
FIRST_REST = timedelta(seconds=30)
"""How long a number rests before one message may try; doubled with each one that fails."""
LONGEST_REST = timedelta(minutes=10)
MENDING = timedelta(minutes=5)
"""The rest where somebody has to mend the account: it does not heal by itself."""
PROBE = timedelta(seconds=15)
"""How long the one message that tries may take; longer than any carrier keeps us waiting."""


class Reaction(StrEnum):
    """What a carrier's refusal means for this message, and for all others."""

    PERMANENT = "permanent"
    """Never works for this message."""
    RETRY = "retry"
    """The same message may be taken later."""
    OPT_OUT = "opt_out"
    """The candidate does not want it."""
    TEMPLATE = "template"
    """The 24-hour window is closed after all: only an approved template may go."""
    ALERT = "alert"
    """Never works for this message, and somebody has to mend what it is made of."""
    PAUSE = "pause"
    """Nothing leaves by this number until somebody mends the account."""
    UNREACHABLE = "unreachable"
    """Nobody answers at the carrier: nothing leaves by this number for the moment."""

    @property
    def of_the_number(self) -> bool:
        """Whether it says nothing about the message, but everything about our number."""
        return self in (Reaction.PAUSE, Reaction.UNREACHABLE)


def pause(
    attempts: int, jitter: float, *, first: timedelta = FIRST_PAUSE, asked: float | None = None
) -> timedelta:
    """Return how long to wait after `attempts` tries: what the carrier asked for (seconds),
    else doubled with each try, with full jitter (`jitter` lies between 0 and 1).

    Full jitter keeps what failed together from coming back together.
    """
    if asked is not None:
        return timedelta(seconds=asked)
    return first * 2.0 ** min(attempts - 1, MOST_ATTEMPTS) * jitter


def rest(failures: int) -> timedelta:
    """Return how long a number rests after so many failures in a row."""
    if failures < OPENS_AFTER:
        return timedelta()
    doubled = FIRST_REST * 2.0 ** min(failures - OPENS_AFTER, MOST_ATTEMPTS)
    return min(doubled, LONGEST_REST)
