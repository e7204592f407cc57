"""Candidates write while everything that we stand on is killed again and again.

PostgreSQL is restarted as after a crash every few seconds; Redis is emptied, killed and frozen;
our own processes are killed. At the end every message must have one answer, sent once, in order.

    python -m tests.campaigns.chaos --people 1000 --seed 7
"""

from __future__ import annotations

import os
import random
import signal
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import requests
import sqlalchemy as sa

from bot.domain.errors import StoreDown
from bot.domain.model import Direction, State
from bot.store import Store
from bot.store.migrate import migrate
from bot.store.schema import conversations, messages, tasks
from tests.campaigns.page import put
from tests.fakes.carrier import Carrier
from tests.fakes.twilio_forms import message_form, signature
from tests.processes import Running, environment, eventually, running, twilio_config
from tests.servers import PostgresServer, RedisServer, free_port

REPORT = Path("docs/testing.md")
WHOLE = 500
"""So many candidates are written into the documentation."""
MESSAGES = 4
"""Of each candidate, and each is a turn of its own."""
PHONES = 16
"""Threads that candidates write from."""
TEXTS = ("MY DATA", "Hello!")
"""What is answered at once by hint, and what is answered by alarm when the burst is over."""
LONGEST_WAIT = 600.0
"""Seconds after which an answer is taken for lost, on whatever machine."""
LOOK_EVERY = 0.3
ANSWERED = {State.ACCEPTED, State.SENT, State.DELIVERED, State.READ}


@dataclass
class Count:
    """What happened."""

    restarts: int = 0
    redis: Counter[str] = field(default_factory=Counter)
    killed: int = 0
    retried: int = 0
    """Webhooks that were answered 503, or not at all, and sent again."""
    messages: int = 0
    unknown: int = 0
    seconds: float = 0.0
    recovered: float = 0.0
    """Seconds from the last message, and the last fault, until nothing was left to do."""

    def __str__(self) -> str:
        redis = ", ".join(f"{what} {times}x" for what, times in sorted(self.redis.items()))
        return (
            f"{self.messages} messages answered in {self.seconds:.0f} s, through "
            f"{self.restarts} restarts of PostgreSQL, Redis {redis}, "
            f"{self.killed} of our processes killed; {self.retried} webhooks came again; "
            f"{self.unknown} sends are in doubt and with a person; "
            f"all was done {self.recovered:.1f} s after the last fault"
        )


@dataclass
class House:
    """Everything that runs."""

    postgres: PostgresServer
    redis: RedisServer
    carrier: Carrier
    url: str
    web: Running
    worker: Running
    store: Store


@contextmanager
def open_house(folder: Path, postgres: PostgresServer, redis: RedisServer) -> Iterator[House]:
    """Run two web and two worker processes on these servers."""
    port = free_port()
    config = ("--config", str(twilio_config(folder, port)))
    with ExitStack() as open_:
        store = Store(postgres.url)
        open_.callback(store.close)
        migrate(store)
        carrier = open_.enter_context(Carrier(callbacks=["delivered"]))
        env = environment(postgres.url, carrier.url, redis.url)
        run = [
            open_.enter_context(
                running(folder / f"{command}.log", env, *config, command, "--processes", "2")
            )
            for command in ("serve", "worker")
        ]
        run[0].says("listens on")
        run[1].says("are ready")
        url = f"http://127.0.0.1:{port}/webhooks/twilio/messages"
        yield House(postgres, redis, carrier, url, *run, store)


# --- candidates -----------------------------------------------------------------------------


class Candidate:
    """Writes, and writes again when the answer came. `said` is what arrived at our door."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.address = f"+4477{number:08}"
        self.said = 0

    def write(self, house: House, session: requests.Session, count: Count) -> None:
        """Write once; the carrier repeats it until it is told that we have it."""
        form = message_form(
            MessageSid=f"SM{self.number:016}{self.said:016}",
            From=f"whatsapp:{self.address}",
            Body=TEXTS[self.said % len(TEXTS)],
        )
        signed = {"X-Twilio-Signature": signature(house.url, form)}
        while not _taken(house.url, session, form, signed):
            count.retried += 1
            time.sleep(0.2)
        self.said += 1


def _taken(url: str, session: requests.Session, form: Any, signed: dict[str, str]) -> bool:
    try:
        return session.post(url, data=form, headers=signed, timeout=15).status_code == 200
    except requests.RequestException:
        return False


def all_write(house: House, candidates: list[Candidate], count: Count) -> None:
    """Let everybody write, each after the answer to the last."""

    def phone(number: int) -> None:
        mine = candidates[number::PHONES]
        with requests.Session() as session:
            for _ in range(MESSAGES):
                answers.wait_for(mine)
                for one in mine:
                    one.write(house, session, count)

    answers = Answers(house.store)
    with ThreadPoolExecutor(PHONES) as phones:
        list(phones.map(phone, range(PHONES)))


class Answers:
    """How many answers each candidate got, or a person will give."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._by_address: dict[str, int] = {}
        self._next_look = 0.0
        self._lock = threading.Lock()

    def wait_for(self, candidates: list[Candidate]) -> None:
        """Wait until each has as many answers as they wrote. Raises AssertionError, in time."""
        deadline = time.monotonic() + LONGEST_WAIT
        while time.monotonic() < deadline:
            self._look()
            if all(self._by_address.get(one.address, 0) >= one.said for one in candidates):
                return
            time.sleep(LOOK_EVERY)
        raise AssertionError("an answer never came")

    def _look(self) -> None:
        with self._lock, suppress(StoreDown):
            if time.monotonic() > self._next_look:
                self._by_address = self._count()
                self._next_look = time.monotonic() + LOOK_EVERY

    def _count(self) -> dict[str, int]:
        query = (
            sa.select(conversations.c.address, sa.func.count())
            .join(messages, messages.c.conversation_id == conversations.c.id)
            .where(messages.c.direction == Direction.OUT)
            .where(messages.c.state.in_([*ANSWERED, State.UNKNOWN]))
            .group_by(conversations.c.address)
        )
        with self._store.read() as tx:
            return {address: count for address, count in tx.connection.execute(query)}


# --- faults ---------------------------------------------------------------------------------


@contextmanager
def faults(house: House, dice: random.Random, count: Count) -> Iterator[None]:
    """Break things until the block ends; then let everything stand."""
    over = threading.Event()

    def every(shortest: float, longest: float, fault: Callable[[], None]) -> threading.Thread:
        def again_and_again() -> None:
            while not over.wait(dice.uniform(shortest, longest)):
                fault()

        return threading.Thread(target=again_and_again)

    threads = [
        every(1, 5, lambda: _restart(house, count)),
        every(2, 6, lambda: _break_redis(house, dice, count)),
        every(15, 30, lambda: _kill_one_of_ours(house, dice, count)),
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _restart(house: House, count: Count) -> None:
    house.postgres.restart(immediate=True)
    count.restarts += 1


def _break_redis(house: House, dice: random.Random, count: Count) -> None:
    how = dice.choice(["emptied", "frozen", "killed"])
    match how:
        case "emptied":
            house.redis.flush()
        case "frozen":
            house.redis.freeze()
            time.sleep(dice.uniform(0.5, 2))
            house.redis.thaw()
        case "killed":
            house.redis.kill()
            time.sleep(dice.uniform(0.5, 2))
            house.redis.start()
    count.redis[how] += 1


def _kill_one_of_ours(house: House, dice: random.Random, count: Count) -> None:
    if children := dice.choice([house.web, house.worker]).children():
        os.kill(dice.choice(children), signal.SIGKILL)
        count.killed += 1


# --- what must hold -------------------------------------------------------------------------


def nothing_is_left(store: Store) -> bool:
    """Whether everybody was answered, and no send is still open."""
    stirring = [State.RECEIVED, State.PLANNED, State.READY, State.SENDING]
    query = sa.select(sa.func.count()).where(messages.c.state.in_(stirring))
    try:
        with store.read() as tx:
            return tx.connection.execute(query).scalar_one() == 0
    except StoreDown:
        return False


def check(house: House, candidates: list[Candidate], count: Count) -> None:
    """Raise AssertionError where a message was lost, answered twice, or out of order."""
    inbound, answers, tasked = _stored(house.store)
    sent = Counter(taken.reference for taken in house.carrier.taken)

    count.messages = sum(one.said for one in candidates)
    assert len(inbound) == count.messages, "a message was lost, or kept twice"
    assert {row.state for row in inbound.values()} == {State.HANDLED}
    assert sorted(answers) == sorted(inbound), "a message was not answered, or answered twice"
    assert max(sent.values()) == 1, "an answer was sent twice"
    for answer in answers.values():
        if answer.state == State.UNKNOWN:
            count.unknown += 1
            looked_up = answer.due_at is not None or f"delivery:{answer.id}" in tasked
            assert looked_up, "nobody looks into a doubt"
        else:
            assert answer.state in ANSWERED
            assert sent[str(answer.id)] == 1, "an answer never left"
    _in_order(house, answers)


def _stored(store: Store) -> tuple[dict[int, Any], dict[int, Any], set[str]]:
    """Return what came in, what answers it (both by the id of what came in), and the tasks."""
    with store.read() as tx:
        rows = list(tx.connection.execute(sa.select(messages).order_by(messages.c.id)))
        keys = set(tx.connection.execute(sa.select(tasks.c.dedupe_key)).scalars())
    inbound = {row.id: row for row in rows if row.direction == Direction.IN}
    outbound = [row for row in rows if row.direction == Direction.OUT]
    answers = {int(row.dedupe_key.split(":")[1]): row for row in outbound}
    assert len(answers) == len(outbound), "a message was answered twice"
    return inbound, answers, keys


def _in_order(house: House, answers: dict[int, Any]) -> None:
    """Answers leave in the order in which the messages came in."""
    asked = {str(answer.id): message for message, answer in answers.items()}
    by_number: dict[str, list[int]] = defaultdict(list)
    for taken in house.carrier.taken:
        by_number[taken.to].append(asked[taken.reference])
    for number, order in by_number.items():
        assert order == sorted(order), f"{number} was answered out of order"


# --- the whole of it ------------------------------------------------------------------------


def run(
    folder: Path, postgres: PostgresServer, redis: RedisServer, *, seed: int, people: int
) -> Count:
    """Break everything while `people` candidates write. Raises AssertionError."""
    count, dice = Count(), random.Random(seed)
    candidates = [Candidate(number) for number in range(people)]
    with open_house(folder, postgres, redis) as house:
        began = time.monotonic()
        with faults(house, dice, count):
            all_write(house, candidates, count)
        calm = time.monotonic()
        eventually(lambda: nothing_is_left(house.store))
        count.recovered = time.monotonic() - calm
        count.seconds = time.monotonic() - began
        check(house, candidates, count)
        assert house.worker.stop() == house.web.stop() == 0
    return count


@click.command(help=__doc__)
@click.option("--people", default=WHOLE, show_default=True, help=f"Each writes {MESSAGES} times.")
@click.option("--seed", default=0, show_default=True, help="The same number throws the same dice.")
def main(people: int, seed: int) -> None:
    with tempfile.TemporaryDirectory(prefix="hearback-chaos-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL may run as another user
        postgres, redis = PostgresServer(folder / "pg"), RedisServer(folder / "redis")
        try:
            postgres.start()
            redis.start()
            count = run(folder, postgres, redis, seed=seed, people=people)
        finally:
            redis.stop()
            postgres.stop(immediate=True)
    click.echo(count)
    if people >= WHOLE and REPORT.exists():
        put(REPORT, "chaos", f"{count}.")


if __name__ == "__main__":
    main()
