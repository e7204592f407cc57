"""The simulated carrier with a log of its own, which outlives the process that sends."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

from bot.channels.moods import Mood
from bot.channels.simulator import Simulator, _Kept
from bot.channels.simulator_reports import Due
from bot.domain.model import MessageId, State
from bot.domain.ports import CannotTell, Clock, Outgoing
from tests.invariants import Took


class Phones(Simulator):
    """Notes when it took what; with a file, line by line, as a carrier elsewhere would."""

    def __init__(self, sender: str, clock: Clock, file: Path | None = None) -> None:
        super().__init__(sender, clock, lambda: uuid.uuid4().hex)
        self.log: list[Took] = []
        self._now = clock.now
        self._file = file
        self._whims: Callable[[], Mood] | None = None

    def whims(self, of: Callable[[], Mood]) -> None:
        """Ask for the mood of every message, where none was named."""
        self._whims = of

    def calm(self) -> None:
        """From now on it delivers; moods that were to come are forgotten."""
        self.mood = Mood()
        self._whims = None
        self._next_moods.clear()

    def remember(self, log: Iterable[Took]) -> None:
        """Go on from what was taken before; what became of it is reported, once more or not."""
        for took in log:
            self.log.append(took)
            reference = MessageId(took.reference)
            message = Outgoing(reference=reference, sender=self.sender, to=took.to, text=took.text)
            self._list.append(_Kept(message, took.provider_id, took.at))
            sent = Due(
                provider_id=took.provider_id, reference=reference, to=took.to, status=State.SENT
            )
            self._reports.owe([sent, replace(sent, status=State.DELIVERED)])

    def _pick_mood(self) -> Mood:
        mood = super()._pick_mood()
        return self._whims() if self._whims and mood is self.mood else mood

    def _take(self, message: Outgoing, mood: Mood) -> str:
        provider_id = super()._take(message, mood)
        took = Took(
            at=self._now(),
            reference=message.reference,
            to=message.to,
            text=message.text,
            template=message.template.name if message.template else "",
            provider_id=provider_id,
        )
        self.log.append(took)
        if self._file is not None:
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(took), default=datetime.isoformat) + "\n")
        return provider_id


class Letters(Phones):
    """The second way: a mail server, which reports nothing about what it took and keeps no list."""

    confirms = False

    def find(self, message: Outgoing, since: datetime, *, in_any_words: bool = False) -> CannotTell:
        return CannotTell("the mail server cannot be asked")


def letters(clock: Clock) -> Letters:
    return Letters("jobs@northwind.example", clock)


def read_log(file: Path) -> list[Took]:
    """Return what phones in other processes took, in order."""
    if not file.exists():
        return []
    rows = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())
    return [Took(**row | {"at": datetime.fromisoformat(row["at"])}) for row in rows]
