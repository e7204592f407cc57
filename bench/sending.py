"""The carrier's client on its own: the bare loop that sending is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

from bot.channels.twilio import Twilio, TwilioSettings
from bot.domain.model import MessageId
from bot.domain.ports import Accepted, Outgoing
from tests.fakes.twilio_forms import ACCOUNT, SENDER, TOKEN

TEXT = "Thank you for making time for us. You hear from us by Wednesday, 25 November."


def client(carrier: str) -> Twilio:
    return Twilio(
        TwilioSettings(
            account_sid=ACCOUNT,
            auth_token=TOKEN,
            sender=SENDER,
            public_url="http://127.0.0.1:1",
            api_url=carrier,
        )
    )


def outgoing(number: int, text: str = TEXT) -> Outgoing:
    to = f"+8881000{1_000_000 + number}"
    return Outgoing(reference=MessageId(number), sender=SENDER, to=to, text=text)


def bare_loop(carrier: str, messages: int, *, workers: int, threads: int) -> None:
    """Post `messages` from `workers` processes of `threads` threads each, and nothing else."""
    lots = [range(first, messages, workers) for first in range(workers)]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as processes:
        list(processes.map(_post_all, [carrier] * workers, lots, [threads] * workers))


def _post_all(carrier: str, numbers: Sequence[int], threads: int) -> None:
    shared = client(carrier)

    def post(number: int) -> None:
        if not isinstance(shared.send(outgoing(number)), Accepted):
            raise RuntimeError("the carrier of the benchmark refused a message")

    with ThreadPoolExecutor(threads) as together:
        list(together.map(post, numbers))
