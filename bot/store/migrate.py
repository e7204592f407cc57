"""Brings the database to the newest schema: `app.py migrate`, and by itself when embedded."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.store.connections import rebuilding, told_plainly
from bot.store.database import Store

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(store: Store, to: str = "head") -> list[str]:
    """Run what is missing, and return the revisions that were run. Raises StoreDown."""
    before = current(store)
    if before == revisions()[-1]:
        return []
    config = _config()
    with told_plainly(), store.engine.connect() as connection, rebuilding(connection):
        config.attributes["connection"] = connection
        command.upgrade(config, to)
    known = revisions()
    first = known.index(before) + 1 if before else 0
    last = len(known) if to == "head" else known.index(to) + 1
    return known[first:last]


@cache
def revisions() -> list[str]:
    """Return all that there are, the oldest first."""
    script = ScriptDirectory.from_config(_config())
    return [one.revision for one in script.walk_revisions()][::-1]


def current(store: Store) -> str | None:
    """Return the revision that the database stands at, or None for an empty one.

    Raises StoreDown.
    """
    with told_plainly(), store.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_current(store: Store) -> bool:
    return current(store) == revisions()[-1]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
