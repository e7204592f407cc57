"""A house in memory: the real verbs, a clock that stands still, a carrier that obeys."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from structlog.testing import capture_logs

from bot.assembly import Actions, Hearback, Script, build, read_script, simulator
from bot.clock import VirtualClock
from bot.domain.model import Channel, ConversationId, MessageId, Role, User
from bot.domain.ports import Inbound
from bot.scenario.carrier import Line, Mailbox
from bot.settings import Settings
from bot.store import Store
from bot.store.migrate import migrate
from bot.work.stepper import Stepper

MEMORY = Path("/dev/shm")  # noqa: S108 (a new folder in it, ours alone)
"""A folder in memory, where a system has one: nothing here needs to outlive a power cut."""
MAILBOX = "jobs@northwind.example"


@dataclass
class House:
    """A house that can be told what happens."""

    hearback: Hearback
    clock: VirtualClock
    line: Line
    mailbox: Mailbox
    logs: Sequence[Mapping[str, object]]
    """What it would have printed."""
    numbers: Iterator[int] = field(default_factory=itertools.count)

    @property
    def store(self) -> Store:
        return self.hearback.store

    def watched(self, clock: VirtualClock) -> Stepper:
        """Return what lets time pass on this clock."""
        intake = self.hearback.intake
        settle = self.line.simulator.settle
        return Stepper(self.store, clock, self.hearback.turn, intake.plan, intake.watch, settle)

    def number(self, prefix: str) -> str:
        return f"{prefix}{next(self.numbers):06d}"

    def receive(
        self, address: str, text: str, *, media: tuple[str, ...] = (), **told: object
    ) -> str:
        """Let a candidate's message come in; return its id at the carrier."""
        now = self.clock.now()
        provider_id = str(told.get("wamid") or self.number("wamid."))
        at = told.get("at")
        inbound = Inbound(
            provider_id=provider_id,
            address=address,
            sender=self.line.sender,
            text=text,
            at=at if isinstance(at, datetime) else now,
            media=media,
        )
        self.hearback.receiver.receive(inbound)
        return provider_id

    def conversation(self, candidate: str) -> ConversationId | None:
        """Return where somebody talks with this candidate on WhatsApp."""
        with self.store.read() as tx:
            person = tx.people.known_as("ref", candidate)
            found = tx.conversations.of_person(person) if person is not None else []
        talks = [one.id for one in found if one.channel is Channel.WHATSAPP]
        return talks[-1] if talks else None

    def admit(self, email: str, name: str) -> User:
        """In a scenario whoever is named as a recruiter belongs to the team."""
        with self.store.begin() as tx:
            now = self.clock.now()
            tx.users.add(email=email, name=name, role=Role.RECRUITER, password_hash="", now=now)
            user = tx.users.with_email(email)
        if user is None:
            raise LookupError(f"{email} was just added")
        return user


@dataclass(frozen=True)
class Street:
    """One house after the other at the same place, each of them new. Flows and words are read
    once; so are the statements of the database, which take longer to make than to run."""

    actions: Actions
    script: Script
    empty: Path
    """A database with its tables and nothing in them."""
    store: Store
    """Over a copy of it."""

    @contextmanager
    def house(self, settings: Settings, at: datetime) -> Iterator[House]:
        """Open a house; one at a time."""
        place = Path(str(self.store.engine.url.database))
        shutil.copy(self.empty, place)
        try:
            with capture_logs() as logs:
                yield self._furnished(settings, VirtualClock(at), logs)
        finally:
            self.store.close()
            place.unlink()

    def _furnished(
        self, settings: Settings, clock: VirtualClock, logs: Sequence[Mapping[str, object]]
    ) -> House:
        line = Line(simulator(clock), clock, self._kind, frozenset)
        mailbox = Mailbox(MAILBOX)
        hearback = build(
            settings, self.store, clock, line, self.actions, script=self.script, mail=mailbox
        )
        line.connect(hearback.settler.report)
        return House(hearback, clock, line, mailbox, logs)

    def _kind(self, reference: MessageId) -> str:
        with self.store.read() as tx:
            row = tx.messages.find(reference)
        return row.kind if row else ""


@contextmanager
def street(actions: Actions) -> Iterator[Street]:
    """Read the flows and words. Raises BadConfig."""
    memory = MEMORY if os.access(MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="hearback-scenario-", dir=memory) as folder:
        empty = Path(folder) / "empty.db"
        store = Store(f"sqlite:///{empty}")
        migrate(store)
        store.close()
        yield Street(actions, read_script(), empty, Store(f"sqlite:///{folder}/house.db"))
