"""What the verbs ask of the parts: the doors of ring 2 that have more than one room behind."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain import model
from bot.domain.booking import Diary, Wish
from bot.domain.facts import Facts
from bot.domain.identity import Step
from bot.domain.manner import NO_PREFERENCE, PLAIN, Manner, Preference
from bot.domain.model import (
    Conversation,
    ConversationId,
    MessageId,
    ProcessId,
    State,
    Template,
)
from bot.domain.retrying import FIRST_PAUSE, Reaction
from bot.domain.rights import Right
from bot.domain.stages import Stage


class Clock(Protocol):
    def now(self) -> datetime:
        """Return the present moment in UTC."""

    def wait(self, seconds: float) -> None:
        """Let so many seconds pass."""


# --- channels -------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """One message as a carrier needs it."""

    reference: MessageId
    """Ours; comes back in every report."""
    sender: str
    to: str
    text: str
    template: Template | None = None
    """Set outside the 24-hour window: `text` is then what the candidate will read."""
    subject: str = ""
    """From here on only e-mail takes notice."""
    automatic: bool = True
    """No person wrote it."""
    reply_to: str = ""
    """Whose mailbox gets the answers; the sender's where it is empty."""
    unsubscribe_url: str = ""
    calendars: tuple[str, ...] = ()
    """iCalendar files that go with it."""


@dataclass(frozen=True)
class Accepted:
    provider_id: str


@dataclass(frozen=True, kw_only=True)
class Refused:
    """The carrier certainly did not take it."""

    code: str
    reason: str
    reaction: Reaction = Reaction.PERMANENT
    retry_after: float | None = None
    """Seconds, where the carrier named them or its rules do."""
    first_pause: timedelta = FIRST_PAUSE
    """Before the second try; doubled with each one."""


@dataclass(frozen=True)
class Unclear:
    """Nobody can tell whether the carrier took it: timed out, cut off, 5xx."""

    reason: str


SendOutcome = Accepted | Refused | Unclear


@dataclass(frozen=True, kw_only=True)
class Inbound:
    """One message from a candidate or a colleague, as a carrier reported it."""

    provider_id: str
    address: str
    sender: str
    """Our number that it was written to."""
    text: str
    at: datetime
    media: Sequence[str] = ()
    """Content types; the content itself is not fetched here."""
    profile_name: str = ""
    payload: str = ""
    """Of the button that was tapped; `text` is then its label."""
    replied_to: str = ""
    """The provider id of our message that the button stood under."""
    raw: Mapping[str, str] = field(default_factory=dict)
    user_id: str = ""
    """The carrier's own id of who wrote, where it told one beside the number."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """One delivery report. At least one of the two ids is known."""

    provider_id: str
    reference: MessageId | None
    status: State
    at: datetime
    code: str = ""
    detail: str = ""
    reaction: Reaction = Reaction.PERMANENT
    """What a failure means."""


@dataclass(frozen=True, kw_only=True)
class Echo:
    """What a person wrote to somebody by our number, past us: in the carrier's own app."""

    provider_id: str
    address: str
    sender: str
    text: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What a carrier told us that is neither a message nor a report: about our account, about a
    template, about somebody's number, or something that we cannot read."""

    id: str
    """The same whenever the same thing is told again."""
    kind: str
    """The carrier's word for it."""
    raw: str
    """As it came."""
    at: datetime
    address: str = ""
    """Whom it is about, if anybody."""
    why: str = ""
    """Why nothing follows from it. Empty where somebody has to look."""
    what: str = ""
    """What somebody has to look at: a sentence, or the rest of one that begins with the person
    of the address."""


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """A message that the carrier has to an address, and may be the one that is looked for."""

    provider_id: str
    status: State
    """What became of it."""
    at: datetime
    """When the carrier took it."""
    same_words: bool
    """Its words are the ones that we sent; else the carrier does not show them all."""
    code: str = ""
    detail: str = ""
    reaction: Reaction = Reaction.PERMANENT


@dataclass(frozen=True)
class CannotTell:
    """The carrier could not be asked, or does not answer such questions."""

    reason: str


class Channel(Protocol):
    """A way to a candidate."""

    @property
    def sender(self) -> str:
        """Our own number on this channel, E.164, or our own e-mail address."""

    @property
    def confirms(self) -> bool:
        """Whether delivery reports follow. Where none do, what was accepted was delivered."""

    def has_template(self, name: str) -> bool:
        """Return whether the carrier has approved the template of this name."""

    def send(self, message: Outgoing) -> SendOutcome:
        """Hand one message to the carrier, once, within a bounded time."""

    def find(
        self, message: Outgoing, since: datetime, *, in_any_words: bool = False
    ) -> Sequence[Sighting] | CannotTell:
        """Return what the carrier took for this address since then and could be `message`,
        which may have left `in_any_words`.

        An empty list means that it certainly took none."""

    def received(self, since: datetime) -> Iterable[Inbound]:
        """Return what was written to us since then, as far as the carrier kept it, the newest
        first. Raises CarrierAway."""


# --- words ----------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Wording:
    """A text in the candidate's language, and what it is made of."""

    name: str
    """File, variant and language, such as `thank_you.1.en`; also the template's name."""
    text: str
    template: Template | None
    """The same words as the carrier knows them; None where it knows none."""
    says: frozenset[str] = frozenset()
    """The names of the facts that the text really uses."""
    subject: str = ""
    """What stands above it, where it goes by e-mail."""


class Words(Protocol):
    def stage(
        self,
        stage: Stage,
        language: str,
        facts: Facts,
        used: Sequence[str],
        *,
        introduce: bool,
        channel: model.Channel = model.Channel.WHATSAPP,
        manner: Manner = PLAIN,
    ) -> Wording:
        """Word a stage, in this manner where there is such a text. `used` are the names of the
        texts that this process has seen, the newest last: what was said longest ago is said
        again first. `introduce` adds who is writing and how to reach a person; an e-mail always
        says that.

        Raises NoWording where no text fits the facts."""

    def reply(self, key: str, language: str, facts: Facts, used: Sequence[str] = ()) -> Wording:
        """Word a reply by its key. Raises NoWording where no text fits the facts."""


@dataclass(frozen=True, kw_only=True)
class Base:
    """A text of ours that may be said in other words, and everything that those may be made of."""

    person_id: model.PersonId
    stage: str
    language: str
    manner: Manner
    body: str
    """Its first paragraph. What it asks, and whatever stands below, is not up for other words."""
    facts: Facts


@dataclass(frozen=True, kw_only=True)
class Personal:
    """What came of the wish for other words."""

    body: str = ""
    """Empty where the base text stands."""
    source: str = ""
    """`model:<name>:<hash of its prompt>`."""
    facts: frozenset[str] = frozenset()
    worded: str
    """Who worded it, or why the base text stands: a sentence for a recruiter."""


class Rewording(Protocol):
    def personal(self, base: Base) -> Personal:
        """Say it for this candidate. Never raises for what a model does."""


# --- answering ------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class HandoffRequest:
    """A person is needed, and this is why."""

    reason: str
    """A short fixed word: `unknown`, `reschedule`, `distress`, ..."""
    reply: str
    """The key of the words that tell the candidate."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """Words by key, or a text that was worded already."""

    key: str
    facts: Facts = field(default_factory=dict)
    counts: bool = False
    """It gives this process's status and next date."""
    text: str = ""
    """Words that stand already, made of these facts; `key` then says whose they are:
    `knowledge`, or `model:<name>:<hash of its prompt>`."""
    source: str = ""
    """Where such a text stands, for the colleague who reads over the bot's shoulder."""


@dataclass(frozen=True, kw_only=True)
class SurveyAnswer:
    score: int | None = None
    comment: str | None = None


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What to do about what the candidate wrote. Nothing has happened yet."""

    replies: Sequence[Reply] = ()
    slots: Mapping[str, str | None] = field(default_factory=dict)
    """To set; None clears."""
    flow: str | None = None
    """The scripted conversation that goes on after this turn."""
    handoff: HandoffRequest | None = None
    survey: SurveyAnswer | None = None
    right: Right | None = None
    """Claimed in other words than its own."""
    identity: Step | None = None
    """Where it stands now whether the candidate writes."""
    language: str = ""
    """Of the replies, where it is not the one in which the candidate is usually written to."""
    keeps_language: bool = False
    """From now on everything is to be written in it."""
    wish: Preference = NO_PREFERENCE
    """How they want to be written to from now on."""
    reason: str = ""
    """Who decided, or why somebody else did not; kept with each reply."""
    starts: str = ""
    """The scripted conversation that may take this over; where it does not, the rest stands."""
    books: Wish | None = None
    """The slot that the candidate chose."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing that was said in a conversation, and could be read by both sides."""

    author: model.Author
    text: str


@dataclass(frozen=True, kw_only=True)
class Question:
    """What the candidate wrote in one breath, and what may be told about their process."""

    text: str
    language: str
    facts: Facts
    topic: str
    """Where the process stands: `undecided`, `booked`, `advance`, `reject`, `offer`,
    `withdrawn`, or `none` where we know of no process."""
    conversation: Conversation
    role: str = ""
    """Title and level of the job."""
    after: str = ""
    """The stage that we wrote last; what it asked decides what an answer means."""
    said: Sequence[Line] = ()
    """What was said before, the newest last."""
    diary: Diary | None = None
    """What they can choose from; None where there is no interview that can be moved."""
    name: str = ""
    """The candidate's, as we know it; no model reads it."""
    awaited: bool = False
    """A person is to answer what was asked before; of that, `said` tells nothing."""


class Answerer(Protocol):
    def answer(self, question: Question) -> Decision:
        """Answer from the facts, or hand over. Never raises for what a candidate wrote."""

    def right(self, question: Question) -> Right | None:
        """Return the right that is claimed, in whatever words; nobody is to be answered."""


class Flows(Protocol):
    """Scripted conversations, such as the survey."""

    def run(self, flow: str, question: Question) -> Decision | None:
        """Let the active flow answer; None means that this was not meant for it."""

    def called(self, question: Question) -> str | None:
        """Return the flow that a text begins, whatever goes on; it goes before everything."""


# --- work -----------------------------------------------------------------------------


class Hints(Protocol):
    """Tells a worker that something can be done. May be lost; never raises."""

    def turn(self, conversation: ConversationId, *, urgent: bool) -> None: ...

    def plan(self, event: int) -> None: ...

    def watch(self, process: ProcessId) -> None: ...
