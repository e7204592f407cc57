"""What other systems send is stored at once and read soon: a delivery becomes events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog

from bot.domain.deliveries import Delivery, Owner, Polled, Reader, Token
from bot.domain.errors import SourceAway, StoreDown
from bot.domain.events import Event
from bot.domain.links import Links
from bot.domain.ports import Clock

if TYPE_CHECKING:
    from bot.store import Store
    from bot.store.deliveries import Waiting

log = structlog.get_logger()

AGAIN = timedelta(minutes=1)
"""How long after a failed attempt a delivery is read again."""
LONGEST_WAIT = timedelta(hours=1)
"""A system that asks us to wait longer is not believed."""
ROOM = 100
"""Deliveries that are read at once."""
KEPT = timedelta(days=30)
"""What nothing came of is kept for so long."""
OVERLAP = timedelta(minutes=10)
"""How far before the last look one looks again: clocks differ."""
FIRST_LOOK = timedelta(days=30)
LATELY = timedelta(days=7)
"""After that nobody hands in feedback any more."""
MARGIN = timedelta(minutes=2)
"""A token that ends so soon is taken for one that has ended."""
ASKING = timedelta(seconds=45)
"""How long one process may take to ask for a new token before another one does."""

ReceiveEvent = Callable[[str, Event, Mapping[str, Any]], bool]
ReadEvent = Callable[[Mapping[str, Any]], Event]


@dataclass(frozen=True)
class Deliveries:
    """A round: reads what waits."""

    store: Store
    clock: Clock
    readers: Mapping[str, Reader]
    receive_event: ReceiveEvent
    read_event: ReadEvent
    name: str = "deliveries"
    every: timedelta = timedelta(seconds=5)

    def take(self, source: str, delivery: Delivery) -> bool:
        """Store one delivery. Returns False for a replay. Raises StoreDown."""
        return self.store.doing(lambda tx: tx.deliveries.add(source, delivery), urgent=True)

    def go(self, since: datetime | None, now: datetime) -> None:
        with self.store.read() as tx:
            waiting = tx.deliveries.waiting(self.readers, self.clock.now(), ROOM)
        for one in waiting:
            self._try(one)

    def _try(self, one: Waiting) -> None:
        try:
            self._read(one)
        except StoreDown:
            raise  # the delivery is not to blame: it waits
        except SourceAway as error:
            self._put_off(one, error)
        except Exception as error:
            log.exception("delivery_not_read", delivery=one.id, source=one.source)
            self._note_failure(one, error)

    def _read(self, one: Waiting) -> None:
        """Safe to repeat: the same delivery yields events of the same ids."""
        reading = self.readers[one.source].read(one.delivery, _Heard(self.store))
        for raw in reading.events:
            self.receive_event(one.source, self.read_event(raw), raw)
        with self.store.begin() as tx:
            if reading.why:
                tx.deliveries.set_aside(one.id, reading.why)
            else:
                tx.deliveries.read(one.id)
        log.info("delivery_read", delivery=one.id, source=one.source, events=len(reading.events))

    def _put_off(self, one: Waiting, error: SourceAway) -> None:
        after = timedelta(seconds=error.after) if error.after else AGAIN
        again_at = self.clock.now() + min(after, LONGEST_WAIT)
        log.warning("delivery_put_off", delivery=one.id, source=one.source, why=str(error))
        with self.store.begin() as tx:
            tx.deliveries.put_off(one.id, str(error), again_at)

    def _note_failure(self, one: Waiting, error: Exception) -> None:
        now = self.clock.now()
        with self.store.begin() as tx:
            if tx.deliveries.failed(one.id, type(error).__name__, now + AGAIN):
                tx.tasks.open(
                    kind="delivery",
                    key=f"delivery:{one.id}",
                    what=f"Something that {one.source.title()} told us cannot be read (delivery "
                    f"{one.id}, {one.delivery.kind}): a candidate may miss a message. Show it to "
                    "an admin",
                    now=now,
                )


@dataclass(frozen=True)
class Poll:
    """A round: asks a system for what it does not tell by itself."""

    system: Polled
    take: Callable[[str, Delivery], bool]
    every: timedelta = timedelta(minutes=5)

    @property
    def name(self) -> str:
        return f"poll:{self.system.name}"

    def go(self, since: datetime | None, now: datetime) -> None:
        for delivery in self.system.news((since or now - FIRST_LOOK) - OVERLAP):
            self.take(self.system.name, delivery)


@dataclass(frozen=True)
class OldDeliveries:
    """A round: blanks what nothing came of."""

    store: Store
    name: str = "old deliveries"
    every: timedelta = timedelta(days=1)

    def go(self, since: datetime | None, now: datetime) -> None:
        with self.store.begin() as tx:
            tx.deliveries.prune(now - KEPT)


@dataclass(frozen=True)
class Unproven:
    """Whose interviews should be over, so that it is worth asking whether they took place."""

    store: Store
    source: str

    def __call__(self, now: datetime) -> list[str]:
        with self.store.read() as tx:
            return tx.deliveries.should_be_over(self.source, now - LATELY, now)


@dataclass(frozen=True)
class Bookers:
    """Whose token came back with an appointment."""

    store: Store
    links: Links

    def __call__(self, token: str) -> Owner | None:
        process = self.links.booked(token)
        if process is None:
            return None
        with self.store.read() as tx:
            return tx.deliveries.of_process(process)


@dataclass(frozen=True)
class _Heard:
    """Looks up what is known between transactions: reading may take a while."""

    store: Store

    def process(self, ref: str) -> Owner | None:
        with self.store.read() as tx:
            return tx.deliveries.process(ref)

    def interview(self, ref: str) -> Owner | None:
        with self.store.read() as tx:
            return tx.deliveries.interview(ref)

    def visit(self, ref: str) -> Mapping[str, Owner]:
        with self.store.read() as tx:
            return tx.deliveries.visit(ref)


@dataclass(frozen=True)
class SharedToken:
    """The token of one system, the same for every process."""

    store: Store
    clock: Clock
    source: str

    def find(self) -> Token | None:
        with self.store.read() as tx:
            token = tx.tokens.find(self.source)
        good = token is not None and token.expires_at > self.clock.now() + MARGIN
        return token if good else None

    def lease(self) -> bool:
        now = self.clock.now()
        return self.store.doing(lambda tx: tx.tokens.lease(self.source, now, ASKING))

    def save(self, token: Token) -> None:
        self.store.doing(lambda tx: tx.tokens.save(self.source, token))

    def drop(self, value: str) -> None:
        self.store.doing(lambda tx: tx.tokens.drop(self.source, value))
