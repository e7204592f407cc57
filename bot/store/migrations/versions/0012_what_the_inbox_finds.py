"""what the inbox finds, what is noted in it, and what is put off"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bot.store.schema import Id, Utc

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

ACCENTED = "ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝàáâãäåçèéêëìíîïñòóôõöùúûüý"
PLAIN = "AAAAAACEEEEIIIINOOOOOUUUUYaaaaaaceeeeiiiinooooouuuuy"


def upgrade() -> None:
    op.create_table(
        "snoozes",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("conversation_id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("until", Utc(), nullable=False),
        sa.Column("ended_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_snoozes_conversation_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_snoozes_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snoozes")),
    )
    op.create_index("ix_snoozes_conversation_id", "snoozes", ["conversation_id"])
    op.create_table(
        "notes",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("conversation_id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("body", sa.Text(), server_default="", nullable=False),
        sa.Column("dedupe_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_notes_conversation_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notes_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_notes_dedupe_key")),
    )
    op.create_index("ix_notes_conversation_id", "notes", ["conversation_id"])
    if op.get_bind().dialect.name == "postgresql":
        for table, column in (("messages", "body"), ("people", "name")):
            words = f"to_tsvector('simple', lower(translate({column}, '{ACCENTED}', '{PLAIN}')))"
            op.create_index(f"ix_{table}_words", table, [sa.text(words)], postgresql_using="gin")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_people_words", "people")
        op.drop_index("ix_messages_words", "messages")
    op.drop_table("notes")
    op.drop_table("snoozes")
