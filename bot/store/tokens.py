"""Tokens for other systems' APIs: one for all processes, since a new one ends the old."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.domain.deliveries import Token
from bot.store.schema import tokens
from bot.store.sql import insert_once


class Tokens:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def find(self, source: str) -> Token | None:
        query = sa.select(tokens).where(tokens.c.source == source)
        row = self._connection.execute(query).first()
        if row is None or row.expires_at is None:
            return None
        return Token(value=row.value, expires_at=row.expires_at)

    def lease(self, source: str, now: datetime, patience: timedelta) -> bool:
        """Return whether it is ours to ask for a new one: nobody else does meanwhile."""
        insert_once(self._connection, tokens, source=source)
        free = tokens.c.leased_until.is_(None) | (tokens.c.leased_until <= now)
        statement = (
            sa.update(tokens)
            .where(tokens.c.source == source, free)
            .values(leased_until=now + patience)
        )
        return self._connection.execute(statement).rowcount == 1

    def save(self, source: str, token: Token) -> None:
        """Keep a new one, and let others ask for the next."""
        self._connection.execute(
            sa.update(tokens)
            .where(tokens.c.source == source)
            .values(value=token.value, expires_at=token.expires_at, leased_until=None)
        )

    def drop(self, source: str, value: str) -> None:
        """Forget a token that is refused, unless a newer one stands there already."""
        self._connection.execute(
            sa.update(tokens)
            .where(tokens.c.source == source, tokens.c.value == value)
            .values(value="", expires_at=None)
        )
