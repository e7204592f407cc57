"""E-mail as the second way to a candidate, through a real mail server."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.channels.email import Email
from bot.channels.moods import Behaviour, Mood
from bot.domain.model import State
from tests.factories import DAY, HOUR, NOON, candidate, completed, consent, decided, released
from tests.fakes.mailbox import MailServer, mail_settings
from tests.world import World, world

ADDRESS = "daniel@example.org"
BY_MAIL = {**consent(), "channel": "email"}


@pytest.fixture
def mailbox() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def house(mailbox: MailServer, sqlite_url: str) -> Iterator[World]:
    url = sqlite_url
    with world(url, mail=lambda clock: Email(mail_settings(mailbox), clock)) as opened:
        yield opened


def daniel(*consents: dict[str, Any]) -> dict[str, Any]:
    return candidate(email=ADDRESS, consents=[consent(), BY_MAIL] if not consents else consents)


def test_a_word_that_whatsapp_does_not_bring_comes_by_mail(
    house: World, mailbox: MailServer
) -> None:
    house.carrier.next_moods(Mood(behaviour=Behaviour.REFUSES, code="63024"))
    house.happens(completed(candidate=daniel()))
    house.passes(2 * HOUR)

    (taken,) = mailbox.taken
    assert taken.to == ADDRESS
    assert "Ana Ruiz" in taken.text
    assert "event-driven design" in taken.text
    assert taken.mail["Subject"]
    assert [row.state for row in house.rows("thank_you")] == [State.FAILED, State.DELIVERED]
    assert house.tasks() == []


def test_a_mail_that_the_server_took_ends_silence(house: World, mailbox: MailServer) -> None:
    house.happens(completed(candidate=daniel(BY_MAIL)))
    house.passes(9 * DAY)

    assert house.texts == []
    assert len(mailbox.taken) >= 4
    assert len({taken.text for taken in mailbox.taken}) == len(mailbox.taken)
    assert not any("72 hours" in task for task in house.tasks())


def test_who_writes_email_is_written_to_there_from_then_on(
    house: World, mailbox: MailServer
) -> None:
    house.happens(completed(candidate=daniel(consent())))
    house.passes(HOUR)
    house.writes("EMAIL")
    assert "e-mail from now on" in house.last
    house.passes(3 * DAY)

    assert house.kinds() == ["thank_you", "reply"]
    assert len(mailbox.taken) == 1


def test_after_stop_the_decision_still_comes_by_mail(house: World, mailbox: MailServer) -> None:
    house.happens(completed(candidate=daniel()))
    house.passes(HOUR)
    house.writes("STOP")
    house.passes(3 * DAY)
    assert mailbox.taken == []
    house.happens(decided(house.clock.now(), "reject"), released(house.clock.now()))
    house.approves("rejection")
    house.passes(9 * DAY)

    (taken,) = mailbox.taken
    assert house.kinds() == ["thank_you", "opt_out_ack"]
    assert "Senior Backend Engineer" in taken.text


def test_where_mail_fails_too_a_recruiter_writes(house: World, mailbox: MailServer) -> None:
    house.happens(completed(NOON, candidate=daniel(BY_MAIL) | {"email": "unknown@example.org"}))
    house.passes(2 * HOUR)

    assert mailbox.taken == []
    assert "Send Daniel Okafor the thank you yourself: e-mail did not reach them" in house.tasks()
