"""What hints promise, in memory and over Redis alike."""

import queue
from collections.abc import Iterator

import pytest

from bot.clock import SystemClock
from bot.domain.model import Channel, ConversationId, EventRow
from bot.domain.ports import Inbound
from bot.store import Store
from bot.store.migrate import migrate
from bot.work.engine import Engine
from bot.work.turn import Turn
from tests.factories import PHONE
from tests.servers import RedisServer

SOON = 20
"""Seconds after which something that should come is given up."""


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.redis)])
def redis_or_none(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue("redis_url") if request.param == "redis" else ""


@pytest.fixture
def store(tmp_path: object) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path}/hearback.db")
    migrate(store)
    yield store
    store.close()


class Workshop:
    """An engine that notes which conversations and events it was asked to work on."""

    def __init__(self, redis_url: str, store: Store) -> None:
        self.turned: queue.Queue[ConversationId] = queue.Queue()
        self.planned: queue.Queue[EventRow] = queue.Queue()
        self.engine = Engine(redis_url, threads=2)
        clock = SystemClock()
        turn = Turn(store, clock, (lambda conversation, token: self.turned.put(conversation.id),))
        self.engine.start(store, clock, turn, self.planned.put)


@pytest.fixture
def workshop(redis_or_none: str, store: Store) -> Iterator[Workshop]:
    workshop = Workshop(redis_or_none, store)
    yield workshop
    workshop.engine.stop()


def talk(store: Store, *, unread: bool = False) -> ConversationId:
    clock = SystemClock()
    with store.begin() as tx:
        person = tx.people.add(clock.now())
        conversation = tx.conversations.with_address(
            Channel.WHATSAPP, PHONE, "+12025550100", lambda: person
        )
        if unread:
            hello = Inbound(
                provider_id="SM1",
                address=PHONE,
                sender=conversation.sender,
                text="Hello",
                at=clock.now(),
            )
            tx.messages.receive(conversation, hello, clock.now(), urgent=True)
            tx.conversations.reset_alarm(conversation.id, clock.now())
    return conversation.id


@pytest.mark.parametrize("urgent", [True, False])
def test_a_hint_becomes_a_turn(workshop: Workshop, store: Store, urgent: bool) -> None:
    conversation = talk(store)

    workshop.engine.hints.turn(conversation, urgent=urgent)

    assert workshop.turned.get(timeout=SOON) == conversation


def test_a_hint_becomes_a_plan(workshop: Workshop) -> None:
    workshop.engine.hints.plan(7)

    assert workshop.planned.get(timeout=SOON) == 7


def test_an_alarm_rings_without_any_hint(workshop: Workshop, store: Store) -> None:
    conversation = talk(store, unread=True)

    assert workshop.turned.get(timeout=SOON) == conversation


def test_a_hint_for_a_conversation_that_is_gone_harms_nobody(
    workshop: Workshop, store: Store
) -> None:
    workshop.engine.hints.turn(ConversationId(12345), urgent=True)
    conversation = talk(store)
    workshop.engine.hints.turn(conversation, urgent=True)

    assert workshop.turned.get(timeout=SOON) == conversation


def test_while_redis_is_away_hints_are_lost_and_alarms_wait(
    private_redis: RedisServer, store: Store
) -> None:
    workshop = Workshop(private_redis.url, store)
    try:
        private_redis.kill()
        conversation = talk(store, unread=True)
        workshop.engine.hints.turn(conversation, urgent=True)

        private_redis.start()

        assert workshop.turned.get(timeout=2 * SOON) == conversation
    finally:
        workshop.engine.stop()
