"""A fake Meta: the Cloud API over HTTP on loopback, and the webhooks that it calls."""

import json
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

from tests.fakes.answers import ACCEPT, Answer, Kind
from tests.fakes.contracts import Contract, Exchange
from tests.fakes.conversation import REFUSING, SILENT, Conversation, Server, Serving
from tests.fakes.meta_batches import (
    ACCESS,
    ACCOUNT,
    ANA_ID,
    PHONE,
    failed,
    reported,
    signed,
    status,
)
from tests.fakes.twilio_forms import SENDER
from tests.fakes.wording import headers

MESSAGES = f"/v23.0/{PHONE}/messages"
CALLBACK_SECONDS = 5
LONGEST_TEXT = 4096


@dataclass(frozen=True)
class Taken:
    """One message that was really accepted."""

    id: str
    request: Mapping[str, Any]
    at: datetime

    @property
    def reference(self) -> int:
        return int(str(self.request["biz_opaque_callback_data"]).removeprefix("hearback-"))


class FakeMeta(Serving):
    """One number at Meta, from `with` on. Every exchange is checked against the contract."""

    def __init__(
        self,
        *,
        webhook: str = "",
        contract: Contract | None = None,
        templates: Sequence[Mapping[str, str]] = (),
        number: str = SENDER,
        apps: Sequence[str] = ("Hearback",),
        page: int = 2,
    ) -> None:
        """`webhook` is who gets the reports; `page` is how many templates one answer shows."""
        self.taken: list[Taken] = []
        self.posts: list[Mapping[str, Any]] = []
        """Every request to send, whatever became of it."""
        self.violations: list[str] = []
        self.stopped = threading.Event()
        self.webhook = webhook
        self.templates, self.number, self.apps = templates, number, apps
        self.page = page
        self._contract = contract
        self._script: deque[Answer] = deque()
        self._ids = (f"wamid.{number:040d}=" for number in count(1))
        server = _Server(("127.0.0.1", 0), _Call)
        server.meta = self
        super().__init__(server)

    def will(self, *answers: Answer) -> None:
        """Answer the next requests so, one each."""
        self._script.extend(answers)

    def answer(self) -> Answer:
        return self._script.popleft() if self._script else ACCEPT

    def take(self, request: Mapping[str, Any]) -> Taken:
        taken = Taken(next(self._ids), request, datetime.now(UTC))
        self.taken.append(taken)
        return taken

    def check(self, exchange: Exchange) -> None:
        if self._contract is not None:
            self.violations += self._contract.broken_by(exchange)

    def close(self) -> None:
        self.stopped.set()

    # --- what it tells us ---------------------------------------------------------------

    def report(self, taken: Taken, *statuses: str, code: int = 0) -> int:
        """Post these statuses in one batch, in this order; return the HTTP status."""
        tracked = {"biz_opaque_callback_data": taken.request["biz_opaque_callback_data"]}
        error = failed(code) if code else {}
        told = [status(taken.id, one, **tracked, **error) for one in statuses]
        return self.tell(reported(*told))

    def tell(self, told: object) -> int:
        body, signed_headers = signed(told)
        answer = requests.post(
            self.webhook, data=body, headers=signed_headers, timeout=CALLBACK_SECONDS
        )
        return answer.status_code


class _Server(Server):
    meta: FakeMeta


class _Call(Conversation):
    server: _Server

    def do_POST(self) -> None:
        body, meta = self.whole_body(), self.server.meta
        if not self._admitted(MESSAGES):
            return
        request = json.loads(body)
        meta.posts.append(request)
        answer = meta.answer()
        if _too_long(request):
            answer = Answer(kind=Kind.REFUSE, code=100)
        taken = None if answer.kind in REFUSING else meta.take(request)
        if answer.kind is Kind.HANG:
            meta.stopped.wait()
        if taken is not None and answer.first:
            meta.report(taken, *answer.first, code=answer.code)
        code, content = _worded(answer, taken)
        accepted = answer.kind is Kind.ACCEPT
        self._check(200 if accepted else 0, content, body)
        if answer.kind in SILENT:
            self.hang_up(answer.kind)
        else:
            self.send(code, content, headers(answer, self.path))

    def do_GET(self) -> None:
        meta, parts = self.server.meta, urlsplit(self.path)
        if not self._admitted(parts.path):
            return
        answer = meta.answer()
        if answer.kind in SILENT:
            self.hang_up(answer.kind)
        elif answer.kind is not Kind.ACCEPT:
            self.send(*_worded(answer, None), headers(answer, self.path))
        else:
            self.send(*self._told(parts.path, dict(parse_qsl(parts.query))))

    def _told(self, path: str, query: Mapping[str, str]) -> tuple[int, bytes]:
        meta = self.server.meta
        told: object
        match path.removeprefix("/v23.0/").split("/"):
            case [number] if number == PHONE:
                told = {"display_phone_number": meta.number, "id": PHONE}
            case [account, "message_templates"] if account == ACCOUNT:
                told = _page(meta.templates, int(query.get("after", "0")), meta.page)
            case [account, "subscribed_apps"] if account == ACCOUNT:
                told = {"data": [{"whatsapp_business_api_data": {"name": a}} for a in meta.apps]}
            case _:
                return 400, _error(100, subcode=33)
        return 200, json.dumps(told).encode()

    def _admitted(self, path: str) -> bool:
        if self.headers.get("Authorization") != f"Bearer {ACCESS}":
            self.send(401, _error(190))
        elif urlsplit(self.path).path != path:
            self.send(400, _error(100, subcode=33))
        else:
            return True
        return False

    def _check(self, status: int, content: bytes, body: bytes) -> None:
        self.server.meta.check(
            Exchange(
                method=self.command,
                path=urlsplit(self.path).path,
                query={},
                authorization=self.headers.get("Authorization", ""),
                body=body,
                status=status,
                answer=content,
            )
        )


def _worded(answer: Answer, taken: Taken | None) -> tuple[int, bytes]:
    """Return status and content."""
    match answer.kind:
        case Kind.ACCEPT if taken is not None:
            return 200, _accepted(taken)
        case Kind.REFUSE:
            return answer.status, _error(answer.code)
        case Kind.HTML:
            return answer.status, b"<html><body>Bad gateway</body></html>"
        case Kind.REDIRECT:
            return 307, b""
        case Kind.EMPTY:
            return 200, b"{}"
        case Kind.LIST:
            return 200, b"[]"
        case _:
            return 200, b'{"messages": [{"id": "wamid'


def _accepted(taken: Taken) -> bytes:
    to = str(taken.request.get("to", ""))
    number = {"input": to, "wa_id": to.removeprefix("+")} if to else {}
    contact = {**number, "user_id": taken.request.get("recipient", ANA_ID)}
    message = {"id": taken.id, "message_status": "accepted"}
    told = {"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]}
    return json.dumps(told).encode()


def _error(code: int, subcode: int = 0) -> bytes:
    error = {"message": "made up", "type": "OAuthException", "code": code, "fbtrace_id": "A"}
    return json.dumps({"error": error | ({"error_subcode": subcode} if subcode else {})}).encode()


def _page(templates: Sequence[Mapping[str, str]], after: int, many: int) -> object:
    rest = {"next": "https://graph.facebook.com/next"} if after + many < len(templates) else {}
    paging = {"cursors": {"after": str(after + many)}, **rest}
    return {"data": list(templates[after : after + many]), "paging": paging}


def _too_long(request: Mapping[str, Any]) -> bool:
    return len(request.get("text", {}).get("body", "")) > LONGEST_TEXT
