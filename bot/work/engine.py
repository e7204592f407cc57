"""The running engine of one process: worker threads, the pump and the leases' heartbeat."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import dramatiq
import structlog

from bot.domain.errors import StoreDown
from bot.domain.model import ConversationId, EventRow, ProcessId
from bot.domain.ports import Clock, Hints
from bot.work.broker import WORKER_TIMEOUT_MS, MemoryBroker, register
from bot.work.pump import BEAT, EVERY, Beat, Pump, Ticking
from bot.work.rounds import LOOK, Round, Rounds
from bot.work.turn import Turn

if TYPE_CHECKING:
    from bot.store import Store
    from bot.work.redis_line import RedisLine
    from bot.work.shared_broker import SharedBroker

log = structlog.get_logger()


class Engine:
    """Carries hints from the first moment; does the work between `start` and `stop`."""

    def __init__(self, line: RedisLine | None, threads: int) -> None:
        self._threads = threads
        self._broker = _broker(line)
        self._turn: Callable[[ConversationId], object] | None = None
        self._plan: Callable[[EventRow], object] | None = None
        self._watch: Callable[[ProcessId], object] | None = None
        self.hints: Hints = register(self._broker, self._do_turn, self._do_plan, self._do_watch)
        self._worker: dramatiq.Worker | None = None
        self._pump: Ticking | None = None
        self._beat: Ticking | None = None
        self._rounds: Ticking | None = None

    def start(
        self,
        store: Store,
        clock: Clock,
        turn: Turn,
        plan: Callable[[EventRow], None],
        watch: Callable[[ProcessId], None],
        rounds: Sequence[Round] = (),
    ) -> None:
        """Begin to work: turns and plans in threads, alarms through the pump, and rounds."""
        self._turn, self._plan, self._watch = turn, plan, watch
        pump = Pump(store, clock, self.hints, self._broker.waiting)
        self._pump = Ticking("pump", EVERY, pump)
        self._beat = Ticking("beat", BEAT, Beat(store, turn.held))
        self._worker = dramatiq.Worker(
            self._broker, worker_threads=self._threads, worker_timeout=WORKER_TIMEOUT_MS
        )
        self._worker.start()
        self._rounds = Ticking("rounds", LOOK, Rounds(store, clock, rounds))
        self._beat.start()
        self._pump.start()
        self._rounds.start()

    def stop(self, within: float) -> None:
        """Take no more hints, finish the turns at hand, then go.

        What is not finished `within` so many seconds is cut off, and its lease runs out.
        """
        for ticking in (self._pump, self._rounds):
            if ticking is not None:
                ticking.stop()
        if self._worker is not None:
            self._worker.stop(timeout=int(within * 1000))
        if self._beat is not None:
            self._beat.stop()
        self._broker.close()

    def _do_turn(self, conversation: ConversationId) -> None:
        if self._turn is not None:
            self._turn(conversation)

    def _do_plan(self, event: EventRow) -> None:
        if self._plan is not None:
            with _unconcerned("plan"):
                self._plan(event)

    def _do_watch(self, process: ProcessId) -> None:
        if self._watch is not None:
            with _unconcerned("watch"):
                self._watch(process)


@contextlib.contextmanager
def _unconcerned(what: str) -> Iterator[None]:
    """The alarm rings again, once there is a database."""
    try:
        yield
    except StoreDown:
        log.warning("store_down", hint=what)


def _broker(line: RedisLine | None) -> MemoryBroker | SharedBroker:
    """Return the broker: between processes where there is a line to Redis, else in memory."""
    if line is None:
        return MemoryBroker()
    from bot.work.shared_broker import SharedBroker

    return SharedBroker(line)
