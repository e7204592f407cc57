"""The team: users, their one-time sign-in links, and the keys of systems that call us.

Passwords arrive here hashed; links and keys are stored only as digests.
"""

import hashlib
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.domain.model import Role, User, UserId
from bot.store.schema import api_keys, sign_in_links, users
from bot.store.sql import add, insert_once


def digest(secret: str) -> str:
    """Return what we keep of a random secret. (Passwords need more: see `web.passwords`.)"""
    return hashlib.sha256(secret.encode()).hexdigest()


class Users:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(
        self, *, email: str, name: str, role: Role, password_hash: str, now: datetime
    ) -> UserId | None:
        """Add a user; returns None where the e-mail address is taken."""
        row = insert_once(
            self._connection,
            users,
            email=email.lower(),
            name=name,
            role=role.value,
            password_hash=password_hash,
            created_at=now,
        )
        return UserId(row) if row is not None else None

    def find(self, user_id: UserId) -> User | None:
        return self._one(users.c.id == user_id)

    def with_email(self, email: str) -> User | None:
        return self._one(users.c.email == email.lower())

    def _one(self, condition: sa.ColumnElement[bool]) -> User | None:
        row = self._connection.execute(sa.select(users).where(condition)).first()
        return _user(row) if row else None

    def all(self) -> list[User]:
        return [_user(row) for row in self._connection.execute(sa.select(users))]

    def password_hash(self, email: str) -> str:
        """Return the stored hash, or an empty string for an unknown address."""
        query = sa.select(users.c.password_hash).where(users.c.email == email.lower())
        return self._connection.execute(query).scalar() or ""

    def locked_until(self, email: str) -> datetime | None:
        query = sa.select(users.c.locked_until).where(users.c.email == email.lower())
        until: datetime | None = self._connection.execute(query).scalar()
        return until

    def note_sign_in(self, email: str, *, ok: bool, lock_after: int, until: datetime) -> None:
        """Count failures in a row; at `lock_after` the account rests until `until`."""
        failures = 0 if ok else users.c.failures + 1
        statement = sa.update(users).where(users.c.email == email.lower())
        self._connection.execute(statement.values(failures=failures))
        self._connection.execute(
            statement.where(users.c.failures >= lock_after).values(failures=0, locked_until=until)
        )

    def add_link(self, user_id: UserId, secret: str, expires_at: datetime) -> None:
        add(
            self._connection,
            sign_in_links,
            hash=digest(secret),
            user_id=user_id,
            expires_at=expires_at,
        )

    def use_link(self, secret: str, now: datetime) -> User | None:
        """Return whose link this is and use it up; None if it is unknown, used or too old."""
        statement = (
            sa.update(sign_in_links)
            .where(sign_in_links.c.hash == digest(secret))
            .where(sign_in_links.c.used_at.is_(None), sign_in_links.c.expires_at > now)
            .values(used_at=now)
            .returning(sign_in_links.c.user_id)
        )
        found = self._connection.execute(statement).scalar()
        return self.find(UserId(found)) if found is not None else None

    def add_key(self, name: str, secret: str, now: datetime) -> None:
        add(self._connection, api_keys, name=name, hash=digest(secret), created_at=now)

    def key_name(self, secret: str) -> str | None:
        """Return the name of a valid API key, or None."""
        query = sa.select(api_keys.c.name).where(
            api_keys.c.hash == digest(secret), api_keys.c.revoked_at.is_(None)
        )
        name: str | None = self._connection.execute(query).scalar()
        return name


def _user(row: Any) -> User:
    return User(id=UserId(row.id), email=row.email, name=row.name, role=Role(row.role))
