"""what a model costs"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bot.store.schema import Id

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "model_tokens",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("tokens", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_model_tokens_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_tokens")),
        sa.UniqueConstraint("day", "person_id", name=op.f("uq_model_tokens_day_person_id")),
    )


def downgrade() -> None:
    op.drop_table("model_tokens")
