"""What a recruiter does with one click to keep the product's word: take back, approve, strike,
promise, pause."""

import re
from datetime import timedelta

import pytest

from bot.domain.model import State
from tests.factories import DAY, HOUR, NOON, completed, decided
from tests.web.conftest import Visitor
from tests.world import World

HERE = "/conversations/1"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def told(home: World) -> World:
    home.happens(completed())
    home.passes(2 * HOUR)
    return home


def release(recruiter: Visitor, outcome: str) -> None:
    sent = recruiter.send("PUT", "/processes/1/release", outcome=outcome)
    assert sent.status_code == 200, sent.text


def test_a_release_is_taken_back_by_a_click_and_may_come_again(
    told: World, recruiter: Visitor
) -> None:
    told.happens(decided(NOON + HOUR, "advance"))
    release(recruiter, "advance")
    told.passes(MINUTE)
    assert "Take it back" in recruiter.page(HERE)

    back = recruiter.send("DELETE", "/processes/1/release")
    told.passes(2 * HOUR)

    assert back.status_code == 200
    assert "next_step" not in told.kinds()
    page = recruiter.page(HERE)
    assert "A decision waits" in page and "Take it back" not in page
    assert recruiter.send("DELETE", "/processes/1/release").status_code == 409

    release(recruiter, "advance")
    told.passes(HOUR)
    assert told.kinds()[-1] == "next_step"
    assert "Take it back" not in recruiter.page(HERE)


def test_a_rejection_is_read_and_approved_by_a_click(told: World, recruiter: Visitor) -> None:
    told.passes(DAY)
    told.happens(decided(told.clock.now(), "reject"))
    release(recruiter, "reject")
    told.passes(MINUTE)
    page = recruiter.page(HERE)
    (row,) = told.rows("rejection")
    assert row.body.split("\n")[0] in page.replace("&#39;", "'")
    (words,) = re.findall(r'"words": "([0-9a-f]+)"', page)

    stale = recruiter.send("PUT", f"/messages/{row.id}/approval", words="0")
    approved = recruiter.send("PUT", f"/messages/{row.id}/approval", words=words)
    told.passes(2 * HOUR)

    assert (stale.status_code, approved.status_code) == (409, 200)
    assert told.kinds()[-1] == "rejection"
    assert "Approve these words" not in recruiter.page(HERE)


def test_a_topic_is_struck_by_a_click(home: World, recruiter: Visitor) -> None:
    home.happens(completed())
    home.passes(35 * MINUTE)
    assert "Do not mention" in recruiter.page(HERE)

    struck = recruiter.send(
        "DELETE", "/processes/1/topics", interview="int-1", topic="event-driven design"
    )
    home.passes(2 * HOUR)

    assert struck.status_code == 200
    assert "event-driven design" not in home.last
    assert "Do not mention" not in recruiter.page(HERE)


def test_what_a_recruiter_writes_in_passing_is_kept_as_a_promise_by_a_click(
    told: World, recruiter: Visitor
) -> None:
    told.writes("When will I know?")
    with told.store.read() as tx:
        seen = tx.history.last_inbound(told.conversation)
    text = "I will write to you by Thursday"
    recruiter.send("POST", f"{HERE}/messages", text=text, once="1", seen=seen)
    told.passes(MINUTE)
    (human,) = told.rows("human")
    assert "Keep it as a promise: Thu 26 Nov, 18:00" in recruiter.page(HERE)

    first = recruiter.send("PUT", f"/messages/{human.id}/promise")
    again = recruiter.send("PUT", f"/messages/{human.id}/promise")

    assert (first.status_code, again.status_code) == (200, 200)
    page = recruiter.page(HERE)
    assert "kept as a promise" in page and "Keep it as a promise" not in page
    recruiter.send("DELETE", f"{HERE}/handoff")
    told.passes(2 * DAY + 4 * HOUR)
    assert any("was promised a word" in task for task in told.tasks())


def test_only_words_of_a_person_that_name_a_day_can_be_promised(
    told: World, recruiter: Visitor
) -> None:
    (thanks,) = told.rows("thank_you")

    assert recruiter.send("PUT", f"/messages/{thanks.id}/promise").status_code == 404


def test_one_switch_pauses_everything_and_says_so_on_every_page(
    told: World, recruiter: Visitor
) -> None:
    assert "Pause everything" in recruiter.page("/tasks")
    recruiter.send("PUT", "/pause", note="moving <offices>")

    for path in ("/tasks", "/inbox", HERE):
        page = recruiter.page(path)
        assert "Everything is paused since today" in page
        assert "moving &lt;offices&gt;" in page
    told.passes(50 * HOUR)
    assert told.kinds() == ["thank_you"]
    assert [row.state for row in told.rows("status_update")] == [State.HELD]

    recruiter.send("DELETE", "/pause")
    told.passes(20 * HOUR)
    assert "Everything is paused" not in recruiter.page("/inbox")
    assert "status_update" in told.kinds()
