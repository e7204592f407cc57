"""The way out of e-mails: by one press, or by the mail program's own button."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from bot.channels.email import Email
from bot.domain.model import Channel
from bot.prompts import LANGUAGES
from bot.store.schema import consents
from tests.factories import DAY, HOUR, candidate, completed, consent, event
from tests.fakes.mailbox import MailServer, mail_settings
from tests.web.conftest import Visitor
from tests.web.test_join import press
from tests.world import World, world

LINK = re.compile(r"http://127\.0\.0\.1:\d+(/u/\S+)")
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def mailbox() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def home(sqlite_url: str, mailbox: MailServer) -> Iterator[World]:
    with world(sqlite_url, mail=lambda clock: Email(mail_settings(mailbox), clock)) as one:
        yield one


def daniel(**told: Any) -> dict[str, Any]:
    by_mail = {**consent(), "channel": "email"}
    return {**candidate(email="daniel@example.org", consents=[by_mail]), **told}


@pytest.fixture
def path(home: World, mailbox: MailServer) -> str:
    """Of the link in the thank-you."""
    home.happens(completed(candidate=daniel()))
    home.passes(2 * HOUR)
    return way_out(mailbox)


def way_out(mailbox: MailServer) -> str:
    found = LINK.search(mailbox.taken[-1].text)
    assert found, mailbox.taken[-1].text
    return found[1]


def by_email(home: World) -> list[Any]:
    """What the ledger knows about e-mail."""
    with home.store.read() as tx:
        query = sa.select(consents).where(consents.c.channel == Channel.EMAIL.value)
        return list(tx.connection.execute(query.order_by(consents.c.id)))


def test_every_automatic_mail_has_its_own_way_out(home: World, mailbox: MailServer) -> None:
    home.happens(completed(candidate=daniel()))
    home.passes(5 * DAY)

    ways = [LINK.search(mail.text) for mail in mailbox.taken]

    assert len(ways) >= 3 and all(ways)
    assert len({way[1] for way in ways if way}) == len(ways)


def test_the_mail_program_is_told_of_it(path: str, mailbox: MailServer) -> None:
    mail = mailbox.taken[-1].mail

    assert mail["List-Unsubscribe"].strip("<>").endswith(path)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_the_link_is_kept_nowhere(home: World, path: str) -> None:
    (row,) = home.rows("thank_you")

    assert path not in row.body and "/u/…" in row.body


def test_who_looks_changes_nothing(home: World, path: str, stranger: Visitor) -> None:
    for method in ("GET", "HEAD", "GET"):
        assert stranger.client.open(path, method=method).status_code == 200

    assert [line.granted for line in by_email(home)] == [True]


def test_after_one_press_no_mail_leaves_and_a_recruiter_is_asked(
    home: World, mailbox: MailServer, path: str, stranger: Visitor
) -> None:
    letters = len(mailbox.taken)

    answer = press(stranger, path)
    home.passes(5 * DAY)

    assert answer.status_code == 303
    assert len(mailbox.taken) == letters and home.texts == []
    assert home.tasks()


def test_the_mail_programs_own_button_needs_no_page(
    home: World, path: str, stranger: Visitor
) -> None:
    answer = stranger.client.post(path, data=ONE_CLICK)

    assert answer.status_code == 303
    first, line = by_email(home)
    assert (first.granted, line.granted, line.at) == (True, False, home.clock.now())
    assert re.fullmatch(r"unsubscribe_offer\.1\.en [0-9a-f]{16}", line.text_version)


def test_a_form_that_nobody_gave_out_changes_nothing(
    home: World, path: str, stranger: Visitor
) -> None:
    for form in ({}, {"nonce": "made up"}, {"List-Unsubscribe": "odd"}):
        answer = stranger.client.post(path, data=form)
        assert answer.status_code == 400
        assert "One more press does it" in answer.text

    assert [line.granted for line in by_email(home)] == [True]


def test_twice_is_once_and_the_page_says_so(home: World, path: str, stranger: Visitor) -> None:
    for _ in range(2):
        stranger.client.post(path, data=ONE_CLICK)

    page = stranger.page(path)
    assert "The e-mails have stopped" in page and "<form" not in page
    assert len(by_email(home)) == 2


def test_the_way_out_never_runs_out(home: World, path: str, stranger: Visitor) -> None:
    home.clock.move_to(home.clock.now() + 400 * DAY)

    assert stranger.client.post(path, data=ONE_CLICK).status_code == 303
    assert not by_email(home)[-1].granted


def test_the_way_to_whatsapp_is_not_the_way_out(home: World, path: str, stranger: Visitor) -> None:
    assert stranger.get(path.replace("/u/", "/w/")).status_code == 404
    assert stranger.client.post(path[:-1] + "~", data=ONE_CLICK).status_code == 404

    assert [line.granted for line in by_email(home)] == [True]


def test_no_mail_program_agrees_to_whatsapp(
    home: World, mailbox: MailServer, path: str, stranger: Visitor
) -> None:
    found = re.search(r"(/w/\S+)", mailbox.taken[-1].text)
    assert found

    assert stranger.client.post(found[1], data=ONE_CLICK).status_code == 400


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_speaks_the_candidates_language(
    home: World, mailbox: MailServer, stranger: Visitor, language: str
) -> None:
    home.happens(completed(candidate=daniel(language=language)))
    home.passes(2 * HOUR)

    page = stranger.page(way_out(mailbox))

    assert f'<html lang="{language}"' in page and "Northwind Labs" in page


def test_who_was_erased_may_still_stop_what_is_on_its_way(
    home: World, path: str, stranger: Visitor
) -> None:
    home.happens(event("candidate.erased", home.clock.now()))

    assert stranger.client.post(path, data=ONE_CLICK).status_code == 303
