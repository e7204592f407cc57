"""Receipts: every report of a carrier, kept once, also of messages we do not know yet."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from bot.domain.model import Message, MessageId, State
from bot.domain.ports import Report
from bot.domain.retrying import Reaction
from bot.store.schema import messages, receipts
from bot.store.sql import insert_once


class Receipts:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def keep(self, report: Report, about: Message | None) -> bool:
        """Keep a report. Returns False where it was kept before."""
        row = insert_once(
            self._connection,
            receipts,
            provider_id=report.provider_id,
            message_id=about.id if about else None,
            status=report.status.value,
            at=report.at,
            code=report.code,
            detail=report.detail,
            reaction=report.reaction.value,
        )
        return row is not None

    def of(self, provider_id: str) -> list[Report]:
        """Return what the carrier has said about a message so far."""
        query = sa.select(receipts).where(receipts.c.provider_id == provider_id)
        return [
            Report(
                provider_id=row.provider_id,
                reference=MessageId(row.message_id) if row.message_id is not None else None,
                status=State(row.status),
                at=row.at,
                code=row.code,
                detail=row.detail,
                reaction=Reaction(row.reaction),
            )
            for row in self._connection.execute(query.order_by(receipts.c.id))
        ]

    def given_up(self, provider_ids: Collection[str]) -> set[str]:
        """Return those that failed: what belongs to them has been put back, or ended."""
        query = sa.select(receipts.c.provider_id).where(
            receipts.c.provider_id.in_(provider_ids), receipts.c.status == State.FAILED.value
        )
        return set(self._connection.execute(query).scalars())

    # --- about messages that we do not know -------------------------------------------

    def orphans(self, before: datetime) -> int:
        """Return how many reports older than `before` are about no message of ours."""
        query = sa.select(sa.func.count()).select_from(receipts).where(*_orphaned(before))
        return int(self._connection.execute(query).scalar_one())

    def prune(self, before: datetime) -> None:
        """Forget reports older than `before` that are about no message of ours."""
        self._connection.execute(sa.delete(receipts).where(*_orphaned(before)))


def _orphaned(before: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    ours = sa.select(messages.c.id).where(messages.c.provider_id == receipts.c.provider_id)
    return receipts.c.message_id.is_(None), receipts.c.at < before, ~ours.exists()
