"""Learns when candidates answer from when they wrote."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.domain.habits import ENOUGH, Habit, Shares, habit, occasions, prior
from bot.domain.model import MessageId, PersonId

if TYPE_CHECKING:
    from bot.store import Tx
    from bot.store.habits import Wrote

EPOCH = 1_024
"""Messages after which the shared prior is learned anew."""
PRIOR_OF = 4 * EPOCH
"""Messages that it is learned from, ours among them."""
MOST_KEPT = 64
"""Priors kept in memory; the eldest is dropped for a new one."""


class Habits:
    """A habit depends on a person's own messages, and on those of everybody up to the epoch
    in which that person wrote last: not on the time of asking. Until they write again, every
    process gets the same answer at any time, and no plan wanders.
    """

    def __init__(self, zone_of: Callable[[str], str], office: ZoneInfo) -> None:
        self._zone_of = zone_of
        self._office = office
        self._priors: dict[int, Shares] = {}

    def of(self, tx: Tx, person_id: PersonId, zone: ZoneInfo) -> Habit | None:
        """Return what is known about a person in this zone, or None while it is too little."""
        wrote = tx.habits.of_person(person_id)
        hours = occasions((one.at for one in wrote), zone)
        if len(hours) < ENOUGH:
            return None
        return habit(hours, self._prior(tx, max(one.message_id for one in wrote) // EPOCH))

    def _prior(self, tx: Tx, epoch: int) -> Shares:
        known = self._priors.get(epoch)
        if known is None:
            known = self._learned(tx, epoch)
            for eldest in list(self._priors)[: -MOST_KEPT + 1]:
                self._priors.pop(eldest, None)
            self._priors[epoch] = known
        return known

    def _learned(self, tx: Tx, epoch: int) -> Shares:
        wrote: defaultdict[PersonId, list[Wrote]] = defaultdict(list)
        until = epoch * EPOCH
        for one in tx.habits.between(MessageId(until - PRIOR_OF), MessageId(until)):
            wrote[one.person_id].append(one)
        return prior(
            hour
            for theirs in wrote.values()
            for hour in occasions((one.at for one in theirs), self._zone(theirs[0]))
        )

    def _zone(self, one: Wrote) -> ZoneInfo:
        name = one.time_zone or self._zone_of(one.address)
        return ZoneInfo(name) if name else self._office
