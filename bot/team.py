"""Adds people and keys, for the command line."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bot.clock import SystemClock
from bot.domain.errors import BadInput, Mistake
from bot.domain.model import Role
from bot.settings import load_settings
from bot.store import Store
from bot.store.migrate import migrate

SHORTEST_PASSWORD = 12
KEY_BYTES = 32


def add_user(
    config: Path,
    environment: Mapping[str, str],
    *,
    email: str,
    name: str,
    role: Role,
    password: str,
) -> None:
    """Add a user. Raises BadInput: the address is no address or taken, the password short."""
    from bot.web.passwords import hash_password

    if "@" not in email:
        raise BadInput([Mistake("email", f"{email!r} is no e-mail address")])
    if len(password) < SHORTEST_PASSWORD:
        mend = f"use at least {SHORTEST_PASSWORD}; a sentence is easy to remember"
        raise BadInput([Mistake("password", f"has {len(password)} characters", mend)])
    with _opened(config, environment) as store, store.begin() as tx:
        added = tx.users.add(
            email=email,
            name=name,
            role=role,
            password_hash=hash_password(password),
            now=SystemClock().now(),
        )
    if added is None:
        raise BadInput([Mistake("email", f"{email} is taken")])


def add_key(config: Path, environment: Mapping[str, str], name: str) -> str:
    """Make an API key and return it; only its digest is kept."""
    key = f"hb_{secrets.token_urlsafe(KEY_BYTES)}"
    with _opened(config, environment) as store, store.begin() as tx:
        tx.users.add_key(name, key, SystemClock().now())
    return key


@contextmanager
def _opened(config: Path, environment: Mapping[str, str]) -> Iterator[Store]:
    store = Store(load_settings(config, environment).secrets.database_url)
    try:
        if store.is_sqlite:
            migrate(store)
        yield store
    finally:
        store.close()
