"""The calendar file behind a link: without sign-in, and as the appointment stands now."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from bot.domain.model import Role
from tests.factories import DAY, HOUR, NOON, PHONE, colleague, event, interview, published, slot
from tests.web.conftest import Visitor
from tests.world import World

LINK = re.compile(r"http://127\.0\.0\.1:\d+(/i/\S+)")
FRIDAY = NOON + 3 * DAY


@pytest.fixture
def asked(home: World) -> World:
    """A candidate wants to move an interview to Friday, and Ana was asked."""
    booked = interview(NOON + 2 * DAY, topics=[], interviewers=[colleague()])
    ana = {"name": "Ana Ruiz", "email": "ana@northwind.example"}
    home.happens(
        event("interview.scheduled", NOON - DAY, interview=booked),
        published(NOON, slot(FRIDAY, interviewers=[ana], place="Room 2")),
    )
    home.writes("Could we move my interview to Friday?")
    home.writes("Yes please")
    return home


@pytest.fixture
def moved(home: World, asked: World) -> str:
    """It was moved; returns the path of the link that the candidate got."""
    home.taps("confirm")
    found = LINK.search(home.said_to(PHONE)[-1])
    assert found, home.said_to(PHONE)[-1]
    return found[1]


def test_who_interviews_answers_on_a_page_that_tells_no_more_than_it_must(
    home: World, asked: World, stranger: Visitor
) -> None:
    (row,) = home.rows("question")
    path = f"/a/{home.link(row)}"
    page = stranger.page(path)
    nonce, ask = (re.search(rf'name="{name}" value="([^"]+)', page) for name in ("nonce", "ask"))
    assert nonce and ask
    assert "Could Daniel come on Friday, 27 November, 12:00" in page
    assert not [secret for secret in ("Okafor", PHONE, "app-1", "int-1") if secret in page]

    form = {"nonce": nonce[1], "ask": ask[1], "choice": "confirm"}
    assert stranger.client.post(path, data=form).status_code == 303
    home.passes(HOUR / 60)

    assert "your interview is now on Friday" in home.said_to(PHONE)[-1]
    assert "the new time works" in stranger.page(path)


def test_the_link_brings_the_appointment(moved: str, stranger: Visitor) -> None:
    answer = stranger.get(moved)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "interview.ics" in answer.headers["Content-Disposition"]
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "SUMMARY:Interview at Northwind Labs: Senior Backend Engineer\r\n" in answer.text
    assert "DTSTART:20261127T120000Z\r\n" in answer.text
    assert "LOCATION:Room 2\r\n" in answer.text


def test_after_it_was_moved_again_the_same_link_takes_it_out(
    home: World, moved: str, stranger: Visitor
) -> None:
    before = stranger.get(moved).text
    again = interview(FRIDAY + 3 * DAY, topics=[])

    home.happens(event("interview.moved", home.clock.now() + HOUR / 60, interview=again))

    after = stranger.get(moved).text
    uid = re.compile(r"UID:(\S+)")
    assert uid.findall(before) == uid.findall(after)
    assert "METHOD:CANCEL" in after and "SEQUENCE:1" in after


@pytest.mark.parametrize("change", [lambda p: p[:-1], lambda p: f"{p}x", lambda p: "/i/1.nothing"])
def test_a_link_that_nobody_gave_out_leads_nowhere(
    moved: str, stranger: Visitor, change: Callable[[str], str]
) -> None:
    assert stranger.get(change(moved)).status_code == 404
    assert stranger.get("/i/" + "9" * 40 + ".x").status_code == 404


def test_of_an_erased_candidate_nothing_is_left_behind_it(
    home: World, moved: str, stranger: Visitor
) -> None:
    home.happens(
        {
            "id": "erase",
            "type": "candidate.erased",
            "occurred_at": home.clock.now().isoformat(),
            "candidate": {"ref": "cand-1"},
        }
    )

    assert stranger.get(moved).status_code == 404


def test_the_link_is_kept_nowhere(home: World, moved: str) -> None:
    assert all(moved.rpartition("/")[2] not in row.body for row in home.rows())


def test_a_recruiter_sees_what_was_asked_for_and_how_it_stands(
    home: World, moved: str, signed_in: Callable[[Role], Visitor]
) -> None:
    with home.store.read() as tx:
        talk = next(row.conversation_id for row in home.rows("booking"))
        assert tx.conversations.find(talk)

    page = signed_in(Role.RECRUITER).page(f"/conversations/{talk}")

    assert "Asked for" in page
    assert "confirmed" in page
