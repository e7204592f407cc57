"""The doors that other systems call at, over a real house."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from bot.domain.errors import StoreDown
from bot.running import web_app
from bot.settings import Settings
from bot.work.live import LiveBus
from tests.fakes.greenhouse_calls import SECRET, about, body, hired, rejected, signature
from tests.sourced import event_rows, listening, reads, stored
from tests.world import World

URL = "/sources/greenhouse"


@pytest.fixture
def home(sqlite_url: str) -> Iterator[World]:
    url = sqlite_url
    secrets = f"{SECRET} the-one-before"
    with listening(url, "greenhouse", GREENHOUSE_WEBHOOK_SECRETS=secrets) as one:
        yield one


def site(home: World) -> Flask:
    assert isinstance(home.choices, Settings)
    return web_app(home.hearback, LiveBus(), "only for tests", home.choices)


def call(home: World, raw: bytes, claimed: str | None = None, **headers: str) -> TestResponse:
    told = {"Signature": signature(raw) if claimed is None else claimed, **headers}
    return site(home).test_client().post(URL, data=raw, headers=told)


def test_a_webhook_is_stored_and_answered_with_200_and_nothing_else(home: World) -> None:
    answer = call(home, body(rejected()))

    assert (answer.status_code, answer.data) == (200, b"")
    (row,) = stored(home)
    assert (row.source, row.kind, row.state) == ("greenhouse", "reject_candidate", "received")
    assert event_rows(home) == []


def test_the_same_webhook_again_is_known_whatever_its_headers_say(home: World) -> None:
    raw = body(hired())

    answers = [call(home, raw, **{"Greenhouse-Event-ID": id}) for id in ("one", "one", "two")]
    reads(home)
    call(home, raw)
    reads(home)

    assert {answer.status_code for answer in answers} == {200}
    assert len(stored(home)) == 1
    assert len(event_rows(home)) == 3


def test_two_webhooks_about_one_thing_are_one_event(home: World) -> None:
    later = rejected()
    later["payload"]["application"]["last_activity_at"] = "2026-11-29T10:00:00Z"

    for told in (rejected(), later):
        call(home, body(told))
    reads(home)

    assert len(stored(home)) == 2
    assert len(event_rows(home)) == 1


def test_what_was_escaped_is_verified_as_it_was_sent(home: World) -> None:
    raw = body(about("candidate_stage_change", note="<p>hello</p>"))

    assert b"\\u003cp" in raw
    assert call(home, raw).status_code == 200


def test_while_a_secret_is_changed_both_are_believed(home: World) -> None:
    raw = body(rejected())

    assert call(home, raw, signature(raw, "the-one-before")).status_code == 200


@pytest.mark.parametrize(
    "claimed",
    [
        "",
        "sha256",
        "sha256 ",
        f"sha256 {'0' * 64}",
        f"sha256={signature(body(rejected()))[7:]}",
        f"sha1 {signature(body(rejected()))[7:]}",
        signature(body(rejected()), "another secret"),
        signature(body(rejected()), ""),
        signature(body(hired())),
        f"sha256 {signature(body(rejected()))[7:].upper()}",
        "sha256 \u00e9\u00e9",
    ],
)
def test_what_is_not_signed_by_one_of_our_secrets_is_refused(home: World, claimed: str) -> None:
    answer = call(home, body(rejected()), claimed.encode("utf-8").decode("latin-1"))

    assert answer.status_code == 400
    assert stored(home) == []


def test_one_byte_more_is_another_body(home: World) -> None:
    raw = body(rejected())

    assert call(home, raw + b" ", signature(raw)).status_code == 400


def test_its_first_call_passes_with_the_right_secret_only(home: World) -> None:
    raw = body({"action": "ping", "web_hook_id": 1})

    assert call(home, raw, "sha256 wrong").status_code == 400
    assert call(home, raw).status_code == 200


def test_without_a_secret_it_is_asked_to_come_again(sqlite_url: str) -> None:
    with listening(sqlite_url, "greenhouse") as home:
        answer = call(home, body(rejected()))

        assert answer.status_code == 503 and answer.headers["Retry-After"]
        assert stored(home) == []


def test_a_system_that_the_team_does_not_use_has_no_door(sqlite_url: str) -> None:
    with listening(sqlite_url) as home:
        assert call(home, body(rejected())).status_code == 404


def test_while_the_database_is_away_it_is_asked_to_come_again(
    home: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = site(home)

    def away(self: object, *told: object, **more: object) -> NoReturn:
        raise StoreDown("away")

    monkeypatch.setattr(type(home.store), "begin", away)
    raw = body(rejected())
    answer = app.test_client().post(URL, data=raw, headers={"Signature": signature(raw)})

    assert answer.status_code == 503 and answer.headers["Retry-After"]


@pytest.mark.parametrize(
    "raw",
    [b"", b"[]", b"null", b"\xff\xfe", b"{", b"[" * 100_000, b'{"action": 7}', b'{"action": ""}'],
)
def test_whatever_is_signed_is_answered_with_200(home: World, raw: bytes) -> None:
    answer = call(home, raw)
    reads(home)

    assert answer.status_code == 200
    (row,) = stored(home)
    assert row.state == "aside"


def test_an_enormous_body_is_refused(home: World) -> None:
    assert call(home, b"x" * 3_000_000).status_code == 413


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_other_methods_are_refused(home: World, method: str) -> None:
    assert getattr(site(home).test_client(), method)(URL).status_code == 405


SECRETS_OF_OTHERS = ("90000", "too slow", "doubts about scale", "files.example", "92000")


def test_what_we_have_no_business_to_keep_is_dropped_before_it_is_stored(home: World) -> None:
    call(home, body(hired()))

    (row,) = stored(home)
    text = json.dumps(row.raw)
    assert not [word for word in SECRETS_OF_OTHERS if word in text]
    assert "Okafor" in text


def test_depth_is_cut(home: World) -> None:
    deep: Any = "bottom"
    for _ in range(200):
        deep = {"deeper": deep}

    call(home, body({"action": "new", "payload": deep}))

    assert "bottom" not in json.dumps(stored(home)[0].raw)


# --- all of them --------------------------------------------------------------------------


def hexed(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def proof(vendor: str, raw: bytes, home: World) -> dict[str, str]:
    """The headers with which a vendor sends this body."""
    at = str(int(home.clock.now().timestamp()))
    return {
        "greenhouse": {"Signature": f"sha256 {hexed(SECRET, raw)}"},
        "ashby": {"Ashby-Signature": f"sha256={hexed(SECRET, raw)}"},
        "calendly": {
            "Calendly-Webhook-Signature": f"t={at},v1={hexed(SECRET, at.encode() + b'.' + raw)}"
        },
        "calcom": {"X-Cal-Signature-256": hexed(SECRET, raw)},
    }[vendor]


def published(shared: Path) -> Iterator[tuple[str, Any]]:
    """Every webhook that is documented, by its vendor. There are none of Lever."""
    folder = shared / "data" / "payloads"
    for one in json.loads((folder / "greenhouse_webhooks.json").read_text())["events"]:
        yield "greenhouse", one["payload"]
    for one in json.loads((folder / "calendly_webhook_examples.json").read_text())["examples"]:
        yield "calendly", one["payload"]
    for one in json.loads((folder / "calcom_webhook.json").read_text())["events"]:
        yield "calcom", one
    for path in sorted((folder / "ashby_from_openapi").glob("*.json")):
        yield "ashby", json.loads(path.read_text())


def test_every_webhook_that_is_documented_is_answered_with_200_and_read(
    sqlite_url: str, shared: Path
) -> None:
    vendors = ("greenhouse", "ashby", "calendly", "calcom")
    secrets = {f"{vendor.upper()}_WEBHOOK_SECRETS": SECRET for vendor in vendors}

    with listening(sqlite_url, *vendors, **secrets) as home:
        client = site(home).test_client()
        for vendor, told in published(shared):
            raw = json.dumps(told).encode()
            answer = client.post(f"/sources/{vendor}", data=raw, headers=proof(vendor, raw, home))
            assert (answer.status_code, answer.data) == (200, b""), told
        reads(home)

        assert {row.source for row in stored(home)} == set(vendors)
        assert {row.state for row in stored(home)} <= {"read", "aside", "received"}
        assert not [row for row in stored(home) if row.attempts]
        assert not [row for row in event_rows(home) if row.state == "failed"]
