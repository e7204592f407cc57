"""What a team writes about its e-mail, and how its mistakes are named."""

from pathlib import Path

import pytest

from bot.assembly import mail_of
from bot.channels.email import Email
from bot.clock import VirtualClock
from bot.domain.addresses import Mailbox, domain_of, is_address, read_mailbox
from bot.domain.errors import BadConfig
from bot.domain.model import MessageId
from bot.domain.ports import Outgoing
from bot.settings import Settings, load_settings
from tests.factories import NOON
from tests.fakes.mailbox import MailServer

COMPANY = """company:
  name: Northwind Labs
  recruiter: Dana Weiss
  time_zone: Europe/Madrid
"""
SECRETS = {"SMTP_USERNAME": "jobs", "SMTP_PASSWORD": "a-made-up-password"}


def read(folder: Path, *lines: str, **environment: str) -> Settings:
    told = "".join(f"  {line}\n" for line in lines)
    file = folder / "config.yaml"
    file.write_text(f"{COMPANY}email:\n{told}" if told else COMPANY)
    return load_settings(file, environment)


SENDER = 'sender: "Northwind Labs <jobs@northwind.example>"'
HOST = "host: smtp.northwind.example"


def test_without_a_sender_there_is_no_email(tmp_path: Path) -> None:
    assert mail_of(read(tmp_path), VirtualClock(NOON)) is None
    assert mail_of(read(tmp_path, 'sender: ""', HOST), VirtualClock(NOON)) is None


def test_with_one_there_is(tmp_path: Path) -> None:
    settings = read(tmp_path, SENDER, HOST, **SECRETS)

    channel = mail_of(settings, VirtualClock(NOON))

    assert isinstance(channel, Email)
    assert channel.sender == "jobs@northwind.example"
    assert SECRETS["SMTP_PASSWORD"] not in repr(settings)


def test_secrets_may_stand_in_files(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("from a file\n")

    settings = read(
        tmp_path,
        SENDER,
        HOST,
        SMTP_USERNAME="jobs",
        SMTP_PASSWORD_FILE=str(tmp_path / "password"),
    )

    assert settings.secrets.smtp_password == "from a file"


@pytest.mark.parametrize(
    ("lines", "environment", "problem"),
    [
        (["sender: jobs"], {}, r":6: email.sender: write a name and an address"),
        ([SENDER], {}, r":5: email.host: is needed with `sender`"),
        ([SENDER, "security: tls"], {}, r":5: email.host: is needed"),
        ([SENDER, "host: smtp.x.example:25"], {}, r":7: email.host: write the name of a server"),
        ([SENDER, "host: smtps://x.example"], {}, r":7: email.host: write the name of a server"),
        ([SENDER, "host: smtp..example"], {}, r":7: email.host: write the name of a server"),
        ([SENDER, HOST, "port: 0"], {}, r":8: email.port"),
        ([SENDER, HOST, "security: ssl"], {}, r":8: email.security"),
        ([SENDER, HOST, "user: x"], {}, r":8: email.user: there is no such setting"),
        ([SENDER, HOST], {"SMTP_USERNAME": "jobs"}, r"^SMTP_PASSWORD: is needed"),
        ([SENDER, HOST], {"SMTP_PASSWORD": "x"}, r"^SMTP_USERNAME: is needed"),
        ([SENDER, HOST], SECRETS | {"SMTP_PASSWORD": "ñ"}, r"^SMTP_PASSWORD: has letters"),
        ([SENDER, HOST, "security: none"], SECRETS, r":8: email.security: would send the pass"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_its_mend(
    tmp_path: Path, lines: list[str], environment: dict[str, str], problem: str
) -> None:
    with pytest.raises(BadConfig, match=problem):
        read(tmp_path, *lines, **environment)


@pytest.mark.parametrize(
    ("text", "name", "address"),
    [
        ("jobs@northwind.example", "", "jobs@northwind.example"),
        ("<jobs@northwind.example>", "", "jobs@northwind.example"),
        ("Northwind, Inc. <jobs@northwind.example>", "Northwind, Inc.", "jobs@northwind.example"),
        ('"Añil & Söhne" <j@a.example>', "Añil & Söhne", "j@a.example"),
        ("  Northwind  <j@a.example> ", "Northwind", "j@a.example"),
    ],
)
def test_a_sender_may_have_a_name(text: str, name: str, address: str) -> None:
    assert read_mailbox(text) == Mailbox(name, address)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Northwind",
        "Northwind <jobs>",
        "Northwind <jobs@northwind.example",
        "Northwind <jobs@northwind.example> x",
        "Northwind\r\nBcc: <jobs@northwind.example>",
        "a@northwind.example, b@northwind.example",
        "Northwind <jöbs@northwind.example>",
    ],
)
def test_what_writes_no_mailbox_is_none(text: str) -> None:
    assert read_mailbox(text) is None


def test_an_address_has_an_end() -> None:
    longest = f"{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 58}.ex"

    assert len(longest) == 254
    assert is_address(longest)
    assert not is_address(longest.replace("ex", "exa"))


def test_the_companys_name_stands_in_for_a_missing_one(tmp_path: Path) -> None:
    with MailServer() as server:
        way = ["host: 127.0.0.1", f"port: {server.port}", "security: none"]
        channel = mail_of(read(tmp_path, "sender: j@a.example", *way), VirtualClock(NOON))
        assert channel is not None
        channel.send(
            Outgoing(reference=MessageId(1), sender=channel.sender, to="b@c.example", text="Hi")
        )

    assert server.taken[0].mail["From"] == "Northwind Labs <j@a.example>"


def test_the_domain_of_an_address_is_what_follows_its_last_at() -> None:
    assert domain_of('"a@b"@x.example') == "x.example"
