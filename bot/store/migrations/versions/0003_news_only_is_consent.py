"""who wants to hear news only has a line in the ledger of consent"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("people") as people:
        people.drop_column("news_only")


def downgrade() -> None:
    column: sa.Column[bool] = sa.Column(
        "news_only", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("people", column)
