"""The whole house on a real database, with a simulated carrier and a clock that stands still."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

import app
from bot.assembly import SIMULATED_SENDER, Hearback, Script, build, read_script
from bot.clock import VirtualClock
from bot.domain.asks import Kind, Question
from bot.domain.model import WAITING, ConversationId, Direction, Message, Role, State, User
from bot.domain.ports import Channel, Clock, Inbound
from bot.settings import Model, Settings, load_settings
from bot.store import Store
from bot.store.schema import conversations, messages, processes, tasks
from bot.work.stepper import Stepper
from tests import invariants
from tests.factories import ANAS_PHONE, NOON, PHONE
from tests.fakes.phones import Phones
from tests.invariants import Record, Took, Wrote
from tests.tables import make_tables

Way = TypeVar("Way")
"""What stands at the carrier's end."""


@dataclass
class Told(Generic[Way]):
    """A house that can be told what happens, and asked what came of it."""

    hearback: Hearback
    clock: VirtualClock
    carrier: Way
    stepper: Stepper
    recruiter: User
    mail: Channel | None = None
    choices: Settings | None = None
    """Other settings than those of `config.yaml`."""
    numbers: Iterator[int] = field(default_factory=itertools.count)
    wrote: list[Wrote] = field(default_factory=list)
    """What we said we had taken in."""
    downtimes: list[tuple[datetime, datetime]] = field(default_factory=list)

    @property
    def store(self) -> Store:
        return self.hearback.store

    def happens(self, *events: Mapping[str, Any]) -> None:
        """Let events come in, at the clock's moment, and take effect."""
        for raw in events:
            self.hearback.receive_event("test", raw)
        self.stepper.settle_now()

    def passes(self, time: timedelta) -> None:
        self.stepper.jump(time)

    def writes(self, text: str, *, address: str = PHONE, **told: Any) -> None:
        """The candidate writes, and pauses long enough for an answer."""
        self.receives(text, address=address, **told)
        self.passes(timedelta(seconds=7))

    def receives(self, text: str, *, address: str = PHONE, **told: Any) -> None:
        """A message of the candidate comes in; nothing else happens yet."""
        told.setdefault("provider_id", f"SM{next(self.numbers):032x}")
        told.setdefault("at", self.clock.now())
        sender = self.hearback.carrier.sender
        inbound = Inbound(address=address, sender=sender, text=text, **told)
        self.hearback.receiver.receive(inbound)
        now = self.clock.now()
        if inbound.provider_id not in {wrote.provider_id for wrote in self.wrote}:
            self.wrote.append(
                Wrote(provider_id=inbound.provider_id, at=inbound.at, received_at=now)
            )

    @property
    def conversation(self) -> ConversationId:
        with self.store.read() as tx:
            return ConversationId(tx.connection.execute(sa.select(conversations.c.id)).scalar_one())

    def rows(self, kind: str | None = None) -> list[Message]:
        """Outbound rows, in the order they were made."""
        with self.store.read() as tx:
            found = tx.messages.all(messages.c.direction == Direction.OUT.value)
        return [row for row in found if kind in (None, row.kind)]

    def states(self, kind: str) -> list[State]:
        return [row.state for row in self.rows(kind)]

    def tasks(self) -> list[str]:
        with self.store.read() as tx:
            query = sa.select(tasks.c.what).where(tasks.c.done_at.is_(None)).order_by(tasks.c.id)
            return list(tx.connection.execute(query).scalars())


class World(Told[Phones]):
    def asks(self, kind: Kind, *to: str, about: str = "int-1", number: int = 1) -> bool:
        """Ask colleagues about the first process; returns whether anybody could be."""
        with self.store.begin() as tx:
            (process,) = tx.connection.execute(sa.select(processes.c.id).limit(1)).scalars()
            candidacy = self.hearback.planner.candidacies.find(tx, process)
            assert candidacy is not None
            question = Question(
                key=f"ask:{process}:{kind}:{about}:{number}",
                process_id=candidacy.process_id,
                kind=kind,
                about=about,
                urgent=kind is Kind.INTERVIEW_DONE or number > 1,
            )
            asked = self.hearback.asker.ask(tx, candidacy, question, to, self.clock.now())
        self.stepper.settle_now()
        return asked

    def taps(self, payload: str, *, address: str = ANAS_PHONE, on: str | None = None) -> None:
        """A colleague taps a button of the newest message to them, or of the message `on`."""
        if on is None:
            sent = {message.to: message.reference for message in self.carrier.taken}
            on = next(r.provider_id or "" for r in self.rows() if r.id == sent[address])
        self.receives(payload.capitalize(), address=address, payload=payload, replied_to=on)
        self.passes(timedelta(seconds=5))

    def said_to(self, address: str) -> list[str]:
        return [message.text for message in self.carrier.taken if message.to == address]

    def link(self, row: Message) -> str:
        """Return the token of the page that a message leads to."""
        return self.hearback.asker.batches.phrasing.links.token(row.key)

    def approves(self, kind: str) -> None:
        """The recruiter reads the words of what waits, and lets them go."""
        self.passes(timedelta())
        (row,) = (row for row in self.rows(kind) if row.state in WAITING)
        self.hearback.desk.approve(row.id, self.recruiter, words_hash=row.words_hash)

    # --- faults -------------------------------------------------------------------------

    def restarts(self, after: timedelta = timedelta()) -> None:
        """The process died: another one comes up over the same database, `after` that time.
        The leases of the dead have run out by then."""
        down_from = self.clock.now()
        self.clock.move_to(down_from + after)
        self.store.close()
        store = opened(self.store.url)
        self.hearback = furnished(store, self.clock, self.carrier, self.mail, choices=self.choices)
        self.stepper = stepper(self.hearback, self.clock, self.carrier)
        self.let_leases_run_out()
        if after:
            self.downtimes.append((down_from, self.clock.now()))

    def let_leases_run_out(self) -> None:
        """They run by the database's clock, which does not stand still."""
        with self.store.begin() as tx:
            tx.connection.execute(sa.update(conversations).values(lease_until=0))

    def record(self) -> Record:
        return invariants.read(
            self.store,
            self.log,
            self.clock.now(),
            wrote=self.wrote,
            downtimes=self.downtimes,
        )

    def must_hold(self, *, at_rest: bool = False) -> None:
        """Raise AssertionError where an invariant is broken."""
        invariants.must_hold(self.record(), at_rest=at_rest)

    # --- what can be seen -----------------------------------------------------------------

    @property
    def log(self) -> list[Took]:
        """The carriers' own."""
        letters = self.mail.log if isinstance(self.mail, Phones) else []
        return [*self.carrier.log, *letters]

    @property
    def texts(self) -> list[str]:
        """Everything that the carrier took, in order."""
        return [message.text for message in self.carrier.taken]

    @property
    def last(self) -> str:
        return self.texts[-1]

    def kinds(self) -> list[str]:
        """The kinds of what left, in order."""
        by_id = {row.id: row.kind for row in self.rows()}
        return [by_id[message.reference] for message in self.carrier.taken]


script = functools.cache(read_script)
"""The same for every test, and a second's work to read and check."""


settings = functools.cache(lambda: load_settings(app.CONFIG, {}))


def with_model(url: str, **told: Any) -> Settings:
    """The settings with a language model behind a server of one's own."""
    choices = settings()
    model = Model(name="small", base_url=url, **told)
    return replace(choices, config=choices.config.model_copy(update={"model": model}))


@functools.lru_cache(maxsize=4)
def engine(database_url: str) -> sa.Engine:
    return Store(database_url).engine


def opened(database_url: str) -> Store:
    """Open a database. Who opened the same place before left compiled statements behind, which
    are expensive, and no connection."""
    store = Store(database_url)
    store.engine = engine(database_url)
    return store


def furnished(
    store: Store,
    clock: VirtualClock,
    carrier: Phones,
    mail: Channel | None = None,
    told: Script | None = None,
    choices: Settings | None = None,
) -> Hearback:
    """Put a house together, as a process that starts does."""
    house = build(
        choices or settings(),
        store,
        clock,
        carrier,
        app.actions,
        script=told or script(),
        mail=mail,
        secret=lambda: "of the house, and not of a process",
    )
    carrier.connect(house.settler.report)
    return house


def stepper(house: Hearback, clock: VirtualClock, carrier: Phones) -> Stepper:
    intake = house.intake
    return Stepper(house.store, clock, house.turn, intake.plan, intake.watch, carrier.settle)


def dana(store: Store, at: datetime) -> User:
    """The recruiter whom everybody knows; without a password, so nobody signs in as her."""
    email = "dana@northwind.example"
    with store.begin() as tx:
        tx.users.add(email=email, name="Dana Weiss", role=Role.RECRUITER, password_hash="", now=at)
        user = tx.users.with_email(email)
    assert user is not None
    return user


def move_in(
    database_url: str,
    at: datetime,
    log: Path | None = None,
    mail: Callable[[Clock], Channel] | None = None,
    told: Script | None = None,
    choices: Settings | None = None,
) -> World:
    """Open the house over a database that has its tables; `log` is where the carrier writes
    what it took."""
    clock = VirtualClock(at)
    carrier = Phones(SIMULATED_SENDER, clock, log)
    letters = mail(clock) if mail else None
    store = opened(database_url)
    house = furnished(store, clock, carrier, letters, told, choices)
    walks = stepper(house, clock, carrier)
    return World(house, clock, carrier, walks, dana(store, at), letters, choices)


@contextmanager
def world(
    database_url: str,
    at: datetime = NOON,
    mail: Callable[[Clock], Channel] | None = None,
    told: Script | None = None,
    choices: Settings | None = None,
) -> Iterator[World]:
    """Open the house at a moment; one recruiter, no candidate yet. `mail` makes its second
    way to candidates; `told` are other flows and prompts, `choices` other settings. At the end
    of a test that passed, every invariant must hold."""
    make_tables(database_url)
    one = move_in(database_url, at, mail=mail, told=told, choices=choices)
    try:
        yield one
        one.must_hold()
    finally:
        one.store.close()
