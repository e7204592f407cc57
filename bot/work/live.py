"""Tells open pages that something changed."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Collection, Iterator

MOST_WAITING = 200
"""A page that reads slower than this many changes is told to draw itself anew."""

Topics = frozenset[str]
RESYNC: Topics = frozenset({"resync"})
OVER: Topics = frozenset({"over"})
"""The last word to every page: the process ends, and they should ask another one."""


class LiveBus:
    """Every open page listens with a bounded queue of changed topics."""

    def __init__(self) -> None:
        self._pages: set[queue.Queue[Topics]] = set()
        self._lock = threading.Lock()
        self._over = False

    def announce(self, topics: Collection[str]) -> None:
        """Tell every page of this process. Never blocks, never raises."""
        told = frozenset(topics)
        with self._lock:
            pages = list(self._pages)
        for page in pages:
            try:
                page.put_nowait(told)
            except queue.Full:
                _start_over(page, RESYNC)

    def close(self) -> None:
        """Let every page go, and those that come later."""
        with self._lock:
            self._over = True
            for page in self._pages:
                _start_over(page, OVER)

    @contextlib.contextmanager
    def listening(self) -> Iterator[queue.Queue[Topics]]:
        page: queue.Queue[Topics] = queue.Queue(MOST_WAITING)
        with self._lock:
            self._pages.add(page)
            if self._over:
                page.put_nowait(OVER)
        try:
            yield page
        finally:
            with self._lock:
                self._pages.discard(page)

    def count(self) -> int:
        """Return how many pages listen."""
        with self._lock:
            return len(self._pages)


def _start_over(page: queue.Queue[Topics], with_: Topics) -> None:
    with contextlib.suppress(queue.Empty):
        while True:
            page.get_nowait()
    with contextlib.suppress(queue.Full):
        page.put_nowait(with_)
