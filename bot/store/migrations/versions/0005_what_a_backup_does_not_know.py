"""what a backup does not know"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bot.store.schema import Id, Utc

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "restores",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("since", Utc(timezone=True), nullable=False),
        sa.Column("at", Utc(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restores")),
    )
    op.create_table(
        "tombstones",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("seal", sa.Text(), nullable=False),
        sa.Column("at", Utc(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tombstones")),
        sa.UniqueConstraint("seal", name=op.f("uq_tombstones_seal")),
    )


def downgrade() -> None:
    op.drop_table("tombstones")
    op.drop_table("restores")
