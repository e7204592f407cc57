"""how people are written to, and what words are made of"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

WISHES = ("tone", "length")


def upgrade() -> None:
    for name in WISHES:
        op.add_column("people", _text(name))
    op.add_column("messages", _text("worded"))
    op.add_column("messages", sa.Column("facts", sa.JSON()))


def downgrade() -> None:
    with op.batch_alter_table("messages") as messages:
        messages.drop_column("facts")
        messages.drop_column("worded")
    with op.batch_alter_table("people") as people:
        for name in WISHES:
            people.drop_column(name)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default="")
