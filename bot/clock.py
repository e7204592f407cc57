"""The one place that reads a clock."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

LONGEST_LOOK = 1.0
"""Seconds; a database that took longer to tell the time has told us nothing."""


class SystemClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)


class DatabaseClock:
    """The database's clock, the same on every machine. Threads may share it.

    It runs on between two looks at the database. It never goes back: where it was ahead, it
    goes at half speed until the database has caught up.
    """

    def __init__(
        self, seconds: Callable[[], float], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """`seconds` asks the database for its time, since 1970, and is called at once."""
        self._seconds = seconds
        self._monotonic = monotonic
        self._lock = threading.Lock()
        told = seconds()
        self._last, self._now = monotonic(), told
        self._ahead = told - self._last

    def now(self) -> datetime:
        with self._lock:
            at = self._monotonic()
            self._now = max(at + self._ahead, self._now + (at - self._last) / 2)
            self._last = at
            return datetime.fromtimestamp(self._now, UTC)

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)

    def look(self) -> None:
        """Ask the database again. Raises what `seconds` raises."""
        before = self._monotonic()
        told = self._seconds()
        after = self._monotonic()
        if after - before <= LONGEST_LOOK:
            with self._lock:
                self._ahead = told - (before + after) / 2


class MovableClock:
    """A clock that runs ahead of the machine's by an offset. It never goes back."""

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self._offset = offset
        self._lock = threading.Lock()

    @property
    def offset(self) -> timedelta:
        return self._offset

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)

    def move_to(self, at: datetime) -> None:
        with self._lock:
            self._offset = max(self._offset, at - datetime.now(UTC))


class VirtualClock:
    """A clock that stands still until it is moved: for rehearsals and tests."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at

    def wait(self, seconds: float) -> None:
        self.move_to(self._at + timedelta(seconds=seconds))

    def move_to(self, at: datetime) -> None:
        self._at = max(self._at, at)
