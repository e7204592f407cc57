"""A carrier in memory that behaves like a real one: for the demo, rehearsals and tests.

What it took is in `taken`. What became of it is reported to whoever is connected: when
`settle` is called, or shortly after by a thread of its own (`start`).
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil

from bot.channels.errors import NOT_REACHED, twilio_errors
from bot.channels.moods import Behaviour, Mood
from bot.channels.simulator_reports import Due, DueReports
from bot.channels.text import too_long
from bot.domain.errors import CarrierAway
from bot.domain.model import State
from bot.domain.ports import (
    Accepted,
    CannotTell,
    Clock,
    Inbound,
    Outgoing,
    Report,
    SendOutcome,
    Sighting,
    Unclear,
)

PACE = 0.4
"""Seconds between two reports on one message: quick, and slow enough to watch the ticks."""


@dataclass(frozen=True)
class _Kept:
    """A line of the carrier's own list."""

    message: Outgoing
    provider_id: str
    at: datetime


class Simulator:
    """A `ports.Channel`. Threads may share it."""

    confirms = True

    def __init__(
        self,
        sender: str,
        clock: Clock,
        new_id: Callable[[], str],
        *,
        sleep: Callable[[float], object] = time.sleep,
        pace: float = PACE,
    ) -> None:
        """`new_id` gives 32 hexadecimal digits; `sleep` waits for real seconds."""
        self.taken: list[Outgoing] = []
        """Everything it really took, in order; nothing is ever removed."""
        self.mood = Mood()
        """Holds until it is changed."""
        self.kept_back: list[Inbound] = []
        """What candidates wrote and no webhook told us: only `received` shows it."""
        self._sender = sender
        self._clock = clock
        self._list: list[_Kept] = []
        self._new_id = new_id
        self._sleep = sleep
        self._pace = pace
        self._reports = DueReports(clock, pace)
        self._next_moods: deque[Mood] = deque()
        self._lock = threading.Lock()

    @property
    def sender(self) -> str:
        return self._sender

    def has_template(self, name: str) -> bool:
        """Everything is approved here."""
        return True

    def next_moods(self, *moods: Mood) -> None:
        """Treat the next messages in these ways, one each, before `mood` counts again."""
        with self._lock:
            self._next_moods.extend(moods)

    def send(self, message: Outgoing) -> SendOutcome:
        mood = self._pick_mood()
        if mood.answers_after:
            self._sleep(mood.answers_after)
        if mood.behaviour is Behaviour.AWAY:
            return NOT_REACHED
        if message.template is None and too_long(message.text):
            return twilio_errors().refusal("21617")
        if mood.behaviour is Behaviour.REFUSES:
            return twilio_errors().refusal(mood.code)
        if mood.behaviour is Behaviour.VANISHES:
            return Unclear("the carrier did not answer in time")
        provider_id = self._take(message, mood)
        if mood.behaviour is Behaviour.DROPS_ANSWER:
            return Unclear("the connection to the carrier broke off")
        return Accepted(provider_id)

    def _pick_mood(self) -> Mood:
        with self._lock:
            return self._next_moods.popleft() if self._next_moods else self.mood

    def _take(self, message: Outgoing, mood: Mood) -> str:
        sent = Due(
            provider_id=f"SIM{self._new_id()}",
            reference=message.reference,
            to=message.to,
            status=State.SENT,
            rounds=ceil(mood.reports_after / self._pace),
        )
        with self._lock:
            self.taken.append(message)
            self._list.append(_Kept(message, sent.provider_id, self._clock.now()))
        self._reports.owe(_story(sent, mood))
        return sent.provider_id

    # --- what it remembers ------------------------------------------------------------

    def find(
        self, message: Outgoing, since: datetime, *, in_any_words: bool = False
    ) -> Sequence[Sighting] | CannotTell:
        if self.mood.behaviour is Behaviour.AWAY:
            return CannotTell(NOT_REACHED.reason)
        with self._lock:
            kept = [one for one in self._list if one.at >= since]
        sightings = [
            Sighting(
                provider_id=one.provider_id,
                status=self._reports.told(one.provider_id),
                at=one.at,
                same_words=one.message.text == message.text,
            )
            for one in kept
            if one.message.to == message.to
        ]
        return [one for one in sightings if in_any_words or one.same_words]

    def received(self, since: datetime) -> Iterable[Inbound]:
        if self.mood.behaviour is Behaviour.AWAY:
            raise CarrierAway(NOT_REACHED.reason)
        newest_first = sorted(self.kept_back, key=lambda one: one.at, reverse=True)
        return [one for one in newest_first if one.at >= since]

    # --- what becomes of them ---------------------------------------------------------

    @property
    def read_receipts(self) -> bool:
        """Whether candidates let us know that they read."""
        return self._reports.read_receipts

    @read_receipts.setter
    def read_receipts(self, on: bool) -> None:
        self._reports.read_receipts = on

    def connect(self, report: Callable[[Report], None]) -> None:
        """Name who gets the reports; until then they are kept."""
        self._reports.connect(report)

    def settle(self) -> None:
        """Report `sent` and `delivered` (or what the mood says) on everything, in order.

        Call it with no transaction open. Where `report` raises, that report and those
        behind it stay outstanding.
        """
        self._reports.settle()

    def read(self, to: str) -> None:
        """The person at this address opens the phone: what was delivered is reported read."""
        self._reports.read(to)

    def start(self) -> None:
        """Report by a daemon thread, one step a message every `pace` seconds."""
        self._reports.start()

    def stop(self) -> None:
        self._reports.stop()


def _story(sent: Due, mood: Mood) -> list[Due]:
    """What will be reported on one message."""
    if mood.behaviour is Behaviour.FAILS:
        detail = twilio_errors().meaning(mood.code)
        reaction = twilio_errors().reaction(mood.code)
        failed = replace(sent, status=State.FAILED, code=mood.code, detail=detail)
        return [replace(failed, reaction=reaction)]
    if mood.behaviour is Behaviour.LOSES:
        return [sent]
    return [sent, replace(sent, status=State.DELIVERED, rounds=0)]
