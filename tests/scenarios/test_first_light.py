"""One candidate's whole story, on both databases: what is heard, when, and what is not."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise

import pytest

from bot.channels.moods import Behaviour, Mood
from bot.domain.errors import AlreadyTaken, BadInput, Conflict, NewerMessage
from bot.domain.failpoints import watch
from bot.domain.model import Channel, Form, PersonId, Role, State
from bot.domain.ports import Report
from tests.factories import (
    DAY,
    HOUR,
    NOON,
    candidate,
    completed,
    decided,
    event,
    interview,
    job,
    released,
)
from tests.world import World, world

MINUTE = timedelta(minutes=1)


@pytest.fixture
def hearback(database_url: str) -> Iterator[World]:
    with world(database_url) as opened:
        yield opened


@pytest.fixture
def thanked(hearback: World) -> World:
    """The interview is over and the thank-you has arrived."""
    hearback.happens(completed())
    hearback.passes(HOUR)
    return hearback


# --- the four stages ----------------------------------------------------------------------


def test_the_whole_story(hearback: World) -> None:
    hearback.happens(completed())
    hearback.passes(2 * HOUR)
    assert hearback.kinds() == ["thank_you"]
    assert "Ana Ruiz" in hearback.last
    assert "event-driven design" in hearback.last
    assert "Friday, 27 November" in hearback.last
    assert "automated assistant of Northwind Labs" in hearback.last

    hearback.passes(2 * DAY)
    assert hearback.kinds() == ["thank_you", "status_update"]
    assert "Dana Weiss" in hearback.last
    assert "automated" not in hearback.last

    hearback.happens(decided(hearback.clock.now(), link="https://slots.example/1"))
    hearback.happens(released(hearback.clock.now()))
    hearback.passes(HOUR)
    assert hearback.kinds()[2:] == ["next_step"]
    assert "https://slots.example/1" in hearback.last

    hearback.passes(8 * DAY)
    assert hearback.kinds()[3:] == ["link_reminder", "survey"]
    hearback.writes("9")
    assert "9" in hearback.last
    hearback.writes("Everybody came prepared and on time")
    assert hearback.kinds()[5:] == ["reply", "reply"]

    hearback.writes("STOP")
    assert hearback.kinds()[7:] == ["opt_out_ack"]
    hearback.writes("What happens next?")
    hearback.passes(30 * DAY)
    assert len(hearback.texts) == 8


def test_updates_go_on_in_other_words_until_the_decision_is_released(thanked: World) -> None:
    thanked.passes(14 * DAY)

    assert set(thanked.kinds()[1:]) == {"status_update"}
    assert len(thanked.texts) >= 5
    assert len(set(thanked.texts)) == len(thanked.texts)
    arrived = [row.due_at for row in thanked.rows() if row.state is State.DELIVERED and row.due_at]
    for earlier, later in pairwise(arrived):
        assert later - earlier <= 72 * HOUR


def test_a_rejection_waits_for_its_half_hour_and_reads_as_one(thanked: World) -> None:
    thanked.passes(DAY)
    thanked.happens(decided(thanked.clock.now(), "reject"), released(thanked.clock.now()))
    thanked.approves("rejection")

    thanked.passes(29 * MINUTE)
    assert thanked.kinds() == ["thank_you"]
    thanked.writes("Any news?")
    assert "open" in thanked.last
    thanked.passes(HOUR)

    assert thanked.kinds()[-1] == "rejection"
    assert "event-driven design" not in thanked.last


def test_an_offer_is_announced_without_amounts(thanked: World) -> None:
    now = thanked.clock.now()
    expected = (now + 3 * DAY).isoformat()
    offer = {"how": "by e-mail", "expected_at": expected, "salary": 91234}
    thanked.happens(decided(now, "offer"), event("offer.generated", now, offer=offer))
    thanked.passes(HOUR)
    assert thanked.kinds() == ["thank_you"]

    thanked.happens(released(thanked.clock.now()))
    thanked.passes(HOUR)

    assert thanked.kinds()[-1] == "offer"
    assert "by e-mail" in thanked.last
    assert "91234" not in thanked.last


def test_everything_said_is_the_same_with_and_without_an_unreleased_decision(
    database_url: str, tmp_path: object
) -> None:
    def story(url: str, *more: dict[str, object]) -> list[str]:
        with world(url) as told:
            told.happens(completed())
            told.passes(HOUR)
            told.happens(*more)
            for text in ("Any news?", "What happens next?", "Thanks!", "Did I get the job??"):
                told.writes(text)
                told.passes(DAY)
            told.passes(6 * DAY)
            return told.texts

    without = story(f"sqlite:///{tmp_path}/without.db")

    for outcome in ("advance", "reject", "offer"):
        url = database_url if outcome == "reject" else f"sqlite:///{tmp_path}/{outcome}.db"
        assert story(url, decided(NOON + HOUR, outcome)) == without


# --- who may be written to, and when ---------------------------------------------------------


def test_without_consent_nothing_goes_by_whatsapp_and_the_recruiter_gets_a_task(
    hearback: World,
) -> None:
    hearback.happens(completed(candidate=candidate(consents=[])))
    hearback.passes(4 * DAY)

    assert hearback.texts == []
    assert (
        "Send Daniel Okafor the thank you yourself: there is no recorded consent for WhatsApp"
        in hearback.tasks()
    )


def test_consent_that_comes_later_counts_from_then_on(hearback: World) -> None:
    hearback.happens(completed(candidate=candidate(consents=[])))
    hearback.passes(HOUR)
    hearback.happens(event("scorecard.submitted", hearback.clock.now(), interview={"ref": "int-1"}))
    hearback.passes(2.5 * DAY)

    assert hearback.kinds() == ["thank_you", "status_update"]


def test_without_a_number_the_recruiter_gets_a_task(hearback: World) -> None:
    hearback.happens(completed(candidate=candidate(phone="")))

    assert (
        "Send Daniel Okafor the thank you yourself: there is no WhatsApp number" in hearback.tasks()
    )


def test_nobody_is_woken(hearback: World) -> None:
    hearback.passes(9.5 * HOUR)
    hearback.happens(completed(hearback.clock.now()))
    hearback.passes(DAY)

    (thanks,) = (row for row in hearback.rows("thank_you"))
    assert thanks.due_at is not None
    assert thanks.due_at == NOON + 20 * HOUR


def test_outside_the_window_a_template_goes_and_inside_free_text(thanked: World) -> None:
    thanked.passes(60 * HOUR)
    thanked.writes("Thank you!")
    thanked.happens(decided(thanked.clock.now()), released(thanked.clock.now()))
    thanked.passes(HOUR)

    forms = {row.kind: row.form for row in thanked.rows()}
    assert forms["thank_you"] is Form.TEMPLATE
    assert forms["reply"] is Form.TEXT
    assert forms["next_step"] is Form.TEXT


def test_stop_takes_effect_at_once_and_start_undoes_it(thanked: World) -> None:
    thanked.writes("stop")
    assert thanked.kinds() == ["thank_you", "opt_out_ack"]
    thanked.passes(5 * DAY)
    assert len(thanked.texts) == 2
    assert not any("yourself" in task for task in thanked.tasks())

    thanked.writes("START")
    thanked.passes(3 * DAY)

    assert thanked.kinds()[2:] == ["reply", "status_update", "status_update"]


def test_stop_beats_a_message_that_is_about_to_leave(thanked: World) -> None:
    thanked.passes(47 * HOUR + 39 * MINUTE)
    thanked.receives("STOP")
    thanked.passes(2 * HOUR)

    assert thanked.kinds() == ["thank_you", "opt_out_ack"]


# --- answers ----------------------------------------------------------------------------------


def test_a_question_is_answered_from_the_promise_that_stands(thanked: World) -> None:
    thanked.writes("What happens next?")

    assert "Friday, 27 November" in thanked.last
    thanked.passes(4 * DAY)
    updates = [row for row in thanked.rows("status_update") if row.state is State.DELIVERED]
    assert updates[0].due_at is not None
    assert updates[0].due_at <= NOON + 72 * HOUR + 40 * MINUTE


def test_only_what_was_said_is_promised(thanked: World) -> None:
    def promised() -> object:
        with thanked.store.read() as tx:
            (process,) = tx.processes.of_person(tx.people.known_as("ref", "cand-1") or PersonId(0))
            return tx.promises.next_word(process.id)

    assert promised() is not None
    thanked.happens(
        decided(thanked.clock.now(), link="https://slots.example/1", next_step="a panel"),
        released(thanked.clock.now()),
    )
    thanked.passes(HOUR)

    assert thanked.kinds()[-1] == "next_step"
    assert promised() is None


def test_a_burst_is_one_turn(thanked: World) -> None:
    for text in ("Hi", "one question", "what happens next?"):
        thanked.receives(text)
        thanked.passes(timedelta(seconds=1))
    thanked.passes(10 * MINUTE)

    assert thanked.kinds() == ["thank_you", "reply"]


def test_the_same_message_twice_is_answered_once(thanked: World) -> None:
    for _ in range(3):
        thanked.receives("What happens next?", provider_id="SMsame")
    thanked.passes(MINUTE)
    thanked.receives("What happens next?", provider_id="SMsame")
    thanked.passes(MINUTE)

    assert thanked.kinds() == ["thank_you", "reply"]


@pytest.mark.parametrize(
    ("text", "ack", "task"),
    [
        ("EMAIL", "e-mail", "prefers e-mail"),
        ("MY DATA", "copy of your data", "copy of their data"),
        ("DELETE", "deleted", "data to be deleted"),
    ],
)
def test_a_request_is_recorded_with_a_receipt_and_a_due_date(
    thanked: World, text: str, ack: str, task: str
) -> None:
    thanked.writes(text)

    assert ack in thanked.last
    assert "R-100" in thanked.last
    assert "Thursday, 24 December" in thanked.last
    assert any(task in one for one in thanked.tasks())


def test_who_prefers_email_gets_no_more_stages_by_whatsapp(thanked: World) -> None:
    thanked.writes("EMAIL")
    thanked.passes(4 * DAY)

    assert thanked.kinds() == ["thank_you", "reply"]
    assert any("e-mail instead" in task for task in thanked.tasks())


def test_human_opens_a_handoff_and_says_who_answers_by_when(thanked: World) -> None:
    thanked.writes("HUMAN")

    assert "Dana Weiss" in thanked.last
    assert "Tuesday, 24 November, 17:00" in thanked.last
    with thanked.store.read() as tx:
        assert tx.handoffs.current(thanked.conversation) is not None


@pytest.mark.parametrize("text", ["CANCEL", "end", "Quit"])
def test_cancel_is_no_opt_out_and_is_asked_back(thanked: World, text: str) -> None:
    thanked.writes(text)

    assert "STOP" in thanked.last
    thanked.passes(3 * DAY)
    assert "status_update" in thanked.kinds()


def test_what_the_bot_does_not_know_goes_to_a_person(thanked: World) -> None:
    thanked.writes("Is the cantina any good, and can I bring my parrot?")

    assert "Dana Weiss" in thanked.last
    with thanked.store.read() as tx:
        current = tx.handoffs.current(thanked.conversation)
        assert current is not None
        assert current.reason == "unknown"
    thanked.writes("It is a quiet parrot")
    assert len(thanked.texts) == 2


def test_a_voice_note_goes_to_a_person_with_a_kind_word(thanked: World) -> None:
    thanked.receives("", media=("audio/ogg",))
    thanked.passes(MINUTE)

    assert "Dana Weiss" in thanked.last


def test_a_stranger_learns_nothing(thanked: World) -> None:
    thanked.writes("Hi, what about Daniel's application?", address="+447700900999")

    assert "Daniel" not in thanked.last
    assert "Engineer" not in thanked.last


@pytest.mark.parametrize(
    "text",
    [
        "x" * 65_000,
        "\u202eright to left\u202c",
        "مرحبا، متى سأسمع منكم؟",
        "tag \U000e0041\U000e007f characters",
        "\ufffd\ufffd",
        "🙂" * 500,
        "' OR 1=1; --",
        "{first_name} {{1}} %s %(x)s",
        "   ",
    ],
)
def test_weird_text_is_kept_as_it_came(thanked: World, text: str) -> None:
    thanked.receives(text)
    with thanked.store.read() as tx:
        assert tx.messages.unread(thanked.conversation)[0].body == text
    thanked.passes(MINUTE)

    with thanked.store.read() as tx:
        assert tx.messages.unread(thanked.conversation) == []


# --- the survey -------------------------------------------------------------------------------


@pytest.fixture
def surveyed(thanked: World) -> World:
    """The final word is a week old and the survey question has arrived."""
    thanked.happens(decided(thanked.clock.now()), released(thanked.clock.now()))
    thanked.passes(9 * DAY)
    assert thanked.kinds()[-1] == "survey"
    return thanked


def survey(world: World) -> tuple[int | None, int | None, str]:
    import sqlalchemy as sa

    from bot.store.schema import surveys

    with world.store.read() as tx:
        row = tx.connection.execute(sa.select(surveys)).one()
    return row.score, row.earlier_score, row.comment


def test_a_second_score_stands_and_the_first_is_kept(surveyed: World) -> None:
    surveyed.writes("6")
    surveyed.writes("sorry, 8")
    surveyed.writes("The second interview started late")

    assert survey(surveyed) == (8, 6, "The second interview started late")


def test_a_question_in_the_middle_is_answered_and_the_survey_goes_on(surveyed: World) -> None:
    surveyed.writes("10")
    surveyed.writes("Are you a bot?")
    assert "automated" in surveyed.last
    surveyed.writes("Kind people")

    assert survey(surveyed) == (10, None, "Kind people")


def test_an_answer_without_a_number_is_asked_once_more(surveyed: World) -> None:
    surveyed.writes("it was all right I suppose")
    assert "0" in surveyed.last
    assert "10" in surveyed.last
    surveyed.writes("7")

    assert survey(surveyed)[0] == 7


def test_a_survey_that_begins_while_an_answer_is_decided_on_is_not_forgotten(
    thanked: World,
) -> None:
    def begin(place: str) -> None:
        if place == "turn.decided":
            with thanked.store.begin() as tx:
                tx.conversations.set_state(thanked.conversation, "survey", {"process": "1"})

    watch(begin)
    try:
        thanked.writes("What happens next?")
    finally:
        watch(None)

    with thanked.store.read() as tx:
        conversation = tx.conversations.find(thanked.conversation)
    assert (conversation.flow, dict(conversation.slots)) == ("survey", {"process": "1"})


# --- people take over ----------------------------------------------------------------------


def test_while_a_person_holds_the_conversation_the_bot_is_silent(thanked: World) -> None:
    desk, dana = thanked.hearback.desk, thanked.recruiter
    thanked.receives("What happens next?")
    desk.take(thanked.conversation, dana)
    thanked.passes(MINUTE)
    assert thanked.kinds() == ["thank_you"]

    with thanked.store.read() as tx:
        seen = tx.history.last_inbound(thanked.conversation)
    desk.reply(thanked.conversation, dana, "Let me check with Ana", once="1", seen=seen)
    thanked.passes(4 * DAY)
    assert thanked.kinds() == ["thank_you", "human"]
    assert [row.state for row in thanked.rows("status_update")] == [State.HELD]

    desk.release(thanked.conversation, dana, "answered")
    thanked.passes(HOUR)
    assert thanked.kinds() == ["thank_you", "human", "status_update"]
    thanked.writes("What happens next?")
    assert thanked.kinds()[-1] == "reply"


def test_a_second_recruiter_is_told_who_holds_it(thanked: World) -> None:
    with thanked.store.begin() as tx:
        tx.users.add(
            email="tom@northwind.example",
            name="Tom Berg",
            role=Role.RECRUITER,
            password_hash="",
            now=NOON,
        )
        tom = tx.users.with_email("tom@northwind.example")
    assert tom is not None
    thanked.hearback.desk.take(thanked.conversation, thanked.recruiter)

    with pytest.raises(AlreadyTaken, match="Dana Weiss"):
        thanked.hearback.desk.take(thanked.conversation, tom)


def test_a_reply_to_an_older_page_is_shown_the_newer_message_first(thanked: World) -> None:
    desk, dana = thanked.hearback.desk, thanked.recruiter
    thanked.receives("One")
    with thanked.store.read() as tx:
        seen = tx.history.last_inbound(thanked.conversation)
    thanked.receives("Two")

    with pytest.raises(NewerMessage):
        desk.reply(thanked.conversation, dana, "Hello", once="1", seen=seen)


def test_a_double_click_is_one_message(thanked: World) -> None:
    desk, dana = thanked.hearback.desk, thanked.recruiter
    thanked.receives("Hello?")
    with thanked.store.read() as tx:
        seen = tx.history.last_inbound(thanked.conversation)
    for _ in range(2):
        desk.reply(thanked.conversation, dana, "Hello!", once="same", seen=seen)
    thanked.passes(MINUTE)

    assert thanked.texts[1:] == ["Hello!"]


def test_a_person_cannot_write_where_the_carrier_or_the_candidate_says_no(thanked: World) -> None:
    desk, dana = thanked.hearback.desk, thanked.recruiter

    with pytest.raises(Conflict, match="24-hour window"):
        desk.reply(thanked.conversation, dana, "Hello", once="1", seen=None)
    thanked.writes("STOP")
    with thanked.store.read() as tx:
        seen = tx.history.last_inbound(thanked.conversation)
    with pytest.raises(Conflict, match="opted out"):
        desk.reply(thanked.conversation, dana, "Hello", once="2", seen=seen)
    with pytest.raises(BadInput, match="1600"):
        desk.reply(thanked.conversation, dana, "x" * 1601, once="3", seen=seen)


def test_what_a_recruiter_cancels_is_not_planned_again(thanked: World) -> None:
    (update,) = (row for row in thanked.rows("status_update"))

    thanked.hearback.desk.cancel(update.id, thanked.recruiter)
    thanked.passes(5 * DAY)

    assert update.key not in {row.key for row in thanked.rows() if row.state is State.DELIVERED}


# --- events ---------------------------------------------------------------------------------


def test_a_replayed_event_changes_nothing(thanked: World) -> None:
    assert thanked.hearback.receive_event("test", completed()) is False


def test_events_are_planned_in_any_order_without_false_alarms(hearback: World) -> None:
    only_ref = {"candidate": {"ref": "cand-1"}, "job": None}
    scheduled = event("interview.scheduled", NOON - DAY, interview=interview())
    done = event("interview.completed", NOON, interview={"ref": "int-1"}, **only_ref)

    hearback.happens(done)
    assert any("there is no WhatsApp number" in task for task in hearback.tasks())
    hearback.happens(scheduled)
    hearback.passes(HOUR)

    assert hearback.tasks() == []
    assert "Ana Ruiz" in hearback.last


def test_an_older_report_that_comes_late_does_not_undo_a_newer_one(hearback: World) -> None:
    hearback.happens(
        completed(candidate=candidate(name="Daniela Okafor")),
        event("interview.scheduled", NOON - DAY, interview=interview(NOON - HOUR)),
    )
    hearback.passes(HOUR)

    assert "Daniela" in hearback.last


def test_only_somebody_who_may_can_release_a_decision(thanked: World) -> None:
    nobody = event("decision.released", NOON, decision={"released_by": "eve@northwind.example"})

    with pytest.raises(BadInput, match=r"decision\.released_by"):
        thanked.happens(nobody)


def test_a_withdrawal_takes_back_what_was_planned(thanked: World) -> None:
    thanked.happens(event("process.withdrawn", thanked.clock.now()))
    thanked.passes(10 * DAY)

    assert thanked.kinds() == ["thank_you"]


def test_a_merge_keeps_the_story_and_the_opt_out(thanked: World) -> None:
    thanked.writes("STOP")
    other = candidate("cand-2", phone="", consents=[])
    thanked.happens(
        completed(thanked.clock.now(), candidate=other, process="app-2", job=job()) | {"id": "x"},
        event("candidate.merged", thanked.clock.now(), into={"ref": "cand-2"}, process=""),
    )
    thanked.passes(5 * DAY)

    assert thanked.kinds() == ["thank_you", "opt_out_ack"]
    with thanked.store.read() as tx:
        person = tx.people.known_as("ref", "cand-1")
        assert person == tx.people.known_as("ref", "cand-2")
        assert person is not None
        assert tx.people.consent(person, Channel.WHATSAPP).revoked


def test_of_an_erased_candidate_no_word_is_left(thanked: World) -> None:
    thanked.writes("My name is Daniel Okafor and I have a question")
    thanked.happens(event("candidate.erased", thanked.clock.now(), process=""))
    thanked.passes(5 * DAY)

    assert_no_trace_of_daniel(thanked)


def test_what_was_to_be_done_for_an_erased_candidate_names_nobody(thanked: World) -> None:
    thanked.writes("MY DATA")
    thanked.writes("HUMAN")
    thanked.hearback.desk.take(thanked.conversation, thanked.recruiter)
    thanked.hearback.desk.release(thanked.conversation, thanked.recruiter, "Called Mr Okafor")
    assert any("Daniel Okafor" in what for what in thanked.tasks())

    thanked.happens(event("candidate.erased", thanked.clock.now(), process=""))

    assert thanked.tasks() == []
    assert_no_trace_of_daniel(thanked)


def assert_no_trace_of_daniel(world: World) -> None:
    import sqlalchemy as sa

    from bot.store.schema import metadata

    with world.store.read() as tx:
        for table in metadata.sorted_tables:
            for row in tx.connection.execute(sa.select(table)):
                assert "Okafor" not in repr(row), table.name
                assert "447700900101" not in repr(row), table.name


# --- carriers ------------------------------------------------------------------------------


def test_a_dropped_answer_is_settled_by_the_carriers_report(hearback: World) -> None:
    hearback.carrier.next_moods(Mood(behaviour=Behaviour.DROPS_ANSWER))
    hearback.happens(completed())
    hearback.passes(2 * HOUR)

    assert hearback.kinds() == ["thank_you"]
    assert [row.state for row in hearback.rows("thank_you")] == [State.DELIVERED]


def test_reports_that_come_at_once_never_move_a_message_back(thanked: World) -> None:
    (thanks,) = thanked.rows("thank_you")
    provider_id = thanks.provider_id or ""
    statuses = (State.SENT, State.DELIVERED, State.READ, State.FAILED)
    with ThreadPoolExecutor(16) as together:
        for turn in range(8):
            told = [
                Report(
                    provider_id=provider_id,
                    reference=thanks.id,
                    status=status,
                    at=thanked.clock.now(),
                    code=str(turn),
                )
                for status in statuses
            ]
            list(together.map(thanked.hearback.settler.report, told * 2))

    (thanks,) = thanked.rows("thank_you")
    assert thanks.state is State.READ


def test_what_nobody_can_vouch_for_is_looked_up_and_then_shown(hearback: World) -> None:
    never = Mood(behaviour=Behaviour.VANISHES)
    hearback.carrier.next_moods(never, never)
    hearback.happens(completed())
    hearback.passes(2 * HOUR)

    assert [row.state for row in hearback.rows("thank_you")] == [State.UNKNOWN]
    assert any("may not have arrived" in task for task in hearback.tasks())


def test_a_passing_refusal_is_tried_again_and_a_lasting_one_becomes_a_task(hearback: World) -> None:
    hearback.carrier.next_moods(
        Mood(behaviour=Behaviour.REFUSES, code="20429"),
        Mood(behaviour=Behaviour.REFUSES, code="20429"),
    )
    hearback.happens(completed())
    hearback.passes(2 * HOUR)
    assert hearback.kinds() == ["thank_you"]

    hearback.carrier.next_moods(Mood(behaviour=Behaviour.REFUSES, code="63024"))
    hearback.passes(3 * DAY)
    assert [row.state for row in hearback.rows("status_update")] == [State.FAILED]
    assert (
        "Send Daniel Okafor the status update yourself: WhatsApp did not reach them"
        in hearback.tasks()
    )


def test_a_carrier_that_knows_of_an_opt_out_is_believed(hearback: World) -> None:
    hearback.carrier.next_moods(Mood(behaviour=Behaviour.REFUSES, code="21610"))
    hearback.happens(completed())
    hearback.passes(5 * DAY)

    assert hearback.texts == []
    with hearback.store.read() as tx:
        person = tx.people.known_as("ref", "cand-1")
        assert person is not None
        assert tx.people.consent(person, Channel.WHATSAPP).revoked


def test_what_the_carrier_lost_stays_accepted_and_counts_as_no_word(hearback: World) -> None:
    hearback.carrier.next_moods(Mood(behaviour=Behaviour.LOSES))
    hearback.happens(completed())
    hearback.passes(3 * DAY)

    states = [(row.kind, row.state) for row in hearback.rows()][:2]
    assert states == [("thank_you", State.SENT), ("status_update", State.DELIVERED)]
