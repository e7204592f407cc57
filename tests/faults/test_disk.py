"""F15: the disk is full, the file is locked, read-only or damaged: nothing is claimed falsely."""

from __future__ import annotations

import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.domain.errors import StoreDown
from bot.store import Store, connections
from bot.store.migrate import migrate
from tests.factories import NOON
from tests.fakes.carrier import Carrier
from tests.fakes.twilio_forms import message_form, signature
from tests.processes import ROOT, environment, eventually, running, twilio_config
from tests.servers import free_port


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "hearback.db"


@pytest.fixture
def store(file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setattr(connections, "BUSY_TIMEOUT_MS", 50)
    store = Store(f"sqlite:///{file}")
    migrate(store)
    yield store
    store.close()


def people(store: Store) -> int:
    with store.read() as tx:
        return int(tx.connection.exec_driver_sql("SELECT count(*) FROM people").scalar_one())


def test_f15_a_file_that_somebody_else_holds_is_asked_again_later(store: Store, file: Path) -> None:
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreDown, match="locked"), store.begin() as tx:
        tx.people.add(NOON)

    other.execute("ROLLBACK")
    other.close()
    with store.begin() as tx:
        tx.people.add(NOON)
    assert people(store) == 1


def test_f15_a_full_disk_keeps_what_was_there_and_nothing_else(store: Store) -> None:
    with pytest.raises(StoreDown, match="full"), store.begin() as tx:
        pages = tx.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        tx.connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        tx.people.add(NOON, name="Daniel " * 10_000)

    assert people(store) == 0


def test_a_mistake_of_ours_is_not_blamed_on_the_database(store: Store) -> None:
    with pytest.raises(Exception, match="no such table"), store.read() as tx:
        tx.connection.exec_driver_sql("SELECT * FROM nowhere")


def test_all_connections_taken_is_told_as_such(store: Store) -> None:
    most = connections.POOL["pool_size"] + connections.POOL["max_overflow"]
    taken = [store.engine.connect() for _ in range(int(most))]
    store.engine.pool._timeout = 0.05  # type: ignore[attr-defined]

    with pytest.raises(StoreDown, match="all connections are taken"), store.read():
        pass

    for connection in taken:
        connection.close()


@pytest.mark.slow
def test_f15_webhooks_are_put_off_while_the_disk_is_full_and_answered_after(
    file: Path, tmp_path: Path
) -> None:
    port = free_port()
    config = twilio_config(tmp_path, port)
    url = f"http://127.0.0.1:{port}/webhooks/twilio/messages"

    def write(number: int) -> int:
        form = message_form(MessageSid=f"SM{number:032}", Body="MY DATA")
        signed = {"X-Twilio-Signature": signature(url, form)}
        return httpx.post(url, data=dict(form), headers=signed, timeout=60).status_code

    with Carrier() as carrier:
        env = environment(f"sqlite:///{file}", carrier.url)
        words = ("--config", str(config), "serve", "--port", str(port))
        with running(tmp_path / "log", env, *words) as process:
            process.says("listens on")
            assert write(1) == 200
            eventually(lambda: len(carrier.taken) == 1)

            no_file_may_grow(process.pid)
            assert write(2) == 503

            files_may_grow(process.pid)
            assert write(2) == 200
            eventually(lambda: len(carrier.taken) == 2)


def no_file_may_grow(pid: int) -> None:
    """Refuse whatever the process writes from now on, but to the log that is just begun."""
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (64 * 1024, resource.RLIM_INFINITY))


def files_may_grow(pid: int) -> None:
    unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, unlimited)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:///{folder}/damaged.db", "file is not a database"),
        ("sqlite:///file:{folder}/old.db?mode=ro&uri=true", "readonly database"),
        ("sqlite:///{folder}/damaged.db/below/it.db", "cannot make the folder"),
        ("postgresql://nobody@/none?host={folder}", "The database cannot be used"),
        ("mysql://nobody@localhost/none", "names mysql"),
        ("a database", "is no database URL"),
    ],
)
def test_f15_a_database_that_cannot_be_used_is_named_when_we_start(
    tmp_path: Path, url: str, said: str
) -> None:
    (tmp_path / "damaged.db").write_bytes(b"This was a database once. " * 1000)
    sqlite3.connect(tmp_path / "old.db").close()
    twilio_config(tmp_path, free_port())

    done = subprocess.run(
        [sys.executable, "app.py", "--config", str(tmp_path / "config.yaml"), "serve"],
        cwd=ROOT,
        env=environment(url.format(folder=tmp_path)),
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
