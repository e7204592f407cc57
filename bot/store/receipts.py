"""Receipts: every report of a carrier, kept once, also of messages we do not know yet."""

import sqlalchemy as sa

from bot.domain.model import Message, MessageId, State
from bot.domain.ports import Report
from bot.store.schema import receipts
from bot.store.sql import insert_once


class Receipts:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def keep(self, report: Report, about: Message | None) -> bool:
        """Keep a report. Returns False where it was kept before."""
        row = insert_once(
            self._connection,
            receipts,
            ["provider_id", "status", "code"],
            provider_id=report.provider_id,
            message_id=about.id if about else None,
            status=report.status.value,
            at=report.at,
            code=report.code,
            detail=report.detail,
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
            )
            for row in self._connection.execute(query.order_by(receipts.c.id))
        ]
