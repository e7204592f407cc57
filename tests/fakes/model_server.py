"""A language model behind an OpenAI-compatible server on loopback: it says what it is told to."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

POLL = 0.02
"""Seconds until the server notices that it should stop."""
USED = {"prompt_tokens": 900, "completion_tokens": 100, "total_tokens": 1000}


@dataclass(frozen=True, kw_only=True)
class Says:
    """What comes back for one request."""

    body: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    drops: bool = False
    """Hangs up without a word."""
    hangs: bool = False
    """Never answers."""
    drips: bool = False
    """A byte now and then, without an end."""


def message(told: Mapping[str, Any], finish: str = "stop", **more: Any) -> Says:
    choice = {"index": 0, "message": {"role": "assistant", **told}, "finish_reason": finish}
    return Says(body=json.dumps({**_FRAME, "choices": [choice], "usage": USED, **more}))


def calls(*wanted: tuple[str, Mapping[str, Any] | str]) -> Says:
    """Calls of tools, all in one message. Arguments that are a string are sent as they are."""
    made = [
        {
            "id": f"call_{next(_NUMBERS)}",
            "type": "function",
            "function": {"name": name, "arguments": told if isinstance(told, str) else _json(told)},
        }
        for name, told in wanted
    ]
    return message({"content": None, "tool_calls": made}, "tool_calls")


def answer(text: str, language: str = "en", **more: Any) -> Says:
    return calls(("Answer", {"text": text, "language": language, **more}))


def error(status: int, text: str = "secret detail", **headers: str) -> Says:
    body = {"error": {"message": text, "type": "error", "param": None, "code": None}}
    return Says(body=_json(body), status=status, headers=headers)


_FRAME = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "small"}
_NUMBERS = itertools.count(1)


def _end_of_json(text: str) -> int:
    return json.JSONDecoder().raw_decode(text)[1]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


class ModelServer:
    """Speaks from `with` on. `says` is what comes for one request after the other, the last of
    it again and again; or what decides on a request."""

    def __init__(self, *says: Says | Callable[[Mapping[str, Any]], Says]) -> None:
        self.asked: list[dict[str, Any]] = []
        self.stopped = threading.Event()
        self.says(*says)
        self._server = _Server(("127.0.0.1", 0), _Conversation)
        self._server.model = self
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(POLL,), daemon=True
        )

    def says(self, *says: Says | Callable[[Mapping[str, Any]], Says]) -> None:
        self._says = list(says)

    def reply(self, request: dict[str, Any]) -> Says:
        self.asked.append(request)
        now = self._says.pop(0) if len(self._says) > 1 else self._says[0]
        return now if isinstance(now, Says) else now(request)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def read(self) -> str:
        """Everything that we ever told about a candidate, as text: not what the model made of
        it, which we repeat when it goes on."""
        users = (one["messages"][1]["content"] for one in self.asked)
        return "\n".join(told[: _end_of_json(told)] for told in users)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stopped.set()
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    model: ModelServer
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: whoever asks may hang up."""


class _Conversation(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        says = self.server.model.reply({**request, "path": self.path})
        if says.drops:
            self.close_connection = True
        elif says.hangs:
            self.server.model.stopped.wait()
        elif says.drips:
            self._drip()
        else:
            self._send(says)

    def _send(self, says: Says) -> None:
        body = says.body.encode()
        self.send_response(says.status)
        for name, value in {"Content-Type": "application/json", **says.headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        while not self.server.model.stopped.wait(0.05):
            self.wfile.write(b" ")
            self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
