"""Fetches what candidates wrote while nobody listened: carriers do not call again for ever."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

import structlog

from bot.domain.ports import Channel as Carrier
from bot.domain.ports import Inbound

if TYPE_CHECKING:
    from bot.store import Store

log = structlog.get_logger()

OVERLAP = timedelta(hours=1)
"""How far before the last look one looks again: clocks differ, and lists lag behind."""
AT_ONCE = 200
"""Messages that one question to the database is about."""


@dataclass(frozen=True)
class CatchUp:
    """A round: what the carrier kept and we do not know is received as if it came by webhook."""

    store: Store
    carrier: Carrier
    receive: Callable[[Inbound], object]
    every: timedelta = timedelta(minutes=3)

    @property
    def name(self) -> str:
        return f"catch_up:{self.carrier.sender}"

    def go(self, since: datetime | None, now: datetime) -> None:
        """Raises CarrierAway. The first time only what comes in from then on is ours."""
        newest_first = self.carrier.received(since - OVERLAP if since else now)
        missed = [one for lot in _lots(newest_first) for one in self._unknown(lot)]
        for inbound in reversed(missed):
            self.receive(inbound)
        if missed:
            log.warning("messages_caught_up", count=len(missed))

    def _unknown(self, lot: list[Inbound]) -> list[Inbound]:
        with self.store.read() as tx:
            known = tx.sendings.known([one.provider_id for one in lot])
        return [one for one in lot if one.provider_id not in known]


def _lots(messages: Iterable[Inbound]) -> Iterator[list[Inbound]]:
    rest = iter(messages)
    while lot := list(islice(rest, AT_ONCE)):
        yield lot
