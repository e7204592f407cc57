"""The story by Meta: the served product, its API and webhook, and a Meta that speaks HTTP. Real
processes, the real client, real signatures."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from bot.domain.model import State
from bot.store import Store
from bot.store.schema import deliveries, messages
from bot.team import add_key
from tests.fakes.answers import Answer, Kind
from tests.fakes.contracts import meta_contract
from tests.fakes.meta import FakeMeta
from tests.fakes.meta_batches import ANA, SECRET, VERIFY, message, signed, wrote
from tests.processes import environment, eventually, meta_config, running
from tests.scenarios.test_twilio_story import finished
from tests.servers import free_port


@dataclass
class Wire:
    url: str
    key: str
    store: Store
    meta: FakeMeta

    def finishes(self) -> None:
        """An interview of Ana ended an hour ago."""
        authorized = {"Authorization": f"Bearer {self.key}"}
        answer = httpx.post(f"{self.url}/api/v1/events", json=finished(), headers=authorized)
        assert answer.status_code == 202

    def hears(self, told: object, secret: str = SECRET) -> int:
        body, headers = signed(told, secret)
        url = f"{self.url}/webhooks/meta"
        return httpx.post(url, content=body, headers=dict(headers), timeout=60).status_code

    def writes(self, text: str, wamid: str = "wamid.1") -> int:
        return self.hears(wrote(message(id=wamid, text={"body": text}, timestamp=None)))

    def rows(self, *conditions: sa.ColumnElement[bool]) -> list[Any]:
        with self.store.read() as tx:
            query = sa.select(messages).where(*conditions).order_by(messages.c.id)
            return list(tx.connection.execute(query))


@pytest.fixture
def wire(database_url: str, tmp_path: Path, shared: Path) -> Iterator[Wire]:
    store = Store(database_url)
    port = free_port()
    config = meta_config(tmp_path, port)
    url = f"http://127.0.0.1:{port}"
    with FakeMeta(webhook=f"{url}/webhooks/meta", contract=meta_contract(shared)) as meta:
        env = environment(database_url, meta.url)
        key = add_key(config, env, "the ATS")
        words = ("--config", str(config), "serve", "--port", str(port))
        with running(tmp_path / "log", env, *words) as process:
            process.says("listens on")
            yield Wire(url, key, store, meta)
        assert meta.violations == []
    store.close()


def test_an_interview_becomes_a_thank_you_and_a_question_an_answer(wire: Wire) -> None:
    wire.finishes()
    eventually(lambda: len(wire.meta.taken) == 1)
    eventually(lambda: [t.state for t in wire.rows(messages.c.kind == "thank_you")] == ["accepted"])
    assert wire.meta.report(wire.meta.taken[0], "read", "sent", "delivered") == 200

    assert {wire.writes("What happens next?") for _ in range(3)} == {200}
    eventually(lambda: len(wire.meta.taken) == 2)

    assert [row.state for row in wire.rows(messages.c.kind == "thank_you")] == ["read"]
    thanks, answer = (taken.request for taken in wire.meta.taken)
    assert {thanks["to"], answer["to"]} == {ANA}
    assert thanks["template"]["name"].startswith("thank_you_")
    words = [one["text"] for one in thanks["template"]["components"][0]["parameters"]]
    assert "event-driven design" in words
    assert "Dana Weiss" in answer["text"]["body"]


def test_a_thank_you_that_was_taken_without_an_answer_is_settled_by_its_report(wire: Wire) -> None:
    wire.meta.will(Answer(kind=Kind.DROP))
    wire.finishes()
    eventually(lambda: [t.state for t in wire.rows(messages.c.kind == "thank_you")] == ["unknown"])

    wire.meta.report(wire.meta.taken[0], "delivered")

    [thanks] = wire.rows(messages.c.kind == "thank_you")
    assert (thanks.state, thanks.provider_id) == ("delivered", wire.meta.taken[0].id)
    assert len(wire.meta.taken) == 1


def test_many_messages_at_once_are_each_taken_in_once(wire: Wire) -> None:
    batches = [wrote(*(message(id=f"wamid.{b}.{n}") for n in range(10))) for b in range(5)]

    with ThreadPoolExecutor(10) as together:
        answers = list(together.map(wire.hears, batches * 4))

    assert set(answers) == {200}
    assert len(wire.rows(messages.c.direction == "in")) == 50


def test_stop_is_obeyed_at_once_in_the_middle_of_a_batch(wire: Wire) -> None:
    wire.finishes()
    eventually(lambda: len(wire.meta.taken) == 1)
    words = ("Hello", "STOP", "Anybody there?")
    told = [message(id=f"w.{n}", text={"body": one}) for n, one in enumerate(words)]

    assert wire.hears(wrote(*told)) == 200

    eventually(lambda: wire.rows(messages.c.kind == "opt_out_ack") != [])
    assert wire.rows(messages.c.kind == "reply", messages.c.state == State.SENT.value) == []


def test_meta_is_let_in_and_nobody_else(wire: Wire) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": "42"}
    url = f"{wire.url}/webhooks/meta"

    assert httpx.get(url, params=asked).text == "42"
    assert httpx.get(url, params=asked | {"hub.verify_token": "x"}).status_code == 403
    assert wire.hears(wrote(message()), "guessed") == 403
    assert httpx.post(f"{wire.url}/webhooks/twilio/messages").status_code == 404
    assert wire.rows(messages.c.direction == "in") == []


def test_what_nobody_can_read_is_kept_and_never_asked_for_again(wire: Wire) -> None:
    weird = {"entry": [{"id": None, "changes": [{"field": "new", "value": "\x00\ud800"}]}]}

    assert wire.hears(weird) == 200

    with wire.store.read() as tx:
        [kept] = tx.connection.execute(sa.select(deliveries))
    assert (kept.source, kept.kind, kept.state) == ("whatsapp", "new", "aside")
