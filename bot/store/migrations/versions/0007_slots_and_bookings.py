"""slots, and who asked for them"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bot.store.schema import Id, Utc

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

STANDING = sa.text("state in ('requested', 'confirmed')")


def upgrade() -> None:
    op.create_table(
        "slots",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("starts_at", Utc(), nullable=False),
        sa.Column("ends_at", Utc(), nullable=False),
        sa.Column("hosts", sa.JSON(), nullable=False),
        sa.Column("process_ref", sa.Text(), server_default="", nullable=False),
        sa.Column("job_ref", sa.Text(), server_default="", nullable=False),
        sa.Column("place", sa.Text(), server_default="", nullable=False),
        sa.Column("meeting_link", sa.Text(), server_default="", nullable=False),
        sa.Column("told_at", Utc(), nullable=False),
        sa.Column("withdrawn_at", Utc(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slots")),
        sa.UniqueConstraint("ref", name=op.f("uq_slots_ref")),
    )
    op.create_index(
        "ix_slots_open",
        "slots",
        ["starts_at"],
        unique=False,
        postgresql_where=sa.text("withdrawn_at is null"),
    )
    op.create_table(
        "bookings",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("slot_id", Id, nullable=False),
        sa.Column("process_id", Id, nullable=False),
        sa.Column("conversation_id", Id, nullable=False),
        sa.Column("interview", sa.Text(), server_default="", nullable=False),
        sa.Column("starts_at", Utc(), nullable=False),
        sa.Column("ends_at", Utc(), nullable=False),
        sa.Column("stands_at", Utc(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("requested_at", Utc(), nullable=False),
        sa.Column("confirm_by", Utc(), nullable=False),
        sa.Column("settled_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["slot_id"], ["slots.id"], name=op.f("fk_bookings_slot_id")),
        sa.ForeignKeyConstraint(
            ["process_id"], ["processes.id"], name=op.f("fk_bookings_process_id")
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_bookings_conversation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bookings")),
    )
    op.create_index(op.f("ix_bookings_process_id"), "bookings", ["process_id"], unique=False)
    op.create_index(
        "uq_bookings_standing",
        "bookings",
        ["slot_id"],
        unique=True,
        postgresql_where=STANDING,
        sqlite_where=STANDING,
    )


def downgrade() -> None:
    op.drop_table("bookings")
    op.drop_table("slots")
