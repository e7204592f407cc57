"""The list of conversations as it was asked for, on every page that has it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from flask import request

from bot.prompts import LANGUAGES
from bot.store import Tx
from bot.store.pages import Counts, InboxRow, Only, Standing, Tab, Wanted, counts, inbox
from bot.store.pages.dashboard import titles
from bot.web.auth import current_user
from bot.web.house import house

LONGEST_WORDS = 200

E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, kw_only=True)
class Listed:
    wanted: Wanted
    rows: list[InboxRow]
    counts: Counts
    jobs: tuple[tuple[int, str], ...]
    """Ids and titles that the list can be narrowed to."""
    stages: tuple[str, ...]

    @property
    def kept(self) -> Mapping[str, str | int]:
        """What a link carries on, so that the list stays as it is."""
        told: dict[str, str | int] = {
            "words": self.wanted.words,
            "standing": self.wanted.standing or "",
            "only": self.wanted.only or "",
            "job": self.wanted.job,
            "language": self.wanted.language,
            "stage": self.wanted.stage,
        }
        return {name: value for name, value in told.items() if value}

    @property
    def filters(self) -> int:
        """How many filters are set, the words aside."""
        return len(self.kept) - ("words" in self.kept)


def listed(tx: Tx) -> Listed:
    """Read the list as the address of the page asks for it. What it asks for and nobody knows
    narrows nothing."""
    now, me, asked = house().clock.now(), current_user().id, _wanted()
    return Listed(
        wanted=asked,
        rows=inbox(tx.connection, asked, me, now),
        counts=counts(tx.connection, me, now),
        jobs=titles(tx.connection),
        stages=_stages(),
    )


def counted(tx: Tx) -> Counts:
    return counts(tx.connection, current_user().id, house().clock.now())


def _wanted() -> Wanted:
    told = request.args
    language, stage = told.get("language", ""), told.get("stage", "")
    return Wanted(
        tab=_one_of(Tab, "tab") or Tab.ALL,
        words=told.get("words", "").strip()[:LONGEST_WORDS],
        standing=_one_of(Standing, "standing"),
        only=_one_of(Only, "only"),
        job=max(told.get("job", 0, type=int), 0),
        language=language if language in LANGUAGES else "",
        stage=stage if stage in _stages() else "",
    )


def _one_of(kind: type[E], name: str) -> E | None:
    asked = request.args.get(name, "")
    return kind(asked) if asked in set(kind) else None


def _stages() -> tuple[str, ...]:
    return tuple(stage.name for stage in house().desk.planner.stages)
