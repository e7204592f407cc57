"""whose number it is"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bot.store.schema import Id, Utc

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "doubts",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("conversation_id", Id, nullable=False),
        sa.Column("message_id", Id, nullable=False),
        sa.Column("opened_at", Utc(), nullable=False),
        sa.Column("denied_at", Utc(), nullable=True),
        sa.Column("settled_at", Utc(), nullable=True),
        sa.Column("user_id", Id, nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_doubts_conversation_id")
        ),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_doubts_message_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_doubts_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doubts")),
    )
    op.create_index(
        "uq_doubts_current",
        "doubts",
        ["conversation_id"],
        unique=True,
        postgresql_where=sa.text("settled_at is null"),
        sqlite_where=sa.text("settled_at is null"),
    )


def downgrade() -> None:
    op.drop_table("doubts")
