"""Workers whose clocks are wrong, that are frozen, or that are told to go: no harm is done."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.clock import DatabaseClock
from bot.domain.model import Author, Channel, ConversationId, Direction, State
from bot.domain.ports import Inbound
from bot.store import Store
from bot.store.schema import conversations, messages
from tests.fakes.answers import Answer
from tests.fakes.carrier import Carrier
from tests.fakes.twilio_forms import SENDER
from tests.processes import Running, environment, eventually, running, twilio_config

ODDLY = ("-m", "tests.oddly")
CANDIDATES = 24


@pytest.fixture
def store(postgres_url: str) -> Iterator[Store]:
    store = Store(postgres_url)
    yield store
    store.close()


def writes(store: Store, number: int, text: str = "MY DATA") -> ConversationId:
    now = DatabaseClock(store.seconds).now()
    address = f"+44770090{number:04}"
    with store.begin() as tx:
        person = tx.people.add(now)
        talk = tx.conversations.with_address(Channel.WHATSAPP, address, SENDER, lambda: person)
        inbound = Inbound(
            provider_id=f"SM{number}", address=address, sender=SENDER, text=text, at=now
        )
        tx.messages.receive(talk, inbound, now, urgent=True)
        tx.conversations.arrived(talk.id, now)
        tx.conversations.reset_alarm(talk.id, now)
    return talk.id


def is_to_leave(store: Store, conversation: ConversationId, after: timedelta) -> None:
    """Words of a person that must not go out before a moment."""
    now = DatabaseClock(store.seconds).now()
    with store.begin() as tx:
        talk = tx.conversations.find(conversation, for_update=True)
        tx.messages.add(
            talk, author=Author.PERSON, kind="human", key="later", body="Later", due_at=now + after
        )
        tx.conversations.reset_alarm(conversation, now)


def states(store: Store) -> list[str]:
    with store.read() as tx:
        query = sa.select(messages.c.state).where(messages.c.direction == Direction.OUT)
        return list(tx.connection.execute(query).scalars())


@contextmanager
def odd_worker(folder: Path, env: dict[str, str], *oddities: str) -> Iterator[Running]:
    words = (*oddities, "--", "--config", str(folder / "config.yaml"), "worker")
    with running(folder / "odd.log", env, *words, program=ODDLY) as process:
        process.says("ready")
        yield process


@contextmanager
def worker(folder: Path, env: dict[str, str]) -> Iterator[Running]:
    config = str(folder / "config.yaml")
    with running(folder / "log", env, "--config", config, "worker") as process:
        process.says("ready")
        yield process


@pytest.mark.slow
@pytest.mark.parametrize("minutes", [5, -5])
def test_f17_a_wrong_clock_sends_nothing_early_late_or_twice(
    store: Store, redis_url: str, tmp_path: Path, minutes: int
) -> None:
    twilio_config(tmp_path)
    planned = writes(store, 0)
    is_to_leave(store, planned, after=timedelta(minutes=3))
    with Carrier() as carrier:
        env = environment(store.url, carrier.url, redis_url)
        with odd_worker(tmp_path, env, "--ahead", str(minutes * 60)), worker(tmp_path, env):
            for number in range(1, CANDIDATES):
                writes(store, number)
            eventually(lambda: states(store).count(State.ACCEPTED) >= CANDIDATES)
        with odd_worker(tmp_path, env, "--ahead", str(minutes * 60)):
            writes(store, CANDIDATES)
            eventually(lambda: states(store).count(State.ACCEPTED) > CANDIDATES)

    assert len(carrier.taken) == CANDIDATES + 1
    assert len({taken.to for taken in carrier.taken}) == CANDIDATES + 1
    assert sorted(states(store)) == [*[State.ACCEPTED] * (CANDIDATES + 1), State.READY]


@pytest.mark.slow
def test_f12_a_worker_that_was_frozen_longer_than_its_lease_changes_nothing(
    store: Store, redis_url: str, tmp_path: Path
) -> None:
    twilio_config(tmp_path)
    with Carrier() as carrier:
        env = environment(store.url, carrier.url, redis_url)
        with odd_worker(tmp_path, env, "--freeze", "turn.decided") as frozen:
            writes(store, 1)
            eventually(lambda: is_frozen(frozen.pid))
            with store.begin() as tx:
                tx.connection.execute(sa.update(conversations).values(lease_until=0))
            with worker(tmp_path, env):
                eventually(lambda: len(carrier.taken) == 1)

                frozen.signal(signal.SIGCONT)
                frozen.says("turn_overtaken")

            assert frozen.stop() == 0

    assert len(carrier.taken) == 1
    assert states(store) == [State.ACCEPTED]


def is_frozen(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


@pytest.mark.slow
def test_f25_a_worker_that_is_told_to_go_finishes_what_it_began(
    store: Store, redis_url: str, tmp_path: Path
) -> None:
    twilio_config(tmp_path)
    for number in range(CANDIDATES):
        writes(store, number)
    with Carrier(answers=lambda to: Answer(after=0.5)) as carrier:
        env = environment(store.url, carrier.url, redis_url)
        with worker(tmp_path, env) as first:
            eventually(lambda: len(carrier.posts) > 0)
            assert first.stop() == 0
        begun = len(carrier.taken)
        assert 0 < begun < CANDIDATES
        assert sorted(states(store)).count(State.ACCEPTED) == begun
        assert not {State.SENDING, State.UNKNOWN} & set(states(store))

        with worker(tmp_path, env):
            eventually(lambda: states(store).count(State.ACCEPTED) == CANDIDATES)

    assert len({taken.to for taken in carrier.taken}) == len(carrier.taken) == CANDIDATES
