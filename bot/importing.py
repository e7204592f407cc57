"""Takes in the tables of teams without an applicant tracking system: from the command line, and
from the page where they are handed in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.domain.events import Event
from bot.domain.model import Company
from bot.domain.ports import Clock
from bot.sources.api import read_event
from bot.sources.interviews import SOURCE, news, read_interviews
from bot.store import Store

WORDS = {
    "interview.scheduled": "planned",
    "interview.moved": "changed",
    "interview.completed": "took place",
    "interview.cancelled": "cancelled",
    "interview.no_show": "missed",
    "decision.made": "decided",
}
Tick = Callable[[], None]


@dataclass(frozen=True)
class Taken:
    """What came of a table."""

    rows: int
    events: Counter[str] = field(default_factory=Counter)
    """How many of each type were new."""

    def __str__(self) -> str:
        told = [f"{self.events[type]} {word}" for type, word in WORDS.items() if self.events[type]]
        rows = f"{self.rows:,} row" + ("s" if self.rows != 1 else "")
        return f"{rows}: {', '.join(told) or 'nothing new'}"


@dataclass(frozen=True)
class Importing:
    store: Store
    clock: Clock
    company: Company
    receive: Callable[[str, Event, Mapping[str, Any]], bool]
    """Stores an event; False for a replay."""

    def take_in(
        self, text: str, name: str, *, trial: bool = False, tick: Tick = lambda: None
    ) -> Taken:
        """Tell what is new in a table of interviews; as a `trial`, only say what that is. `tick` is
        called for each row. Raises BadInput: then nothing was told."""
        rows = read_interviews(text, name, self.company.office)
        taken = Taken(len(rows))
        counted = _ticking(rows, tick)
        for event in news(counted, self._told, self.clock.now()):
            if trial or self.receive(SOURCE, read_event(event), event):
                taken.events[event["type"]] += 1
        return taken

    def _told(self, process: str) -> Sequence[dict[str, Any]]:
        with self.store.read() as tx:
            events = sorted(tx.events.of_process(process), key=lambda one: one.id)
        return [dict(one.raw) for one in events if one.source == SOURCE and one.raw]


def _ticking(rows: Sequence[Any], tick: Tick) -> Iterator[Any]:
    for row in rows:
        yield row
        tick()
