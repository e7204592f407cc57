"""Meta's channel on the wire, against a Meta that misbehaves in every known way."""

import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.channels.meta import Meta
from bot.channels.meta_settings import Approved
from bot.checking import templates_to_approve
from bot.domain.errors import BadConfig, CarrierAway
from bot.domain.model import Button, MessageId, Template
from bot.domain.ports import Accepted, Outgoing, Refused, Unclear
from bot.domain.retrying import Reaction
from tests.fakes.answers import Answer, Kind, refuse
from tests.fakes.contracts import meta_contract
from tests.fakes.meta import FakeMeta
from tests.fakes.meta_batches import ACCESS, ANA, SETTINGS
from tests.fakes.twilio_forms import SENDER

THANKS = Template(name="thank_you.1.en", language="en", variables={"1": "Ana", "2": "Baker"})
TEXT = Outgoing(reference=MessageId(17), sender=SENDER, to=ANA, text="See you on Friday?")
NOT_REACHED = Refused(
    code="unreachable", reason="the carrier cannot be reached", reaction=Reaction.UNREACHABLE
)


@pytest.fixture
def carrier(request: pytest.FixtureRequest) -> Iterator[FakeMeta]:
    """A Meta that holds both ends to the published contract, where that is at hand."""
    shared = Path(__file__).parents[3] / "shared"
    contract = meta_contract(shared) if shared.is_dir() else None
    with FakeMeta(contract=contract) as carrier:
        yield carrier
    assert carrier.violations == []


def meta(carrier: FakeMeta, **changes: Any) -> Meta:
    return Meta(replace(SETTINGS, api_url=carrier.url, **{"timeout": 5, **changes}))


# --- what is sent -------------------------------------------------------------------------


def test_a_text_goes_to_a_number_with_our_reference(carrier: FakeMeta) -> None:
    outcome = meta(carrier).send(TEXT)

    [taken] = carrier.taken
    assert outcome == Accepted(taken.id)
    assert taken.request == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": ANA,
        "type": "text",
        "text": {"body": "See you on Friday?", "preview_url": False},
        "biz_opaque_callback_data": "hearback-17",
    }


def test_a_person_without_a_number_is_written_to_by_their_id(carrier: FakeMeta) -> None:
    meta(carrier).send(replace(TEXT, to="US.13491208655302741918"))

    [taken] = carrier.taken
    assert taken.request["recipient"] == "US.13491208655302741918"
    assert "to" not in taken.request


def test_a_template_goes_with_its_language_and_all_its_words_in_order(carrier: FakeMeta) -> None:
    words = {str(number): f"word {number}" for number in range(11, 0, -1)}

    meta(carrier).send(replace(TEXT, template=replace(THANKS, variables=words)))

    [taken] = carrier.taken
    template = taken.request["template"]
    assert (taken.request["type"], template["name"]) == ("template", "thank_you_1")
    assert template["language"] == {"code": "en"}
    [body] = template["components"]
    assert [one["text"] for one in body["parameters"]] == [f"word {n}" for n in range(1, 12)]


def test_a_template_without_words_to_fill_in_has_no_components(carrier: FakeMeta) -> None:
    outcome = meta(carrier).send(replace(TEXT, template=replace(THANKS, variables={})))

    assert isinstance(outcome, Accepted)
    assert carrier.taken[0].request["template"]["components"] == []


def test_buttons_of_a_template_say_what_comes_back_with_a_tap(carrier: FakeMeta) -> None:
    buttons = (Button(title="It took place", payload="done"), Button(title="No", payload="no"))

    meta(carrier).send(replace(TEXT, template=replace(THANKS, buttons=buttons)))

    _, *told = carrier.taken[0].request["template"]["components"]
    assert [(one["sub_type"], one["index"]) for one in told] == [
        ("quick_reply", "0"),
        ("quick_reply", "1"),
    ]
    assert [one["parameters"][0]["payload"] for one in told] == ["done", "no"]


def test_no_two_templates_have_one_name_at_meta() -> None:
    names = [json.loads(line)["name"] for line in templates_to_approve()]

    at_meta = {SETTINGS.approved(name, _language(name)) for name in names}

    assert len(at_meta) == len(names) > 400
    assert {one.language for one in at_meta} == {"en", "es", "pt_BR"}


def _language(name: str) -> str:
    return next(part for part in name.split(".") if part in SETTINGS.languages)


@pytest.mark.parametrize(
    ("patterns", "name", "known"),
    [
        (("thank_you.1.en",), "thank_you.1.en", True),
        (("thank_you.1.en",), "thank_you.1.en.intro", False),
        (("thank_you.*",), "thank_you.1.en.intro", True),
        (("*.en",), "thank_you.1.en.intro", False),
        (("*",), "update.1.pt", True),
        ((), "thank_you.1.en", False),
    ],
)
def test_what_is_approved_is_named_or_fits_a_pattern(
    patterns: tuple[str, ...], name: str, known: bool
) -> None:
    assert Meta(replace(SETTINGS, templates=patterns)).has_template(name) is known


@pytest.mark.parametrize("text", ["\ud800 lone", "nul \x00", "\u202eRTL", "👩‍👩‍👧", '"&=\\+%?#'])
def test_odd_text_arrives_as_text(carrier: FakeMeta, text: str) -> None:
    outcome = meta(carrier).send(replace(TEXT, text=text))

    assert isinstance(outcome, Accepted)
    fit = text.replace("\ud800", "\ufffd").replace("\x00", "\ufffd")
    assert carrier.taken[0].request["text"]["body"] == fit


# --- what does not leave ------------------------------------------------------------------


@pytest.mark.parametrize("variables", [{"1": ""}, {"1": " \n"}, {"1": "Ana", "3": "Baker"}])
def test_a_template_with_a_gap_does_not_leave(carrier: FakeMeta, variables: dict[str, str]) -> None:
    outcome = meta(carrier).send(replace(TEXT, template=replace(THANKS, variables=variables)))

    assert isinstance(outcome, Refused)
    assert (outcome.code, carrier.posts) == ("132000", [])


def test_a_template_without_approval_does_not_leave(carrier: FakeMeta) -> None:
    outcome = meta(carrier, templates=()).send(replace(TEXT, template=THANKS))

    assert isinstance(outcome, Refused)
    assert (outcome.code, carrier.posts) == ("132001", [])


def test_length_counts_in_units_of_utf_16(carrier: FakeMeta) -> None:
    outcome = meta(carrier).send(replace(TEXT, text="👍" * 2049))

    assert isinstance(outcome, Refused)
    assert (outcome.code, carrier.posts) == ("131009", [])


# --- certainly not taken ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "status", "reaction"),
    [
        (131026, 400, Reaction.PERMANENT),
        (131047, 400, Reaction.TEMPLATE),
        (132001, 404, Reaction.ALERT),
        (130429, 400, Reaction.RETRY),
        (131056, 400, Reaction.RETRY),
        (190, 401, Reaction.PAUSE),
        (368, 400, Reaction.PAUSE),
        (130497, 403, Reaction.PERMANENT),
        (299, 403, Reaction.PAUSE),
        (999999, 400, Reaction.PERMANENT),
        (999999, 401, Reaction.PAUSE),
        (999999, 429, Reaction.RETRY),
    ],
)
def test_an_error_of_the_caller_is_a_refusal(
    carrier: FakeMeta, code: int, status: int, reaction: Reaction
) -> None:
    carrier.will(refuse(code, status))

    outcome = meta(carrier).send(TEXT)

    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.reaction) == (str(code), reaction)
    assert outcome.reason.startswith("WhatsApp did not take it: ")
    assert len(carrier.posts) == 1


def test_a_number_that_meta_does_not_know_stops_the_number(carrier: FakeMeta) -> None:
    outcome = meta(carrier, phone_number_id="1").send(TEXT)

    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.reaction) == ("33", Reaction.PAUSE)


def test_a_token_that_is_not_ours_stops_the_number(carrier: FakeMeta) -> None:
    outcome = meta(carrier, access_token="EAAother").send(TEXT)

    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.reaction) == ("190", Reaction.PAUSE)


def test_a_page_with_a_status_of_the_caller_is_a_refusal(carrier: FakeMeta) -> None:
    carrier.will(Answer(kind=Kind.HTML, status=403))

    outcome = meta(carrier).send(TEXT)

    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.reaction) == ("403", Reaction.PAUSE)


@pytest.mark.parametrize(("header", "seconds"), [("", None), ("7", 7.0), ("9" * 40, 86400.0)])
def test_a_throttled_send_waits_as_long_as_it_was_told(
    carrier: FakeMeta, header: str, seconds: float | None
) -> None:
    carrier.will(Answer(kind=Kind.REFUSE, code=130429, status=429, retry_after=header))

    outcome = meta(carrier).send(TEXT)

    assert isinstance(outcome, Refused)
    assert (outcome.reaction, outcome.retry_after) == (Reaction.RETRY, seconds)


def test_where_nobody_listens_nothing_left() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    assert Meta(replace(SETTINGS, api_url=f"http://127.0.0.1:{port}")).send(TEXT) == NOT_REACHED


def test_without_common_tls_nothing_left(carrier: FakeMeta) -> None:
    settings = replace(SETTINGS, api_url=carrier.url.replace("http:", "https:"))

    assert Meta(settings).send(TEXT) == NOT_REACHED
    assert carrier.posts == []


# --- unclear ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        Answer(kind=Kind.HTML, status=502),
        Answer(kind=Kind.REFUSE, code=131000, status=500),
        Answer(kind=Kind.REFUSE, code=131016, status=503),
        Answer(kind=Kind.MALFORMED),
        Answer(kind=Kind.EMPTY),
        Answer(kind=Kind.LIST),
        Answer(kind=Kind.DROP),
        Answer(kind=Kind.RESET),
        Answer(kind=Kind.CUT),
        Answer(kind=Kind.VANISH),
        Answer(kind=Kind.REDIRECT),
    ],
    ids=lambda answer: f"{answer.kind} {answer.status}",
)
def test_what_may_have_been_taken_is_unclear_and_posted_once(
    carrier: FakeMeta, answer: Answer
) -> None:
    carrier.will(answer)

    outcome = meta(carrier).send(TEXT)

    assert isinstance(outcome, Unclear)
    assert len(carrier.posts) == 1


def test_a_carrier_that_never_answers_is_given_up_on(carrier: FakeMeta) -> None:
    carrier.will(Answer(kind=Kind.HANG))

    outcome = meta(carrier, timeout=0.2).send(TEXT)

    assert outcome == Unclear("the carrier did not answer in time")
    assert len(carrier.taken) == 1


# --- for those who set it up --------------------------------------------------------------


def test_a_number_that_is_ours_is_fine_however_meta_writes_it(carrier: FakeMeta) -> None:
    carrier.number = "+1 415-555-0100"

    meta(carrier).check()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"access_token": "EAAother"}, "our access token has expired"),
        ({"phone_number_id": "1"}, "does not know our number"),
        ({"sender": "+34911222333"}, "belongs to [+]14155550100"),
    ],
)
def test_what_is_wrong_is_said(carrier: FakeMeta, changes: dict[str, str], words: str) -> None:
    with pytest.raises(CarrierAway, match=words):
        meta(carrier, **changes).check()


@pytest.mark.parametrize("kind", [Kind.DROP, Kind.MALFORMED, Kind.EMPTY])
def test_a_meta_in_trouble_is_told_apart(carrier: FakeMeta, kind: Kind) -> None:
    carrier.will(Answer(kind=kind))

    with pytest.raises(CarrierAway, match=r"cannot be reached|could not be read"):
        meta(carrier).check()


def test_the_state_of_every_template_can_be_asked_for(carrier: FakeMeta) -> None:
    told = [("thank_you_1", "en", "APPROVED"), ("thank_you_1", "pt_BR", "PAUSED")]
    told += [(f"update_{number}", "es", "PENDING") for number in range(5)]
    carrier.templates = [{"name": n, "language": lang, "status": s} for n, lang, s in told]

    found = meta(carrier).templates()

    assert found == {Approved(name, language): state for name, language, state in told}


def test_whether_meta_tells_us_can_be_asked_for(carrier: FakeMeta) -> None:
    heard = meta(carrier).hears()
    carrier.apps = ()

    assert (heard, meta(carrier).hears()) == (True, False)


# --- settings -----------------------------------------------------------------------------


def test_secrets_are_not_shown() -> None:
    told = repr(replace(SETTINGS, previous_app_secret="the old one"))

    assert all(secret not in told for secret in (ACCESS, SETTINGS.app_secret, "the old one"))
    assert SETTINGS.verify_token not in told


def test_an_address_that_is_none_is_named() -> None:
    with pytest.raises(BadConfig, match="META_API_URL: is not the address of a server"):
        replace(SETTINGS, api_url="graph.facebook.com")


def test_the_contract_notices_a_message_that_goes_to_nobody(shared: Path) -> None:
    with FakeMeta(contract=meta_contract(shared)) as carrier:
        meta(carrier).send(replace(TEXT, text=""))

        assert len(carrier.violations) == 1
