"""Candidates who write: signed webhooks, as fast as they are answered or at a steady pace.

It runs in a process of its own, on plain sockets: on few cores a busy client would be measured.
"""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from urllib.parse import urlencode, urlsplit

from bench.measuring import percentile
from tests.fakes.twilio_forms import message_form, signature

CONNECTIONS = 16
CANDIDATES = 300
"""Each writes again before the house takes a burst for finished: webhooks alone are at work."""
TEXTS = ("What happens next?", "Thanks!", "Who will I meet on Tuesday?", "¿Cuándo sabré algo?")


@dataclass(frozen=True)
class Load:
    """What came of it: seconds from the moment a request was meant to go to its answer."""

    lasted: float
    times: Sequence[float]

    @property
    def per_second(self) -> float:
        return len(self.times) / self.lasted

    def ms(self, share: float) -> float:
        return 1000 * percentile(self.times, share)


def write(url: str, requests: int, first: int, *, pace: float = 0.0) -> Load:
    """Send webhooks number `first` and on; `pace` is requests a second, or 0 for no limit.

    Raises RuntimeError: a request was not answered with 200.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(_write, url, requests, first, pace).result()


def _write(url: str, requests: int, first: int, pace: float) -> Load:
    raw = [webhook(url, number) for number in range(first, first + requests)]
    numbers, lock, start = itertools.count(), threading.Lock(), time.perf_counter()

    def talk(_: int) -> list[float]:
        times: list[float] = []
        with socket.create_connection((urlsplit(url).hostname, urlsplit(url).port)) as line:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while True:
                with lock:
                    number = next(numbers)
                if number >= requests:
                    return times
                times.append(_say(line, raw[number], start + number / pace if pace else 0.0))

    with ThreadPoolExecutor(CONNECTIONS) as together:
        times = list(itertools.chain(*together.map(talk, range(CONNECTIONS))))
    return Load(time.perf_counter() - start, times)


def _say(line: socket.socket, request: bytes, meant_at: float) -> float:
    now = time.perf_counter()
    time.sleep(max(0.0, meant_at - now))
    line.sendall(request)
    answer = _answer(line)
    if not answer.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"a webhook was answered with {answer[:200]!r}")
    return time.perf_counter() - (meant_at or now)


def _answer(line: socket.socket) -> bytes:
    seen = b""
    while True:
        head, end, body = seen.partition(b"\r\n\r\n")
        if end and len(body) >= int(head.lower().split(b"content-length: ")[1].split()[0]):
            return seen
        seen += line.recv(4096)


def webhook(url: str, number: int) -> bytes:
    """Return a whole signed request: what one of the candidates wrote."""
    path = "/webhooks/twilio/messages"
    form = message_form(
        MessageSid=f"SM{number:032x}",
        From=f"whatsapp:+8881000{1_000_000 + number % CANDIDATES}",
        Body=TEXTS[number % len(TEXTS)],
    )
    body = urlencode(form)
    head = (
        f"POST {path} HTTP/1.1",
        f"Host: {urlsplit(url).netloc}",
        "Content-Type: application/x-www-form-urlencoded; charset=UTF-8",
        f"X-Twilio-Signature: {signature(url + path, form)}",
        f"Content-Length: {len(body)}",
        "User-Agent: TwilioProxy/1.1",
    )
    return ("\r\n".join(head) + "\r\n\r\n" + body).encode()
