"""Twilio's channel on the wire, against a carrier that misbehaves in every known way."""

import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from twilio.rest import Client

from bot.channels.twilio import TEMPLATE_VALID, TEXT_VALID, Twilio, TwilioSettings
from bot.channels.twilio_http import TwilioHttp
from bot.domain.errors import BadConfig, CarrierAway
from bot.domain.model import MessageId, State, Template
from bot.domain.ports import Accepted, CannotTell, Outgoing, Refused, Unclear
from bot.domain.retrying import Reaction
from tests.fakes.answers import Answer, Kind, refuse, throttle
from tests.fakes.carrier import Carrier
from tests.fakes.contracts import contract
from tests.fakes.twilio_forms import ACCOUNT, SENDER, TOKEN

ANA = "+34600111222"
CONTENT = "HX" + "a" * 32
THANKS = Template(name="thank_you.1.en", language="en", variables={"1": "Ana", "2": "Baker"})
TEXT = Outgoing(reference=MessageId(17), sender=SENDER, to=ANA, text="See you on Friday?")
SETTINGS = TwilioSettings(
    account_sid=ACCOUNT,
    auth_token=TOKEN,
    sender=SENDER,
    public_url="https://hr.example.com",
    contents={THANKS.name: CONTENT},
    timeout=5,
)
NOT_REACHED = Refused(
    code="unreachable", reason="the carrier cannot be reached", reaction=Reaction.UNREACHABLE
)


@pytest.fixture
def carrier(shared: Path) -> Iterator[Carrier]:
    """A carrier that holds both ends to Twilio's published contract."""
    with Carrier(contract=contract(shared)) as carrier:
        yield carrier
    assert carrier.violations == []


def twilio(carrier: Carrier, **changes: Any) -> Twilio:
    return Twilio(replace(SETTINGS, api_url=carrier.url, **changes))


# --- what is sent -------------------------------------------------------------------------


def test_a_text_goes_from_number_to_number_with_a_callback_that_names_it(carrier: Carrier) -> None:
    outcome = twilio(carrier).send(TEXT)

    [taken] = carrier.taken
    assert outcome == Accepted(taken.sid)
    assert (taken.sender, taken.to) == (f"whatsapp:{SENDER}", f"whatsapp:{ANA}")
    assert taken.body == "See you on Friday?"
    assert taken.status_callback == "https://hr.example.com/webhooks/twilio/status?m=17#rc=5&rp=all"
    assert taken.validity_period == str(TEXT_VALID)


def test_a_template_goes_with_all_its_variables_and_without_text(carrier: Carrier) -> None:
    twilio(carrier).send(replace(TEXT, template=THANKS))

    [taken] = carrier.taken
    assert taken.body == ""
    assert taken.content_sid == CONTENT
    assert json.loads(taken.content_variables) == {"1": "Ana", "2": "Baker"}
    assert taken.validity_period == str(TEMPLATE_VALID)


def test_a_business_scoped_id_is_written_to_verbatim(carrier: Carrier) -> None:
    twilio(carrier).send(replace(TEXT, to="US.13491208655302741918"))

    assert carrier.taken[0].to == "whatsapp:US.13491208655302741918"


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("Ana\nMaria", "Ana Maria"),
        ("Ana\tMaria", "Ana Maria"),
        ("Ana      Maria", "Ana Maria"),
        ("Ana\r\n\u2028Maria", "Ana Maria"),
        ("Zoë 李雷 👍", "Zoë 李雷 👍"),
        ('"Ana" \\ {{1}}', '"Ana" \\ {{1}}'),
        ("Ana\x00", "Ana\ufffd"),
        ("x" * 251, "x" * 249 + "…"),
    ],
)
def test_variables_are_made_fit_for_whatsapp(carrier: Carrier, given: str, sent: str) -> None:
    template = replace(THANKS, variables={"1": given})

    twilio(carrier).send(replace(TEXT, template=template))

    assert json.loads(carrier.taken[0].content_variables) == {"1": sent}


@pytest.mark.parametrize("variables", [{"1": ""}, {"1": " \n"}, {"1": "Ana", "3": "Baker"}])
def test_a_template_with_a_gap_would_show_samples_and_does_not_leave(
    carrier: Carrier, variables: dict[str, str]
) -> None:
    template = replace(THANKS, variables=variables)

    outcome = twilio(carrier).send(replace(TEXT, template=template))

    assert isinstance(outcome, Refused)
    assert outcome.code == "21656"
    assert carrier.posts == []


def test_a_template_without_approval_does_not_leave(carrier: Carrier) -> None:
    channel = twilio(carrier, contents={})

    outcome = channel.send(replace(TEXT, template=THANKS))

    assert not channel.has_template(THANKS.name)
    assert isinstance(outcome, Refused)
    assert outcome.code == "21654"
    assert carrier.posts == []


@pytest.mark.parametrize("text", ["\ud800 lone", "nul \x00", "\u202eRTL", "👩‍👩‍👧", "&=+%?#"])
def test_odd_text_arrives_as_text(carrier: Carrier, text: str) -> None:
    outcome = twilio(carrier).send(replace(TEXT, text=text))

    assert isinstance(outcome, Accepted)
    assert carrier.taken[0].body == text.replace("\ud800", "\ufffd").replace("\x00", "\ufffd")


def test_length_counts_as_the_carrier_counts_it(carrier: Carrier) -> None:
    outcome = twilio(carrier).send(replace(TEXT, text="👍" * 801))

    assert isinstance(outcome, Refused)
    assert outcome.code == "21617"
    assert carrier.posts == []


# --- certainly not taken ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "status", "reaction"),
    [
        (21211, 400, Reaction.PERMANENT),
        (63003, 400, Reaction.PERMANENT),
        (63016, 400, Reaction.TEMPLATE),
        (21610, 400, Reaction.OPT_OUT),
        (63018, 400, Reaction.RETRY),
        (21611, 400, Reaction.RETRY),
        (20003, 401, Reaction.PAUSE),
        (77777, 401, Reaction.PAUSE),
        (63041, 400, Reaction.ALERT),
        (99999, 400, Reaction.PERMANENT),
        (99999, 404, Reaction.PAUSE),
        (99999, 429, Reaction.RETRY),
    ],
)
@pytest.mark.parametrize("kind", [Kind.REFUSE, Kind.PROBLEM])
def test_an_error_of_the_caller_is_a_refusal(
    carrier: Carrier, kind: Kind, code: int, status: int, reaction: Reaction
) -> None:
    carrier.will(Answer(kind=kind, code=code, status=status))

    outcome = twilio(carrier).send(TEXT)

    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.reaction) == (str(code), reaction)
    assert outcome.reason.startswith("WhatsApp did not take it: ")
    assert len(carrier.posts) == 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("", None), ("7", 7.0), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("nan", None), ("-1", None)],
)
def test_a_throttled_send_waits_as_long_as_it_was_told(
    carrier: Carrier, header: str, seconds: float | None
) -> None:
    carrier.will(throttle(header))

    outcome = twilio(carrier).send(TEXT)

    assert isinstance(outcome, Refused)
    assert (outcome.reaction, outcome.retry_after) == (Reaction.RETRY, seconds)


def test_an_absurd_wait_is_cut_to_a_day(carrier: Carrier) -> None:
    carrier.will(throttle("9" * 40))

    outcome = twilio(carrier).send(TEXT)

    assert isinstance(outcome, Refused)
    assert outcome.retry_after == 24 * 3600


def test_a_wait_is_forgotten_with_the_next_answer(carrier: Carrier) -> None:
    channel = twilio(carrier)
    carrier.will(throttle("7"), refuse(63003))

    channel.send(TEXT)
    outcome = channel.send(TEXT)

    assert isinstance(outcome, Refused)
    assert outcome.retry_after is None


def test_an_html_page_with_4xx_is_a_refusal_by_its_status(carrier: Carrier) -> None:
    carrier.will(Answer(kind=Kind.HTML, status=403))

    outcome = twilio(carrier).send(TEXT)

    assert isinstance(outcome, Refused)
    assert outcome.code == "403"


def test_the_status_counts_and_not_what_the_body_says_about_it(carrier: Carrier) -> None:
    """An RFC 9457 body carries a status of its own; the library would believe it."""
    carrier.will(Answer(kind=Kind.PROBLEM, code=20500, status=503, body_status=400))

    assert isinstance(twilio(carrier).send(TEXT), Unclear)


def test_a_wrong_token_says_so(carrier: Carrier) -> None:
    outcome = twilio(carrier, auth_token="another").send(TEXT)

    assert isinstance(outcome, Refused)
    assert outcome.code == "20003"
    assert "credentials" in outcome.reason


def test_a_closed_port_was_not_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"

    assert Twilio(replace(SETTINGS, api_url=url)).send(TEXT) == NOT_REACHED


def test_a_name_that_nobody_knows_was_not_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)

    assert Twilio(SETTINGS).send(TEXT) == NOT_REACHED


def test_a_server_that_lets_nobody_in_was_not_reached() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        waiting = [_knock(full.getsockname()) for _ in range(4)]
        url = f"http://127.0.0.1:{full.getsockname()[1]}"

        outcome = Twilio(replace(SETTINGS, api_url=url, timeout=0.2)).send(TEXT)

        for knocking in waiting:
            knocking.close()
    assert outcome == NOT_REACHED


def _knock(address: Any) -> socket.socket:
    knocking = socket.socket()
    knocking.setblocking(False)
    knocking.connect_ex(address)
    return knocking


def test_a_server_without_tls_was_not_reached(carrier: Carrier) -> None:
    url = carrier.url.replace("http:", "https:")

    assert Twilio(replace(SETTINGS, api_url=url)).send(TEXT) == NOT_REACHED


# --- nobody can tell ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        Answer(kind=Kind.REFUSE, code=20500, status=500),
        Answer(kind=Kind.REFUSE, code=20503, status=503),
        Answer(kind=Kind.PROBLEM, code=20500, status=500),
        Answer(kind=Kind.HTML, status=500),
        Answer(kind=Kind.HTML, status=502),
        Answer(kind=Kind.VANISH),
        Answer(kind=Kind.REDIRECT),
    ],
    ids=lambda answer: f"{answer.kind}-{answer.status}",
)
def test_trouble_at_the_carrier_is_unclear(carrier: Carrier, answer: Answer) -> None:
    carrier.will(answer)

    outcome = twilio(carrier).send(TEXT)

    assert isinstance(outcome, Unclear)
    assert len(carrier.posts) == 1
    assert carrier.taken == []


@pytest.mark.parametrize(
    "kind", [Kind.DROP, Kind.RESET, Kind.CUT, Kind.MALFORMED, Kind.EMPTY, Kind.LIST]
)
def test_an_answer_that_is_lost_or_unreadable_is_unclear(carrier: Carrier, kind: Kind) -> None:
    carrier.will(Answer(kind=kind))

    outcome = twilio(carrier).send(TEXT)

    assert isinstance(outcome, Unclear)
    assert len(carrier.posts) == 1
    assert len(carrier.taken) == 1


def test_a_carrier_that_hangs_after_taking_is_unclear(carrier: Carrier) -> None:
    carrier.will(Answer(kind=Kind.HANG))

    outcome = twilio(carrier, timeout=0.2).send(TEXT)

    assert outcome == Unclear("the carrier did not answer in time")
    assert len(carrier.posts) == 1


def test_a_slow_answer_in_time_is_an_answer(carrier: Carrier) -> None:
    carrier.will(Answer(after=0.1))

    assert isinstance(twilio(carrier).send(TEXT), Accepted)


def test_a_missing_certificate_file_is_no_crash(
    carrier: Carrier, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "nowhere.pem"))
    url = carrier.url.replace("http:", "https:")

    assert isinstance(Twilio(replace(SETTINGS, api_url=url)).send(TEXT), Unclear)


# --- what Twilio remembers ----------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        Answer(kind=Kind.REFUSE, code=20003, status=401),
        Answer(kind=Kind.HTML, status=502),
        Answer(kind=Kind.HTML, status=200),
        Answer(kind=Kind.LIST),
        Answer(kind=Kind.EMPTY),
        Answer(kind=Kind.REDIRECT),
        Answer(kind=Kind.DROP),
    ],
    ids=lambda answer: f"{answer.kind}-{answer.status}",
)
def test_a_list_that_cannot_be_read_tells_nothing(carrier: Carrier, answer: Answer) -> None:
    channel = twilio(carrier)
    carrier.will_list(answer, answer, answer)

    assert isinstance(channel.find(TEXT, datetime.now(UTC)), CannotTell)
    with pytest.raises(CarrierAway):
        list(channel.received(datetime.now(UTC)))
    with pytest.raises(CarrierAway):
        channel.check()


def test_the_list_is_asked_as_the_contract_says_and_read_page_by_page(
    carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.twilio_list.PAGE", 2)
    since = datetime.now(UTC) - timedelta(minutes=1)
    for number in range(5):
        carrier.writes(ANA, f"Hello {number}")

    told = [one.text for one in twilio(carrier).received(since)]

    assert told == [f"Hello {number}" for number in (4, 3, 2, 1, 0)]


def test_files_and_odd_texts_of_the_list_are_read_like_those_of_a_webhook(
    carrier: Carrier,
) -> None:
    carrier.writes(ANA, "\x00 odd", files=2)
    carrier.writes("US.13491208655302741918", "by a scoped id")

    scoped, odd = twilio(carrier).received(datetime.now(UTC) - timedelta(minutes=1))

    assert (odd.text, len(odd.media)) == ("\ufffd odd", 2)
    assert scoped.address == "US.13491208655302741918"


def test_a_candidate_with_too_many_messages_cannot_be_looked_through(
    carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.twilio_list.MOST_TO_ONE", 3)
    for _ in range(4):
        twilio(carrier).send(TEXT)

    assert isinstance(twilio(carrier).find(TEXT, datetime.now(UTC)), CannotTell)


def test_what_became_of_a_listed_message_is_told_with_its_code(carrier: Carrier) -> None:
    twilio(carrier).send(TEXT)
    carrier.becomes(carrier.taken[0], "undelivered", code="63024")

    found = twilio(carrier).find(TEXT, datetime.now(UTC))

    assert not isinstance(found, CannotTell)
    assert (found[0].status, found[0].code) == (State.FAILED, "63024")
    assert found[0].detail == "this number cannot receive WhatsApp messages"


# --- around it ----------------------------------------------------------------------------


def test_what_was_taken_can_be_looked_up(carrier: Carrier) -> None:
    carrier.will(Answer(kind=Kind.DROP))
    twilio(carrier).send(TEXT)
    twilio(carrier).send(replace(TEXT, to="+34600999888"))

    http = TwilioHttp(timeout=5, api_url=carrier.url)
    found = Client(ACCOUNT, TOKEN, http_client=http).messages.list(to=f"whatsapp:{ANA}")

    assert [message.body for message in found] == ["See you on Friday?"]


def test_nothing_about_candidates_is_logged(
    carrier: Carrier, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")

    twilio(carrier).send(TEXT)

    assert "600111222" not in caplog.text
    assert TEXT.text not in caplog.text


def test_settings_keep_their_secrets_to_themselves() -> None:
    assert TOKEN not in repr(replace(SETTINGS, previous_auth_token=TOKEN))


@pytest.mark.parametrize("url", ["hr.example.com", "ftp://hr.example.com", "https://", "http://[x"])
def test_an_address_that_cannot_be_called_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(BadConfig, match="TWILIO_API_URL"):
        replace(SETTINGS, api_url=url)
