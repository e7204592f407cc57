"""python -m celery -A bench.plain.with_celery worker; `python -m bench.plain.with_celery 20`
gives it twenty jobs."""

from __future__ import annotations

import os
import sys

from celery import Celery
from celery.signals import worker_init

from bench.plain.job import job

ACKS_LATE = "BENCH_ACKS_LATE"
"""Set in the environment: a task is acknowledged when it is done, not when it begins."""

app = Celery("bench", broker=os.environ["HEARBACK_REDIS_URL"])


@worker_init.connect  # type: ignore[untyped-decorator]
def get_ready(**_: object) -> None:
    job()


@app.task(name="answer", ignore_result=True, acks_late=ACKS_LATE in os.environ)  # type: ignore[untyped-decorator]
def answer(number: int) -> None:
    job()(number)


if __name__ == "__main__":
    for number in range(int(sys.argv[1])):
        answer.delay(number)
