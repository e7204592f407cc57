"""routes, duties, approvals, pauses, pacing and questions to colleagues"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.store.schema import Id, Utc

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    _grow()
    _questions()
    _approvals_and_pauses()
    _sending()


def _grow() -> None:
    op.add_column("people", _text("party", default="candidate"))
    op.add_column("people", _filled("news_only", sa.Boolean(), sa.false()))
    op.add_column("processes", _at("wake_at"))
    op.create_index(
        "ix_processes_wake",
        "processes",
        ["wake_at"],
        postgresql_where=sa.text("wake_at is not null"),
    )
    op.add_column("messages", _text("subject"))
    op.add_column("messages", _at("word_at"))
    op.add_column("messages", _at("slot_at"))
    op.add_column("messages", _at("latest_at"))
    with op.batch_alter_table("promises") as promises:
        promises.add_column(_at("void_at"))
        promises.add_column(_at("alerted_at"))
        promises.add_column(sa.Column("message_id", Id))
        promises.add_column(sa.Column("user_id", Id))
        promises.create_foreign_key("fk_promises_message_id", "messages", ["message_id"], ["id"])
        promises.create_foreign_key("fk_promises_user_id", "users", ["user_id"], ["id"])
        promises.create_index("ix_promises_message_id", ["message_id"])


def _questions() -> None:
    op.create_table(
        "asks",
        _id(),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("process_id", Id),
        sa.Column("kind", sa.Text(), nullable=False),
        _text("about"),
        _at("opened_at", nullable=False),
        _at("due_at"),
        _at("expires_at", nullable=False),
        sa.Column("token_hash", sa.Text()),
        sa.Column("message_id", Id),
        _at("answered_at"),
        _text("answer"),
        _text("detail"),
        sa.Column("dedupe_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], "fk_asks_person_id"),
        sa.ForeignKeyConstraint(["process_id"], ["processes.id"], "fk_asks_process_id"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], "fk_asks_message_id"),
        sa.PrimaryKeyConstraint("id", name="pk_asks"),
        sa.UniqueConstraint("token_hash", name="uq_asks_token_hash"),
        sa.UniqueConstraint("dedupe_key", name="uq_asks_dedupe_key"),
    )
    for name in ("person_id", "process_id", "message_id"):
        op.create_index(f"ix_asks_{name}", "asks", [name])


def _approvals_and_pauses() -> None:
    op.create_table(
        "approvals",
        _id(),
        sa.Column("message_id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("words_hash", sa.Text(), nullable=False),
        _at("at", nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], "fk_approvals_message_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], "fk_approvals_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_approvals"),
        sa.UniqueConstraint("message_id", "words_hash", name="uq_approvals_message_id_words_hash"),
    )
    op.create_index("ix_approvals_message_id", "approvals", ["message_id"])
    op.create_table(
        "pauses",
        _id(),
        sa.Column("user_id", Id, nullable=False),
        _at("at", nullable=False),
        _text("note"),
        _at("ended_at"),
        sa.Column("ended_by_id", Id),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], "fk_pauses_user_id"),
        sa.ForeignKeyConstraint(["ended_by_id"], ["users.id"], "fk_pauses_ended_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_pauses"),
    )


def _sending() -> None:
    op.create_table(
        "senders",
        _id(),
        sa.Column("address", sa.Text(), nullable=False),
        _filled("answers_at", sa.Float(53), "0"),
        _filled("stages_at", sa.Float(53), "0"),
        _filled("failures", sa.Integer(), "0"),
        _filled("rests_until", sa.Float(53), "0"),
        sa.PrimaryKeyConstraint("id", name="pk_senders"),
        sa.UniqueConstraint("address", name="uq_senders_address"),
    )
    op.create_table(
        "polls",
        _id(),
        sa.Column("name", sa.Text(), nullable=False),
        _at("position"),
        _at("wake_at"),
        sa.PrimaryKeyConstraint("id", name="pk_polls"),
        sa.UniqueConstraint("name", name="uq_polls_name"),
    )


def _id() -> sa.Column[int]:
    return sa.Column("id", Id, autoincrement=True, nullable=False)


def _text(name: str, default: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default=default)


def _at(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, Utc(), nullable=nullable)


def _filled(name: str, kind: Any, default: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, server_default=default)
