"""The one tree of errors.

HearbackError
├── BadInput                what came from outside cannot be used; names field and mend
│   └── BadConfig           the same, for files written by the team
├── NotAllowed              the person may not do this
├── NotFound                there is no such thing
├── Conflict                somebody else was faster
│   ├── AlreadyTaken        another recruiter holds the conversation
│   ├── NewerMessage        the thread moved on since the page was drawn
│   └── ReadAgain           a text says what it perhaps should not
├── NoWording               no text fits the facts that are known
├── CarrierAway             the carrier cannot be asked now; try again
│   └── SourceAway          the same, of a system that tells us what happened
├── LeaseLost               another worker or a person took the conversation over
└── StoreDown               the database cannot be reached; try again
    └── StoreBusy           two transactions met; the same one may pass at once
"""

from collections.abc import Sequence
from dataclasses import dataclass


class HearbackError(Exception):
    """Root of every error that Hearback raises on purpose."""

    retryable = False


@dataclass(frozen=True)
class Mistake:
    """One thing that is wrong in what somebody wrote, and how to mend it."""

    where: str
    """A field path (`interview.starts_at`) or `file:line: key`."""
    problem: str
    mend: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.problem}" + (f" ({self.mend})" if self.mend else "")


class BadInput(HearbackError):
    """What came from outside cannot be used."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


class BadConfig(BadInput):
    """A file that the team wrote cannot be used."""


class NotAllowed(HearbackError):
    """The person may not do this."""


class NotFound(HearbackError):
    """There is no such thing."""


class Conflict(HearbackError):
    """Somebody else was faster."""


class AlreadyTaken(Conflict):
    """Another recruiter holds the conversation."""

    def __init__(self, holder: str) -> None:
        self.holder = holder
        super().__init__(f"{holder} already holds this conversation")


class NewerMessage(Conflict):
    """The thread moved on since the page was drawn."""

    def __init__(self) -> None:
        super().__init__("A newer message arrived while you were writing; read it first")


class ReadAgain(Conflict):
    """A text says what it perhaps should not; whoever is sure may send it."""

    def __init__(self, doubts: Sequence[str]) -> None:
        self.doubts = tuple(doubts)
        super().__init__("; ".join(doubts))


class NoWording(HearbackError):
    """No text fits the facts that are known."""


class CarrierAway(HearbackError):
    """The carrier cannot be asked now."""

    retryable = True


class SourceAway(CarrierAway):
    """A system that tells us what happened cannot be asked now."""

    def __init__(self, why: str, after: float | None = None) -> None:
        self.after = after
        """Seconds that it asks us to wait, where it says so."""
        super().__init__(why)


class LeaseLost(HearbackError):
    """Another worker or a person took the conversation over."""

    retryable = True


class StoreDown(HearbackError):
    """The database cannot be reached."""

    retryable = True


class StoreBusy(StoreDown):
    """Two transactions met, and the database let the other one pass."""
