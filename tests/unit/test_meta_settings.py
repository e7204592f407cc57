"""What a team writes about Meta, and how its mistakes are named."""

from pathlib import Path

import pytest

from bot.assembly import carrier_of, meta_settings
from bot.channels.meta import Meta
from bot.channels.meta_settings import GRAPH
from bot.clock import VirtualClock
from bot.domain.errors import BadConfig
from bot.settings import Settings, load_settings
from tests.factories import NOON

SECRETS = {
    "META_ACCESS_TOKEN": "EAAmadeUp",
    "META_APP_SECRET": "a-made-up-secret",
    "META_VERIFY_TOKEN": "a-made-up-word",
}
LINES = {
    "sender": '"+14155550100"',
    "phone_number_id": '"106540352242922"',
    "account_id": '"102290129340398"',
    "templates": '["thank_you.*"]',
}


def read(
    folder: Path,
    lines: dict[str, str] = LINES,
    secrets: dict[str, str] = SECRETS,
    url: str = "https://hr.example.com",
) -> Settings:
    told = "".join(f"  {name}: {value}\n" for name, value in lines.items())
    file = folder / "config.yaml"
    file.write_text(
        "company: {name: Northwind Labs, recruiter: Dana Weiss, time_zone: Europe/Madrid}\n"
        f"whatsapp: {{carrier: meta}}\nweb: {{public_url: '{url}'}}\nmeta:\n{told}"
    )
    return load_settings(file, secrets)


def test_with_all_of_it_messages_go_by_meta(tmp_path: Path) -> None:
    settings = read(tmp_path)

    channel = carrier_of(settings, VirtualClock(NOON))

    assert isinstance(channel, Meta)
    assert channel.sender == "+14155550100"
    assert channel.has_template("thank_you.1.en")
    told = meta_settings(settings)
    assert (told.api_url, told.version) == (GRAPH, "v23.0")
    assert told.webhook_url == "https://hr.example.com/webhooks/meta"
    assert not any(secret in repr(settings) for secret in SECRETS.values())


@pytest.mark.parametrize("missing", ["sender", "phone_number_id", "account_id"])
def test_a_missing_line_is_named(tmp_path: Path, missing: str) -> None:
    lines = {name: value for name, value in LINES.items() if name != missing}

    with pytest.raises(BadConfig, match=rf"config.yaml: meta.{missing}: is needed with `carrier"):
        read(tmp_path, lines)


@pytest.mark.parametrize("missing", SECRETS)
def test_a_missing_secret_is_named(tmp_path: Path, missing: str) -> None:
    secrets = {name: value for name, value in SECRETS.items() if name != missing}

    with pytest.raises(BadConfig, match=rf"^{missing}: is needed with `carrier: meta`"):
        read(tmp_path, secrets=secrets)


def test_a_missing_address_of_ours_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match=r"web.public_url: is needed .*Meta calls this URL"):
        read(tmp_path, url="")


def test_everything_that_is_missing_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(BadConfig) as told:
        read(tmp_path, {"version": "v23.0"}, {}, url="")

    assert len(told.value.mistakes) == 7


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        ({"phone_number_id": "106540352242922"}, "meta.phone_number_id"),
        ({"phone_number_id": '"+14155550100"'}, "meta.phone_number_id"),
        ({"version": '"23"'}, "meta.version"),
        ({"languages": "{pt: pt-BR}"}, "meta.languages.pt"),
        ({"languages": "{fr: fr}"}, "meta.languages"),
        ({"templates": '["Thank you"]'}, "meta.templates"),
        ({"token": "x"}, "meta.token"),
    ],
)
def test_a_slip_is_named_by_its_line(tmp_path: Path, lines: dict[str, str], named: str) -> None:
    with pytest.raises(BadConfig, match=rf"config.yaml:\d+: {named}"):
        read(tmp_path, {**LINES, **lines})


@pytest.mark.parametrize("token", ["EAA made up", "EAAmadeUp\n", "EAAñ"])
def test_a_token_that_cannot_be_sent_is_named_and_not_shown(tmp_path: Path, token: str) -> None:
    with pytest.raises(BadConfig, match="META_ACCESS_TOKEN: has letters") as told:
        read(tmp_path, secrets={**SECRETS, "META_ACCESS_TOKEN": token})

    assert token not in str(told.value)


def test_a_language_may_go_by_another_name(tmp_path: Path) -> None:
    told = meta_settings(read(tmp_path, {**LINES, "languages": "{pt: pt_PT}"}))

    assert told.approved("thank_you.1.pt", "pt").language == "pt_PT"
    assert told.approved("thank_you.1.es", "es").language == "es"
