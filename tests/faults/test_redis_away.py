"""F16: Redis goes away in every manner there is. It only slows things."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.fakes.carrier import Carrier
from tests.fakes.twilio_forms import message_form, signature
from tests.processes import environment, eventually, running, twilio_config
from tests.servers import RedisServer, free_port

LONGEST_ANSWER = 5.0
"""Seconds; Twilio gives up after fifteen."""


@pytest.mark.slow
def test_f16_redis_away_slow_emptied_or_new_loses_nothing_and_blocks_nobody(
    postgres_url: str, private_redis: RedisServer, tmp_path: Path
) -> None:
    port = free_port()
    config = ("--config", str(twilio_config(tmp_path, port)))
    log = tmp_path / "log"
    private_redis.stop()  # as it may be when we start

    with Carrier() as carrier:
        env = environment(postgres_url, carrier.url, private_redis.url)
        with (
            running(log, env, *config, "serve", "--port", str(port)) as web,
            running(log, env, *config, "worker") as worker,
        ):
            web.says("listens on")
            worker.says("ready")

            def answered(number: int) -> Callable[[], bool]:
                """Write as a candidate of this number; return whether an answer came."""
                assert write(port, number) == 200
                return lambda: f"whatsapp:{phone(number)}" in [one.to for one in carrier.taken]

            after = [
                ("was never there", lambda: None),
                ("came", private_redis.start),
                ("hangs", private_redis.freeze),
                ("goes on", private_redis.thaw),
                ("was emptied", private_redis.flush),
                ("died", private_redis.kill),
                ("is new", private_redis.start),
            ]
            for number, (_, happens) in enumerate(after):
                happens()
                eventually(answered(number))

            assert worker.stop() == web.stop() == 0

    assert len(carrier.taken) == len(after)


def phone(number: int) -> str:
    return f"+44770090{number:04}"


def write(port: int, number: int) -> int:
    url = f"http://127.0.0.1:{port}/webhooks/twilio/messages"
    form = message_form(
        MessageSid=f"SM{number:032}", From=f"whatsapp:{phone(number)}", Body="MY DATA"
    )
    signed = {"X-Twilio-Signature": signature(url, form)}
    return httpx.post(url, data=dict(form), headers=signed, timeout=LONGEST_ANSWER).status_code
