"""What a child of a crew has from its parent: a line, and perhaps a socket to listen on.

On the line the child says that it is ready. When the line goes dead, the parent is gone.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass

TETHER = "HEARBACK_TETHER"
"""Environment variable of a child: the numbers of its line and its listening socket."""
READY = b"ready"


@dataclass(frozen=True)
class Tether:
    """What a child has from its parent."""

    line: socket.socket
    listener: socket.socket | None

    def ready(self) -> None:
        """Say that we are ready; from now on, end with the parent."""
        with contextlib.suppress(OSError):  # it is gone already
            self.line.sendall(READY)
        threading.Thread(target=self._end_with_it, name="tether", daemon=True).start()

    def _end_with_it(self) -> None:
        self.line.recv(1)  # nothing is ever sent: this returns when the parent is gone
        os.kill(os.getpid(), signal.SIGTERM)


def tether_of(environment: Mapping[str, str]) -> Tether | None:
    """Return the child's end, or None where nobody started us but an admin."""
    numbers = environment.get(TETHER, "")
    if not numbers:
        return None
    line, *listener = [socket.socket(fileno=int(number)) for number in numbers.split(",")]
    return Tether(line, listener[0] if listener else None)
