"""F14: the connection breaks at a commit. Nobody can tell whether it took place."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.domain.errors import StoreDown
from bot.domain.model import ConversationId, Direction, EventRow, State
from bot.domain.ports import Inbound
from bot.store.schema import conversations, events, messages
from tests.factories import completed
from tests.fakes.wire import Cut, Wire
from tests.world import World, world

MOST_COMMITS = 40
TRIES = 10
"""So often a carrier repeats a webhook, or an alarm a turn."""


@pytest.fixture
def wire(postgres_url: str, tmp_path: Path) -> Iterator[Wire]:
    with Wire(postgres_url, tmp_path) as one:
        yield one


@pytest.fixture
def home(wire: Wire) -> Iterator[World]:
    with world(wire.url) as one:
        yield one


@contextmanager
def cutting(home: World, wire: Wire, number: int, how: Cut) -> Iterator[list[int]]:
    """Cut the wire at the `number`th commit of something written; yields those counted.

    A statement that is a transaction of its own sends no commit.
    """
    counted: list[int] = []

    def commits(connection: sa.Connection) -> None:
        options = connection.get_execution_options()
        if options.get("write") and options.get("isolation_level") != "AUTOCOMMIT":
            counted.append(len(counted))
            wire.cut(how if len(counted) == number else None)

    sa.event.listen(home.store.engine, "commit", commits)
    try:
        yield counted
    finally:
        sa.event.remove(home.store.engine, "commit", commits)
        wire.cut(None)


def again(work: Callable[[], Any]) -> Any:
    """Do it until nobody is told that the database is away, as carriers and alarms do."""
    for _ in range(TRIES):
        try:
            return work()
        except StoreDown:
            continue
    raise AssertionError("the database never came back")


def work_off(home: World) -> None:
    """Ring alarms until nothing is left to do; each lease that was lost has run out."""
    for _ in range(TRIES):
        with home.store.engine.begin() as connection:
            connection.execute(sa.update(conversations).values(lease_until=0))
            query = sa.select(conversations.c.id).where(conversations.c.wake_at <= home.clock.now())
            rung = [ConversationId(found) for found in connection.execute(query).scalars()]
        if not rung:
            return
        for conversation in rung:
            home.hearback.turn(conversation)
        again(home.carrier.settle)
    raise AssertionError("something goes in circles")


def wrote(home: World, number: int) -> Inbound:
    """A candidate asks for their data: answered at once, once, and noted as a task."""
    return Inbound(
        provider_id=f"SM{number}",
        address=f"+44770090{number:04}",
        sender=home.carrier.sender,
        text="MY DATA",
        at=home.clock.now(),
    )


def outbound_to(home: World, address: str) -> list[Any]:
    with home.store.read() as tx:
        query = (
            sa.select(messages)
            .join(conversations, messages.c.conversation_id == conversations.c.id)
            .where(conversations.c.address == address, messages.c.direction == Direction.OUT)
        )
        return list(tx.connection.execute(query))


@pytest.mark.parametrize("how", Cut)
def test_f14_a_commit_whose_answer_is_lost_is_not_repeated_blindly(
    home: World, wire: Wire, how: Cut
) -> None:
    for number in range(1, MOST_COMMITS):
        inbound = wrote(home, number)
        cuts = wire.cuts

        with cutting(home, wire, number, how):
            again(lambda told=inbound: home.hearback.receiver.receive(told))
            work_off(home)

        sent = [one for one in home.carrier.taken if one.to == inbound.address]
        (row,) = outbound_to(home, inbound.address)
        assert len(sent) == 1, number
        assert row.state == State.DELIVERED, number
        with home.store.read() as tx:
            assert not tx.messages.unread(row.conversation_id)
        if wire.cuts == cuts:
            break

    assert cuts >= 7, "it ended before every step of the story was cut"
    assert len(home.tasks()) == number
    assert all("asks for a copy" in task for task in home.tasks())


@pytest.mark.parametrize("how", Cut)
def test_f14_an_event_takes_effect_once_whatever_commit_is_lost(
    home: World, wire: Wire, how: Cut
) -> None:
    for number in itertools.count(1):
        cuts = wire.cuts
        event = completed(
            home.clock.now(),
            id=f"event-{number}",
            process=f"app-{number}",
        )
        event["candidate"] |= {"ref": f"cand-{number}", "phone": f"+44770090{number:04}"}

        with cutting(home, wire, number, how):
            again(lambda told=event: home.hearback.receive_event("test", told))
            again(lambda: plan_all(home))

        rows = outbound_to(home, f"+44770090{number:04}")
        assert [row.kind for row in rows] == ["thank_you", "status_update"]
        assert {row.state for row in rows} == {State.PLANNED}
        if wire.cuts == cuts:
            break

    assert cuts == 2, "one commit to store it, one to plan it"


def plan_all(home: World) -> None:
    """Plan every event that waits, as its alarm would have it."""
    with home.store.engine.connect() as connection:
        query = sa.select(events.c.id).where(events.c.state == "received")
        waiting = [EventRow(found) for found in connection.execute(query).scalars()]
    for event in waiting:
        home.hearback.intake.plan(event)
