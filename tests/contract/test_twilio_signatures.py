"""Whom we believe: Twilio's published vectors, and what forgers try."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from bot.channels.twilio_settings import TwilioSettings
from bot.channels.twilio_webhook import Delivery, verified
from tests.fakes.twilio_forms import ACCOUNT, SENDER, TOKEN, message_form, signature

URL = "https://hr.example.com/webhooks/twilio/messages"
SETTINGS = TwilioSettings(
    account_sid=ACCOUNT, auth_token=TOKEN, sender=SENDER, public_url="https://hr.example.com"
)
FORM = message_form()


def delivery(
    form: Mapping[str, str | Sequence[str]] = FORM,
    *,
    url: str = URL,
    body: bytes = b"raw",
    sign: str | None = None,
    algorithm: str | None = None,
) -> Delivery:
    """A request that is signed properly, unless told otherwise."""
    return Delivery(
        url=url,
        form={name: [v] if isinstance(v, str) else list(v) for name, v in form.items()},
        body=body,
        signature=signature(url, form) if sign is None else sign,
        algorithm=algorithm,
    )


# --- published vectors --------------------------------------------------------------------


@pytest.fixture(scope="module")
def vectors(shared: Path) -> Any:
    path = shared / "data" / "payloads" / "twilio_signature_vectors.json"
    return json.loads(path.read_text(encoding="utf-8"))


def test_published_form_signatures_are_believed(vectors: Any) -> None:
    settings = replace(SETTINGS, auth_token=vectors["auth_token"])
    signed = [vector for vector in vectors["vectors"] if "expected" in vector]

    for vector in signed:
        form: dict[str, list[str]] = {}
        for name, value in vector.get("params_list") or vector["params"].items():
            form.setdefault(name, []).append(value)

        assert verified(settings, delivery(form, url=vector["url"], sign=vector["expected"]))
        assert not verified(SETTINGS, delivery(form, url=vector["url"], sign=vector["expected"]))
    assert len(signed) == 2


def test_the_published_json_body_is_believed_and_no_other(vectors: Any) -> None:
    [vector] = [vector for vector in vectors["vectors"] if "body" in vector]
    settings = replace(SETTINGS, auth_token=vectors["auth_token"])
    url, body = vector["url"], vector["body"].encode()
    signed = signature(url, {}, vectors["auth_token"])

    assert verified(settings, delivery({}, url=url, body=body, sign=signed))
    assert not verified(settings, delivery({}, url=url, body=body + b" ", sign=signed))


# --- genuine ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"Body": ""},
        {"Body": "Olá 👋 ¿qué tal? \u202e", "ProfileName": "李雷"},
        {"Body": "a&b=c+d%20"},
        {"Body": ["two", "one", "two"]},
        {"SomethingNew": "added without notice"},
    ],
)
def test_a_signed_form_is_believed(changes: dict[str, str | list[str]]) -> None:
    assert verified(SETTINGS, delivery(message_form(**changes)))


def test_the_port_may_be_signed_or_not() -> None:
    with_port = URL.replace("hr.example.com", "hr.example.com:443")

    assert verified(SETTINGS, delivery(sign=signature(with_port, FORM)))


def test_f27_during_rotation_both_tokens_are_believed() -> None:
    rotating = replace(SETTINGS, auth_token="the new one", previous_auth_token=TOKEN)

    assert verified(rotating, delivery())
    assert verified(rotating, delivery(sign=signature(URL, FORM, "the new one")))
    assert not verified(replace(rotating, previous_auth_token=""), delivery())


def test_an_empty_token_is_none() -> None:
    assert not verified(SETTINGS, delivery(sign=signature(URL, FORM, "")))


# --- forged -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "forged",
    [
        delivery(sign=""),
        delivery(sign="garbage"),
        delivery(sign=signature(URL, FORM, "another token")),
        delivery(sign=signature(URL, FORM).lower()),
        delivery(sign=signature(URL, FORM) + "="),
        delivery(sign="é" * 28),
        delivery(sign=signature(URL.replace("https", "http"), FORM)),
        delivery(sign=signature(URL.replace("hr.", "evil."), FORM)),
        delivery(sign=signature(URL + "/", FORM)),
        delivery(sign=signature(URL + "?m=1", FORM)),
        delivery(sign=signature(URL, {**FORM, "Body": "Hello!"})),
        delivery(sign=signature(URL, {**FORM, "From": "whatsapp:+34600111223"})),
        delivery(sign=signature(URL, {**FORM, "Extra": ""}) + " "),
        delivery({**FORM, "Extra": ["", "x"]}, sign=signature(URL, FORM)),
        delivery({}, body=b"{}", sign=signature(URL, {})),
        delivery({}, body=b"\xff", sign=signature(URL, {})),
        delivery({**FORM, "Body": "\ud800"}, sign=signature(URL, FORM)),
    ],
)
def test_a_forged_request_is_not_believed(forged: Delivery) -> None:
    assert not verified(SETTINGS, forged)


def test_a_missing_signature_is_not_believed() -> None:
    assert not verified(SETTINGS, replace(delivery(), signature=None))


@pytest.mark.parametrize("algorithm", ["HMAC_SHA256", "hmac_sha256", "NONE", "HMAC_MD5", "é"])
def test_a_shared_key_that_we_do_not_hold_is_not_believed(algorithm: str) -> None:
    header = f"key=webhooks_sharedkey_1,algorithm={algorithm}"

    assert not verified(SETTINGS, delivery(algorithm=header))


@pytest.mark.parametrize("header", ["", "key=1,algorithm=HMAC_SHA1", "key=1"])
def test_the_auth_token_is_believed_where_the_header_says_so(header: str) -> None:
    assert verified(SETTINGS, delivery(algorithm=header))


def test_a_form_cannot_ride_on_a_signed_json_url() -> None:
    url = f"{URL}?bodySHA256={sha256(b'{}').hexdigest()}"
    signed = signature(url, {})

    assert verified(SETTINGS, delivery({}, url=url, body=b"{}", sign=signed))
    assert not verified(SETTINGS, delivery(FORM, url=url, body=b"{}", sign=signed))
