"""What must outlive every backup: who was erased, and who refused what. In a file beside the
database, sealed: whoever reads it learns of nobody."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bot.domain.errors import BadInput, Mistake
from bot.domain.model import PersonId, aware, consented

if TYPE_CHECKING:
    from bot.store import Store, Tx

Seal = Callable[[str, str], str]
"""Makes of an identity's kind and value what nobody can turn back."""
OVERLAP = timedelta(hours=1)
"""How far before the last look one looks again: clocks differ."""


@dataclass(frozen=True)
class Tombstone:
    """Of one identity of somebody."""

    seal: str
    at: datetime
    refused: str = ""
    """A channel or a topic; empty for somebody who was erased."""

    @property
    def line(self) -> str:
        told = {"seal": self.seal, "at": self.at.isoformat()}
        return json.dumps(told | ({"refused": self.refused} if self.refused else {}))


@dataclass(frozen=True)
class Tombstones:
    """A round: writes down what is new."""

    store: Store
    path: Path
    seal: Seal
    name: str = "tombstones"
    every: timedelta = timedelta(minutes=1)

    def go(self, since: datetime | None, now: datetime) -> None:
        known = set(self._lines())
        new = [one.line for one in self._stones(since) if one.line not in known]
        if new:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as file:
                file.writelines(f"{line}\n" for line in new)

    def _lines(self) -> list[str]:
        return self.path.read_text(encoding="utf-8").splitlines() if self.path.exists() else []

    def _stones(self, since: datetime | None) -> Iterator[Tombstone]:
        with self.store.read() as tx:
            buried = tx.restores.buried(since - OVERLAP if since else None)
            refusals = tx.restores.refusals(since - OVERLAP if since else None)
        for seal, at in buried:
            yield Tombstone(seal, at)
        for one in refusals:
            yield Tombstone(self.seal(one.kind, one.value), one.at, one.to)


def read_tombstones(lines: Iterable[str]) -> Iterator[Tombstone]:
    """Raises BadInput for a line that is none."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            told = json.loads(line)
            at = aware(datetime.fromisoformat(told["at"]), "at")
            stone = Tombstone(str(told["seal"]), at, str(told.get("refused", "")))
            if stone.refused:
                consented(stone.refused)
        except (ValueError, TypeError, KeyError):
            mend = "give the file that Hearback wrote, whole"
            raise BadInput([Mistake(f"line {number}", "is no tombstone", mend)]) from None
        yield stone


@dataclass(frozen=True)
class Burial:
    """Lets those who came back with a backup rest again."""

    seal: Seal
    erase: Callable[[Tx, PersonId], None]

    def bury(self, tx: Tx, stones: Iterable[Tombstone]) -> tuple[int, int]:
        """Return how many people were erased, and how many refusals are in force again."""
        by_seal: dict[str, list[Tombstone]] = {}
        for stone in stones:
            by_seal.setdefault(stone.seal, []).append(stone)
        erased: set[PersonId] = set()
        refused = 0
        for person_id, kind, value in tx.restores.everybody():
            for stone in by_seal.get(self.seal(kind, value), ()):
                if not stone.refused:
                    erased.add(person_id)
                else:
                    refused += self._refuse(tx, person_id, stone)
        for person_id in erased:
            self.erase(tx, person_id)
        return len(erased), refused

    def _refuse(self, tx: Tx, person_id: PersonId, stone: Tombstone) -> bool:
        return tx.people.record_consent(
            person_id,
            consented(stone.refused),
            granted=False,
            source="known from before the backup was put back",
            at=stone.at,
        )
