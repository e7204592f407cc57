"""The wire between us and PostgreSQL, cut at a commit."""

from __future__ import annotations

import contextlib
import socket
import threading
from enum import StrEnum
from pathlib import Path
from typing import Self

from sqlalchemy import make_url

COMMIT = b"COMMIT\x00"
"""As a client asks for it, and as the server says that it is done."""
SOCKET = ".s.PGSQL.5432"


class Cut(StrEnum):
    BEFORE = "before"
    """The server never hears of the commit."""
    AFTER = "after"
    """The server commits, and nobody hears of it."""


class Wire:
    """Passes everything on, from `with` on, but what `cut` says. `url` leads through it."""

    def __init__(self, database_url: str, folder: Path) -> None:
        url = make_url(database_url)
        self._server = str(Path(str(url.query["host"])) / SOCKET)
        self.url = url.update_query_dict({"host": str(folder)}).render_as_string(False)
        self.cuts = 0
        self._next: Cut | None = None
        self._lock = threading.Lock()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / SOCKET))
        self._listener.listen()

    def cut(self, how: Cut | None) -> None:
        """Cut the connection of the next commit; None takes that back."""
        self._next = how

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(self._server)
            threading.Thread(target=self._ask, args=(client, server), daemon=True).start()

    def _ask(self, client: socket.socket, server: socket.socket) -> None:
        """Pass on what the client says; another thread passes on what the server answers."""
        deaf = threading.Event()
        answers = threading.Thread(target=self._answer, args=(client, server, deaf), daemon=True)
        answers.start()
        with contextlib.suppress(OSError):
            while said := client.recv(65536):
                how = self._how(said)
                if how is Cut.BEFORE:
                    break
                if how is Cut.AFTER:
                    deaf.set()
                server.sendall(said)
                if how is Cut.AFTER:
                    answers.join()
                    break
        _hang_up(client, server)

    def _answer(self, client: socket.socket, server: socket.socket, deaf: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while said := server.recv(65536):
                if deaf.is_set():
                    return
                client.sendall(said)
        _hang_up(client, server)

    def _how(self, said: bytes) -> Cut | None:
        with self._lock:
            if COMMIT not in said or self._next is None:
                return None
            how, self._next = self._next, None
            self.cuts += 1
            return how


def _hang_up(*ends: socket.socket) -> None:
    for end in ends:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
