"""Two workers, one conversation. Two pumps, one alarm."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from bot.clock import VirtualClock
from bot.domain import failpoints
from bot.domain.errors import StoreDown
from bot.domain.model import Conversation, ConversationId, State
from bot.store import Store, connections
from bot.store.events import GRACE
from bot.store.schema import conversations
from bot.work.pump import Pump
from bot.work.turn import LONGEST_PAUSE, MOST_FAILURES, Turn
from tests.factories import HOUR, NOON
from tests.world import World, world

SOON = 30
"""Seconds after which something that should come is given up."""
CANDIDATES = 3_000


@pytest.fixture
def home(database_url: str) -> Iterator[World]:
    with world(database_url) as one:
        yield one


# --- F12 ------------------------------------------------------------------------------------


class Frozen:
    """A turn in a thread of its own that stands still at a failpoint, as in a frozen process."""

    def __init__(self, home: World, conversation: ConversationId, place: str) -> None:
        self._place = place
        self._there, self._go_on = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=home.hearback.turn, args=(conversation,))

    def __enter__(self) -> Frozen:
        failpoints.watch(self._reached)
        self._thread.start()
        assert self._there.wait(SOON), f"nobody came by {self._place}"
        return self

    def __exit__(self, *exception: object) -> None:
        self._go_on.set()
        self._thread.join()
        failpoints.watch(None)

    def _reached(self, name: str) -> None:
        if name == self._place and threading.current_thread() is self._thread:
            self._there.set()
            self._go_on.wait(SOON)


def lease_runs_out(home: World) -> None:
    with home.store.begin() as tx:
        tx.connection.execute(sa.update(conversations).values(lease_until=0))


@pytest.mark.parametrize("place", ["turn.claimed", "turn.decided", "turn.committed", "turn.done"])
def test_f12_who_stood_still_longer_than_the_lease_saves_and_sends_nothing(
    home: World, place: str
) -> None:
    home.receives("MY DATA")
    conversation = home.conversation

    with Frozen(home, conversation, place):
        lease_runs_out(home)
        home.hearback.turn(conversation)
        done_by_the_other = len(home.rows()), len(home.carrier.taken), len(home.tasks())

    assert (len(home.rows()), len(home.carrier.taken), len(home.tasks())) == done_by_the_other
    assert done_by_the_other == (1, 1, 1)


@pytest.mark.parametrize("place", ["send.committed", "carrier.answered"])
def test_f12_what_somebody_frozen_is_sending_is_not_sent_by_another(
    home: World, place: str
) -> None:
    home.receives("MY DATA")
    conversation = home.conversation

    with Frozen(home, conversation, place):
        lease_runs_out(home)
        home.hearback.turn(conversation)
        (row,) = home.rows()
        assert row.state is State.UNKNOWN

    home.passes(HOUR)
    (row,) = home.rows()
    assert row.state is State.DELIVERED
    assert len(home.carrier.taken) == 1


def test_f12_a_living_turn_keeps_its_lease(home: World) -> None:
    home.receives("MY DATA")
    conversation = home.conversation

    with Frozen(home, conversation, "turn.decided"):
        assert home.hearback.turn(conversation) is False
        with home.store.begin() as tx:
            tx.conversations.extend_leases(home.hearback.turn.held.living())

    assert len(home.carrier.taken) == 1


@pytest.mark.postgres
def test_f12_a_frozen_transaction_does_not_keep_webhooks_waiting(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "LONGEST_PAUSE", "3s")
    with world(postgres_url) as home:
        home.receives("Hello")
        with pytest.raises(StoreDown), home.store.begin() as tx:
            tx.conversations.find(home.conversation, for_update=True)
            home.receives("Is anybody there?")
            tx.conversations.revoke_lease(home.conversation)

        with home.store.read() as tx:
            assert len(tx.messages.unread(home.conversation)) == 2


# --- F13 ------------------------------------------------------------------------------------


class Given:
    """Hints that are only noted."""

    def __init__(self) -> None:
        self.turns: list[ConversationId] = []
        self.plans: list[int] = []

    def turn(self, conversation: ConversationId, *, urgent: bool) -> None:
        self.turns.append(conversation)

    def plan(self, event: int) -> None:
        self.plans.append(event)


def everything_rings(store: Store) -> None:
    with store.begin() as tx:
        person = tx.people.add(NOON)
        tx.connection.execute(
            sa.insert(conversations),
            [
                {
                    "person_id": person,
                    "channel": "whatsapp",
                    "address": f"+4477{number:08}",
                    "sender": "+12025550100",
                    "slots": {},
                    "wake_at": NOON,
                }
                for number in range(CANDIDATES)
            ],
        )
        for number in range(CANDIDATES // 10):
            tx.events.add(
                source="test",
                event_id=str(number),
                type="interview.completed",
                candidate_ref=str(number),
                process_ref="",
                raw={},
                now=NOON - GRACE,
            )


def test_f13_two_pumps_give_every_hint_once(database_url: str) -> None:
    stores = [Store(database_url), Store(database_url)]
    everything_rings(stores[0])
    given = [Given(), Given()]
    start = threading.Barrier(len(stores))

    def tick(store: Store, hints: Given) -> None:
        pump = Pump(store, VirtualClock(NOON), hints, lambda: 0)
        start.wait()
        seen = -1
        while len(hints.turns) + len(hints.plans) > seen:
            seen = len(hints.turns) + len(hints.plans)
            pump()

    threads = [threading.Thread(target=tick, args=pair) for pair in zip(stores, given, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    turns = [one for hints in given for one in hints.turns]
    plans = [one for hints in given for one in hints.plans]
    assert len(turns) == len(set(turns)) == CANDIDATES
    assert len(plans) == len(set(plans)) == CANDIDATES // 10
    for store in stores:
        store.close()


# --- F24 ------------------------------------------------------------------------------------


def poison(conversation: Conversation, token: str) -> None:
    raise ValueError("nobody thought of this")


def alarm(home: World) -> object:
    with home.store.read() as tx:
        return tx.conversations.next_ring()


def test_f24_what_breaks_every_turn_is_set_aside_and_a_person_is_called_once(home: World) -> None:
    home.receives("MY DATA")
    conversation = home.conversation
    turn = Turn(home.store, home.clock, (poison,))
    pauses = []

    for _ in range(MOST_FAILURES + 10):
        turn(conversation)
        pauses.append(alarm(home) - home.clock.now())
        home.clock.move_to(alarm(home))

    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE
    assert home.tasks() == [
        "The bot got stuck in the conversation with somebody: read it, and answer yourself"
    ]
    with home.store.read() as tx:
        assert not tx.messages.unread(conversation)


def test_f24_a_conversation_that_broke_goes_on_when_the_cause_is_mended(home: World) -> None:
    home.receives("MY DATA")
    for _ in range(MOST_FAILURES):
        Turn(home.store, home.clock, (poison,))(home.conversation)

    home.receives("MY DATA")
    home.passes(HOUR)

    assert len(home.carrier.taken) == 1
    assert alarm(home) is None
