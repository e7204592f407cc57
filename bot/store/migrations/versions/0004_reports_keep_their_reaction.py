"""a report that comes before its message keeps what it means"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    column = sa.Column("reaction", sa.Text(), nullable=False, server_default="permanent")
    op.add_column("receipts", column)


def downgrade() -> None:
    with op.batch_alter_table("receipts") as receipts:
        receipts.drop_column("reaction")
