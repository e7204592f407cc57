"""Where the benchmarks run: real servers, and the product's own processes, on loopback."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Self

import psycopg
import redis
import sqlalchemy as sa

from bench.machine import machine
from bot.store import Store
from bot.store.migrate import migrate
from tests.processes import Running, environment, twilio_config
from tests.servers import PostgresServer, RedisServer, free_port, fresh_database

WORKERS, THREADS = 2, 8
"""Where work is done in processes of its own: how many, and how many turns at once in each."""


class Database(StrEnum):
    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"

    def __str__(self) -> str:
        return {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[self.value]


@dataclass
class Grounds:
    folder: Path
    """On a real disk: what is committed waits for it."""
    start_postgres: Callable[[], str]
    start_redis: Callable[[], RedisServer]

    @cached_property
    def postgres(self) -> str:
        """The URL of a PostgreSQL server, started when it is first asked for."""
        return self.start_postgres()

    @cached_property
    def redis(self) -> RedisServer:
        return self.start_redis()

    @contextmanager
    def store(self, database: Database) -> Iterator[Store]:
        """A new database with all its tables, gone at the end."""
        with self._url(database) as url:
            store = Store(url)
            migrate(store)
            try:
                yield store
            finally:
                store.close()

    @contextmanager
    def _url(self, database: Database) -> Iterator[str]:
        if database is Database.POSTGRESQL:
            with fresh_database(self.postgres) as url:
                yield url
            return
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            yield f"sqlite:///{folder}/hearback.db"

    def redis_for(self, database: Database) -> str:
        """PostgreSQL comes with Redis and workers; SQLite works inside the web process."""
        return self.redis.url if database is Database.POSTGRESQL else ""

    def start(
        self,
        *words: str,
        url: str,
        carrier: str = "",
        redis_url: str = "",
        program: Sequence[str] = ("app.py",),
    ) -> Process:
        """Start one of our own processes: `start("worker", url=...)`."""
        folder, port = self.new_folder(), free_port()
        config = ("--config", str(twilio_config(folder, port)))
        env = environment(url, carrier, redis_url)
        greeting = "is ready" if words[0] == "worker" else "listens on"
        running = Running(folder / "log", env, *config, *words, program=program)
        return Process(running, port, greeting)

    def start_workers(self, database: Database, url: str, carrier: str) -> list[Process]:
        """Start two workers on PostgreSQL; on SQLite, the one web process that does all."""
        redis_url = self.redis_for(database)
        words = ("worker", "--threads", str(THREADS)) if redis_url else ("serve",)
        return [
            self.start(*words, url=url, carrier=carrier, redis_url=redis_url)
            for _ in range(WORKERS if redis_url else 1)
        ]

    @contextmanager
    def script(self, module: str, *words: str) -> Iterator[Process]:
        """One of the benchmarks' own servers, once it listens on the port that it is given."""
        port = free_port()
        program = ("-m", f"bench.{module}", "--port", str(port), *words)
        with self.start_program(environment(""), *program, port=port) as process:
            yield process.ready()

    def start_program(self, env: dict[str, str], *program: str, port: int = 0) -> Process:
        """Start anything in Python: `start_program({}, "-m", "celery", ...)`."""
        return Process(Running(self.new_folder() / "log", env, program=program), port)

    def new_folder(self) -> Path:
        """Return a folder that is gone when the grounds are."""
        return Path(tempfile.mkdtemp(dir=self.folder))

    def machine(self) -> str:
        """Return what the figures were measured on, in one line."""
        postgres = _postgres_version(self.postgres) if "postgres" in vars(self) else ""
        return machine(self.folder, postgres, _redis_version(self) if "redis" in vars(self) else "")


@dataclass(frozen=True)
class Process:
    """A process that was started, to be ended by `with`."""

    running: Running
    port: int = 0
    greeting: str = "listens on"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        return self.running.process.pid

    def ready(self) -> Self:
        """Wait for its greeting; return the process."""
        self.running.says(self.greeting)
        return self

    def kill(self) -> None:
        if self.running.process.poll() is None:
            self.running.kill()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.kill()


@contextmanager
def grounds() -> Iterator[Grounds]:
    """Grounds with servers of their own. TMPDIR chooses the disk."""
    folder = Path(tempfile.mkdtemp(prefix="hearback-bench-"))
    folder.chmod(0o755)  # lets in the PostgreSQL that runs as nobody, as it does for root
    with ExitStack() as at_the_end:
        at_the_end.callback(shutil.rmtree, folder)

        def start_postgres() -> str:
            server = PostgresServer(folder / "pg", durable=True)
            server.start()
            at_the_end.callback(server.stop, immediate=True)
            return server.url

        def start_redis() -> RedisServer:
            server = RedisServer(folder / "redis")
            server.start()
            at_the_end.callback(server.stop)
            return server

        yield Grounds(folder, start_postgres, start_redis)


def vacuum(store: Store) -> None:
    """Let PostgreSQL tidy up and count its rows, as its own housekeeping would by and by."""
    if not store.is_sqlite:
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("vacuum analyze"))


def _postgres_version(url: str) -> str:
    plain = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection:
        return str(connection.info.parameter_status("server_version")).split()[0]


def _redis_version(grounds: Grounds) -> str:
    with redis.Redis.from_url(grounds.redis.url) as client:
        return str(client.info("server")["redis_version"])
