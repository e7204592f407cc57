import html
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.channels.moods import Behaviour, Mood
from bot.domain.model import Role
from bot.domain.ports import Echo
from bot.store.schema import events, messages, promises, tasks
from tests.factories import DAY, HOUR, NOON, PHONE, completed, decided, event
from tests.web.conftest import Visitor
from tests.world import World

HERE = "/conversations/1"
XSS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "{{ 7 * 7 }}",
    "javascript:alert(1)",
    "</div></main><iframe src=//evil.example>",
    "' onmouseover='alert(1)",
]


@pytest.fixture
def told(home: World) -> World:
    """The interview is over, and the candidate has been thanked."""
    home.happens(completed())
    home.passes(2 * HOUR)
    return home


def seen(world: World) -> int:
    with world.store.read() as tx:
        return tx.history.last_inbound(world.conversation) or 0


def reply(visitor: Visitor, text: str, *, once: str, seen: int):  # type: ignore[no-untyped-def]
    return visitor.send("POST", f"{HERE}/messages", text=text, once=once, seen=seen)


def test_a_thread_shows_what_was_said_and_what_became_of_it(
    told: World, recruiter: Visitor
) -> None:
    told.writes("What happens next?")

    page = recruiter.page(HERE)

    assert "Bot · Thank-you · template" in page
    assert 'aria-label="Sent today, 13:40 · delivered today, 13:40"' in page
    assert "What happens next?" in page


def test_a_thread_says_where_an_answer_was_written(told: World, recruiter: Visitor) -> None:
    told.writes("How many days of holiday would I get?")

    page = recruiter.page(HERE)

    assert "Bot · Answer · from benefits.en.md: How many days of holiday do I get?" in page
    assert re.search(r'class="bubble by-bot" lang="en"', page)


def test_whoever_steps_in_may_use_what_the_bot_would_have_said(
    told: World, recruiter: Visitor
) -> None:
    told.carrier.mood = Mood(behaviour=Behaviour.AWAY)
    told.writes("What happens next?")
    assert "would have said" not in recruiter.page(HERE)

    recruiter.send("PUT", f"{HERE}/handoff")
    page = recruiter.page(HERE)

    assert "It would have said" in page
    assert re.search(r'data-writes="[^"]*Dana', page)


def test_a_wrong_signature_becomes_one_task(told: World) -> None:
    told.hearback.mending.unheard("TWILIO_AUTH_TOKEN")
    told.hearback.mending.unheard("TWILIO_AUTH_TOKEN")

    assert sum("its signature does not fit" in task for task in told.tasks()) == 1


def test_what_a_colleague_wrote_in_whatsapp_itself_stands_here_too(
    told: World, recruiter: Visitor
) -> None:
    echo = Echo(
        provider_id="wamid.1",
        address=PHONE,
        sender=told.hearback.carrier.sender,
        text="I'll call you at five",
        at=told.clock.now(),
    )
    told.hearback.echoes.take(echo)

    page = recruiter.page(HERE)

    assert "Colleague (WhatsApp app)" in page
    assert "I&#39;ll call you at five" in page
    assert "a colleague writes to them in the WhatsApp app" in page


def test_a_decision_that_slips_out_is_read_again_first(told: World, recruiter: Visitor) -> None:
    told.writes("What happens next?")
    words = "Bad news: we will not be moving forward with your application."

    def send(text: str, **sure: str):  # type: ignore[no-untyped-def]
        return recruiter.send(
            "POST", f"{HERE}/messages", text=text, once="1", seen=seen(told), **sure
        )

    first = send(words)
    assert first.status_code == 409
    assert "a decision that nobody has released" in first.text
    assert told.rows("human") == []

    sure = re.search(r'name="sure" value="(\w+)"', first.text)
    assert sure is not None
    assert send(f"{words} Sorry.", sure=sure[1]).status_code == 409
    assert send(words, sure=sure[1]).status_code == 200
    assert [row.body for row in told.rows("human")] == [words]


def test_reading_turns_the_ticks_blue(told: World, recruiter: Visitor) -> None:
    recruiter.send("PUT", "/phone/1/reading")

    assert "· read today" in recruiter.page(HERE)


def test_failures_and_doubts_are_shown_with_their_reason(home: World, recruiter: Visitor) -> None:
    home.carrier.mood = Mood(behaviour=Behaviour.DROPS_ANSWER)
    home.happens(completed())
    home.passes(2 * HOUR)
    told = recruiter.page(HERE)

    assert "tick-unknown" in told or "tick-delivered" in told  # a report may settle it
    home.carrier.mood = Mood(behaviour=Behaviour.FAILS)
    home.writes("What happens next?")
    page = recruiter.page(HERE)

    assert "tick-failed" in page and "Failed: " in page
    assert "Done" in recruiter.page("/tasks")


@pytest.mark.parametrize("text", XSS)
def test_words_stay_words(told: World, recruiter: Visitor, text: str) -> None:
    told.writes(text)

    for path in (HERE, "/inbox", "/phone/1", "/tasks"):
        page = recruiter.page(path)
        assert not any(bad in page for bad in ("<script>alert", "<img src=x", "<svg onload"))
        assert "<iframe" not in page
    assert str(html.escape(text, quote=True)).replace("&#x27;", "&#39;").replace(
        "&quot;", "&#34;"
    ) in recruiter.page(HERE)


def test_names_stay_words(home: World, recruiter: Visitor) -> None:
    home.receives("Hello", address="+447700900999", profile_name="<script>alert(1)</script>")

    assert "<script>alert" not in recruiter.page("/inbox") + recruiter.page(HERE)


def test_taking_over_silences_the_bot(told: World, recruiter: Visitor) -> None:
    assert recruiter.send("PUT", f"{HERE}/handoff").status_code == 200

    page = recruiter.page(HERE)
    assert "You hold this conversation." in page
    assert "Recruiter took over" in page
    assert "Daniel Okafor" in recruiter.page("/inbox?tab=mine")


def test_a_second_recruiter_is_told_who_was_faster(
    told: World, recruiter: Visitor, signed_in: Callable[[Role], Visitor]
) -> None:
    told.writes("Hello")
    recruiter.send("PUT", f"{HERE}/handoff")
    other = signed_in(Role.ADMIN)

    taking = other.send("PUT", f"{HERE}/handoff")
    replying = reply(other, "Hi", once="1", seen=seen(told))

    assert taking.status_code == replying.status_code == 409
    assert "Recruiter already holds this conversation" in taking.text
    assert "Recruiter holds this conversation." in other.page(HERE)


def test_a_reply_leaves_once(told: World, recruiter: Visitor) -> None:
    told.writes("Hello")

    first = reply(recruiter, "Hi Daniel", once="same", seen=seen(told))
    again = reply(recruiter, "Hi Daniel", once="same", seen=seen(told))
    told.passes(timedelta(seconds=1))

    assert first.status_code == again.status_code == 200
    assert first.headers["HX-Trigger"].startswith("sent") and 'id="once"' in first.text
    assert told.texts.count("Hi Daniel") == 1
    assert "by-person" in recruiter.page(HERE)


def test_a_reply_to_an_older_message_waits_until_the_newer_one_was_read(
    told: World, recruiter: Visitor
) -> None:
    told.writes("Hello")
    old = seen(told)
    told.writes("Wait, one more thing")

    early = reply(recruiter, "Hi", once="1", seen=old)

    assert early.status_code == 409
    assert "A newer message arrived while you were writing" in early.text
    assert f'name="seen" value="{seen(told)}"' in early.text
    assert reply(recruiter, "Hi", once="1", seen=seen(told)).status_code == 200


def test_nothing_can_be_written_once_the_window_is_closed(told: World, recruiter: Visitor) -> None:
    told.writes("Hello")
    assert "WhatsApp takes free text for another" in recruiter.page(HERE)
    told.passes(DAY)

    page = recruiter.page(HERE)
    answer = reply(recruiter, "Hi", once="1", seen=seen(told))

    assert "The 24-hour window is closed. It opens again when Daniel Okafor writes." in page
    assert "disabled" in page.partition('id="text"')[2].partition(">")[0]
    assert answer.status_code == 409 and "window is closed" in answer.text


def test_nothing_can_be_written_after_an_opt_out(told: World, recruiter: Visitor) -> None:
    told.writes("STOP")

    answer = reply(recruiter, "Hi", once="1", seen=seen(told))

    assert answer.status_code == 409 and "opted out" in answer.text
    assert "Daniel Okafor opted out of WhatsApp." in recruiter.page(HERE)


def test_an_empty_reply_is_refused_where_it_was_written(told: World, recruiter: Visitor) -> None:
    told.writes("Hello")

    answer = reply(recruiter, "  ", once="1", seen=seen(told))

    assert answer.status_code == 422 and answer.text.startswith('<p class="problem">Text: is empty')


def test_giving_back_leaves_a_note(told: World, recruiter: Visitor) -> None:
    recruiter.send("PUT", f"{HERE}/handoff")
    recruiter.send("DELETE", f"{HERE}/handoff", note="All answered <b>")

    page = recruiter.page(HERE)
    assert "gave the conversation back" in page and "All answered &lt;b&gt;" in page
    assert "The bot answers." in page


def test_who_waits_for_a_person_stands_in_a_tab_of_its_own(told: World, recruiter: Visitor) -> None:
    told.writes("HUMAN")

    page = recruiter.page("/inbox?tab=unassigned")

    assert "Daniel Okafor" in page and "Needs a person by tomorrow" in page
    assert "<title>(1) Inbox" in page


def test_a_planned_message_can_be_cancelled_for_good(told: World, recruiter: Visitor) -> None:
    assert "Status update" in recruiter.page(HERE)
    row = told.rows("status_update")[0]

    first = recruiter.send("DELETE", f"/messages/{row.id}")
    again = recruiter.send("DELETE", f"/messages/{row.id}")

    assert (first.status_code, again.status_code) == (200, 409)
    assert f"cancel-{row.id}" not in recruiter.page(HERE)


def test_words_can_be_read_before_they_leave(told: World, recruiter: Visitor) -> None:
    due = told.rows("status_update")[0].due_at
    assert due is not None
    told.stepper.run_until(due - timedelta(minutes=5))

    assert "Read it" in recruiter.page(HERE)


def test_what_a_colleague_answers_stands_in_the_draft_at_once(
    told: World, recruiter: Visitor
) -> None:
    assert "Read the draft" in recruiter.page(HERE)
    assert "Tuesday, 1 December" not in recruiter.page(HERE)
    by = {"expected_by": "2026-12-01T17:00:00+00:00", "told_by": "Tom Baker"}

    told.happens(event("decision.expected", told.clock.now(), decision=by))

    draft = re.search(r"Read the draft.*?</details>", recruiter.page(HERE), re.S)
    assert draft is not None
    assert "Tuesday, 1 December" in draft[0]


def test_a_decision_is_released_by_a_click(told: World, recruiter: Visitor) -> None:
    told.happens(decided(NOON + HOUR, "advance", next_step="a talk with the team"))
    assert "A decision waits" in recruiter.page(HERE)

    stale = recruiter.send("PUT", "/processes/1/release", outcome="reject")
    first = recruiter.send("PUT", "/processes/1/release", outcome="advance")
    told.passes(HOUR)
    again = recruiter.send("PUT", "/processes/1/release", outcome="advance")

    assert (stale.status_code, first.status_code, again.status_code) == (409, 200, 409)
    assert "next_step" in told.kinds()
    page = recruiter.page(HERE)
    assert "A decision waits" not in page and "by recruiter@northwind.example" in page


def test_tasks_can_be_ticked_off(told: World, recruiter: Visitor) -> None:
    with told.store.begin() as tx:
        number = tx.tasks.open(kind="write", key="k", what="Call <Daniel>", now=NOON)
    assert "Call &lt;Daniel&gt;" in recruiter.page("/tasks")

    recruiter.send("PUT", f"/tasks/{number}/completion")

    assert "Nothing to do." in recruiter.page("/tasks")


def test_a_long_text_is_folded(told: World, recruiter: Visitor) -> None:
    told.receives("word " * 13_000)

    page = recruiter.page(HERE)

    assert "Show all 65,000 characters" in page
    assert len(recruiter.page("/inbox")) < 20_000


def test_a_thread_begins_with_its_newest_messages(told: World, recruiter: Visitor) -> None:
    for number in range(205):
        told.receives(f"note {number:03}")

    page = recruiter.page(HERE)

    assert "note 204" in page and "note 003" not in page and "Earlier messages" in page
    assert "note 003" in recruiter.page(f"{HERE}?most=800")


def test_a_page_of_the_inbox_takes_few_queries(told: World, recruiter: Visitor) -> None:
    def asked() -> int:
        asked: list[str] = []

        def note(conn: object, cursor: object, statement: str, *rest: object) -> None:
            asked.append(statement)

        sa.event.listen(told.store.engine, "before_cursor_execute", note)
        recruiter.page("/inbox")
        sa.event.remove(told.store.engine, "before_cursor_execute", note)
        return len(asked)

    one = asked()
    for number in range(20):
        told.receives("Hello", address=f"+4477009001{number:02}")

    assert asked() == one <= 10


def test_the_panel_names_promises_consent_and_interview(told: World, recruiter: Visitor) -> None:
    page = recruiter.page(HERE)

    for words in ("The next word about the process", "WhatsApp: agreed", "Technical interview"):
        assert words in page
    with told.store.read() as tx:
        assert tx.connection.scalar(sa.select(sa.func.count()).select_from(promises)) == 1
        assert tx.connection.scalar(sa.select(sa.func.count()).select_from(tasks)) == 0
        assert tx.connection.scalar(sa.select(sa.func.count()).select_from(messages)) == 2


# --- what a person puts right -------------------------------------------------------------


def test_a_recruiter_says_whether_a_message_arrived(home: World, recruiter: Visitor) -> None:
    home.writes("Hello")
    home.carrier.mood = Mood(behaviour=Behaviour.VANISHES)
    reply(recruiter, "See you on Friday", once="1", seen=seen(home))
    home.passes(timedelta(seconds=10))
    assert "The carrier is being asked." in recruiter.page(HERE)
    home.passes(HOUR)
    page = recruiter.page(HERE)
    (row,) = home.rows("human")

    wrong = recruiter.send("PUT", f"/messages/{row.id}/arrival", arrived="perhaps")
    said = recruiter.send("PUT", f"/messages/{row.id}/arrival", arrived="yes")
    again = recruiter.send("PUT", f"/messages/{row.id}/arrival", arrived="no")

    assert "It arrived" in page and "It did not: send it again" in page
    assert (wrong.status_code, said.status_code, again.status_code) == (422, 200, 409)
    assert "It did not: send it again" not in recruiter.page(HERE)
    assert "may not have arrived" not in recruiter.page("/tasks")


def test_what_the_bot_could_not_read_is_marked_and_can_be_tried_again(
    home: World, recruiter: Visitor
) -> None:
    home.writes("Hello")
    with home.store.begin() as tx:
        tx.connection.execute(
            sa.update(messages).where(messages.c.direction == "in").values(state="dead")
        )
    marked, thread = recruiter.page("/inbox"), recruiter.page(HERE)

    first = recruiter.send("POST", f"{HERE}/attempts")
    again = recruiter.send("POST", f"{HERE}/attempts")

    assert "The bot could not read a message" in marked
    assert "Let it try again" in thread
    assert (first.status_code, again.status_code) == (200, 409)
    assert "The bot could not read a message" not in recruiter.page("/inbox")


def test_an_event_without_effect_can_be_tried_again(home: World, recruiter: Visitor) -> None:
    home.happens(completed())
    with home.store.begin() as tx:
        tx.connection.execute(sa.update(events).values(state="failed"))
        tx.tasks.open(kind="event", key="event:1", what="Event 1 had no effect", now=NOON)
    assert "/events/1/attempts" in recruiter.page("/tasks")

    first = recruiter.send("POST", "/events/1/attempts")
    again = recruiter.send("POST", "/events/1/attempts")

    assert (first.status_code, again.status_code) == (200, 409)
    assert "had no effect" not in recruiter.page("/tasks")


def test_what_the_bot_left_to_a_person_is_marked(told: World, recruiter: Visitor) -> None:
    told.writes("HUMAN")
    told.writes("are you a bot?")
    assert "the bot left this to a person" not in recruiter.page(HERE)

    told.writes("why did the last person leave this job?")

    assert recruiter.page(HERE).count("the bot left this to a person") == 1


def test_one_click_says_that_it_is_the_right_person(told: World, recruiter: Visitor) -> None:
    told.writes("wrong number")
    page = recruiter.page(HERE)
    assert "They say that they are not Daniel" in page and "This is the right person" in page
    assert "Somebody else may have this number" in page
    assert "Rests for this number since" in page
    refused = reply(recruiter, "Is that you?", once="1", seen=seen(told))

    confirmed = recruiter.send("PUT", f"{HERE}/identity")

    assert (refused.status_code, confirmed.status_code) == (409, 200)
    page = recruiter.page(HERE)
    assert "This is the right person" not in page and "The bot answers." in page
