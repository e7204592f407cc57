"""The way from an e-mail to WhatsApp: who looks changes nothing, who presses the button agrees."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from bot.channels.email import Email
from bot.domain.model import Channel
from bot.outreach.choices import LASTS
from bot.prompts import LANGUAGES
from bot.store.schema import consents
from tests.factories import (
    DAY,
    HOUR,
    PHONE,
    candidate,
    completed,
    consent,
    decided,
    event,
    released,
)
from tests.fakes.mailbox import MailServer, mail_settings
from tests.web.conftest import Visitor
from tests.world import World, world

LINK = re.compile(r"http://127\.0\.0\.1:\d+(/w/\S+)")
BY_MAIL = {**consent(), "channel": "email"}


@pytest.fixture
def mailbox() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def home(sqlite_url: str, mailbox: MailServer) -> Iterator[World]:
    url = sqlite_url
    with world(url, mail=lambda clock: Email(mail_settings(mailbox), clock)) as one:
        yield one


def daniel(**told: Any) -> dict[str, Any]:
    """He agreed to e-mail, and nobody asked him about WhatsApp."""
    return {**candidate(email="daniel@example.org", consents=[BY_MAIL]), **told}


def thanked(home: World, mailbox: MailServer, **told: Any) -> str:
    """An interview is over; returns the path of the link in the e-mail about it."""
    home.happens(completed(candidate=daniel(**told)))
    home.passes(2 * HOUR)
    found = LINK.search(mailbox.taken[-1].text)
    assert found, mailbox.taken[-1].text
    return found[1]


def press(visitor: Visitor, path: str) -> TestResponse:
    nonce = re.search(r'name="nonce" value="([^"]+)', visitor.page(path))
    assert nonce
    return visitor.client.post(path, data={"nonce": nonce[1]})


def by_whatsapp(home: World) -> list[Any]:
    """What the ledger knows about WhatsApp."""
    with home.store.read() as tx:
        query = sa.select(consents).where(consents.c.channel == Channel.WHATSAPP.value)
        return list(tx.connection.execute(query))


# --- who is invited ---------------------------------------------------------------------------


def test_the_thank_you_and_every_update_bring_the_link(home: World, mailbox: MailServer) -> None:
    home.happens(completed(candidate=daniel()))
    home.passes(5 * DAY)

    assert len(mailbox.taken) >= 3
    assert all(LINK.search(mail.text) for mail in mailbox.taken)


def test_no_outcome_does(home: World, mailbox: MailServer) -> None:
    thanked(home, mailbox)
    now = home.clock.now()
    for told in (decided(now, "reject"), released(now)):
        home.happens({**told, "candidate": daniel()})
    home.approves("rejection")
    home.passes(3 * DAY)

    rejection = mailbox.taken[-1].text
    assert rejection.startswith(home.rows("rejection")[0].body[:80])
    assert not LINK.search(rejection)


def test_who_asked_for_email_is_not_asked_again(home: World, mailbox: MailServer) -> None:
    home.happens(completed(candidate=daniel()))
    home.receives("EMAIL")
    home.passes(3 * DAY)

    assert mailbox.taken
    assert not any(LINK.search(mail.text) for mail in mailbox.taken)


def test_who_has_no_number_is_not_asked(home: World, mailbox: MailServer) -> None:
    home.happens(completed(candidate=daniel(phone="")))
    home.passes(2 * HOUR)

    (mail,) = mailbox.taken
    assert not LINK.search(mail.text)


def test_without_any_consent_a_recruiter_writes(home: World, mailbox: MailServer) -> None:
    home.happens(completed(candidate=daniel(consents=[])))
    home.passes(2 * HOUR)

    assert mailbox.taken == []
    assert home.texts == []
    assert "no recorded consent for WhatsApp" in home.tasks()[0]


def test_the_link_is_kept_nowhere(home: World, mailbox: MailServer) -> None:
    path = thanked(home, mailbox)

    (row,) = home.rows("thank_you")
    assert path not in row.body
    assert row.body.endswith("/w/…")


# --- the page ---------------------------------------------------------------------------------


def test_one_press_agrees_and_the_next_word_comes_by_whatsapp(
    home: World, mailbox: MailServer, stranger: Visitor
) -> None:
    path = thanked(home, mailbox)
    letters = len(mailbox.taken)

    answer = press(stranger, path)
    home.passes(3 * DAY)

    assert (answer.status_code, answer.headers["Location"]) == (303, path)
    assert home.kinds() == ["status_update"]
    assert len(mailbox.taken) == letters


def test_the_ledger_says_when_how_and_to_which_words(
    home: World, mailbox: MailServer, stranger: Visitor
) -> None:
    path = thanked(home, mailbox)
    (row,) = home.rows("thank_you")

    press(stranger, path)

    (line,) = by_whatsapp(home)
    assert (line.granted, line.at) == (True, home.clock.now())
    assert line.source == f"our page, by the link in e-mail {row.id}"
    assert re.fullmatch(r"join_offer\.1\.en [0-9a-f]{16}", line.text_version)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_names_the_company_the_number_and_the_way_out(
    home: World, mailbox: MailServer, stranger: Visitor, language: str
) -> None:
    page = stranger.page(thanked(home, mailbox, language=language))

    assert f'<html lang="{language}"' in page
    assert "Northwind Labs" in page
    assert PHONE[-3:] in page and PHONE not in page
    assert {"en": "STOP", "es": "BAJA", "pt": "SAIR"}[language] in page


def test_who_looks_changes_nothing(home: World, mailbox: MailServer, stranger: Visitor) -> None:
    path = thanked(home, mailbox)
    for method in ("GET", "HEAD", "GET"):
        assert stranger.client.open(path, method=method).status_code == 200

    assert by_whatsapp(home) == []


def test_a_form_that_the_page_did_not_give_out_changes_nothing(
    home: World, mailbox: MailServer, stranger: Visitor
) -> None:
    path = thanked(home, mailbox)

    for form in ({}, {"nonce": "made up"}):
        answer = stranger.client.post(path, data=form)
        assert answer.status_code == 400
        assert "Press once more" in answer.text

    assert by_whatsapp(home) == []


def test_twice_is_once(home: World, mailbox: MailServer, stranger: Visitor) -> None:
    path = thanked(home, mailbox)
    nonce = re.search(r'name="nonce" value="([^"]+)', stranger.page(path))
    assert nonce
    for _ in range(2):
        stranger.client.post(path, data={"nonce": nonce[1]})
        home.passes(timedelta(minutes=1))

    assert len(by_whatsapp(home)) == 1
    page = stranger.page(path)
    assert "WhatsApp it is" in page and "<form" not in page


def test_who_stopped_later_may_come_back_by_the_same_link(
    home: World, mailbox: MailServer, stranger: Visitor
) -> None:
    path = thanked(home, mailbox)
    press(stranger, path)
    home.passes(HOUR)
    home.writes("STOP")
    home.passes(HOUR)

    press(stranger, path)

    assert [line.granted for line in by_whatsapp(home)] == [True, False, True]


def test_a_link_runs_out(home: World, mailbox: MailServer, stranger: Visitor) -> None:
    path = thanked(home, mailbox)
    home.clock.move_to(home.clock.now() + LASTS)

    page = stranger.get(path)

    assert (page.status_code, "<form" in page.text) == (410, False)
    assert "run out" in page.text


def test_what_nobody_signed_leads_nowhere(
    home: World, mailbox: MailServer, stranger: Visitor
) -> None:
    path = thanked(home, mailbox)
    number, _, code = path.removeprefix("/w/").partition(".")

    for token in (
        "",
        number,
        f"{number}.",
        f"{int(number) + 1}.{code}",
        f"{number}.{code}x",
        "9" * 40,
    ):
        assert stranger.get(f"/w/{token}").status_code == 404, token
        assert stranger.client.post(f"/w/{token}").status_code in (404, 405), token


def test_the_link_of_an_erased_candidate_leads_nowhere(
    home: World, mailbox: MailServer, stranger: Visitor
) -> None:
    path = thanked(home, mailbox)
    home.happens(event("candidate.erased", home.clock.now()))

    assert stranger.get(path).status_code == 404
