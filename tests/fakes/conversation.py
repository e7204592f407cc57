"""What a fake carrier's HTTP server does, whichever carrier it is."""

import socket
import struct
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from tests.fakes.answers import Kind

REFUSING = {Kind.REFUSE, Kind.PROBLEM, Kind.HTML, Kind.VANISH, Kind.REDIRECT}
SILENT = {Kind.DROP, Kind.RESET, Kind.HANG, Kind.VANISH}
JSON = {"Content-Type": "application/json"}
RESET_ON_CLOSE = struct.pack("ii", 1, 0)
POLL = 0.02
"""Seconds until the server notices that it should stop."""


class Server(ThreadingHTTPServer):
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients of a carrier time out and hang up."""


class Conversation(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def hang_up(self, kind: Kind) -> None:
        self.close_connection = True
        if kind is Kind.RESET:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            self.connection.close()

    def whole_body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def send(self, status: int, content: bytes, more: Mapping[str, str] = JSON) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **more}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Serving:
    """Runs a server in a thread, from `with` on."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, args=(POLL,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()
        self._server.shutdown()
        self._server.server_close()

    def close(self) -> None:
        """End what goes on."""
