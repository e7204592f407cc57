"""Questions to colleagues, from the asking to what their answer does, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.channels.email import Email
from bot.channels.moods import Behaviour, Mood
from bot.domain.ask_answers import Answer
from bot.domain.asks import ASKING, Choice, Kind, Standing
from bot.domain.model import Form, Message, State
from bot.store.schema import events
from tests.factories import (
    ANAS_PHONE,
    DAY,
    HOUR,
    NOON,
    PHONE,
    candidate,
    colleague,
    event,
    interview,
    job,
)
from tests.fakes.mailbox import MailServer, mail_settings
from tests.world import World, world

MINUTE = timedelta(minutes=1)
ANA, TOM, DANA = (f"{name}@northwind.example" for name in ("ana", "tom", "dana"))
TOMS_PHONE, DANAS_PHONE = "+447700900106", "+447700900107"
FRIDAY = datetime(2026, 11, 27, 9, tzinfo=UTC)
"""Nine in London on the third working day."""
MONDAY = FRIDAY + 3 * DAY


@pytest.fixture
def hearback(database_url: str) -> Iterator[World]:
    with world(database_url) as opened:
        yield opened


@pytest.fixture
def asked(hearback: World) -> World:
    """An interview has just ended, and Ana was asked on WhatsApp whether it took place."""
    hearback.happens(scheduled())
    return hearback


@pytest.fixture
def both_asked(hearback: World) -> World:
    """The same with two interviewers."""
    tom = colleague("Tom Baker", phone=TOMS_PHONE)
    hearback.happens(scheduled(interviewers=[colleague(), tom]))
    return hearback


@pytest.fixture
def interviewed(hearback: World) -> World:
    """It took place; Tom decides and Dana recruits, both on WhatsApp."""
    hearback.happens(*took_place())
    hearback.passes(HOUR)
    return hearback


@pytest.fixture
def quiet(hearback: World) -> World:
    """A process in which nothing is owed to anybody, and a team that can be asked."""
    hearback.happens(called_off(interviewers=[colleague(), colleague("Tom", phone=TOMS_PHONE)]))
    return hearback


def scheduled(ends_at: datetime = NOON, **told: object) -> dict[str, Any]:
    booked = interview(ends_at, **{"topics": [], "interviewers": [colleague()], **told})
    return event("interview.scheduled", ends_at - DAY, interview=booked, job=team())


def called_off(**told: object) -> dict[str, Any]:
    return event("interview.cancelled", NOON, interview=interview(**told), job=team())


def took_place(**told: Any) -> list[dict[str, Any]]:
    done = interview(interviewers=["Ana Ruiz"], topics=[])
    return [event("interview.completed", NOON, interview=done, **{"job": team(), **told})]


def team() -> dict[str, Any]:
    return job(
        recruiter=colleague("Dana Weiss", phone=DANAS_PHONE),
        hiring_manager=colleague("Tom Baker", phone=TOMS_PHONE),
    )


def told_by_the_team(world: World) -> list[dict[str, Any]]:
    with world.store.read() as tx:
        query = sa.select(events.c.raw).where(events.c.source == "team").order_by(events.c.id)
        return list(tx.connection.execute(query).scalars())


def questions(world: World) -> list[Message]:
    return [row for row in world.rows() if row.kind in ASKING]


def until(world: World, at: datetime) -> None:
    world.passes(at - world.clock.now())


# --- did the interview take place? --------------------------------------------------------


def test_a_tap_proves_the_interview_and_a_word_makes_the_thank_you_personal(asked: World) -> None:
    (sent,) = asked.carrier.taken
    assert sent.to == ANAS_PHONE
    assert sent.text.startswith("Did the interview with Daniel for Senior Backend Engineer take")
    assert "Tuesday, 24 November at 11:00" in sent.text
    assert sent.template is not None and sent.template.name == "ask_interview_done.1.en"

    asked.taps("done")
    asked.receives("event-driven design", address=ANAS_PHONE)
    asked.passes(HOUR)

    first, second = told_by_the_team(asked)
    assert first["type"] == second["type"] == "interview.completed"
    assert first["interview"] == {
        "ref": "int-1",
        "topics": [],
        "evidence": "the interviewer's tap",
    }
    (thanks,) = asked.said_to(PHONE)
    assert "event-driven design" in thanks
    assert asked.tasks() == []


def test_a_tap_that_it_did_not_take_place_thanks_nobody(asked: World) -> None:
    asked.taps("no_show")
    asked.passes(3 * DAY)

    (told,) = told_by_the_team(asked)
    assert told["type"] == "interview.no_show"
    assert asked.said_to(PHONE) == []


def test_one_of_two_interviewers_is_enough(both_asked: World) -> None:
    assert sorted(message.to for message in both_asked.carrier.taken) == [ANAS_PHONE, TOMS_PHONE]

    both_asked.taps("done", address=TOMS_PHONE)
    both_asked.taps("no_show", address=ANAS_PHONE)

    (told,) = told_by_the_team(both_asked)
    assert told["type"] == "interview.completed"
    assert "settled in the meantime" in both_asked.said_to(ANAS_PHONE)[-1]


def test_the_same_tap_twice_is_one_answer(asked: World) -> None:
    for _ in range(2):
        asked.taps("done", on=questions(asked)[0].provider_id)

    assert len(told_by_the_team(asked)) == 1
    assert "settled in the meantime" in asked.last


def test_a_scorecard_settles_the_question(asked: World) -> None:
    asked.happens(event("scorecard.submitted", NOON + MINUTE, interview={"ref": "int-1"}))

    asked.taps("no_show")

    assert told_by_the_team(asked) == []
    assert "settled in the meantime" in asked.last


def test_a_question_is_asked_once_however_often_the_process_is_looked_at(asked: World) -> None:
    for number in range(3):
        moved = event("decision.recalled", NOON + number * MINUTE, decision={"recalled_by": DANA})
        asked.happens(moved)
    asked.passes(HOUR)

    assert len(asked.said_to(ANAS_PHONE)) == 1


def test_whoever_becomes_known_later_is_asked_too(hearback: World) -> None:
    hearback.happens(scheduled(interviewers=["Ana Ruiz"]))
    assert hearback.tasks() == [
        "Ask the interviewers of Daniel Okafor: did it take place, and what was talked about?"
    ]

    known = interview(interviewers=[colleague()], topics=[])
    hearback.happens(event("interview.moved", NOON - HOUR, interview=known))

    assert len(hearback.said_to(ANAS_PHONE)) == 1
    assert hearback.tasks() == []


def test_what_is_answered_is_not_asked_of_somebody_else(quiet: World) -> None:
    quiet.asks(Kind.REASON, ANA, number=2)
    quiet.taps("approval")

    quiet.asks(Kind.REASON, ANA, TOM, number=2)

    assert quiet.said_to(TOMS_PHONE) == []


def test_a_topic_is_checked_before_a_candidate_reads_it(asked: World) -> None:
    asked.taps("done")

    asked.writes("He was a 4 out of 5, I would not hire him.", address=ANAS_PHONE)
    assert "few words" in asked.last
    asked.writes("No, really: 2 out of 5!", address=ANAS_PHONE)

    assert "recruiting team" in asked.last
    assert any("Ana Ruiz wrote on WhatsApp" in task for task in asked.tasks())
    asked.passes(2 * HOUR)
    assert "5" not in asked.said_to(PHONE)[0]
    assert len(told_by_the_team(asked)) == 1


def test_a_late_topic_is_for_a_person(asked: World) -> None:
    asked.taps("done")
    asked.passes(3 * HOUR)

    asked.writes("event-driven design", address=ANAS_PHONE)

    assert len(told_by_the_team(asked)) == 1
    assert any("event-driven design" in task for task in asked.tasks())


def test_the_end_of_an_interview_is_asked_about_whatever_the_hour(hearback: World) -> None:
    saturday_evening = NOON + 4 * DAY + 8 * HOUR
    hearback.happens(scheduled(saturday_evening))
    until(hearback, saturday_evening - MINUTE)
    assert hearback.said_to(ANAS_PHONE) == []

    until(hearback, saturday_evening)

    assert len(hearback.said_to(ANAS_PHONE)) == 1


# --- by when is there a decision, and why not yet? ------------------------------------------


def test_a_day_for_the_decision_reaches_the_candidate_with_the_next_update(
    interviewed: World,
) -> None:
    until(interviewed, FRIDAY + HOUR)
    assert "by Tuesday, 1 December perhaps" in interviewed.said_to(TOMS_PHONE)[-1]

    interviewed.taps("by", address=TOMS_PHONE)
    assert "Tuesday, 1 December" in interviewed.said_to(TOMS_PHONE)[-1]
    (told,) = told_by_the_team(interviewed)
    assert told["type"] == "decision.expected"
    assert told["decision"] == {
        "expected_by": "2026-12-01T17:00:00+00:00",
        "told_by": "Tom Baker",
    }
    until(interviewed, FRIDAY + 2 * DAY)

    assert "Tuesday, 1 December" in interviewed.said_to(PHONE)[-1]
    until(interviewed, MONDAY + HOUR)
    assert len(interviewed.said_to(TOMS_PHONE)) == 2


def test_without_an_answer_it_is_asked_again_on_the_fourth_day_and_apart(
    interviewed: World,
) -> None:
    until(interviewed, MONDAY)

    kinds = {row.id: row.kind for row in questions(interviewed)}
    to_tom = [m.reference for m in interviewed.carrier.taken if m.to == TOMS_PHONE]
    assert [kinds[one] for one in to_tom] == ["questions", "question"]


def test_who_needs_longer_is_led_to_the_page_and_nothing_is_promised(interviewed: World) -> None:
    until(interviewed, FRIDAY + HOUR)

    interviewed.taps("later", address=TOMS_PHONE)

    assert "page" in interviewed.last
    assert told_by_the_team(interviewed) == []
    token, sheets = interviewed.link(questions(interviewed)[0]), interviewed.hearback.sheets
    (question,) = sheets.behind(token).questions
    day = Answer(choice=Choice.BY, day=date(2026, 12, 4))
    assert sheets.answer(token, question.ask.id, day) == ""
    (told,) = told_by_the_team(interviewed)
    assert told["decision"]["expected_by"] == "2026-12-04T17:00:00+00:00"


def test_a_day_that_has_passed_is_not_promised(interviewed: World) -> None:
    until(interviewed, FRIDAY + 6 * DAY)

    interviewed.taps("by", address=TOMS_PHONE, on=questions(interviewed)[0].provider_id)

    assert "choose the day on the page" in interviewed.said_to(TOMS_PHONE)[-1]
    assert told_by_the_team(interviewed) == []


def test_a_call_is_a_task_and_tells_the_candidate_nothing(interviewed: World) -> None:
    until(interviewed, FRIDAY + HOUR)

    interviewed.taps("call", address=TOMS_PHONE)

    assert told_by_the_team(interviewed) == []
    assert [task for task in interviewed.tasks() if task.startswith("Call")] == [
        "Call Daniel Okafor about Senior Backend Engineer: Tom Baker asks for it, "
        "as the decision takes longer"
    ]


def test_a_ready_reason_reaches_the_candidate_in_their_own_language(hearback: World) -> None:
    hearback.happens(*took_place(candidate=candidate(language="pt")))
    hearback.passes(7 * DAY)
    asked = next(text for text in hearback.said_to(DANAS_PHONE) if "reason" in text)
    assert asked.startswith("The next update for Daniel about Senior Backend Engineer")

    hearback.taps("approval", address=DANAS_PHONE)
    hearback.passes(2 * DAY)

    assert "uma aprovação interna demorou mais que o previsto" in hearback.said_to(PHONE)[-1]


# --- when, and with what --------------------------------------------------------------------


def three_candidates(hearback: World) -> None:
    for number in (1, 2, 3):
        who = candidate(f"cand-{number}", name=f"Daniel{number}", phone=f"+44770090020{number}")
        (told,) = took_place(candidate=who, process=f"app-{number}")
        hearback.happens({**told, "id": str(number)})


def test_the_days_questions_go_together(hearback: World) -> None:
    three_candidates(hearback)

    until(hearback, FRIDAY + HOUR)

    (sent,) = (message for message in hearback.carrier.taken if message.to == TOMS_PHONE)
    assert sent.text.startswith("There are 3 short questions for you")
    assert sent.template is not None and sent.template.name == "ask_several.1.en"


def test_what_is_settled_before_they_leave_is_not_asked(hearback: World) -> None:
    three_candidates(hearback)
    until(hearback, FRIDAY - 5 * MINUTE)
    assert questions(hearback)[0].state is State.READY

    for number in (1, 2):
        decision = {"outcome": "advance"}
        made = event("decision.made", hearback.clock.now(), decision=decision)
        hearback.happens({**made, "id": f"made-{number}", "process": f"app-{number}"})
    until(hearback, FRIDAY + HOUR)

    (text,) = hearback.said_to(TOMS_PHONE)
    assert "When can Daniel3 count on a decision" in text


def test_what_comes_after_the_days_questions_waits_until_the_next_morning(quiet: World) -> None:
    quiet.asks(Kind.REASON, ANA, about="update-1")
    quiet.passes(HOUR)
    assert len(quiet.said_to(ANAS_PHONE)) == 1

    quiet.asks(Kind.REASON, ANA, about="update-2")
    until(quiet, NOON + 20 * HOUR + 59 * MINUTE)
    assert len(quiet.said_to(ANAS_PHONE)) == 1
    quiet.passes(MINUTE)

    assert len(quiet.said_to(ANAS_PHONE)) == 2


def test_an_urgent_question_goes_apart_from_the_days_others(quiet: World) -> None:
    quiet.asks(Kind.REASON, ANA)
    quiet.asks(Kind.DECISION, ANA, number=2)
    assert quiet.kinds() == ["question"]

    quiet.passes(HOUR)

    assert quiet.kinds() == ["question", "questions"]


def test_nobody_is_asked_at_night_or_at_a_weekend(quiet: World) -> None:
    until(quiet, FRIDAY + 9 * HOUR)
    quiet.asks(Kind.REASON, ANA)
    quiet.asks(Kind.DECISION, TOM, number=2)

    until(quiet, MONDAY - MINUTE)
    assert quiet.carrier.taken == []
    until(quiet, MONDAY)

    assert sorted(message.to for message in quiet.carrier.taken) == [ANAS_PHONE, TOMS_PHONE]


def test_their_own_hours_count_and_else_the_offices(database_url: str) -> None:
    here = colleague("Tom Baker", phone=TOMS_PHONE, time_zone="")
    there = colleague(time_zone="America/New_York")
    with world(database_url, NOON - 4 * HOUR) as morning:  # 9:00 in Madrid, 3:00 in New York
        morning.happens(called_off(interviewers=[here, there]))

        morning.asks(Kind.REASON, ANA, TOM)
        morning.passes(5 * HOUR)
        assert len(morning.said_to(TOMS_PHONE)) == 1
        assert morning.said_to(ANAS_PHONE) == []

        morning.passes(HOUR)
        assert len(morning.said_to(ANAS_PHONE)) == 1


# --- by which way ---------------------------------------------------------------------------


def test_without_e_mail_a_recruiter_passes_the_link_on(hearback: World) -> None:
    hearback.happens(scheduled(interviewers=[colleague(consents=[])]))

    (row,) = questions(hearback)
    assert row.state is State.FAILED
    (task,) = hearback.tasks()
    assert task.startswith("Pass the link on to Ana Ruiz: Did the interview with Daniel")
    token, sheets = hearback.link(row), hearback.hearback.sheets
    assert sheets.passed_on(f"forward:{row.key}").endswith(f"/a/{token}")
    assert sheets.passed_on(f"delivery:{row.key}") == ""

    (question,) = sheets.behind(token).questions
    sheets.answer(token, question.ask.id, Answer(choice=Choice.DONE))
    assert hearback.tasks() == []


def test_who_sees_the_tasks_is_not_told_to_pass_a_link_on_to_themselves(hearback: World) -> None:
    hearback.happens(*took_place(job=job()))

    hearback.passes(7 * DAY)

    assert any(
        task.startswith("For Dana Weiss: The next update for Daniel") for task in hearback.tasks()
    )


def test_the_secret_of_a_link_is_kept_nowhere(asked: World) -> None:
    token = asked.link(questions(asked)[0])
    assert len(token) == 43
    assert token in asked.last

    with asked.store.read() as tx:
        for table in sa.inspect(tx.connection).get_table_names():
            rows = tx.connection.execute(sa.text(f'select * from "{table}"'))  # noqa: S608
            assert token not in str(rows.all()), table


def test_with_e_mail_the_question_comes_with_a_subject_and_its_link(sqlite_url: str) -> None:
    url = sqlite_url
    with (
        MailServer() as mailbox,
        world(url, mail=lambda clock: Email(mail_settings(mailbox), clock)) as house,
    ):
        house.happens(scheduled(interviewers=[colleague(consents=[])]))

        (taken,) = mailbox.taken
        (row,) = questions(house)
        assert taken.to == ANA
        assert taken.mail["Subject"] == "One question about Daniel, Senior Backend Engineer"
        assert "Hello Ana,\n\nOne tap answers this question:\n\nDid the" in taken.text
        assert f"/a/{house.link(row)}" in taken.text
        assert row.body.endswith("/a/…")
        assert house.tasks() == []


@pytest.mark.parametrize("behaviour", [Behaviour.REFUSES, Behaviour.FAILS])
def test_what_does_not_go_by_whatsapp_goes_another_way(
    hearback: World, behaviour: Behaviour
) -> None:
    hearback.carrier.next_moods(Mood(behaviour=behaviour))

    hearback.happens(scheduled())

    whatsapp, other = questions(hearback)
    assert (whatsapp.state, other.state) == (State.FAILED, State.FAILED)
    assert len(hearback.hearback.sheets.behind(hearback.link(other)).questions) == 1
    assert [task for task in hearback.tasks() if "Pass the link on to Ana Ruiz" in task]


def test_stop_ends_whatsapp_for_a_colleague_and_start_brings_it_back(quiet: World) -> None:
    quiet.asks(Kind.REASON, ANA)
    quiet.receives("STOP", address=ANAS_PHONE)
    quiet.passes(HOUR)
    assert "reach you by e-mail" in quiet.last
    assert [row.state for row in questions(quiet)] == [State.CANCELLED, State.FAILED]

    quiet.asks(Kind.DECISION, ANA, about="onsite", number=2)
    quiet.writes("START", address=ANAS_PHONE)
    quiet.asks(Kind.DECISION, ANA, about="onsite", number=3)

    assert [m.to for m in quiet.carrier.taken] == [ANAS_PHONE] * 3
    assert "decision" in quiet.last


def test_with_buttons_it_goes_as_a_template_inside_the_window_too(quiet: World) -> None:
    quiet.writes("Hello?", address=ANAS_PHONE)

    quiet.asks(Kind.REASON, ANA, number=2)

    (row,) = questions(quiet)
    assert row.form is Form.TEMPLATE
    template = quiet.carrier.taken[-1].template
    assert template is not None
    assert [one.payload for one in template.buttons] == ["calendars", "approval", "interviews"]


# --- colleagues are no candidates -----------------------------------------------------------


def test_what_is_no_tap_gets_one_pointer_and_a_task_each_time(quiet: World) -> None:
    for text in ("What happens next?", "HUMAN", "9"):
        quiet.writes(text, address=ANAS_PHONE)

    assert len(quiet.said_to(ANAS_PHONE)) == 1
    assert "recruiting team" in quiet.last
    assert "automated" not in quiet.last
    assert quiet.tasks() == [
        "Ana Ruiz wrote on WhatsApp, answer them yourself: “What happens next?”",
        "Ana Ruiz wrote on WhatsApp, answer them yourself: “HUMAN”",
        "Ana Ruiz wrote on WhatsApp, answer them yourself: “9”",
    ]
    with quiet.store.read() as tx:
        ana = tx.people.known_as("colleague", ANA)
        assert ana is not None
        (talk,) = tx.conversations.of_person(ana)
        assert tx.handoffs.current(talk.id) is None


def test_no_silence_is_counted_for_a_colleague(asked: World) -> None:
    asked.passes(10 * DAY)

    assert len(asked.said_to(ANAS_PHONE)) == 1


def test_a_tap_under_a_message_that_we_do_not_know_is_no_guess(quiet: World) -> None:
    quiet.asks(Kind.DECISION, TOM, about="onsite", number=2)
    quiet.asks(Kind.DECISION, TOM, about="second onsite", number=2)

    quiet.taps("call", address=TOMS_PHONE, on="")

    assert quiet.tasks() == []
    quiet.taps("call", address=TOMS_PHONE, on=questions(quiet)[0].provider_id)
    assert len(quiet.tasks()) == 1
    quiet.taps("call", address=TOMS_PHONE, on="")
    assert len(quiet.tasks()) == 2


def test_nobody_answers_for_somebody_else(asked: World) -> None:
    on = questions(asked)[0].provider_id

    asked.taps("done", address=TOMS_PHONE, on=on)
    asked.taps("done", address=PHONE, on=on)

    assert told_by_the_team(asked) == []


def test_a_number_that_a_candidate_has_stays_theirs(hearback: World) -> None:
    hearback.happens(scheduled(interviewers=[colleague(phone=PHONE)]))

    assert hearback.said_to(PHONE) == []
    assert questions(hearback)[0].state is State.FAILED


def test_a_colleague_who_applies_is_not_taken_for_the_candidate(asked: World) -> None:
    who = candidate("cand-2", name="Ana Ruiz", phone=ANAS_PHONE)
    booked = interview(NOON + DAY)
    asked.happens(event("interview.moved", NOON, candidate=who, process="app-2", interview=booked))

    with asked.store.read() as tx:
        assert tx.people.known_as("colleague", ANA) != tx.people.known_as("ref", "cand-2")
    assert any("shares a phone with somebody else" in task for task in asked.tasks())


def test_an_expired_question_takes_no_answer(asked: World) -> None:
    asked.passes(7 * DAY)

    asked.taps("done")

    assert told_by_the_team(asked) == []
    assert "run out" in asked.said_to(ANAS_PHONE)[-1]
    assert asked.hearback.sheets.behind(asked.link(questions(asked)[0])).expired


def test_an_erased_candidate_is_in_no_question(asked: World) -> None:
    asked.happens(event("candidate.erased", NOON + MINUTE))

    asked.taps("done")

    assert [row for row in asked.rows() if "Daniel" in row.body] == []
    assert told_by_the_team(asked) == []
    with asked.store.read() as tx:
        (ask,) = tx.asks.in_message(questions(asked)[0].id)
        assert ask.standing(asked.clock.now()) is Standing.WITHDRAWN


def test_what_is_owed_again_is_asked_again(asked: World) -> None:
    off, on = ("interview.cancelled", "interview.scheduled")
    for minutes, type in enumerate((off, on), 1):
        at = NOON + minutes * MINUTE
        asked.happens(event(type, at, interview=interview(interviewers=[colleague()], topics=[])))

    asked.taps("done")

    assert len(told_by_the_team(asked)) == 1
    assert len(questions(asked)) == 2


def test_what_candidates_read_is_the_same_whatever_colleagues_are_asked(
    database_url: str, tmp_path: object
) -> None:
    def story(url: str, **told: object) -> list[str]:
        with world(url) as house:
            done = interview(interviewers=["Ana Ruiz"], topics=[])
            house.happens(event("interview.completed", NOON, interview=done, job=job(**told)))
            house.passes(4 * DAY)
            if told:
                house.writes("I do not think that we will take him", address=TOMS_PHONE)
            house.passes(6 * DAY)
            return house.said_to(PHONE)

    asked = story(database_url, hiring_manager=colleague("Tom Baker", phone=TOMS_PHONE))
    assert asked == story(f"sqlite:///{tmp_path}/x.db")
