"""Processes that die at a named place, without dying: for everything that needs many deaths."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from bot.domain.failpoints import watch

T = TypeVar("T")


class Died(BaseException):
    """Stands for a process that is gone: nothing in it may catch this, or clean up."""


class Bomb:
    """Goes off once, when a place is reached for the nth time. Unarmed it does nothing."""

    def __init__(self) -> None:
        self._place = ""
        self._left = 0
        self.went_off: list[str] = []

    def arm(self, place: str, nth: int = 1) -> None:
        self._place, self._left = place, nth

    def disarm(self) -> None:
        self._place = ""

    def __call__(self, place: str) -> None:
        if place != self._place:
            return
        self._left -= 1
        if not self._left:
            self.disarm()
            self.went_off.append(place)
            raise Died(place)


@contextmanager
def watched(reached: Callable[[str], None]) -> Iterator[None]:
    """Tell `reached` the name of every place meanwhile."""
    watch(reached)
    try:
        yield
    finally:
        watch(None)


def insisted(act: Callable[[], T], restart: Callable[[], object]) -> T:
    """Do `act`; where the process dies of it, start another one and ask again, as carriers,
    applicant tracking systems and people do that got no answer."""
    while True:
        try:
            return act()
        except Died:
            restart()
