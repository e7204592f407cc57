"""The delivery reports that the simulated carrier still owes, and who gets them."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from bot.domain.errors import StoreDown
from bot.domain.model import MessageId, State
from bot.domain.ports import Clock, Report
from bot.domain.retrying import Reaction


@dataclass(frozen=True, kw_only=True)
class Due:
    """A report that has not been made yet."""

    provider_id: str
    reference: MessageId
    to: str
    status: State
    code: str = ""
    detail: str = ""
    reaction: Reaction = Reaction.PERMANENT
    rounds: int = 0
    """How often the thread still passes it by."""


class DueReports:
    """Reports of one message stay in order. Threads may share it."""

    def __init__(self, clock: Clock, pace: float) -> None:
        self.read_receipts = True
        self._clock = clock
        self._pace = pace
        self._due: dict[str, deque[Due]] = {}
        self._unread: list[Due] = []
        self._told: dict[str, State] = {}
        self._report: Callable[[Report], None] | None = None
        self._lock = threading.Lock()
        self._reporting = threading.RLock()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def connect(self, report: Callable[[Report], None]) -> None:
        self._report = report

    def owe(self, story: Sequence[Due]) -> None:
        """Add the reports on one message."""
        with self._lock:
            self._due[story[0].provider_id] = deque(story)

    def told(self, provider_id: str) -> State:
        """Return what was last reported on a message."""
        return self._told.get(provider_id, State.ACCEPTED)

    def settle(self) -> None:
        self._make_all(self._outstanding(), hurry=True)

    def read(self, to: str) -> None:
        with self._lock:
            opened = [due for due in self._unread if due.to == to]
            self._unread = [due for due in self._unread if due.to != to]
        if self.read_receipts:
            for due in opened:
                self.owe([replace(due, status=State.READ)])
            self._make_all([due.provider_id for due in opened], hurry=True)

    def start(self) -> None:
        if self._thread is None:
            self._stopped.clear()
            self._thread = threading.Thread(target=self._run, name="simulator", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        if self._thread is not None:
            self._stopped.set()
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        while not self._stopped.wait(self._pace):
            try:
                self._make_all(self._outstanding(), hurry=False)
            except StoreDown:
                continue  # that report is still due, and the next round makes it

    def _outstanding(self) -> list[str]:
        with self._lock:
            return list(self._due)

    def _make_all(self, provider_ids: Iterable[str], *, hurry: bool) -> None:
        """Make every report on these messages; without hurry only the next one on each."""
        report = self._report
        if report is None:
            return
        with self._reporting:
            for provider_id in provider_ids:
                while due := self._pop(provider_id, hurry=hurry):
                    self._make(report, due)
                    if not hurry:
                        break

    def _pop(self, provider_id: str, *, hurry: bool) -> Due | None:
        with self._lock:
            story = self._due.get(provider_id)
            if not story:
                return None
            if story[0].rounds and not hurry:
                story[0] = replace(story[0], rounds=story[0].rounds - 1)
                return None
            due = story.popleft()
            if not story:
                del self._due[provider_id]
            return due

    def _make(self, report: Callable[[Report], None], due: Due) -> None:
        try:
            report(self._worded(due))
        except BaseException:
            with self._lock:
                self._due.setdefault(due.provider_id, deque()).appendleft(due)
            raise
        self._told[due.provider_id] = due.status
        if due.status is State.DELIVERED:
            with self._lock:
                self._unread.append(due)

    def _worded(self, due: Due) -> Report:
        return Report(
            provider_id=due.provider_id,
            reference=due.reference,
            status=due.status,
            at=self._clock.now(),
            code=due.code,
            detail=due.detail,
            reaction=due.reaction,
        )
