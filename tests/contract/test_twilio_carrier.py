"""The fake carrier keeps Twilio's contract itself, and survives what tests do to it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from bot.channels.twilio import Twilio, TwilioSettings
from bot.clock import VirtualClock
from bot.domain.model import MessageId, State
from bot.domain.ports import Accepted, Outgoing, Unclear
from tests.fakes.answers import Answer
from tests.fakes.carrier import Carrier
from tests.fakes.contracts import contract
from tests.fakes.listener import Listener
from tests.fakes.taken import Taken, read_log
from tests.fakes.twilio_forms import ACCOUNT, SENDER, TOKEN

ROOT = Path(__file__).parents[2]
MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
TEXT = Outgoing(reference=MessageId(17), sender=SENDER, to="+34600111220", text="Friday?")
FORM = {"From": f"whatsapp:{SENDER}", "To": "whatsapp:+34600111220", "Body": "Friday?"}
SETTINGS = TwilioSettings(
    account_sid=ACCOUNT, auth_token=TOKEN, sender=SENDER, public_url="http://127.0.0.1:9"
)


@pytest.fixture
def carrier(shared: Path) -> Iterator[Carrier]:
    with Carrier(contract=contract(shared)) as carrier:
        yield carrier


@pytest.fixture
def listener(carrier: Carrier) -> Iterator[Listener]:
    with Listener(VirtualClock(datetime(2026, 11, 23, tzinfo=UTC))) as listener:
        listener.believe(settings(carrier, listener))
        yield listener


def settings(carrier: Carrier, listener: Listener) -> TwilioSettings:
    return replace(SETTINGS, api_url=carrier.url, public_url=listener.url)


def post(carrier: Carrier, form: dict[str, str], token: str = TOKEN) -> requests.Response:
    url = f"{carrier.url}{MESSAGES}"
    return requests.post(url, data=form, auth=(ACCOUNT, token), timeout=5)


# --- the contract -------------------------------------------------------------------------


def test_its_answers_keep_the_contract(carrier: Carrier) -> None:
    created = post(carrier, FORM)
    listed = requests.get(f"{carrier.url}{MESSAGES}", auth=(ACCOUNT, TOKEN), timeout=5)

    assert (created.status_code, listed.status_code) == (201, 200)
    assert [m["sid"] for m in listed.json()["messages"]] == [created.json()["sid"]]
    assert carrier.violations == []


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"ContentSid": "thank_you"}, "ContentSid"),
        ({"ValidityPeriod": "soon"}, "CastError"),
        ({"To": None}, "'To' is a required property"),
    ],
)
def test_it_notes_requests_that_break_the_contract(
    carrier: Carrier, changes: dict[str, str | None], named: str
) -> None:
    form = {name: value for name, value in {**FORM, **changes}.items() if value is not None}

    post(carrier, form)

    [violation] = carrier.violations
    assert named in violation


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"Body": "x" * 1601}, 21617),
        ({"Body": ""}, 21619),
        ({"From": SENDER}, 63007),
        ({"ContentSid": "HX" + "a" * 32, "ContentVariables": "Ana"}, 21656),
    ],
)
def test_it_refuses_what_the_contract_cannot_say(
    carrier: Carrier, changes: dict[str, str], code: int
) -> None:
    refused = post(carrier, {**FORM, **changes})

    assert (refused.status_code, refused.json()["code"]) == (400, code)
    assert carrier.taken == []


def test_it_lets_nobody_in_without_the_token(carrier: Carrier) -> None:
    refused = post(carrier, FORM, token="guessed")

    assert (refused.status_code, refused.json()["code"]) == (401, 20003)
    assert carrier.posts == []


# --- its callbacks ------------------------------------------------------------------------


def test_callbacks_come_as_told_twice_and_out_of_order(
    carrier: Carrier, listener: Listener
) -> None:
    Twilio(settings(carrier, listener)).send(TEXT)

    answers = carrier.report(carrier.taken[0], "read", "sent", "sent", "delivered")

    assert answers == [200] * 4
    assert [report.status for report in listener.reports] == [
        State.READ,
        State.SENT,
        State.SENT,
        State.DELIVERED,
    ]


def test_a_callback_may_come_before_the_answer(carrier: Carrier, listener: Listener) -> None:
    carrier.will(Answer(first=("sent", "delivered")))

    outcome = Twilio(settings(carrier, listener)).send(TEXT)

    assert isinstance(outcome, Accepted)
    assert [(r.provider_id, r.reference) for r in listener.reports] == [
        (outcome.provider_id, 17),
        (outcome.provider_id, 17),
    ]


def test_a_failure_is_reported_with_its_code_in_a_recruiters_words(
    carrier: Carrier, listener: Listener
) -> None:
    Twilio(settings(carrier, listener)).send(TEXT)

    carrier.report(carrier.taken[0], "undelivered", code="63024")

    [report] = listener.reports
    assert (report.status, report.code) == (State.FAILED, "63024")
    assert report.detail == "this number cannot receive WhatsApp messages"


def test_a_listener_that_is_down_does_not_trouble_it(carrier: Carrier) -> None:
    Twilio(replace(SETTINGS, api_url=carrier.url)).send(TEXT)

    assert carrier.report(carrier.taken[0], "sent") == [0]


# --- a process of its own -----------------------------------------------------------------


def test_its_log_outlives_clients_that_are_killed(tmp_path: Path) -> None:
    log = tmp_path / "taken.jsonl"
    with process(log, "--by-digit") as (carrier, url):
        channel = Twilio(replace(SETTINGS, api_url=url, timeout=5))
        accepted = channel.send(TEXT)
        unclear = channel.send(replace(TEXT, to="+34600111224", reference=MessageId(18)))
        carrier.kill()

    assert isinstance(accepted, Accepted)
    assert isinstance(unclear, Unclear)
    assert [(taken.reference, taken.to) for taken in read_log(log)] == [
        ("17", "whatsapp:+34600111220"),
        ("18", "whatsapp:+34600111224"),
    ]


def test_its_log_is_one_line_of_json_a_message(tmp_path: Path) -> None:
    log = tmp_path / "taken.jsonl"
    with process(log) as (carrier, url):
        Twilio(replace(SETTINGS, api_url=url)).send(replace(TEXT, text="one\ntwo\u2028three"))
        carrier.kill()

    [line] = log.read_text(encoding="utf-8").split("\n")[:-1]
    assert json.loads(line)["body"] == "one\ntwo\u2028three"
    assert isinstance(read_log(log)[0], Taken)


@contextmanager
def process(log: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run the carrier as a process of its own, and give its address once it listens."""
    command = [sys.executable, "-m", "tests.fakes.carrier", "--log", str(log), *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as carrier:
        assert carrier.stdout is not None
        yield carrier, carrier.stdout.readline().strip()
        carrier.kill()
