"""What hints promise, in memory and over Redis alike."""

import queue
import threading
from collections.abc import Iterator

import pytest

from bot.clock import SystemClock
from bot.domain.model import Channel, Conversation, ConversationId, EventRow, ProcessId
from bot.domain.ports import Hints, Inbound
from bot.store import Store
from bot.work.engine import Engine
from bot.work.redis_line import RedisLine
from bot.work.turn import Turn
from tests.factories import PHONE
from tests.processes import eventually
from tests.servers import RedisServer

SOON = 20
"""Seconds after which something that should come is given up."""


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.redis)])
def redis_or_none(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue("redis_url") if request.param == "redis" else ""


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    store = Store(sqlite_url)
    yield store
    store.close()


class Workshop:
    """An engine that notes which conversations and events it was asked to work on."""

    def __init__(self, redis_url: str, store: Store, *, threads: int = 2) -> None:
        self.turned: queue.Queue[ConversationId] = queue.Queue()
        self.planned: queue.Queue[EventRow] = queue.Queue()
        self.watched: queue.Queue[ProcessId] = queue.Queue()
        self.open = threading.Event()
        """Turns wait until it is set."""
        self.open.set()
        self.engine = engine(redis_url, threads)
        clock = SystemClock()
        turn = Turn(store, clock, (self._step,))
        self.engine.start(store, clock, turn, self.planned.put, self.watched.put)

    def _step(self, conversation: Conversation, token: str) -> None:
        self.turned.put(conversation.id)
        assert self.open.wait(SOON)

    def hears(self, hints: Hints, conversation: ConversationId) -> bool:
        """Whether a hint that is given there becomes a turn here."""
        hints.turn(conversation, urgent=True)
        try:
            return self.turned.get(timeout=1) == conversation
        except queue.Empty:
            return False


def engine(redis_url: str, threads: int = 1) -> Engine:
    return Engine(RedisLine(redis_url) if redis_url else None, threads)


@pytest.fixture
def workshop(redis_or_none: str, store: Store) -> Iterator[Workshop]:
    workshop = Workshop(redis_or_none, store)
    yield workshop
    workshop.engine.stop(within=SOON)


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


def test_a_hint_becomes_a_watch(workshop: Workshop) -> None:
    workshop.engine.hints.watch(ProcessId(7))

    assert workshop.watched.get(timeout=SOON) == 7


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


# --- Redis goes away ------------------------------------------------------------------------


@pytest.fixture
def shared_workshop(private_redis: RedisServer, store: Store) -> Iterator[Workshop]:
    workshop = Workshop(private_redis.url, store)
    yield workshop
    workshop.engine.stop(within=SOON)


def test_hints_reach_another_process_through_redis(
    private_redis: RedisServer, shared_workshop: Workshop, store: Store
) -> None:
    web, conversation = engine(private_redis.url), talk(store)

    assert shared_workshop.hears(web.hints, conversation)


@pytest.mark.parametrize("fault", ["kill", "freeze"])
def test_f16_while_redis_is_away_a_worker_hints_to_itself(
    private_redis: RedisServer, shared_workshop: Workshop, store: Store, fault: str
) -> None:
    web, conversation = engine(private_redis.url), talk(store)
    getattr(private_redis, fault)()

    assert not shared_workshop.hears(web.hints, conversation)
    eventually(lambda: shared_workshop.hears(shared_workshop.engine.hints, conversation))


@pytest.mark.parametrize(("fault", "cure"), [("kill", "start"), ("freeze", "thaw")])
def test_f16_hints_find_their_way_again_when_redis_is_back(
    private_redis: RedisServer, shared_workshop: Workshop, store: Store, fault: str, cure: str
) -> None:
    web, conversation = engine(private_redis.url), talk(store)
    getattr(private_redis, fault)()
    web.hints.turn(conversation, urgent=True)

    getattr(private_redis, cure)()

    eventually(lambda: shared_workshop.hears(web.hints, conversation))


def test_f16_redis_may_be_emptied_at_any_moment(
    private_redis: RedisServer, shared_workshop: Workshop, store: Store
) -> None:
    web, conversation = engine(private_redis.url), talk(store)
    assert shared_workshop.hears(web.hints, conversation)

    private_redis.flush()

    eventually(lambda: shared_workshop.hears(web.hints, conversation))


def test_f16_redis_may_be_down_when_we_start(private_redis: RedisServer, store: Store) -> None:
    private_redis.kill()
    workshop = Workshop(private_redis.url, store)
    try:
        talk(store, unread=True)

        assert workshop.turned.get(timeout=SOON)
    finally:
        workshop.engine.stop(within=SOON)


def test_f16_a_turn_at_hand_when_redis_dies_keeps_no_thread_waiting(
    private_redis: RedisServer, store: Store
) -> None:
    workshop = Workshop(private_redis.url, store, threads=1)
    try:
        conversation = talk(store)
        workshop.open.clear()
        workshop.engine.hints.turn(conversation, urgent=True)
        workshop.turned.get(timeout=SOON)

        private_redis.kill()
        workshop.open.set()

        eventually(lambda: workshop.hears(workshop.engine.hints, conversation))
    finally:
        workshop.engine.stop(within=SOON)
