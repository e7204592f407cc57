"""The carrier and the mail server of a scenario: they do what its timeline says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.channels.errors import twilio_errors
from bot.channels.moods import Behaviour, Mood
from bot.channels.simulator import Simulator
from bot.domain.model import MessageId, State
from bot.domain.ports import (
    Accepted,
    CannotTell,
    Clock,
    Inbound,
    Outgoing,
    Report,
    SendOutcome,
    Sighting,
)

SETTLED_LATER = frozenset({State.DELIVERED, State.FAILED})
"""Reports that a message waits for, where the timeline names them."""


@dataclass(frozen=True, kw_only=True)
class Foretold:
    """A report that the timeline holds."""

    at: datetime
    kinds: frozenset[str]
    """Of messages, in our own names; empty for any."""
    status: State
    code: str = ""


@dataclass(frozen=True)
class Sent:
    message: Outgoing
    provider_id: str
    kind: str


@dataclass
class Line:
    """A `ports.Channel`: delivers at once, but for what the timeline has to say about."""

    simulator: Simulator
    clock: Clock
    kind_of: Callable[[MessageId], str]
    candidates: Callable[[], frozenset[str]]
    """Their addresses: the timeline is about messages to them."""
    foretold: Sequence[Foretold] = ()
    unapproved: set[str] = field(default_factory=set)
    next_fails: list[Foretold] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    confirms: bool = True
    reports: Callable[[Report], None] = lambda report: None
    _waiting: dict[int, Sent] = field(default_factory=dict)

    @property
    def sender(self) -> str:
        return self.simulator.sender

    def has_template(self, name: str) -> bool:
        return not any(name.startswith(one) for one in self.unapproved)

    def send(self, message: Outgoing) -> SendOutcome:
        kind = self.kind_of(message.reference)
        mood, told = self._treatment(message, kind)
        self.simulator.next_moods(mood)
        outcome = self.simulator.send(message)
        if isinstance(outcome, Accepted):
            self._note(Sent(message, outcome.provider_id, kind), told)
        return outcome

    def _treatment(self, message: Outgoing, kind: str) -> tuple[Mood, int | None]:
        if message.to not in self.candidates():
            return Mood(), None
        for fails in self.next_fails:
            if _fits(fails, kind):
                self.next_fails.remove(fails)
                return Mood(behaviour=Behaviour.FAILS, code=fails.code), None
        for number, report in enumerate(self.foretold):
            if report.at >= self.clock.now() and _fits(report, kind):
                later = report.status in SETTLED_LATER
                return Mood(behaviour=Behaviour.LOSES) if later else Mood(), number
        return Mood(), None

    def _note(self, sent: Sent, told: int | None) -> None:
        """A report is about the last message before it: the one before that arrives."""
        self.sent.append(sent)
        if told is not None:
            before = self._waiting.pop(told, None)
            if before is not None:
                self.report(before, State.DELIVERED)
            self._waiting[told] = sent

    def tell(self, report: Foretold, *, only_if_sent: bool) -> None:
        """Report on the last message that fits; else the next one will fail so."""
        fitting = [
            s for s in self.sent if _fits(report, s.kind) and s.message.to in self.candidates()
        ]
        if fitting:
            self.report(fitting[-1], report.status, report.code)
        elif not only_if_sent and report.status is State.FAILED:
            self.next_fails.append(report)

    def report(self, sent: Sent, status: State, code: str = "") -> None:
        table = twilio_errors()
        self.reports(
            Report(
                provider_id=sent.provider_id,
                reference=sent.message.reference,
                status=status,
                at=self.clock.now(),
                code=code,
                detail=table.meaning(code),
                reaction=table.reaction(code),
            )
        )

    def connect(self, reports: Callable[[Report], None]) -> None:
        self.reports = reports
        self.simulator.connect(reports)

    def find(
        self, message: Outgoing, since: datetime, *, in_any_words: bool = False
    ) -> Sequence[Sighting] | CannotTell:
        return self.simulator.find(message, since, in_any_words=in_any_words)

    def received(self, since: datetime) -> Iterable[Inbound]:
        return self.simulator.received(since)


def _fits(report: Foretold, kind: str) -> bool:
    return not report.kinds or kind in report.kinds


@dataclass
class Mailbox:
    """A `ports.Channel`: a mail server that takes everything."""

    sender: str
    confirms: bool = False
    taken: list[Outgoing] = field(default_factory=list)

    def has_template(self, name: str) -> bool:
        return True

    def send(self, message: Outgoing) -> SendOutcome:
        self.taken.append(message)
        return Accepted(f"<{message.reference}.{len(self.taken)}@northwind.example>")

    def find(self, message: Outgoing, since: datetime, *, in_any_words: bool = False) -> CannotTell:
        return CannotTell("the mail server cannot be asked")

    def received(self, since: datetime) -> tuple[Inbound, ...]:
        return ()
