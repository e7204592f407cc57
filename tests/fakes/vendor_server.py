"""The frame of a vendor's API on loopback: what is asked is kept, and may be answered badly."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

POLL = 0.02
"""Seconds until the server notices that it should stop."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Says:
    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


class VendorServer:
    """Speaks from `with` on. What stands in `trouble` comes instead, one for each request."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.trouble: list[Says] = []
        self._server = _Server(("127.0.0.1", 0), _Conversation)
        self._server.vendor = self
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(POLL,), daemon=True
        )

    def answer(self, asked: Asked) -> Says:
        raise NotImplementedError

    def reply(self, asked: Asked) -> Says:
        self.asked.append(asked)
        return self.trouble.pop(0) if self.trouble else self.answer(asked)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    vendor: VendorServer
    daemon_threads = True
    block_on_close = False


class _Conversation(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def _answer(self, body: bytes) -> None:
        parts = urlsplit(self.path)
        says = self.server.vendor.reply(
            Asked(
                method=self.command,
                path=parts.path,
                query=dict(parse_qsl(parts.query, keep_blank_values=True)),
                headers=dict(self.headers.items()),
                body=body,
            )
        )
        content = says.body if isinstance(says.body, bytes) else json.dumps(says.body).encode()
        self.send_response(says.status)
        for name, value in {"Content-Length": str(len(content)), **says.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
