"""python -m dramatiq bench.plain.with_dramatiq; `python -m bench.plain.with_dramatiq 20` gives it
twenty jobs."""

from __future__ import annotations

import os
import sys

import dramatiq
from dramatiq.brokers.redis import RedisBroker

from bench.plain.job import job

dramatiq.set_broker(RedisBroker(url=os.environ["HEARBACK_REDIS_URL"]))  # type: ignore[no-untyped-call]


@dramatiq.actor(actor_name="answer")
def answer(number: int) -> None:
    job()(number)


if __name__ == "__main__":
    for number in range(int(sys.argv[1])):
        answer.send(number)
