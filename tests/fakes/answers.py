"""How the fake carrier answers one request."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    ACCEPT = "accept"
    REFUSE = "refuse"
    """An error in Twilio's own shape."""
    PROBLEM = "problem"
    """An error as RFC 9457 words it."""
    HTML = "html"
    """A page, as a gateway in between would answer."""
    MALFORMED = "malformed"
    """Takes it and answers 201 with half a JSON document."""
    EMPTY = "empty"
    """Takes it and answers 201 with an object that has no id."""
    DROP = "drop"
    """Takes it and closes the connection without a word."""
    RESET = "reset"
    """Takes it and resets the connection."""
    CUT = "cut"
    """Takes it and breaks off in the middle of the answer."""
    LIST = "list"
    """Takes it and answers 201 with JSON of another shape."""
    HANG = "hang"
    """Takes it and never answers."""
    VANISH = "vanish"
    """Closes the connection and has taken nothing."""
    REDIRECT = "redirect"


@dataclass(frozen=True, kw_only=True)
class Answer:
    kind: Kind = Kind.ACCEPT
    status: int = 400
    body_status: int = 0
    """What a `problem` says of its status, where that is not true."""
    code: int = 0
    retry_after: str = ""
    after: float = 0.0
    """Seconds to wait before answering."""
    first: tuple[str, ...] = ()
    """Statuses to post to the callback before answering; with `code`, if any."""


ACCEPT = Answer()


def refuse(code: int, status: int = 400) -> Answer:
    return Answer(kind=Kind.REFUSE, code=code, status=status)


def throttle(retry_after: str = "") -> Answer:
    return Answer(kind=Kind.REFUSE, code=20429, status=429, retry_after=retry_after)


BY_LAST_DIGIT: Mapping[str, Answer] = {
    "4": Answer(kind=Kind.DROP),
    "5": refuse(63024),
    "6": throttle("1"),
    "7": Answer(kind=Kind.HTML, status=502),
    "8": Answer(kind=Kind.HANG),
    "9": Answer(kind=Kind.MALFORMED),
}
"""From the last digit of `To` to what happens; numbers that end otherwise are accepted."""


def by_last_digit(to: str) -> Answer:
    return BY_LAST_DIGIT.get(to[-1:], ACCEPT)


def always_accept(to: str) -> Answer:
    return ACCEPT
