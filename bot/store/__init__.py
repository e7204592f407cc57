"""The only room with SQL: tables, migrations, one file per noun, and what pages read."""

from bot.store.database import Store, Tx

__all__ = ["Store", "Tx"]
