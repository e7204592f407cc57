"""Whom we tell a candidate's news and our password: only the server that proves who it is."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.channels.email import Email
from bot.channels.email_settings import EmailSettings, Security
from bot.clock import VirtualClock
from bot.domain.errors import BadConfig
from bot.domain.model import MessageId
from bot.domain.ports import Accepted, Outgoing, Refused, SendOutcome
from bot.domain.retrying import Reaction
from tests.fakes.mail_answers import Answer, At
from tests.fakes.mailbox import JOBS, PASSWORD, USER, MailServer, certificate, mail_settings

LETTER = Outgoing(reference=MessageId(17), sender=JOBS, to="ana@candidates.example", text="Hello")
SIGNED_IN = {"username": USER, "password": PASSWORD}


def send(settings: EmailSettings) -> SendOutcome:
    return Email(settings, VirtualClock(datetime(2026, 11, 23, tzinfo=UTC))).send(LETTER)


def test_mail_is_encrypted_and_signed_in_after_starttls() -> None:
    with MailServer(starttls=certificate()) as server:
        outcome = send(mail_settings(server, security=Security.STARTTLS, **SIGNED_IN))

    assert isinstance(outcome, Accepted)
    assert (server.taken[0].encrypted, server.taken[0].user) == (True, USER)


def test_mail_is_encrypted_from_the_first_byte() -> None:
    with MailServer(tls=certificate()) as server:
        outcome = send(mail_settings(server, security=Security.TLS, **SIGNED_IN))

    assert isinstance(outcome, Accepted)
    assert (server.taken[0].encrypted, server.taken[0].user) == (True, USER)


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
@pytest.mark.parametrize("doubt", ["not believed", "another host"])
def test_a_server_that_does_not_prove_who_it_is_gets_nothing(
    security: Security, doubt: str
) -> None:
    proof = certificate("mail.evil.example" if doubt == "another host" else "127.0.0.1")
    way = {"tls" if security is Security.TLS else "starttls": proof}

    with MailServer(**way) as server:
        settings = mail_settings(server, security=security, **SIGNED_IN)
        if doubt == "not believed":
            settings = replace(settings, authorities="")
        outcome = send(settings)

    assert outcome == Refused(
        code="tls",
        reason="The mail server did not take it: its certificate, its port or `security` is wrong",
        reaction=Reaction.PAUSE,
    )
    assert server.taken == []


def test_without_starttls_nothing_is_sent_in_the_clear() -> None:
    with MailServer() as server:
        outcome = send(mail_settings(server, security=Security.STARTTLS, **SIGNED_IN))

    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.reaction) == ("tls", Reaction.PAUSE)
    assert server.taken == []


def test_encryption_on_the_port_of_another_kind_is_named() -> None:
    with MailServer(starttls=certificate()) as server:
        outcome = send(mail_settings(server, security=Security.TLS))

    assert isinstance(outcome, Refused)
    assert outcome.code == "tls"


def test_a_wrong_password_waits_for_whoever_mends_it() -> None:
    with MailServer(starttls=certificate()) as server:
        settings = mail_settings(server, security=Security.STARTTLS, username=USER, password="old")
        outcome = send(settings)

    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.reaction) == ("5.7.8", Reaction.PAUSE)
    assert "user name and password" in outcome.reason


def test_a_server_that_wants_us_to_sign_in_says_so() -> None:
    with MailServer(starttls=certificate()) as server:
        outcome = send(mail_settings(server, security=Security.STARTTLS))

    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.reaction) == ("5.7.0", Reaction.PAUSE)
    assert "sign in" in outcome.reason


def test_a_server_that_nobody_can_sign_in_to_is_named() -> None:
    with MailServer(tls=certificate()) as server:
        server.will(Answer(at=At.EHLO, reply="250 mail.example"))
        outcome = send(mail_settings(server, security=Security.TLS, **SIGNED_IN))

    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.reaction) == ("sign_in", Reaction.PAUSE)


@pytest.mark.parametrize("authorities", ["nonsense", "ñ"])
def test_a_file_without_a_certificate_is_named_before_anything_is_sent(authorities: str) -> None:
    with MailServer() as server:
        settings = mail_settings(server, authorities=authorities)

    with pytest.raises(BadConfig, match=r"SMTP_CA_FILE: holds no certificate"):
        Email(settings, VirtualClock(datetime(2026, 11, 23, tzinfo=UTC)))


def test_a_password_is_not_shown() -> None:
    with MailServer() as server:
        assert PASSWORD not in repr(mail_settings(server, **SIGNED_IN))
