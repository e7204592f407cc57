"""A carrier that accepts everything and is never the bottleneck, as a process of its own.

It speaks as much of Twilio's API as the client needs, and remembers when it took what.
`tests/fakes/carrier.py` also misbehaves and checks; that costs it four times the time.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Self, cast
from urllib.parse import unquote_plus

import click
import httpx

from tests.fakes.taken import reference_in, resource, take

END = b"\r\n\r\n"
HEAD = b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %s" + END
CREATED = b"201 Created"
SID = b"SM" + b"0" * 32
MESSAGE = json.dumps(resource(take(SID.decode(), {}, datetime.now(UTC)))).encode()


@dataclass(frozen=True, kw_only=True)
class Post:
    """One message that the carrier took."""

    at: float
    """Seconds on the carrier's own clock."""
    to: str
    sender: str
    reference: str
    """Ours, out of the callback URL."""


class Posts:
    """What a carrier in another process took, as its clients may ask it."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=60)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._http.close()

    def count(self) -> int:
        return int(self._http.get("/count").text)

    def since(self, number: int = 0) -> list[Post]:
        """Return everything taken after the first `number`, in order."""
        found = self._http.get("/taken", params={"since": number}).json()
        return [Post(**one) for one in found]


def per_second(posts: Iterable[Post]) -> float:
    """Return how many were taken in a second, from the first to the last."""
    moments = [post.at for post in posts]
    return (len(moments) - 1) / (max(moments) - min(moments))


def by_number(posts: Iterable[Post]) -> Counter[str]:
    return Counter(post.to for post in posts)


class _Conversation(asyncio.Protocol):
    """One connection: HTTP/1.1, one request after the other."""

    def __init__(self, taken: list[Post], after: float) -> None:
        self._taken, self._after = taken, after
        self._seen = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._seen += data
        head, end, rest = self._seen.partition(END)
        length = _length(head) if end else 0
        if end and len(rest) >= length:
            self._seen = rest[length:]
            self._answer(head, rest[:length])

    def _answer(self, head: bytes, body: bytes) -> None:
        if head.startswith(b"POST"):
            created = self._take(body)
            asyncio.get_running_loop().call_later(self._after, self._say, created, CREATED)
        elif head.startswith(b"GET /count"):
            self._say(str(len(self._taken)).encode())
        else:
            since = int(head.split(b"since=")[1].split()[0])
            self._say(json.dumps([asdict(post) for post in self._taken[since:]]).encode())

    def _take(self, body: bytes) -> bytes:
        form = dict(pair.split("=", 1) for pair in body.decode().split("&"))
        post = Post(
            at=time.monotonic(),
            to=unquote_plus(form["To"]).removeprefix("whatsapp:"),
            sender=unquote_plus(form["From"]).removeprefix("whatsapp:"),
            reference=reference_in(unquote_plus(form["StatusCallback"])),
        )
        self._taken.append(post)
        return MESSAGE.replace(SID, b"SM1%031x" % len(self._taken))

    def _say(self, content: bytes, status: bytes = b"200 OK") -> None:
        length = str(len(content)).encode()
        self._transport.write(HEAD % (status, length) + content)


def _length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"content-length:")
    return int(rest.split(b"\r\n", 1)[0]) if found else 0


async def serve(port: int, after: float) -> None:
    taken: list[Post] = []
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Conversation(taken, after), "127.0.0.1", port)
    click.echo(f"The carrier listens on http://127.0.0.1:{port}")
    await server.serve_forever()


@click.command()
@click.option("--port", required=True, type=int)
@click.option("--after", default=0.0, help="Seconds that it takes to answer.")
def main(port: int, after: float) -> None:
    """Serve until killed."""
    asyncio.run(serve(port, after))


if __name__ == "__main__":
    main()
