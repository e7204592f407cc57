"""The nouns of the product. All times are aware and in UTC unless a name says `local`."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import NewType
from zoneinfo import ZoneInfo

from bot.domain.daytime import FreeDays, QuietHours, weekends
from bot.domain.manner import NO_PREFERENCE, Culture, Preference

PersonId = NewType("PersonId", int)
ProcessId = NewType("ProcessId", int)
ConversationId = NewType("ConversationId", int)
MessageId = NewType("MessageId", int)
EventRow = NewType("EventRow", int)
UserId = NewType("UserId", int)


def aware(at: datetime, what: str = "a time") -> datetime:
    """Return `at`, or raise ValueError when it has no zone: a naive time means nothing."""
    if at.utcoffset() is None:
        raise ValueError(f"{what} has no time zone: {at.isoformat()}")
    return at


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


class Author(StrEnum):
    CANDIDATE = "candidate"
    BOT = "bot"
    PERSON = "person"
    """A recruiter, writing in the inbox."""


class State(StrEnum):
    """Where a message is in its life; the lattice of reports is in `statuses`."""

    PLANNED = "planned"
    READY = "ready"
    """Worded, and waiting for its moment."""
    SENDING = "sending"
    """Handed to the carrier; found so by a later holder it is ambiguous."""
    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"

    HELD = "held"
    """Something named in `reason` must end first."""
    UNKNOWN = "unknown"
    """Nobody can tell whether it left; never sent again blindly."""
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"

    RECEIVED = "received"
    HANDLED = "handled"
    DEAD = "dead"
    """Five turns failed on it: a person must look."""


WAITING = frozenset({State.PLANNED, State.READY, State.HELD})
"""Outbound rows that have not begun to leave."""
LEFT = frozenset({State.ACCEPTED, State.SENT, State.DELIVERED, State.READ})
"""Outbound rows that the carrier took."""
ARRIVED = frozenset({State.DELIVERED, State.READ})


class Form(StrEnum):
    """How the carrier transports it."""

    TEXT = "text"
    TEMPLATE = "template"
    MEDIA = "media"
    TAP = "tap"
    """They tapped a button of ours."""


class Party(StrEnum):
    """Who is at the other end of a conversation."""

    CANDIDATE = "candidate"
    COLLEAGUE = "colleague"
    """Somebody of the team who is asked and alerted, with or without an account."""


class Channel(StrEnum):
    WHATSAPP = "whatsapp"
    EMAIL = "email"

    @property
    def called(self) -> str:
        """As people write it."""
        return "WhatsApp" if self is Channel.WHATSAPP else "e-mail"


class Topic(StrEnum):
    """What a candidate can do without on every channel."""

    UPDATES = "updates"
    """Words while nothing is decided. Who refuses them wants to hear news only."""

    @property
    def called(self) -> str:
        return "updates without news"


def consented(name: str) -> Channel | Topic:
    """Return what a line of the ledger of consent is about. Raises ValueError."""
    return Topic(name) if name in list(Topic) else Channel(name)


class ProcessStatus(StrEnum):
    OPEN = "open"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class InterviewStatus(StrEnum):
    SCHEDULED = "scheduled"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


class Outcome(StrEnum):
    ADVANCE = "advance"
    OFFER = "offer"
    REJECT = "reject"


class Role(StrEnum):
    ADMIN = "admin"
    RECRUITER = "recruiter"
    HIRING_MANAGER = "hiring_manager"
    VIEWER = "viewer"


MAY_RELEASE = frozenset({Role.ADMIN, Role.RECRUITER})
"""Who may release a decision to a candidate."""
MAY_REPLY = frozenset({Role.ADMIN, Role.RECRUITER})
"""Who may take a conversation and write to a candidate."""


@dataclass(frozen=True, kw_only=True)
class User:
    """Somebody of the team who can sign in."""

    id: UserId
    email: str
    name: str
    role: Role


@dataclass(frozen=True, kw_only=True)
class Company:
    """What a recruiting team decided about itself."""

    name: str
    recruiter: str
    """The person candidates are told about where a job names nobody."""
    language: str
    office: ZoneInfo
    opens: time
    closes: time
    quiet: QuietHours
    answer_within: timedelta
    """Office hours until a person answers a handoff."""
    requests_due: timedelta
    free: FreeDays = weekends
    """The office's free days."""
    call_first: frozenset[str] = frozenset()
    """Levels of jobs, in small letters, whose rejections a person tells first."""
    culture: Culture = field(default_factory=Culture)


@dataclass(frozen=True, kw_only=True)
class Button:
    """A ready answer under a message."""

    title: str
    payload: str
    """What comes back with a tap."""


@dataclass(frozen=True, kw_only=True)
class Template:
    """An approved text with its variables filled in, as the carrier wants it."""

    name: str
    """The registry's name, such as `thank_you.1.en`."""
    language: str
    variables: Mapping[str, str]
    """By position, from "1" on, in the order of appearance."""
    buttons: tuple[Button, ...] = ()
    """They are approved with the text; carriers that want them again find them here."""


def words_hash(subject: str, body: str) -> str:
    """Return a short fingerprint of what a candidate would read."""
    return hashlib.sha256(f"{subject}\n{body}".encode()).hexdigest()[:16]


@dataclass(frozen=True, kw_only=True)
class Message:
    """One row of a conversation at any time of its life."""

    id: MessageId
    conversation_id: ConversationId
    process_id: ProcessId | None
    direction: Direction
    author: Author
    author_name: str
    kind: str
    """`thank_you`, `status_update`, ..., `reply`, `handoff_notice`, `human`, `inbound`."""
    form: Form
    state: State
    key: str
    """Unique: the intent, not the attempt (`12:thank_you:v3`, `reply:99:0`)."""
    body: str
    template: Template | None
    facts_hash: str
    due_at: datetime | None
    expires_at: datetime | None
    at: datetime
    """When it came in or was planned."""
    attempts: int
    provider_id: str | None
    reason: str
    """Why it is due then, or why it is where it is: a sentence for a recruiter."""
    introduces: bool
    """It says that the sender is automated and how to reach a person."""
    counts: bool
    """It ends silence: a stage, a person's message, a dated answer."""
    promised_by: datetime | None
    """By when it says that the next word will come."""
    subject: str = ""
    """Of an e-mail; of a tap, the button's payload and the id of what it stood under."""
    slot_at: datetime | None = None
    """When its turn at the sending number comes: paid for once it is reached."""
    latest_at: datetime | None = None
    """The end of its stage's window: after it, a promise may be broken."""
    wording: str = ""
    """Where its words come from: `thank_you.2.en`, or `model:<name>:<prompt>:thank_you.2.en`."""
    worded: str = ""
    """How it came to them: a sentence for a recruiter."""

    @property
    def is_in_words_of_a_model(self) -> bool:
        return self.wording.startswith("model:")

    @property
    def words_hash(self) -> str:
        return words_hash(self.subject, self.body)

    @property
    def tapped(self) -> tuple[str, str]:
        """Of a tap: the payload, and the provider id of the message that it answers."""
        payload, _, replied_to = self.subject.rpartition(" ")
        return payload, replied_to


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """One person on one sending number."""

    id: ConversationId
    person_id: PersonId
    channel: Channel
    address: str
    """The candidate's, E.164 or a business-scoped user id."""
    sender: str
    """Ours, E.164."""
    seq: int
    """Grows with every arrival."""
    last_inbound_at: datetime | None
    """The carrier's time of the newest message that opens the 24-hour window."""
    flow: str | None
    slots: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Person:
    """A candidate, or a colleague who is asked something. What they agreed to is in
    `consents`, and asked for on the spot."""

    id: PersonId
    name: str
    language: str
    time_zone: str
    preferred_channel: str
    party: Party = Party.CANDIDATE
    wish: Preference = NO_PREFERENCE

    @property
    def first_name(self) -> str:
        return self.name.split()[0] if self.name.split() else ""


@dataclass(frozen=True, kw_only=True)
class Consent:
    """Where the ledger stands today for one channel."""

    granted: bool = False
    revoked: bool = False
    """They said stop, and nothing since."""


@dataclass(frozen=True, kw_only=True)
class Host:
    """Who interviews in a slot."""

    name: str
    email: str = ""
    """Empty where they cannot be asked."""


@dataclass(frozen=True, kw_only=True)
class Job:
    ref: str
    title: str
    recruiter: str
    """The name to tell a candidate."""
    level: str = ""
    recruiter_email: str = ""
    hiring_manager_email: str = ""


OTHER_OFFER = "other_offer"
"""Why a handoff opens when a candidate says that another company waits for their answer."""


@dataclass(frozen=True, kw_only=True)
class Handoff:
    """A person is needed in a conversation, or holds it."""

    id: int
    conversation_id: ConversationId
    reason: str
    opened_at: datetime
    answer_by: datetime | None
    taken_at: datetime | None
    holder_id: UserId | None
    holder: str
    """The name of who took it."""


GIVEN = "given"
"""The kind of a promise that a recruiter made in their own words."""


@dataclass(frozen=True, kw_only=True)
class Promise:
    """Something that was promised, and whether it was kept."""

    key: str
    """Unique: what it was promised by or with."""
    kind: str
    """`next_word`, `answer`, or `given` for what a recruiter said."""
    what: str
    owner: str
    made_at: datetime
    due_at: datetime
    kept_at: datetime | None
