"""What a carrier tells us beside messages and reports: kept for a while, and shown to a person
where somebody has to look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.deliveries import Delivery
from bot.domain.ports import Clock, Notice

if TYPE_CHECKING:
    from bot.store import Store, Tx

SOURCE = "whatsapp"
"""Under which notices stand among the deliveries of other systems."""
LOOKED_AT = "a person was told"


@dataclass(frozen=True)
class Notices:
    store: Store
    clock: Clock

    def take(self, notice: Notice) -> None:
        """Keep a notice, and make a task of it where somebody has to look. One that is known
        changes nothing. Raises StoreDown."""
        self.store.doing(lambda tx: self._take_in(tx, notice), urgent=True)

    def _take_in(self, tx: Tx, notice: Notice) -> None:
        raw = {"about": notice.address, "told": notice.raw}
        delivery = Delivery(id=notice.id, kind=notice.kind, raw=raw, at=notice.at)
        if tx.deliveries.keep(SOURCE, delivery, notice.why or LOOKED_AT) and notice.what:
            self._ask_a_person(tx, notice)

    def _ask_a_person(self, tx: Tx, notice: Notice) -> None:
        kind = "phone" if notice.address.startswith("+") else "whatsapp_id"
        known = tx.people.known_as(kind, notice.address) if notice.address else None
        who = tx.people.find(known).name if known is not None else ""
        about = f"{who or notice.address} {notice.what}" if notice.address else notice.what
        tx.tasks.open(
            kind="carrier",
            key=f"notice:{notice.id}",
            what=about,
            now=self.clock.now(),
            person_id=known,
        )
