"""Fixtures that any test may ask for. The servers behind them are real: see servers.py."""

import fcntl
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import NoReturn
from urllib.parse import urlsplit

import pytest
import redis

from bot.logs import configure
from bot.store import Store
from tests.servers import (
    CannotStart,
    PostgresServer,
    RedisServer,
    fresh_database,
    make_template,
)
from tests.tables import with_tables

IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}
SESSION_FOLDER = "HEARBACK_TEST_SESSION_FOLDER"
ROOM_IN_MEMORY = 2 * 1024**3
TABLES = "hearback_tables"
"""A PostgreSQL database that has the tables and nothing else, to be copied."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MARKERS = {
    "postgres": {"postgres", "private_postgres"},
    "redis": {"redis_server", "private_redis"},
    "browser": {"chromium"},
}


BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest) -> str:
    """Runs the test twice: on a new SQLite file, then on a new PostgreSQL database; both have
    their tables."""
    url: str = request.getfixturevalue(f"{request.param}_url".replace("postgresql", "postgres"))
    return url


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """What is behind `database_url`."""
    store = Store(database_url)
    yield store
    store.close()


@pytest.fixture(params=BOTH)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The same without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    url: str = request.getfixturevalue("empty_postgres_url")
    return url


@pytest.fixture
def sqlite_url() -> Iterator[str]:
    """A SQLite file with the tables: at the same place in each test of a worker, so that what was
    compiled for it serves the next (see `world.engine`)."""
    file = session_folder() / f"{worker()}.db"
    with_tables(file)
    yield f"sqlite:///{file}"
    for one in file.parent.glob(f"{file.name}*"):
        one.unlink()


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """A PostgreSQL database with the tables, under the same name in each test of a worker."""
    with fresh_database(postgres, template=TABLES, name=f"hearback_{worker()}") as url:
        yield url


@pytest.fixture
def empty_postgres_url(postgres: str) -> Iterator[str]:
    """A new PostgreSQL database without tables."""
    with fresh_database(postgres) as url:
        yield url


@pytest.fixture(scope="session")
def postgres() -> str:
    """The URL of the PostgreSQL server that the whole session shares: no test may stop it."""
    url = os.environ.get("HEARBACK_TEST_POSTGRES_URL")
    with one_at_a_time(), must_start():
        if url is None:
            server = PostgresServer(session_folder() / "pg")
            server.start()
            url = server.url
        make_template(url, TABLES)
    return url


@pytest.fixture
def private_postgres() -> Iterator[PostgresServer]:
    """A running PostgreSQL server of the test's own, to stop, restart and break."""
    server = PostgresServer(new_folder())
    with one_at_a_time(), must_start():
        server.start()
    yield server
    server.stop(immediate=True)
    shutil.rmtree(server.folder)


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """An empty Redis database that no other test uses meanwhile."""
    with redis.Redis.from_url(redis_server) as client:
        client.flushdb()
    return redis_server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """The URL of a Redis database for the tests of this process, one after the other."""
    if url := os.environ.get("HEARBACK_TEST_REDIS_URL"):
        yield urlsplit(url)._replace(path=worker().removeprefix("gw")).geturl()
        return
    with running_redis() as server:
        yield server.url


@pytest.fixture
def private_redis() -> Iterator[RedisServer]:
    """A running, empty Redis server of the test's own, to stop, kill and start again."""
    with running_redis() as server:
        yield server


@pytest.fixture(scope="session")
def chromium() -> Path:
    """A Chromium or Chrome that is installed on this machine."""
    for name in BROWSERS:
        if found := shutil.which(name):
            return Path(found)
    cannot_run(f"no browser on PATH: looked for {', '.join(BROWSERS)}")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of evaluation data that may stand beside the checkout."""
    folder = Path(__file__).parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip(f"the evaluation data is not there: {folder}")
    return folder


@contextmanager
def running_redis() -> Iterator[RedisServer]:
    server = RedisServer(new_folder())
    with must_start():
        server.start()
    yield server
    server.stop()


@contextmanager
def must_start() -> Iterator[None]:
    """At a desk a test is skipped when its server is not to be had; CI fails: it has to be."""
    try:
        yield
    except CannotStart as reason:
        cannot_run(str(reason))


def cannot_run(reason: str) -> NoReturn:
    if IN_CI:
        pytest.fail(reason)
    pytest.skip(reason)


def worker() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "gw0")


def session_folder() -> Path:
    """The folder of all servers of this session, on every worker the same."""
    return Path(os.environ[SESSION_FOLDER])


def new_folder() -> Path:
    return session_folder() / token_hex(4)


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Workers take turns, so that the first one starts what the others share."""
    with (session_folder() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def pytest_configure(config: pytest.Config) -> None:
    configure()
    if not is_worker(config):
        os.environ[SESSION_FOLDER] = str(new_session_folder())
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the end comes, too


def pytest_unconfigure(config: pytest.Config) -> None:
    """The end, after all workers: stop the shared server, and what crashed workers left running."""
    if is_worker(config):
        return
    for pid_file in session_folder().glob("*/pid"):
        with suppress(ProcessLookupError):
            os.kill(int(pid_file.read_text()), signal.SIGKILL)
    for data in session_folder().glob("*/data"):
        with suppress(CannotStart):
            PostgresServer(data.parent).stop(immediate=True)
    shutil.rmtree(session_folder())


def is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def new_session_folder() -> Path:
    """In memory, where there is room for it: that makes new databases several times cheaper."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="hearback-", dir=memory if has_room(memory) else None))
    folder.chmod(0o755)  # to let in the PostgreSQL that runs as nobody, as it does for root
    return folder


def has_room(memory: Path) -> bool:
    if not os.access(memory, os.W_OK) or os.statvfs(memory).f_flag & os.ST_NOEXEC:
        return False
    return shutil.disk_usage(memory).free > ROOM_IN_MEMORY


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with the servers it asks for, so that `-m "not postgres"` leaves them out."""
    for item in items:
        for marker, fixtures in MARKERS.items():
            if fixtures.intersection(getattr(item, "fixturenames", ())):
                item.add_marker(marker)
