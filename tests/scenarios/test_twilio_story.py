"""The story over the wire: the served product, its API and webhooks, and a Twilio that speaks
HTTP. Real processes, the real client, real signatures."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from bot.domain.model import Direction, State
from bot.store import Store
from bot.store.schema import messages, receipts
from bot.team import add_key
from tests.factories import candidate, event, interview
from tests.fakes.carrier import Carrier
from tests.fakes.contracts import contract
from tests.fakes.twilio_forms import SENDER, TOKEN, message_form, signature
from tests.processes import environment, eventually, running, twilio_config
from tests.servers import free_port

PHONE = "+34600111222"


@dataclass
class Wire:
    url: str
    key: str
    store: Store
    carrier: Carrier

    def posts(self, raw: dict[str, Any], **headers: str) -> httpx.Response:
        authorized = {"Authorization": f"Bearer {self.key}", **headers}
        return httpx.post(f"{self.url}/api/v1/events", json=raw, headers=authorized)

    def writes(self, text: str, sid: str = "SM" + "1" * 32, token: str = TOKEN) -> httpx.Response:
        form = message_form(Body=text, MessageSid=sid, From=f"whatsapp:{PHONE}")
        url = f"{self.url}/webhooks/twilio/messages"
        signed = {"X-Twilio-Signature": signature(url, form, token)}
        return httpx.post(url, data=form, headers=signed, timeout=60)

    def rows(self, *conditions: sa.ColumnElement[bool]) -> list[Any]:
        with self.store.read() as tx:
            query = sa.select(messages).where(*conditions).order_by(messages.c.id)
            return list(tx.connection.execute(query))


@pytest.fixture
def wire(database_url: str, tmp_path: Path, shared: Path) -> Iterator[Wire]:
    store = Store(database_url)
    port = free_port()
    config = twilio_config(tmp_path, port)
    checked = contract(shared)
    with Carrier(callbacks=("sent", "delivered", "read"), contract=checked) as carrier:
        env = environment(database_url, carrier.url)
        key = add_key(config, env, "the ATS")
        words = ("--config", str(config), "serve", "--port", str(port))
        with running(tmp_path / "log", env, *words) as process:
            process.says("listens on")
            yield Wire(f"http://127.0.0.1:{port}", key, store, carrier)
        assert carrier.violations == []
    store.close()


def daytime_zone() -> str:
    """A zone in which it is noon or so right now: nobody's night must hold the test up."""
    ahead = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def finished(**told: Any) -> dict[str, Any]:
    """An interview that ended an hour ago, of a candidate who is awake."""
    end = datetime.now(UTC) - timedelta(hours=1)
    who = candidate(phone=PHONE, time_zone=daytime_zone())
    return event("interview.completed", end, candidate=who, interview=interview(end), **told)


def test_an_interview_becomes_a_delivered_thank_you_and_a_question_an_answer(wire: Wire) -> None:
    first, again = wire.posts(finished() | {"id": "1"}), wire.posts(finished() | {"id": "1"})
    assert (first.status_code, again.status_code) == (202, 200)

    eventually(
        lambda: [t for t in wire.rows(messages.c.kind == "thank_you") if t.state == "read"] != []
    )
    assert wire.writes("What happens next?").status_code == 200
    eventually(
        lambda: [r for r in wire.rows(messages.c.kind == "reply") if r.state == "read"] != []
    )

    thanks, answer = wire.carrier.taken
    for taken in (thanks, answer):
        assert taken.to == f"whatsapp:{PHONE}"
        assert taken.sender == f"whatsapp:{SENDER}"
    assert thanks.content_sid.startswith("HX")
    assert "event-driven design" in json.loads(thanks.content_variables).values()
    assert "Dana Weiss" in answer.body


@pytest.fixture
def talking(wire: Wire) -> Wire:
    """A candidate whose thank-you has arrived."""
    wire.posts(finished())
    eventually(lambda: wire.rows(messages.c.kind == "thank_you") != [])
    return wire


def test_fifty_copies_of_a_message_at_once_are_one_row_and_one_turn(talking: Wire) -> None:
    with ThreadPoolExecutor(50) as together:
        answers = list(together.map(lambda _: talking.writes("What happens next?"), range(50)))

    assert {answer.status_code for answer in answers} == {200}
    eventually(lambda: talking.rows(messages.c.kind == "reply") != [])
    eventually(lambda: talking.rows(messages.c.state == State.RECEIVED) == [])
    assert len(talking.rows(messages.c.direction == Direction.IN.value)) == 1
    assert len(talking.rows(messages.c.kind == "reply")) == 1


def test_reports_are_kept_once_and_in_any_order_end_at_the_highest(talking: Wire) -> None:
    talking.writes("Hi")
    eventually(lambda: len(talking.carrier.taken) >= 1)
    answer = talking.carrier.taken[-1]

    codes = talking.carrier.report(answer, "read", "sent", "delivered", "sent", "failed")

    assert codes == [200] * 5
    eventually(lambda: talking.rows(messages.c.provider_id == answer.sid)[0].state == State.READ)
    with talking.store.read() as tx:
        kept = sa.select(receipts.c.status).where(receipts.c.provider_id == answer.sid)
        assert sorted(tx.connection.execute(kept).scalars()) == [
            "delivered",
            "failed",
            "read",
            "sent",
        ]


def test_who_cannot_sign_is_turned_away_and_leaves_nothing(talking: Wire) -> None:
    assert talking.writes("let me in", sid="SM" + "2" * 32, token="guessed").status_code == 403
    url = f"{talking.url}/webhooks/twilio/messages"
    assert httpx.post(url, data=message_form()).status_code == 403
    assert httpx.post(url, content=b"x" * 300_000).status_code == 413
    assert talking.rows(messages.c.body == "let me in") == []


def test_the_api_says_what_is_wrong(wire: Wire) -> None:
    assert wire.posts(finished(), Authorization="Bearer guessed").status_code == 401
    wrong = wire.posts({**finished(), "occurred_at": "yesterday"})
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["field"] == "occurred_at"
    nobody = event(
        "decision.released", datetime.now(UTC), decision={"released_by": "eve@x.example"}
    )
    assert wire.posts(nobody).json()["errors"][0]["field"] == "decision.released_by"
    assert wire.posts({"id": "x" * 300_000}).status_code == 413


def test_a_weird_text_is_never_our_mistake(talking: Wire) -> None:
    for number, text in enumerate(("\x00", "\u202eabc", "\U000e0041", "🙂" * 400, "x" * 65_000), 3):
        sid = f"SM{number:032x}"
        assert talking.writes(text, sid=sid).status_code == 200
        assert talking.rows(messages.c.provider_id == sid) != []
