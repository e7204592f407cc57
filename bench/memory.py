"""How soon the demo is ready, and how much memory the processes hold."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass

import httpx

from bench.carrier import Posts
from bench.delivery import MANY_NUMBERS, House, worded
from bench.grounds import Database, Grounds
from bench.load import write
from bench.machine import resident_mb
from bench.measuring import Spread
from bench.report import Figure, Result
from bench.script import Bench, say
from tests.processes import running
from tests.servers import free_port

AS_INSTALLED = (
    "-c",
    "import sys; sys.modules.update(rich=None, pygments=None); import app; app.cli()",
)
"""The program without what only development brings along, and libraries use where it is there."""


@dataclass(frozen=True, kw_only=True)
class Size:
    rounds: int
    requests: int
    messages: int


def run(at: Grounds, size: Size, databases: Sequence[Database]) -> Result:
    say(f"Starting the demo {size.rounds} times")
    demos = [_demo(at) for _ in range(size.rounds)]
    figures = [
        Figure(
            name="demo ready after its set-up",
            measured=Spread.of(ready for ready, _ in demos),
            unit="s",
            floor=3,
            goal=1.5,
        ),
        Figure(
            name="demo, memory",
            measured=Spread.of(held for _, held in demos),
            unit="MB",
            floor=220,
            goal=150,
        ),
    ]
    if Database.POSTGRESQL in databases:
        figures += _production(at, size)
    return Result(figures=figures)


def _demo(at: Grounds) -> tuple[float, float]:
    """Return the seconds until it answers, and the megabytes that it then holds."""
    port, start = free_port(), time.monotonic()
    log, env = at.new_folder() / "log", dict(os.environ)
    with running(log, env, "demo", "--port", str(port), program=AS_INSTALLED) as process:
        url = f"http://127.0.0.1:{port}/healthz"
        while not _answers(url):
            if process.process.poll() is not None:
                raise RuntimeError(f"the demo ended: {log.read_text()[-1000:]}")
            time.sleep(0.01)
        return time.monotonic() - start, resident_mb(process.process.pid)


def _answers(url: str) -> bool:
    with suppress(httpx.TransportError):
        return httpx.get(url).is_success
    return False


def _production(at: Grounds, size: Size) -> list[Figure]:
    with ExitStack() as stack:
        store = stack.enter_context(at.store(Database.POSTGRESQL))
        carrier = stack.enter_context(at.script("carrier")).url
        posts = stack.enter_context(Posts(carrier))
        house = House(store, carrier, posts, worded(store, size.messages, MANY_NUMBERS))
        told = {"url": store.url, "carrier": carrier, "redis_url": at.redis.url}
        web = stack.enter_context(at.start("serve", **told, program=AS_INSTALLED))
        worker = stack.enter_context(at.start("worker", **told, program=AS_INSTALLED))
        say(f"{size.requests} webhooks, {size.messages} messages")
        httpx.get(f"{web.ready().url}/sign-in").raise_for_status()
        house.sends(size.messages)
        write(web.url, size.requests, 0)
        held = [resident_mb(one.pid) for one in (web, worker)]
    return [
        Figure(
            name=f"web process after {size.requests} webhooks, memory",
            measured=Spread.of(held[:1]),
            unit="MB",
            floor=120,
            goal=90,
        ),
        Figure(
            name=f"worker after {size.messages} messages, memory",
            measured=Spread.of(held[1:]),
            unit="MB",
        ),
    ]


BENCH = Bench(
    name="memory",
    title="Start and memory",
    about=(
        "Resident memory of a process, shared libraries and all. The demo is ready when it "
        "answers; the production processes run on PostgreSQL and Redis without a model."
    ),
    full=Size(rounds=5, requests=2_000, messages=1_000),
    quick=Size(rounds=2, requests=200, messages=100),
    tiny=Size(rounds=1, requests=10, messages=5),
    run=run,
)

if __name__ == "__main__":
    BENCH()
