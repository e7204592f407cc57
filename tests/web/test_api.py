import json
from collections.abc import Mapping
from typing import Any, NoReturn

import pytest
from werkzeug.test import TestResponse

from bot.domain.errors import StoreDown
from tests.factories import NOON, completed, event
from tests.web.conftest import KEY, OpenHouse, Visitor
from tests.world import World

EVENTS = "/api/v1/events"


def post(visitor: Visitor, body: object, *, key: str = KEY) -> TestResponse:
    data = body if isinstance(body, bytes) else json.dumps(body)
    return visitor.client.post(EVENTS, data=data, headers={"Authorization": f"Bearer {key}"})


def test_an_event_is_accepted_once_and_known_after_that(stranger: Visitor, home: World) -> None:
    first, again = post(stranger, completed()), post(stranger, completed())
    home.stepper.settle_now()

    assert (first.status_code, first.json) == (202, {"status": "accepted"})
    assert (again.status_code, again.json) == (200, {"status": "known"})
    assert len(home.rows("thank_you")) == 1


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Bearer wrong", f"Basic {KEY}"])
def test_without_a_key_nothing_is_taken(stranger: Visitor, header: str | None) -> None:
    headers = {"Authorization": header} if header is not None else {}

    answer = stranger.client.post(EVENTS, json=completed(), headers=headers)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_session_is_no_key(recruiter: Visitor) -> None:
    assert recruiter.client.post(EVENTS, json=completed()).status_code == 401


def test_every_mistake_is_named(stranger: Visitor) -> None:
    answer = post(stranger, event("interview.completed", NOON, candidate={}, process=7))

    assert answer.status_code == 422
    errors = answer.get_json()["errors"]
    assert {error["field"] for error in errors} >= {"candidate.ref", "process"}
    assert all(set(error) == {"field", "problem", "mend"} for error in errors)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"text"', b"\xff\xfe", b"[" * 100_000, b"null", b"id=1"]
)
def test_what_is_no_json_object_is_refused(stranger: Visitor, body: bytes) -> None:
    answer = post(stranger, body)

    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["field"] == "body"


def test_an_enormous_body_is_refused(stranger: Visitor) -> None:
    answer = post(stranger, {"id": "x" * 300_000})

    assert answer.status_code == 413 and "error" in answer.get_json()


def test_while_the_database_is_away_callers_are_asked_to_come_again(
    open_house: OpenHouse,
) -> None:
    def away(source: str, raw: Mapping[str, Any]) -> NoReturn:
        raise StoreDown("away")

    answer = post(Visitor(open_house(receive_event=away)), completed())

    assert answer.status_code == 503 and answer.headers["Retry-After"]


def test_the_source_is_the_name_of_the_key(open_house: OpenHouse) -> None:
    heard = []
    site = open_house(receive_event=lambda source, raw: heard.append(source) or True)

    post(Visitor(site), completed())

    assert heard == ["greenhouse"]


def test_other_methods_are_answered_in_json(stranger: Visitor) -> None:
    answer = stranger.client.get(EVENTS)

    assert answer.status_code == 405


def test_probes_need_no_sign_in(stranger: Visitor) -> None:
    assert stranger.get("/healthz").get_json() == {"status": "alive"}
    assert stranger.get("/readyz").get_json() == {"status": "ready"}


def test_without_a_database_the_process_lives_and_is_not_ready(
    stranger: Visitor, home: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(self: object) -> NoReturn:
        raise StoreDown("away")

    monkeypatch.setattr(type(home.store), "read", away)

    assert stranger.get("/healthz").status_code == 200
    assert stranger.get("/readyz").status_code == 503
