"""One command, several processes: starts them, replaces those that die, renews them in turn.

Web processes share a listening socket that the parent keeps open, so that connections wait
while children come and go, and none is refused. What a child has from its parent: `tether.py`.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import click

from bot.tether import READY, TETHER

LONGEST_START = 60.0
"""Seconds from the start of a child until it has to be ready."""
LONGEST_FAREWELL = 30.0
"""Seconds that a child may take to end, a little more than its own limit."""
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
"""Seconds before a child that died is replaced; doubled while they go on dying."""
HEALTHY_AFTER = 60.0
"""Seconds after which a child counts as having lived."""
MOMENT = 0.5
"""Seconds between two looks, if nothing happens."""


@dataclass
class _Child:
    process: subprocess.Popen[bytes]
    line: socket.socket
    generation: int
    started: float
    ready: bool = False
    leaves_by: float | None = None
    """Set when it was told to leave; then it is killed."""

    @property
    def stays(self) -> bool:
        return self.leaves_by is None

    def hear(self) -> None:
        with contextlib.suppress(OSError):
            self.ready = bool(self.line.recv(len(READY))) or self.ready

    def leave(self, by: float) -> None:
        if self.leaves_by is None:
            self.process.send_signal(signal.SIGTERM)
        self.leaves_by = by

    def is_overdue(self, now: float) -> bool:
        if self.leaves_by is not None:
            return now > self.leaves_by
        return not self.ready and now > self.started + LONGEST_START


class Crew:
    """Runs `size` processes of `command` until SIGTERM or SIGINT; SIGHUP renews them."""

    def __init__(
        self, command: Sequence[str], size: int, listener: socket.socket | None = None
    ) -> None:
        self._command = command
        self._size = size
        self._listener = listener
        self._children: list[_Child] = []
        self._generation = 0
        self._renewing = False
        self._complete = False
        """Whether all were ready once; before that, a death is the end of all."""
        self._ends = 0
        """How often we were told to end."""
        self._code = 0
        self._not_before = 0.0
        self._pause = FIRST_PAUSE

    def run(self, greeting: str) -> int:
        """Say `greeting` once all are ready. Returns the exit code: 0, if all ended well."""
        with self._signals() as woken:
            while self._tend(greeting):
                lines = [child.line for child in self._children]
                select.select([woken, *lines], [], [], MOMENT)
                with contextlib.suppress(BlockingIOError):
                    woken.recv(1024)
        return self._code

    @contextlib.contextmanager
    def _signals(self) -> Iterator[socket.socket]:
        """Yield a socket that can be read when a signal came."""
        signal.signal(signal.SIGTERM, self._end)
        signal.signal(signal.SIGINT, self._end)
        signal.signal(signal.SIGHUP, self._renew)
        woken, waker = socket.socketpair()
        with woken, waker:
            woken.setblocking(False)
            waker.setblocking(False)
            signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
            yield woken
            signal.set_wakeup_fd(-1)

    def _end(self, number: int, frame: object) -> None:
        self._ends += 1

    def _renew(self, number: int, frame: object) -> None:
        self._generation += 1
        self._renewing = True

    def _tend(self, greeting: str) -> bool:
        """Look after everything once. Returns False when all is over."""
        now = time.monotonic()
        for child in list(self._children):
            self._look_after(child, now)
        if self._ends:
            self._dismiss(now)
            return bool(self._children)
        self._staff(now)
        self._report(greeting)
        return True

    def _look_after(self, child: _Child, now: float) -> None:
        child.hear()
        code = child.process.poll()
        if code is None:
            if child.is_overdue(now):
                child.process.kill()
            return
        self._children.remove(child)
        child.line.close()
        if child.stays:
            self._mourn(child, code, now)
        elif code not in (0, -signal.SIGTERM):
            self._code = 1

    def _mourn(self, child: _Child, code: int, now: float) -> None:
        """A child ended that nobody told to."""
        how = f"by signal {-code}" if code < 0 else f"with code {code}"
        if not self._complete:
            _warn(f"A process ended {how} before all were ready: the others are stopped.")
            self._ends, self._code = 1, max(code, 1)
            return
        if self._renewing and not child.ready:
            _warn(f"The new process ended {how}: the old ones go on.")
            self._renewing = False
            for other in self._children:
                other.generation = self._generation
        self._pause = FIRST_PAUSE if now > child.started + HEALTHY_AFTER else self._pause
        self._not_before = now + self._pause
        self._pause = min(2 * self._pause, LONGEST_PAUSE)
        if len(self._staying()) < self._size:
            _warn(f"A process ended {how} and is replaced.")

    def _dismiss(self, now: float) -> None:
        for child in self._children:
            if child.stays:
                child.leave(now + LONGEST_FAREWELL)
            elif self._ends > 1:
                child.leave(now)

    def _staff(self, now: float) -> None:
        """Start who is missing; when all are there, renew the oldest; never fewer than `size`."""
        staying = self._staying()
        if len(staying) < self._size:
            if now >= self._not_before:
                for _ in range(self._size - len(staying)):
                    self._start(now)
        elif all(child.ready for child in staying):
            oldest = min(staying, key=lambda child: child.generation)
            if len(staying) > self._size:
                oldest.leave(now + LONGEST_FAREWELL)
            elif oldest.generation < self._generation and len(staying) == len(self._children):
                self._start(now)

    def _start(self, now: float) -> None:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        handed = [theirs, self._listener] if self._listener else [theirs]
        numbers = [one.fileno() for one in handed]
        process = subprocess.Popen(  # noqa: S603  # our own command again
            self._command,
            env={**os.environ, TETHER: ",".join(map(str, numbers))},
            pass_fds=numbers,
            process_group=0,  # so that Ctrl-C reaches the parent alone, which passes it on
        )
        theirs.close()
        self._children.append(_Child(process, ours, self._generation, now))

    def _report(self, greeting: str) -> None:
        staying = self._staying()
        if len(staying) < self._size or not all(child.ready for child in staying):
            return
        if not self._complete:
            self._complete = True
            click.echo(greeting)
        oldest = min(child.generation for child in self._children)
        if self._renewing and oldest == self._generation:
            self._renewing = False
            click.echo("Every process was renewed.")

    def _staying(self) -> list[_Child]:
        return [child for child in self._children if child.stays]


def _warn(sentence: str) -> None:
    click.echo(sentence, err=True)
