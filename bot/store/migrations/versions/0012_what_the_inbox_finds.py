"""what the inbox finds, and what it puts off"""

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
    if op.get_bind().dialect.name == "postgresql":
        for table, column in (("messages", "body"), ("people", "name")):
            words = f"to_tsvector('simple', lower(translate({column}, '{ACCENTED}', '{PLAIN}')))"
            op.create_index(f"ix_{table}_words", table, [sa.text(words)], postgresql_using="gin")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_people_words", "people")
        op.drop_index("ix_messages_words", "messages")
    op.drop_table("snoozes")
