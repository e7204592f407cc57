"""A fake Twilio that speaks HTTP on loopback: in-process, or as a process of its own.

python -m tests.fakes.carrier --port 8099 --log taken.jsonl
"""

import json
import socket
import struct
import threading
from base64 import b64encode
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

import click

from tests.fakes.answers import Answer, Kind, always_accept, by_last_digit
from tests.fakes.books import Books
from tests.fakes.pages import page
from tests.fakes.taken import Taken
from tests.fakes.twilio_contract import Exchange, contract
from tests.fakes.twilio_forms import ACCOUNT, TOKEN
from tests.fakes.wording import error, headers, objection, word

MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
CREDENTIALS = f"Basic {b64encode(f'{ACCOUNT}:{TOKEN}'.encode()).decode()}"
JSON = {"Content-Type": "application/json"}
REFUSING = {Kind.REFUSE, Kind.PROBLEM, Kind.HTML, Kind.VANISH, Kind.REDIRECT}
RESET_ON_CLOSE = struct.pack("ii", 1, 0)
POLL = 0.02
"""Seconds until the server notices that it should stop."""
SILENT = {Kind.DROP, Kind.RESET, Kind.HANG, Kind.VANISH}


class Carrier(Books):
    """One account at a carrier, from `with` on. Takes the options of `Books`."""

    def __init__(self, port: int = 0, **options: Any) -> None:
        super().__init__(**options)
        self._server = _Server(("127.0.0.1", port), _Conversation)
        self._server.books = self
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(POLL,), daemon=True
        )

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

    def serve(self) -> None:
        """Serve in this thread, until the process ends."""
        self._server.serve_forever()


class _Server(ThreadingHTTPServer):
    books: Books
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients of a carrier time out and hang up."""


class _Conversation(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        form = dict(parse_qsl(body.decode(), keep_blank_values=True))
        if not self._admitted():
            return
        answer = self.server.books.answer_to(form.get("To", ""))
        code = objection(form)
        if code and answer.kind not in REFUSING:
            answer = Answer(kind=Kind.REFUSE, code=code)
        taken = self._take(form, answer)
        self.server.books.stopped.wait(answer.after)
        status, content = word(answer, taken)
        self._check(status if answer.kind is Kind.ACCEPT else 0, content, body)
        if answer.kind in SILENT:
            self._hang_up(reset=answer.kind is Kind.RESET)
        else:
            self._send(status, content, headers(answer, self.path))
        if taken is not None:
            self.server.books.report_later(taken)

    def _hang_up(self, *, reset: bool) -> None:
        self.close_connection = True
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            self.connection.close()

    def do_GET(self) -> None:
        if not self._admitted():
            return
        answer = self.server.books.answer_to_list()
        self.server.books.stopped.wait(answer.after)
        if answer.kind in SILENT:
            self._hang_up(reset=answer.kind is Kind.RESET)
            return
        if answer.kind is not Kind.ACCEPT:
            status, content = word(answer, None)
            self._send(status, content, headers(answer, self.path))
            return
        content = json.dumps(page(self.server.books.listed(), self.path)).encode()
        self._check(200, content)
        self._send(200, content)

    def _admitted(self) -> bool:
        if self.headers.get("Authorization") != CREDENTIALS:
            self._send(401, error(20003, 401))
        elif urlsplit(self.path).path != MESSAGES:
            self._send(404, error(20404, 404))
        else:
            return True
        return False

    def _take(self, form: dict[str, str], answer: Answer) -> Taken | None:
        if answer.kind in REFUSING:
            return None
        taken = self.server.books.take(form)
        self.server.books.report(taken, *answer.first, code=str(answer.code or ""))
        if answer.kind is Kind.HANG:
            self.server.books.stopped.wait()
        return taken

    def _check(self, status: int, content: bytes, body: bytes = b"") -> None:
        self.server.books.check(
            Exchange(
                method=self.command,
                path=urlsplit(self.path).path,
                query=dict(parse_qsl(urlsplit(self.path).query)),
                authorization=self.headers.get("Authorization", ""),
                body=body,
                status=status,
                answer=content,
            )
        )

    def _send(self, status: int, content: bytes, more: Mapping[str, str] = JSON) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **more}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@click.command()
@click.option("--port", default=0, help="0 takes a free one")
@click.option("--log", type=click.Path(path_type=Path), required=True, help="what it took")
@click.option("--by-digit", is_flag=True, help="misbehave by the last digit of the number")
@click.option("--callbacks", default="", help="statuses to post, such as sent,delivered")
@click.option("--shared", type=click.Path(path_type=Path), help="check against specs/ in here")
def main(port: int, log: Path, by_digit: bool, callbacks: str, shared: Path | None) -> None:
    """Serve until killed. Prints the address, once it listens."""
    answers: Callable[[str], Answer] = by_last_digit if by_digit else always_accept
    carrier = Carrier(
        port,
        answers=answers,
        callbacks=[status for status in callbacks.split(",") if status],
        contract=contract(shared) if shared else None,
        log=log,
    )
    click.echo(carrier.url)
    carrier.serve()


if __name__ == "__main__":
    main()
