"""Alembic's entry: runs inside the connection that `bot.store.migrate` opened."""

from alembic import context

from bot.domain.failpoints import fp
from bot.store.schema import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    on_version_apply=lambda **told: fp("migrate.stepped"),
)
with context.begin_transaction():
    context.run_migrations()
