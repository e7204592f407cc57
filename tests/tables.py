"""Databases that have their tables without anybody waiting for the migrations again."""

import tempfile
from functools import cache
from pathlib import Path

from sqlalchemy import make_url

from bot.store import Store
from bot.store.migrate import migrate


@cache
def _tables() -> bytes:
    """Return a SQLite file with all tables and nothing in them."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tables.db"
        store = Store(f"sqlite:///{file}")
        migrate(store)
        store.close()
        return file.read_bytes()


def with_tables(file: Path) -> None:
    """Put a SQLite file with all tables there."""
    for rest in ("-wal", "-shm"):
        Path(f"{file}{rest}").unlink(missing_ok=True)
    file.write_bytes(_tables())


def make_tables(database_url: str) -> None:
    """Make what is missing: all of it in a SQLite file that is not there yet."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).exists():
        with_tables(Path(url.database))
        return
    store = Store(database_url)
    migrate(store)
    store.close()
