"""Brings the database to the newest schema: `app.py migrate`, and by itself when embedded."""

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
    config = _config()
    with told_plainly(), store.engine.connect() as connection, rebuilding(connection):
        config.attributes["connection"] = connection
        command.upgrade(config, to)
    script = ScriptDirectory.from_config(config)
    ran = script.walk_revisions(base=before or "base", head=to)
    return [revision.revision for revision in ran if revision.revision != before][::-1]


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
    return current(store) == ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
