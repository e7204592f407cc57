"""What applicant tracking systems and calendars send, and who can read it.

A delivery is stored as it came; reading it yields events in the shape of our own API.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NewType, Protocol

DeliveryRow = NewType("DeliveryRow", int)
Told = Mapping[str, Any]
"""JSON as another system words it, or an event as `docs/events.md` does."""
UNKNOWN = "nobody here knows this kind"
"""Why a delivery was set aside whose kind means nothing to us."""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    id: str
    """The same whenever the same thing is sent again."""
    kind: str
    """What the sender calls it, such as `hire_candidate`."""
    raw: Told
    at: datetime
    """When it came: the only time that some of them have."""


@dataclass(frozen=True)
class Reading:
    """What became of a delivery."""

    events: tuple[Told, ...] = ()
    why: str = ""
    """Why nothing comes of it, where nothing does."""


@dataclass(frozen=True)
class Owner:
    """Whose process it is."""

    candidate: str
    process: str
    is_rejected: bool = False
    """The newest decision is to reject, released or not."""


class Known(Protocol):
    """What we have heard before, by the references that events carry."""

    def process(self, ref: str) -> Owner | None: ...

    def interview(self, ref: str) -> Owner | None: ...

    def visit(self, ref: str) -> Mapping[str, Owner]:
        """Return the interviews of a visit that are booked, by their references."""


class Reader(Protocol):
    """Understands the deliveries of one system."""

    @property
    def name(self) -> str: ...

    def read(self, delivery: Delivery, known: Known) -> Reading:
        """Raises SourceAway: the system had to be asked, and cannot be."""


class Polled(Protocol):
    """A system that does not tell everything by itself."""

    @property
    def name(self) -> str: ...

    def news(self, since: datetime) -> Iterator[Delivery]:
        """Yield what changed since then. Raises SourceAway."""


@dataclass(frozen=True, kw_only=True)
class Token:
    """Opens the API of another system for a while."""

    value: str
    expires_at: datetime


class Tokens(Protocol):
    """Where the token of one system is kept, for all processes."""

    def find(self) -> Token | None:
        """Return the one that is good for some time yet."""

    def lease(self) -> bool:
        """Return whether it is ours to ask for a new one."""

    def save(self, token: Token) -> None: ...

    def drop(self, value: str) -> None:
        """It is refused."""
