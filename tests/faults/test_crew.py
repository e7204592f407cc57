"""Several processes from one command: they are replaced, renewed in turn, and end together."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from bot.store import Store
from bot.store.schema import messages
from tests.fakes.twilio_forms import message_form, signature
from tests.processes import Running, environment, eventually, running, twilio_config
from tests.servers import free_port

SIZE = 2


@contextmanager
def crew(folder: Path, env: dict[str, str], command: str, *words: str) -> Iterator[Running]:
    config = ("--config", str(folder / "config.yaml"))
    with running(
        folder / "log", env, *config, command, "--processes", str(SIZE), *words
    ) as process:
        yield process


class Candidates:
    """People who write without a pause, each over a connection that is kept open."""

    def __init__(self, url: str, people: int = 3) -> None:
        self.answers: list[int] = []
        """The HTTP status of every answer."""
        self.failures: list[Exception] = []
        """Every request that was not answered at all."""
        self._url = f"{url}/webhooks/twilio/messages"
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._write, args=(one,)) for one in range(people)]

    def __enter__(self) -> "Candidates":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _write(self, person: int) -> None:
        number = 0
        with httpx.Client(timeout=60) as client:
            while not self._stop.wait(0.05):
                number += 1
                form = message_form(
                    MessageSid=f"SM{person:04}{number:028}",
                    From=f"whatsapp:+4477009001{person:02}",
                )
                signed = {"X-Twilio-Signature": signature(self._url, form)}
                try:
                    answer = client.post(self._url, data=dict(form), headers=signed)
                except httpx.HTTPError as error:
                    self.failures.append(error)
                else:
                    self.answers.append(answer.status_code)


def stored(database_url: str) -> int:
    store = Store(database_url)
    with store.read() as tx:
        query = sa.select(sa.func.count()).where(messages.c.direction == "in")
        found = tx.connection.execute(query).scalar_one()
    store.close()
    return int(found)


@pytest.mark.slow
def test_f25_a_rolling_restart_refuses_nobody_and_loses_nothing(
    postgres_url: str, redis_url: str, tmp_path: Path
) -> None:
    port = free_port()
    twilio_config(tmp_path, port)
    env = environment(postgres_url, redis_url=redis_url)

    with crew(tmp_path, env, "serve") as web:
        web.says(f"with {SIZE} processes")
        before = web.children()
        with Candidates(f"http://127.0.0.1:{port}") as candidates:
            eventually(lambda: len(candidates.answers) > 20)
            web.signal(signal.SIGHUP)
            web.says("Every process was renewed.")
            during = len(candidates.answers)
            eventually(lambda: len(candidates.answers) > during + 20)
        after = web.children()

        assert web.stop() == 0

    assert candidates.failures == []
    assert set(candidates.answers) == {200}
    assert stored(postgres_url) == len(candidates.answers)
    assert len(before) == len(after) == SIZE
    assert not set(before) & set(after)


@pytest.mark.slow
def test_a_process_that_dies_is_replaced(postgres_url: str, redis_url: str, tmp_path: Path) -> None:
    twilio_config(tmp_path)
    with crew(tmp_path, environment(postgres_url, redis_url=redis_url), "worker") as workers:
        workers.says(f"{SIZE} workers are ready")
        dead, alive = workers.children()

        os.kill(dead, signal.SIGKILL)

        workers.says("ended by signal 9 and is replaced")
        eventually(lambda: len(workers.children()) == SIZE)
        assert alive in workers.children()
        assert dead not in workers.children()
        assert workers.stop() == 0


@pytest.mark.slow
def test_children_do_not_outlive_their_parent(
    postgres_url: str, redis_url: str, tmp_path: Path
) -> None:
    twilio_config(tmp_path)
    with crew(tmp_path, environment(postgres_url, redis_url=redis_url), "worker") as workers:
        workers.says(f"{SIZE} workers are ready")
        children = workers.children()

        os.kill(workers.pid, signal.SIGKILL)
        workers.process.wait()

        try:
            eventually(lambda: not any(alive(pid) for pid in children))
        finally:
            for pid in filter(alive, children):
                os.kill(pid, signal.SIGKILL)


def alive(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.mark.slow
def test_what_cannot_start_ends_with_a_reason_and_a_code(
    tmp_path: Path, empty_postgres_url: str
) -> None:
    twilio_config(tmp_path)

    with crew(tmp_path, environment(empty_postgres_url), "worker") as workers:
        assert workers.process.wait() == 1

    said = (tmp_path / "log").read_text()
    assert "run `app.py migrate`" in said
    assert "the others are stopped" in said
    assert "Traceback" not in said


def test_sqlite_serves_one_process_and_says_so(tmp_path: Path) -> None:
    twilio_config(tmp_path, free_port())

    for command in ("serve", "worker"):
        with crew(tmp_path, environment(f"sqlite:///{tmp_path}/one.db"), command) as process:
            assert process.process.wait() == 1

    said = (tmp_path / "log").read_text()
    assert said.count("processes: is 2, and SQLite serves one process") == 2
    assert said.count("name a PostgreSQL in HEARBACK_DATABASE_URL") == 2
