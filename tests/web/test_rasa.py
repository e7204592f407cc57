"""Our scripted conversations, called by a Rasa assistant as it calls any action server."""

from __future__ import annotations

import json
import zlib
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.web.rasa import LARGEST, rasa
from tests.web.conftest import KEY, OpenHouse
from tests.world import World

BEARER = {"Authorization": f"Bearer {KEY}"}


@pytest.fixture
def client(home: World, open_house: OpenHouse) -> FlaskClient:
    flows = home.hearback.flows
    app: Flask = open_house(blueprints=[rasa(flows.serve, flows.names)])
    return app.test_client()


def call(text: str, action: str = "action_survey", **told: Any) -> dict[str, Any]:
    """What Rasa 3 posts to its action endpoint."""
    intent = {"name": None, "confidence": 0.0}
    return {
        "version": "3.6.21",
        "next_action": action,
        "sender_id": "8f1c2d",
        "tracker": {
            "sender_id": "8f1c2d",
            "slots": {"survey_score": None, "language": "en"},
            "latest_message": {
                "text": text,
                "intent": intent,
                "entities": [],
                "intent_ranking": [intent],
                "message_id": "b2f7",
                "metadata": {},
            },
            "latest_event_time": 1763899200.0,
            "followup_action": None,
            "paused": False,
            "stack": [],
            "events": [
                {"event": "action", "timestamp": 1763899100.0, "name": "action_session_start"},
                {"event": "user", "timestamp": 1763899200.0, "text": text, "input_channel": "rest"},
            ],
            "latest_input_channel": "rest",
            "active_loop": {"name": "survey", "is_interrupted": False},
            "latest_action": {"action_name": "action_listen"},
            "latest_action_name": "action_listen",
            **told,
        },
        "domain": {"version": "3.1", "intents": [], "slots": {}, "responses": {}, "actions": []},
    }


def post(client: FlaskClient, told: Any, **headers: str) -> TestResponse:
    return client.post("/rasa/webhook", data=json.dumps(told), headers={**BEARER, **headers})


def test_an_answer_is_understood_and_given_in_rasas_own_shape(client: FlaskClient) -> None:
    answer = post(client, call("I'd say 9"))

    assert answer.status_code == 200
    slots = {e["name"]: e["value"] for e in answer.json["events"] if e["event"] == "slot"}
    assert slots["survey_score"] == "9"
    (response,) = answer.json["responses"]
    assert response["response"] == "survey_ask_comment_high"


def test_what_the_assistant_has_not_understood_is_understood_here(client: FlaskClient) -> None:
    answer = post(client, call("When will I hear from you?"))

    assert answer.status_code == 400
    assert answer.json["action_name"] == "action_survey"


def test_a_meaning_that_the_assistant_is_sure_of_stands(client: FlaskClient) -> None:
    told = call("When will I hear from you?", slots={"survey_score": "8"})
    told["tracker"]["latest_message"]["intent"] = {"name": "survey_feedback", "confidence": 0.9}

    answer = post(client, told)

    assert answer.status_code == 200
    assert {"survey_comment", "survey_score"} <= {e.get("name") for e in answer.json["events"]}


def test_a_body_may_come_packed_but_not_endlessly(client: FlaskClient) -> None:
    packed = zlib.compress(json.dumps(call("10")).encode())
    bomb = zlib.compress(b" " * (LARGEST + 1))
    headers = {**BEARER, "Content-Encoding": "deflate"}

    assert client.post("/rasa/webhook", data=packed, headers=headers).status_code == 200
    assert client.post("/rasa/webhook", data=bomb, headers=headers).status_code == 413
    assert client.post("/rasa/webhook", data=b"none", headers=headers).status_code == 400


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b'{"tracker": 1}', b"[" * 100_000])
def test_what_is_no_call_is_told_so(client: FlaskClient, body: bytes) -> None:
    answer = client.post("/rasa/webhook", data=body, headers=BEARER)

    assert answer.status_code == 400
    assert "no action call" in answer.json["error"]


@pytest.mark.parametrize(
    "tracker", [{}, {"latest_message": []}, {"slots": [1]}, {"events": "x"}, {"active_loop": None}]
)
def test_a_tracker_of_another_shape_is_no_crash(
    client: FlaskClient, tracker: dict[str, Any]
) -> None:
    answer = post(client, {"next_action": "action_survey", "sender_id": "x", "tracker": tracker})

    assert answer.status_code in (200, 400)


def test_an_unknown_action_is_not_found(client: FlaskClient) -> None:
    assert post(client, call("9", "action_drop_tables")).status_code == 404


def test_the_actions_are_listed(client: FlaskClient) -> None:
    listed = client.get("/rasa/actions", headers=BEARER).json

    assert {"name": "action_survey"} in listed


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", f"Basic {KEY}"])
def test_nobody_calls_without_a_key(client: FlaskClient, header: str) -> None:
    assert post(client, call("9"), Authorization=header).status_code == 401
    assert client.get("/rasa/actions", headers={"Authorization": header}).status_code == 401
    assert client.get("/rasa/health").json == {"status": "ok"}
