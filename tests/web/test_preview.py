"""What a recruiter reads before a candidate does: the words, what they are made of, and why so."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.domain.manner import Length, Tone
from bot.domain.model import Role
from tests.factories import HOUR, NOON, event, interview, job
from tests.web.conftest import Visitor
from tests.world import World

HERE = "/conversations/1"


def booked(home: World) -> World:
    """The interview has ended; the thank-you waits."""
    told = interview(topics=["event-driven design"])
    home.happens(event("interview.completed", NOON, interview=told, job=job(level="director")))
    return home


def made_of(recruiter: Visitor) -> dict[str, str]:
    """Each line under the words of the message that waits: its name, and what it says."""
    page = recruiter.page(HERE)
    found = re.search(r'<dl id="facts-.*?</dl>', page, re.S)
    assert found, page
    lines = re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", found[0], re.S)
    return {name: " ".join(re.sub(r"<[^>]+>", " ", told).split()) for name, told in lines}


def test_each_fact_of_a_draft_stands_there_with_its_source(home: World, recruiter: Visitor) -> None:
    booked(home)

    told = made_of(recruiter)

    assert told["Talked about"] == "event-driven design Leave out test · today, 13:00"
    assert told["They met"] == "Ana Ruiz test · today, 13:00"
    assert told["Next word by"].endswith("our own promise")
    assert told["Text"].startswith("thank_you.1.en ")
    assert told["Tone"] == "warm, full how the company writes"


def test_what_a_colleague_answered_is_theirs(home: World, recruiter: Visitor) -> None:
    booked(home).passes(3 * HOUR)
    by = {"expected_by": "2026-12-01T17:00:00+00:00", "told_by": "Tom Baker"}
    home.hearback.receive_event("team", event("decision.expected", home.clock.now(), decision=by))
    home.stepper.settle_now()

    assert "Tom Baker's answer" in made_of(recruiter)["Decision by"].replace("&#39;", "'")


def test_a_topic_is_struck_from_the_message_itself(home: World, recruiter: Visitor) -> None:
    booked(home)

    done = recruiter.send(
        "DELETE", "/processes/1/topics", interview="int-1", topic="event-driven design"
    )

    assert done.status_code == 200
    home.stepper.settle_now()
    assert "Talked about" not in made_of(recruiter)


@pytest.mark.parametrize("ready", [False, True])
def test_the_tone_says_who_wanted_it(home: World, recruiter: Visitor, ready: bool) -> None:
    booked(home)
    with home.store.begin() as tx:
        person = tx.conversations.find(home.conversation).person_id
        tx.people.update(person, tone=Tone.FORMAL, length=Length.SHORT)
    if ready:
        (row,) = home.rows("thank_you")
        assert row.due_at is not None
        home.stepper.run_until(row.due_at - timedelta(minutes=5))

    page, told = recruiter.page(HERE), made_of(recruiter)

    assert told["Tone"] == "formal, short the candidate asked for it"
    assert "thank_you.11.en" in told["Text"]
    assert ("Read it" in page) == ready
    assert "formally · in short messages" in page


def test_who_may_not_strike_topics_reads_all_the_same(
    home: World, signed_in: Callable[[Role], Visitor]
) -> None:
    booked(home)

    assert (
        made_of(signed_in(Role.VIEWER))["Talked about"] == "event-driven design test · today, 13:00"
    )
