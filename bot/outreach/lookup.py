"""Settles what nobody can vouch for: asks the carrier, and in the end a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.domain.failpoints import fp
from bot.domain.links import Links
from bot.domain.model import Author, Channel, Conversation, Message, State
from bot.domain.ports import CannotTell, Clock, Report, Sighting
from bot.domain.ports import Channel as Carrier
from bot.domain.settling import Doubt, Step, next_look, settle
from bot.outreach.settle import Settler

if TYPE_CHECKING:
    from bot.store import Store, Tx

Told = Sequence[Sighting] | CannotTell


@dataclass(frozen=True)
class Lookup:
    store: Store
    clock: Clock
    carriers: Mapping[Channel, Carrier]
    settler: Settler
    links: Links

    def ask(self, conversation: Conversation, token: str) -> None:
        """Ask the carrier about what is in doubt here and due to be asked. Raises LeaseLost."""
        with self.store.read() as tx:
            gap = tx.restores.gap(self.clock.now())
            rows = tx.sendings.in_doubt(conversation.id, self.clock.now())
            asked = [(row, tx.messages.outgoing(row, conversation, row.form)) for row in rows]
        for row, outgoing in asked:
            sent = self.links.revealed(outgoing, row.key)
            told = self.carriers[conversation.channel].find(
                sent, _began(row), in_any_words=gap is not None and _began(row) <= gap.until
            )
            fp("doubt.told")
            with self.store.begin() as tx:
                tx.conversations.fence(conversation.id, token)
                fresh = tx.messages.fresh(row)
                if fresh.state is State.UNKNOWN:  # else a report was faster
                    self._settle(tx, fresh, _others_left_out(tx, told))

    def _settle(self, tx: Tx, row: Message, told: Told) -> None:
        again_at = next_look(_began(row), self.clock.now())
        doubt = Doubt(
            told=told,
            twin=tx.sendings.has_twin(row),
            last_look=again_at is None,
            repeatable=self._harmless(row) and row.attempts <= 1,
        )
        step, why = settle(doubt)
        match step:
            case Step.LATER:
                tx.sendings.doubted(row, row.reason, again_at)
            case Step.REPEAT:
                self.settler.repeat(tx, row, why)
            case Step.FOUND if doubt.found is not None:
                self._found(tx, row, doubt.found)
            case _:
                self.settler.ask_whether_it_arrived(tx, row, why)

    def _harmless(self, row: Message) -> bool:
        """Whether it could be read twice: no decision, and nothing that a person wrote, who
        may have said it by another way meanwhile."""
        stage = self.settler.planner.stage(row.kind)
        return row.author is Author.BOT and (stage is None or not stage.is_final_word)

    def _found(self, tx: Tx, row: Message, sighting: Sighting) -> None:
        self.settler.accepted(tx, row, sighting.provider_id, at=sighting.at)
        report = Report(
            provider_id=sighting.provider_id,
            reference=row.id,
            status=sighting.status,
            at=max(sighting.at, row.slot_at or row.at),
            code=sighting.code,
            detail=sighting.detail,
            reaction=sighting.reaction,
        )
        self.settler.take_in(tx, report)


def _began(row: Message) -> datetime:
    return row.slot_at or row.at


def _others_left_out(tx: Tx, told: Told) -> Told:
    """Leave out what belongs to other messages of ours, or to an earlier try of this one."""
    if isinstance(told, CannotTell):
        return told
    ids = [one.provider_id for one in told]
    taken = tx.sendings.known(ids) | tx.receipts.given_up(ids)
    return [one for one in told if one.provider_id not in taken]
