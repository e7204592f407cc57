"""what the dashboard reads"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_index(
        "ix_messages_stages",
        "messages",
        ["due_at"],
        postgresql_where=sa.text("expires_at is not null"),
        sqlite_where=sa.text("expires_at is not null"),
    )
    op.create_index("ix_messages_at", "messages", ["at"], postgresql_using="brin")
    op.create_index(
        "ix_messages_lost",
        "messages",
        ["due_at"],
        postgresql_where=sa.text("state in ('failed', 'expired', 'unknown')"),
        sqlite_where=sa.text("state in ('failed', 'expired', 'unknown')"),
    )


def downgrade() -> None:
    op.drop_index("ix_messages_lost", "messages")
    op.drop_index("ix_messages_at", "messages")
    op.drop_index("ix_messages_stages", "messages")
