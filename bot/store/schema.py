"""Every table. Times are aware and stored in UTC; a naive one is refused at the door."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from bot.domain.model import aware

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Utc(sa.TypeDecorator[datetime]):
    """An aware moment: `timestamptz` on PostgreSQL, sortable UTC text on SQLite."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment = aware(value, "a time to store").astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _id() -> sa.Column[int]:
    return sa.Column("id", Id, primary_key=True, autoincrement=True)


def _ref(name: str, *, nullable: bool = False, index: bool = True) -> sa.Column[int]:
    target = {"person": "people", "process": "processes"}.get(name, f"{name}s")
    return sa.Column(
        f"{name}_id", Id, sa.ForeignKey(f"{target}.id"), nullable=nullable, index=index
    )


def _text(name: str, **options: Any) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default="", **options)


def _at(name: str, *, nullable: bool = True) -> sa.Column[datetime]:
    return sa.Column(name, Utc(), nullable=nullable)


users = sa.Table(
    "users",
    metadata,
    _id(),
    sa.Column("email", sa.Text(), nullable=False, unique=True),
    _text("name"),
    sa.Column("role", sa.Text(), nullable=False),
    _text("password_hash"),
    _at("created_at", nullable=False),
    sa.Column("failures", sa.Integer(), nullable=False, server_default="0"),
    _at("locked_until"),
)

api_keys = sa.Table(
    "api_keys",
    metadata,
    _id(),
    _text("name"),
    sa.Column("hash", sa.Text(), nullable=False, unique=True),
    _at("created_at", nullable=False),
    _at("revoked_at"),
)

sign_in_links = sa.Table(
    "sign_in_links",
    metadata,
    _id(),
    sa.Column("hash", sa.Text(), nullable=False, unique=True),
    _ref("user"),
    _at("expires_at", nullable=False),
    _at("used_at"),
)

people = sa.Table(
    "people",
    metadata,
    _id(),
    _text("name"),
    _text("language"),
    _text("time_zone"),
    _text("preferred_channel"),
    _text("tone"),
    _text("length"),
    sa.Column("party", sa.Text(), nullable=False, server_default="candidate"),
    _at("created_at", nullable=False),
    _at("erased_at"),
)

identities = sa.Table(
    "identities",
    metadata,
    _id(),
    _ref("person"),
    sa.Column("kind", sa.Text(), nullable=False),
    sa.Column("value", sa.Text(), nullable=False),
    sa.UniqueConstraint("kind", "value"),
)

consents = sa.Table(
    "consents",
    metadata,
    _id(),
    _ref("person"),
    sa.Column("channel", sa.Text(), nullable=False),
    sa.Column("granted", sa.Boolean(), nullable=False),
    _text("source"),
    _text("text_version"),
    _at("at", nullable=False),
    sa.UniqueConstraint("person_id", "channel", "granted", "source", "at"),
)

jobs = sa.Table(
    "jobs",
    metadata,
    _id(),
    sa.Column("ref", sa.Text(), nullable=False, unique=True),
    _text("title"),
    _text("level"),
    _text("department"),
    _text("recruiter"),
    _text("hiring_manager"),
)

processes = sa.Table(
    "processes",
    metadata,
    _id(),
    sa.Column("ref", sa.Text(), nullable=False, unique=True),
    _ref("person"),
    _ref("job", nullable=True),
    sa.Column("status", sa.Text(), nullable=False, server_default="open"),
    _text("outcome"),
    _at("decided_at"),
    _at("released_at"),
    _text("released_by"),
    _at("opened_at", nullable=False),
    _at("wake_at"),
    sa.Index("ix_processes_wake", "wake_at", postgresql_where=sa.text("wake_at is not null")),
)

interviews = sa.Table(
    "interviews",
    metadata,
    _id(),
    _ref("process"),
    sa.Column("ref", sa.Text(), nullable=False),
    _text("visit"),
    _text("kind"),
    sa.Column("status", sa.Text(), nullable=False),
    _at("starts_at"),
    _at("ends_at"),
    sa.Column("interviewers", sa.JSON(), nullable=False),
    sa.Column("topics", sa.JSON(), nullable=False),
    _text("place"),
    _text("meeting_link"),
    _text("evidence"),
    sa.UniqueConstraint("process_id", "ref"),
)

events = sa.Table(
    "events",
    metadata,
    _id(),
    sa.Column("source", sa.Text(), nullable=False),
    sa.Column("event_id", sa.Text(), nullable=False),
    sa.Column("type", sa.Text(), nullable=False),
    _text("candidate_ref", index=True),
    _text("process_ref", index=True),
    sa.Column("raw", sa.JSON(), nullable=False),
    _at("received_at", nullable=False),
    sa.Column("state", sa.Text(), nullable=False, server_default="received"),
    sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
    _at("wake_at"),
    _text("error"),
    sa.UniqueConstraint("source", "event_id"),
    sa.Index("ix_events_wake", "wake_at", postgresql_where=sa.text("wake_at is not null")),
)

deliveries = sa.Table(
    "deliveries",
    metadata,
    _id(),
    sa.Column("source", sa.Text(), nullable=False),
    sa.Column("delivery_id", sa.Text(), nullable=False),
    sa.Column("kind", sa.Text(), nullable=False),
    sa.Column("raw", sa.JSON(), nullable=False),
    _at("received_at", nullable=False),
    sa.Column("state", sa.Text(), nullable=False, server_default="received"),
    sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
    _at("wake_at"),
    _text("why"),
    sa.UniqueConstraint("source", "delivery_id"),
    sa.Index("ix_deliveries_wake", "wake_at", postgresql_where=sa.text("wake_at is not null")),
)

tokens = sa.Table(
    "tokens",
    metadata,
    _id(),
    sa.Column("source", sa.Text(), nullable=False, unique=True),
    _text("value"),
    _at("expires_at"),
    _at("leased_until"),
)

conversations = sa.Table(
    "conversations",
    metadata,
    _id(),
    _ref("person"),
    sa.Column("channel", sa.Text(), nullable=False),
    sa.Column("address", sa.Text(), nullable=False),
    sa.Column("sender", sa.Text(), nullable=False),
    _at("wake_at"),
    sa.Column("seq", sa.Integer(), nullable=False, server_default="0"),
    sa.Column("lease_by", sa.Text()),
    sa.Column("lease_until", sa.Float(53)),
    sa.Column("failures", sa.Integer(), nullable=False, server_default="0"),
    _at("last_inbound_at"),
    _at("last_message_at"),
    sa.Column("flow", sa.Text()),
    sa.Column("slots", sa.JSON(), nullable=False),
    sa.UniqueConstraint("channel", "address", "sender"),
    sa.Index("ix_conversations_newest", "last_message_at", "id"),
    sa.Index("ix_conversations_wake", "wake_at", postgresql_where=sa.text("wake_at is not null")),
)

messages = sa.Table(
    "messages",
    metadata,
    _id(),
    _ref("conversation", index=False),
    _ref("process", nullable=True),
    _ref("user", nullable=True, index=False),
    sa.Column("direction", sa.Text(), nullable=False),
    sa.Column("author", sa.Text(), nullable=False),
    _text("author_name"),
    sa.Column("kind", sa.Text(), nullable=False),
    sa.Column("form", sa.Text(), nullable=False, server_default="text"),
    sa.Column("state", sa.Text(), nullable=False),
    sa.Column("dedupe_key", sa.Text(), nullable=False, unique=True),
    _text("subject"),
    _text("body"),
    _text("wording"),
    sa.Column("template", sa.JSON()),
    _text("facts_hash"),
    sa.Column("facts", sa.JSON()),
    _text("worded"),
    sa.Column("counts", sa.Boolean(), nullable=False, server_default=sa.false()),
    sa.Column("introduces", sa.Boolean(), nullable=False, server_default=sa.false()),
    _at("at", nullable=False),
    _at("due_at"),
    _at("word_at"),
    _at("slot_at"),
    _at("latest_at"),
    _at("expires_at"),
    _at("left_at"),
    _at("arrived_at"),
    _at("promised_by"),
    sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
    sa.Column("lease_by", sa.Text()),
    sa.Column("provider_id", sa.Text(), unique=True),
    _text("error_code"),
    _text("reason"),
    sa.Index("ix_messages_thread", "conversation_id", "at"),
    sa.Index("ix_messages_waiting", "conversation_id", "state", "due_at"),
    sa.Index(
        "ix_messages_stages",
        "due_at",
        postgresql_where=sa.text("expires_at is not null"),
        sqlite_where=sa.text("expires_at is not null"),
    ),
    sa.Index("ix_messages_at", "at", postgresql_using="brin"),
    sa.Index(
        "ix_messages_lost",
        "due_at",
        postgresql_where=sa.text("state in ('failed', 'expired', 'unknown')"),
        sqlite_where=sa.text("state in ('failed', 'expired', 'unknown')"),
    ),
)

approvals = sa.Table(
    "approvals",
    metadata,
    _id(),
    _ref("message"),
    _ref("user", index=False),
    sa.Column("words_hash", sa.Text(), nullable=False),
    _at("at", nullable=False),
    sa.UniqueConstraint("message_id", "words_hash"),
)

receipts = sa.Table(
    "receipts",
    metadata,
    _id(),
    _ref("message", nullable=True),
    sa.Column("provider_id", sa.Text(), nullable=False, index=True),
    sa.Column("status", sa.Text(), nullable=False),
    _at("at", nullable=False),
    _text("code"),
    _text("detail"),
    sa.Column("reaction", sa.Text(), nullable=False, server_default="permanent"),
    sa.UniqueConstraint("provider_id", "status", "code"),
)

handoffs = sa.Table(
    "handoffs",
    metadata,
    _id(),
    _ref("conversation"),
    sa.Column("reason", sa.Text(), nullable=False),
    _at("opened_at", nullable=False),
    _at("answer_by"),
    _at("taken_at"),
    _ref("user", nullable=True),
    _at("released_at"),
    _text("note"),
    sa.Index(
        "uq_handoffs_current",
        "conversation_id",
        unique=True,
        postgresql_where=sa.text("released_at is null"),
        sqlite_where=sa.text("released_at is null"),
    ),
)

doubts = sa.Table(
    "doubts",
    metadata,
    _id(),
    _ref("conversation", index=False),
    _ref("message", index=False),
    _at("opened_at", nullable=False),
    _at("denied_at"),
    _at("settled_at"),
    _ref("user", nullable=True, index=False),
    sa.Index(
        "uq_doubts_current",
        "conversation_id",
        unique=True,
        postgresql_where=sa.text("settled_at is null"),
        sqlite_where=sa.text("settled_at is null"),
    ),
)

notes = sa.Table(
    "notes",
    metadata,
    _id(),
    _ref("conversation"),
    _ref("user", index=False),
    _at("at", nullable=False),
    _text("body"),
    sa.Column("dedupe_key", sa.Text(), nullable=False, unique=True),
)

snoozes = sa.Table(
    "snoozes",
    metadata,
    _id(),
    _ref("conversation"),
    _ref("user", index=False),
    _at("at", nullable=False),
    _at("until", nullable=False),
    _at("ended_at"),
)

promises = sa.Table(
    "promises",
    metadata,
    _id(),
    _ref("person"),
    _ref("process", nullable=True),
    sa.Column("kind", sa.Text(), nullable=False),
    _text("what"),
    _text("owner"),
    _at("made_at", nullable=False),
    _at("due_at", nullable=False),
    _at("kept_at"),
    _at("void_at"),
    _at("alerted_at"),
    _ref("message", nullable=True),
    _ref("user", nullable=True, index=False),
    sa.Column("dedupe_key", sa.Text(), nullable=False, unique=True),
)

surveys = sa.Table(
    "surveys",
    metadata,
    _id(),
    sa.Column("process_id", Id, sa.ForeignKey("processes.id"), nullable=False, unique=True),
    sa.Column("score", sa.Integer()),
    sa.Column("earlier_score", sa.Integer()),
    _text("comment"),
    _at("answered_at"),
)

tasks = sa.Table(
    "tasks",
    metadata,
    _id(),
    _ref("person", nullable=True),
    _ref("process", nullable=True),
    sa.Column("kind", sa.Text(), nullable=False),
    _text("what"),
    _at("opened_at", nullable=False),
    _at("due_at"),
    _at("done_at"),
    _ref("user", nullable=True),
    sa.Column("dedupe_key", sa.Text(), nullable=False, unique=True),
)

asks = sa.Table(
    "asks",
    metadata,
    _id(),
    _ref("person"),
    _ref("process", nullable=True),
    sa.Column("kind", sa.Text(), nullable=False),
    _text("about"),
    _at("opened_at", nullable=False),
    _at("due_at"),
    _at("expires_at", nullable=False),
    sa.Column("token_hash", sa.Text(), unique=True),
    _ref("message", nullable=True),
    _at("answered_at"),
    _text("answer"),
    _text("detail"),
    sa.Column("dedupe_key", sa.Text(), nullable=False, unique=True),
)

slots = sa.Table(
    "slots",
    metadata,
    _id(),
    sa.Column("ref", sa.Text(), nullable=False, unique=True),
    _at("starts_at", nullable=False),
    _at("ends_at", nullable=False),
    sa.Column("hosts", sa.JSON(), nullable=False),
    _text("process_ref"),
    _text("job_ref"),
    _text("place"),
    _text("meeting_link"),
    _at("told_at", nullable=False),
    _at("withdrawn_at"),
    sa.Index("ix_slots_open", "starts_at", postgresql_where=sa.text("withdrawn_at is null")),
)

bookings = sa.Table(
    "bookings",
    metadata,
    _id(),
    _ref("slot", index=False),
    _ref("process"),
    _ref("conversation", index=False),
    _text("interview"),
    _at("starts_at", nullable=False),
    _at("ends_at", nullable=False),
    _at("stands_at", nullable=False),
    sa.Column("state", sa.Text(), nullable=False),
    _at("requested_at", nullable=False),
    _at("confirm_by", nullable=False),
    _at("settled_at"),
    sa.Index(
        "uq_bookings_standing",
        "slot_id",
        unique=True,
        postgresql_where=sa.text("state in ('requested', 'confirmed')"),
        sqlite_where=sa.text("state in ('requested', 'confirmed')"),
    ),
)

pauses = sa.Table(
    "pauses",
    metadata,
    _id(),
    _ref("user", index=False),
    _at("at", nullable=False),
    _text("note"),
    _at("ended_at"),
    sa.Column("ended_by_id", Id, sa.ForeignKey("users.id")),
)

senders = sa.Table(
    "senders",
    metadata,
    _id(),
    sa.Column("address", sa.Text(), nullable=False, unique=True),
    sa.Column("answers_at", sa.Float(53), nullable=False, server_default="0"),
    sa.Column("stages_at", sa.Float(53), nullable=False, server_default="0"),
    sa.Column("failures", sa.Integer(), nullable=False, server_default="0"),
    sa.Column("rests_until", sa.Float(53), nullable=False, server_default="0"),
)

model_tokens = sa.Table(
    "model_tokens",
    metadata,
    _id(),
    sa.Column("day", sa.Date(), nullable=False),
    _ref("person", index=False),
    sa.Column("tokens", sa.Integer(), nullable=False),
    sa.UniqueConstraint("day", "person_id"),
)

polls = sa.Table(
    "polls",
    metadata,
    _id(),
    sa.Column("name", sa.Text(), nullable=False, unique=True),
    _at("position"),
    _at("wake_at"),
)

restores = sa.Table(
    "restores",
    metadata,
    _id(),
    _at("since", nullable=False),
    _at("at", nullable=False),
)

tombstones = sa.Table(
    "tombstones",
    metadata,
    _id(),
    sa.Column("seal", sa.Text(), nullable=False, unique=True),
    _at("at", nullable=False),
)
