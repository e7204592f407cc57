"""A fake Twilio that speaks HTTP on loopback: in-process, or as a process of its own.

python -m tests.fakes.carrier --port 8099 --log taken.jsonl
"""

import json
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import click

from tests.fakes.answers import Answer, Kind, always_accept, by_last_digit
from tests.fakes.books import Books
from tests.fakes.contracts import Exchange, contract
from tests.fakes.conversation import REFUSING, SILENT, Conversation, Server, Serving
from tests.fakes.pages import page
from tests.fakes.taken import Taken
from tests.fakes.twilio_forms import ACCOUNT, TOKEN
from tests.fakes.wording import error, headers, objection, word

MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
CREDENTIALS = f"Basic {b64encode(f'{ACCOUNT}:{TOKEN}'.encode()).decode()}"


class Carrier(Books, Serving):
    """One account at a carrier, from `with` on. Takes the options of `Books`."""

    def __init__(self, port: int = 0, **options: Any) -> None:
        Books.__init__(self, **options)
        server = _Server(("127.0.0.1", port), _Conversation)
        server.books = self
        Serving.__init__(self, server)

    def serve(self) -> None:
        """Serve in this thread, until the process ends."""
        self._server.serve_forever()


class _Server(Server):
    books: Books


class _Conversation(Conversation):
    server: _Server

    def do_POST(self) -> None:
        body = self.whole_body()
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
            self.hang_up(answer.kind)
        else:
            self.send(status, content, headers(answer, self.path))
        if taken is not None:
            self.server.books.report_later(taken)

    def do_GET(self) -> None:
        if not self._admitted():
            return
        answer = self.server.books.answer_to_list()
        self.server.books.stopped.wait(answer.after)
        if answer.kind in SILENT:
            self.hang_up(answer.kind)
            return
        if answer.kind is not Kind.ACCEPT:
            status, content = word(answer, None)
            self.send(status, content, headers(answer, self.path))
            return
        content = json.dumps(page(self.server.books.listed(), self.path)).encode()
        self._check(200, content)
        self.send(200, content)

    def _admitted(self) -> bool:
        if self.headers.get("Authorization") != CREDENTIALS:
            self.send(401, error(20003, 401))
        elif urlsplit(self.path).path != MESSAGES:
            self.send(404, error(20404, 404))
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
