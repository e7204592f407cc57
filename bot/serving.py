"""The web server of one process: waitress, and a farewell that cuts nobody off."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.task import WSGITask

from bot.domain.errors import BadConfig, Mistake

if TYPE_CHECKING:
    from flask import Flask

THREADS = 64
MOST_CONNECTIONS = 1000
"""More than waitress's own 100, which a handful of slow clients can use up."""
LONGEST_SILENCE = 20
"""Seconds after which an idle connection is closed."""
LONGEST_DRAIN = 10.0
"""Seconds that requests at hand may take to finish."""
LAST_SILENCE = 1
"""Seconds after which an idle connection is closed while the server takes its leave."""


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens. Raises BadConfig: nobody may listen there."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family, backlog=MOST_CONNECTIONS)
    except OSError as error:
        problem = f"cannot listen on {host}, port {port}: {error.strerror}"
        raise BadConfig([Mistake("web", problem, "choose another `--host` or `--port`")]) from None


def url_of(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve_until_stopped(
    app: Flask,
    listener: socket.socket,
    *,
    ready: Callable[[], None],
    farewell: Callable[[], None],
) -> None:
    """Serve until SIGTERM or SIGINT, and answer what was asked until then.

    `ready` is called when requests are served, `farewell` when endless answers should end.
    """
    channels: dict[int, Any] = {}
    server = create_server(
        app,
        map=channels,
        sockets=[listener],
        threads=THREADS,
        connection_limit=MOST_CONNECTIONS,
        channel_timeout=LONGEST_SILENCE,
    )
    server.channel_class = _Channel
    stopping = _told_to_stop(server.pull_trigger)
    ready()
    while not stopping():
        _once(channels, 1.0)
    farewell()
    _drain(server, channels)


class _Task(WSGITask):  # type: ignore[misc]  # untyped
    """While the server takes its leave, the client is asked to connect anew."""

    def build_response_header(self) -> Any:
        if not self.channel.server.accepting:
            self.request.headers["CONNECTION"] = "close"
        return super().build_response_header()


class _Channel(HTTPChannel):  # type: ignore[misc]  # untyped
    task_class = _Task


def _told_to_stop(wake: Callable[[], None]) -> Callable[[], bool]:
    """Return a function that says whether a signal came. The same signal again ends at once."""
    told: list[int] = []

    def note(number: int, frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        told.append(number)
        wake()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, note)
    return lambda: bool(told)


def _once(channels: dict[int, Any], wait: float) -> None:
    # select() cannot watch as many connections as we admit; poll() can.
    wasyncore.loop(timeout=wait, use_poll=True, map=channels, count=1)


def _drain(server: Any, channels: dict[int, Any]) -> None:
    """Take no new connections, finish the requests at hand, and close what is idle."""
    server.accepting = False
    server.adj.channel_timeout = LAST_SILENCE
    deadline = time.monotonic() + LONGEST_DRAIN
    while server.active_channels and time.monotonic() < deadline:
        _once(channels, 0.1)
        server.maintenance(time.time())
    server.task_dispatcher.shutdown(timeout=1)
    server.close()
