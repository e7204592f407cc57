"""The database goes away: nobody is told that something was kept which was not."""

from pathlib import Path

import httpx
import pytest

from bot.store import Store
from bot.store.migrate import migrate
from bot.team import add_key
from tests.factories import completed
from tests.fakes.carrier import Carrier
from tests.fakes.twilio_forms import message_form, signature, status_form
from tests.processes import environment, eventually, running, twilio_config
from tests.servers import PostgresServer, free_port


@pytest.mark.postgres
def test_webhooks_and_api_ask_to_be_called_again_and_work_once_it_is_back(
    private_postgres: PostgresServer, tmp_path: Path
) -> None:
    port = free_port()
    config = twilio_config(tmp_path, port)
    store = Store(private_postgres.url)
    migrate(store)
    store.close()
    env = environment(private_postgres.url)
    key = add_key(config, env, "the ATS")
    url = f"http://127.0.0.1:{port}"

    def webhook(path: str, form: dict[str, object]) -> int:
        signed = {"X-Twilio-Signature": signature(url + path, form)}  # type: ignore[arg-type]
        return httpx.post(url + path, data=form, headers=signed, timeout=60).status_code

    def everything() -> list[int]:
        return [
            webhook("/webhooks/twilio/messages", dict(message_form())),
            webhook("/webhooks/twilio/status?m=1", dict(status_form("SM" + "3" * 32, "sent"))),
            httpx.post(
                f"{url}/api/v1/events",
                json=completed(),
                headers={"Authorization": f"Bearer {key}"},
                timeout=60,
            ).status_code,
            httpx.get(f"{url}/readyz", timeout=60).status_code,
        ]

    with (
        Carrier() as carrier,
        running(
            tmp_path / "log",
            environment(private_postgres.url, carrier.url),
            *("--config", str(config), "serve", "--port", str(port)),
        ) as process,
    ):
        process.says("listens on")
        private_postgres.stop(immediate=True)
        assert everything() == [503, 503, 503, 503]
        assert httpx.get(f"{url}/healthz").status_code == 200

        private_postgres.start()
        eventually(lambda: everything() == [200, 200, 200, 200])
        eventually(lambda: len(carrier.taken) == 1)
