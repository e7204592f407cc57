"""Questions to colleagues, from the asking to what their answer does, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.channels.moods import Behaviour, Mood
from bot.domain.ask_answers import Answer
from bot.domain.asks import Choice, Kind, Standing
from bot.domain.model import Form, Message, State
from bot.store.schema import conversations, events
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
)
from tests.world import World, world

MINUTE = timedelta(minutes=1)
ANA, TOM = "ana@northwind.example", "tom@northwind.example"
TOMS_PHONE = "+447700900106"


@pytest.fixture
def hearback(database_url: str) -> Iterator[World]:
    with world(database_url) as opened:
        yield opened


@pytest.fixture
def booked(hearback: World) -> World:
    """An interview with Ana and Tom has just ended; both can be asked by WhatsApp."""
    two = [colleague(), colleague("Tom Baker", phone=TOMS_PHONE)]
    hearback.happens(scheduled(interviewers=two))
    return hearback


@pytest.fixture
def without_whatsapp(hearback: World) -> World:
    """The same, with an Ana who did not agree to WhatsApp."""
    hearback.happens(scheduled(interviewers=[colleague(consents=[])]))
    return hearback


def scheduled(ends_at: datetime = NOON, **told: object) -> dict[str, object]:
    booked = interview(ends_at, **{"topics": [], **told})
    return event("interview.scheduled", ends_at - DAY, interview=booked)


def told_by_the_team(world: World) -> list[dict[str, object]]:
    with world.store.read() as tx:
        query = sa.select(events.c.raw).where(events.c.source == "team").order_by(events.c.id)
        return list(tx.connection.execute(query).scalars())


def questions(world: World) -> list[Message]:
    return [*world.rows("question"), *world.rows("questions")]


# --- did the interview take place? --------------------------------------------------------


def test_a_tap_proves_the_interview_and_a_word_makes_the_thank_you_personal(booked: World) -> None:
    booked.asks(Kind.INTERVIEW_DONE, ANA)
    (sent,) = booked.carrier.taken
    assert sent.to == ANAS_PHONE
    assert sent.text.startswith("Did the interview with Daniel for Senior Backend Engineer take")
    assert "Tuesday, 24 November at 11:00" in sent.text
    assert sent.template is not None and sent.template.name == "ask_interview_done.1.en"

    booked.taps("done")
    booked.receives("event-driven design", address=ANAS_PHONE)
    booked.passes(HOUR)

    first, second = told_by_the_team(booked)
    assert first["type"] == second["type"] == "interview.completed"
    assert first["interview"] == {
        "ref": "int-1",
        "topics": [],
        "evidence": "the interviewer's tap",
    }
    (thanks,) = booked.said_to(PHONE)
    assert "event-driven design" in thanks


def test_a_tap_that_it_did_not_take_place_thanks_nobody(booked: World) -> None:
    booked.asks(Kind.INTERVIEW_DONE, ANA)

    booked.taps("no_show")
    booked.passes(3 * DAY)

    (told,) = told_by_the_team(booked)
    assert told["type"] == "interview.no_show"
    assert booked.said_to(PHONE) == []


def test_one_of_two_interviewers_is_enough(booked: World) -> None:
    booked.asks(Kind.INTERVIEW_DONE, ANA, TOM)
    assert len(booked.carrier.taken) == 2

    booked.taps("done", address=TOMS_PHONE)
    booked.taps("no_show", address=ANAS_PHONE)

    (told,) = told_by_the_team(booked)
    assert told["type"] == "interview.completed"
    assert "settled in the meantime" in booked.said_to(ANAS_PHONE)[-1]


def test_the_same_tap_twice_is_one_answer(booked: World) -> None:
    booked.asks(Kind.INTERVIEW_DONE, ANA)

    booked.taps("done", on=(asked := booked.rows("question")[0].provider_id))
    booked.taps("done", on=asked)

    assert len(told_by_the_team(booked)) == 1
    assert "settled in the meantime" in booked.last


def test_a_question_is_asked_once_however_often_it_is_opened(booked: World) -> None:
    for _ in range(3):
        assert booked.asks(Kind.INTERVIEW_DONE, ANA)

    assert len(booked.carrier.taken) == 1


def test_what_is_answered_is_not_asked_of_somebody_else(booked: World) -> None:
    booked.asks(Kind.INTERVIEW_DONE, ANA)
    booked.taps("done")

    booked.asks(Kind.INTERVIEW_DONE, ANA, TOM)

    assert booked.said_to(TOMS_PHONE) == []


def test_without_an_address_nobody_is_asked(booked: World) -> None:
    assert not booked.asks(Kind.INTERVIEW_DONE)
    assert booked.carrier.taken == []


def test_a_topic_is_checked_before_a_candidate_reads_it(booked: World) -> None:
    booked.asks(Kind.INTERVIEW_DONE, ANA)
    booked.taps("done")

    booked.writes("He was a 4 out of 5, I would not hire him.", address=ANAS_PHONE)
    assert "few words" in booked.last
    booked.writes("No, really: 2 out of 5!", address=ANAS_PHONE)

    assert "recruiting team" in booked.last
    assert any("Ana Ruiz wrote on WhatsApp" in task for task in booked.tasks())
    booked.passes(2 * HOUR)
    assert "5" not in booked.said_to(PHONE)[0].replace("Senior", "")
    assert [told["interview"] for told in told_by_the_team(booked)] == [
        {"ref": "int-1", "topics": [], "evidence": "the interviewer's tap"}
    ]


def test_a_late_topic_is_for_a_person(booked: World) -> None:
    booked.asks(Kind.INTERVIEW_DONE, ANA)
    booked.taps("done")
    booked.passes(3 * HOUR)

    booked.writes("event-driven design", address=ANAS_PHONE)

    assert len(told_by_the_team(booked)) == 1
    assert any("event-driven design" in task for task in booked.tasks())


# --- by when is there a decision, and why not yet? ------------------------------------------


def test_a_day_for_the_decision_reaches_the_candidate_with_the_next_update(booked: World) -> None:
    booked.asks(Kind.INTERVIEW_DONE, ANA)
    booked.taps("done")
    booked.passes(HOUR)
    booked.asks(Kind.DECISION, TOM, about="onsite")
    booked.passes(HOUR)
    assert "by Thursday, 26 November perhaps" in booked.said_to(TOMS_PHONE)[-1]

    booked.taps("by", address=TOMS_PHONE)
    assert "Thursday, 26 November" in booked.said_to(TOMS_PHONE)[-1]
    (_, told) = told_by_the_team(booked)
    assert told["type"] == "decision.expected"
    assert told["decision"] == {
        "expected_by": "2026-11-26T17:00:00+00:00",
        "told_by": "Tom Baker",
    }
    booked.passes(2 * DAY)

    assert booked.kinds()[-1] == "status_update"
    assert "Thursday, 26 November" in booked.last


def test_asked_again_the_day_on_offer_is_nearer_and_the_question_goes_apart(booked: World) -> None:
    booked.asks(Kind.REASON, TOM)
    booked.asks(Kind.DECISION, TOM, about="onsite", number=2)

    assert [row.state for row in questions(booked)] == [State.DELIVERED, State.PLANNED]
    assert "by Wednesday, 25 November perhaps" in booked.last


def test_who_needs_longer_is_led_to_the_page_and_nothing_is_promised(booked: World) -> None:
    booked.asks(Kind.DECISION, TOM, about="onsite", number=2)

    booked.taps("later", address=TOMS_PHONE)

    assert "page" in booked.last
    assert told_by_the_team(booked) == []
    token = booked.link(booked.rows("question")[0])
    sheet = booked.hearback.sheets.behind(token)
    wrong = booked.hearback.sheets.answer(
        token, sheet.questions[0].ask.id, Answer(choice=Choice.BY, day=date(2026, 12, 4))
    )
    assert wrong == ""
    (told,) = told_by_the_team(booked)
    assert told["decision"] == {
        "expected_by": "2026-12-04T17:00:00+00:00",
        "told_by": "Tom Baker",
    }


def test_a_day_that_has_passed_is_not_promised(booked: World) -> None:
    booked.asks(Kind.DECISION, TOM, about="onsite", number=2)
    booked.passes(3 * DAY)

    booked.taps("by", address=TOMS_PHONE)

    assert "choose the day on the page" in booked.last
    assert told_by_the_team(booked) == []


def test_a_call_is_a_task_and_tells_the_candidate_nothing(booked: World) -> None:
    booked.asks(Kind.DECISION, TOM, about="onsite", number=2)

    booked.taps("call", address=TOMS_PHONE)

    assert told_by_the_team(booked) == []
    (task,) = booked.tasks()
    assert task.startswith("Call Daniel Okafor about Senior Backend Engineer: Tom Baker asks")


def test_a_ready_reason_reaches_the_candidate_in_their_own_language(hearback: World) -> None:
    told = scheduled(interviewers=[colleague()])
    hearback.happens({**told, "candidate": candidate(language="pt")})
    hearback.asks(Kind.INTERVIEW_DONE, ANA)
    hearback.taps("done")
    hearback.passes(HOUR)
    hearback.asks(Kind.REASON, ANA)
    hearback.passes(HOUR)

    hearback.taps("approval")
    hearback.passes(2 * DAY)

    assert "uma aprovação interna demorou mais que o previsto" in hearback.said_to(PHONE)[-1]
    hearback.passes(6 * DAY)
    assert "aprovação" not in hearback.said_to(PHONE)[-1]


# --- when, and with what --------------------------------------------------------------------


def test_the_days_questions_go_together_and_the_next_ones_tomorrow(booked: World) -> None:
    for number in (1, 2, 3):
        booked.asks(Kind.REASON, ANA, about=f"update-{number}")
    assert booked.carrier.taken == []

    booked.passes(HOUR)
    (sent,) = booked.carrier.taken
    assert sent.text.startswith("There are 3 short questions for you")
    assert sent.template is not None and sent.template.name == "ask_several.1.en"

    booked.asks(Kind.REASON, ANA, about="update-4")
    booked.passes(12 * HOUR)
    assert len(booked.carrier.taken) == 1
    booked.passes(10 * HOUR)
    assert len(booked.carrier.taken) == 2


def test_an_urgent_question_goes_apart_from_the_days_others(booked: World) -> None:
    booked.asks(Kind.REASON, ANA)
    booked.asks(Kind.INTERVIEW_DONE, ANA)
    assert len(booked.carrier.taken) == 1

    booked.passes(HOUR)

    assert booked.kinds() == ["question", "questions"]


def test_what_was_settled_meanwhile_is_not_asked(booked: World) -> None:
    booked.asks(Kind.REASON, ANA, about="update-1")
    booked.asks(Kind.REASON, ANA, about="update-2")
    with booked.store.begin() as tx:
        now = booked.clock.now()
        booked.hearback.asker.withdraw(tx, ["ask:1:reason:update-1:1"], "decided", now)
    booked.passes(HOUR)
    assert "The next update for Daniel" in booked.last

    booked.asks(Kind.REASON, TOM, about="update-3")
    with booked.store.begin() as tx:
        booked.hearback.asker.withdraw(tx, ["ask:1:reason:update-3:1"], "decided", now)
    booked.passes(HOUR)
    assert booked.said_to(TOMS_PHONE) == []


def test_what_is_settled_after_it_was_worded_leaves_in_other_words(booked: World) -> None:
    for about in ("update-1", "update-2"):
        booked.asks(Kind.REASON, ANA, about=about)
    booked.passes(10 * MINUTE)
    assert booked.rows("questions")[0].state is State.READY

    with booked.store.begin() as tx:
        now = booked.clock.now()
        booked.hearback.asker.withdraw(tx, ["ask:1:reason:update-1:1"], "decided", now)
    booked.passes(HOUR)

    assert "The next update for Daniel" in booked.last


def test_nobody_is_asked_at_night_or_at_a_weekend(booked: World) -> None:
    booked.passes(3 * DAY + 5 * HOUR + 50 * MINUTE)  # Friday, 17:50 in London
    booked.asks(Kind.REASON, ANA)
    booked.asks(Kind.DECISION, TOM, number=2, about="onsite")
    assert [row.state for row in questions(booked)] == [State.DELIVERED, State.PLANNED]

    booked.passes(HOUR)
    booked.asks(Kind.DECISION, ANA, number=3, about="onsite")
    booked.passes(2 * DAY)
    assert len(booked.said_to(ANAS_PHONE)) == 0

    booked.passes(DAY)
    assert booked.clock.now().weekday() == 0
    assert len(booked.said_to(ANAS_PHONE)) == 2


def test_the_end_of_an_interview_is_asked_about_whatever_the_hour(hearback: World) -> None:
    saturday_evening = NOON + 4 * DAY + 8 * HOUR
    hearback.happens(scheduled(saturday_evening, interviewers=[colleague()]))
    hearback.passes(4 * DAY)

    hearback.asks(Kind.INTERVIEW_DONE, ANA)
    assert hearback.carrier.taken == []
    hearback.passes(8 * HOUR)

    assert len(hearback.carrier.taken) == 1
    assert hearback.clock.now() == saturday_evening


def test_their_own_hours_count_and_else_the_offices(database_url: str) -> None:
    here = colleague("Tom Baker", phone=TOMS_PHONE, time_zone="")
    there = colleague(time_zone="America/New_York")
    with world(database_url, NOON - 4 * HOUR) as morning:  # 9:00 in Madrid, 3:00 in New York
        morning.happens(scheduled(NOON - DAY, interviewers=[here, there]))

        morning.asks(Kind.REASON, ANA, TOM)
        morning.passes(5 * HOUR)
        assert len(morning.said_to(TOMS_PHONE)) == 1
        assert morning.said_to(ANAS_PHONE) == []

        morning.passes(HOUR)
        assert len(morning.said_to(ANAS_PHONE)) == 1


# --- by which way ---------------------------------------------------------------------------


def test_without_e_mail_a_recruiter_passes_the_link_on(without_whatsapp: World) -> None:
    booked = without_whatsapp
    booked.asks(Kind.INTERVIEW_DONE, ANA)

    (row,) = booked.rows("question")
    assert row.state is State.HELD
    (task,) = booked.tasks()
    assert task.startswith("Pass the link on to Ana Ruiz: Did the interview with Daniel")
    token = booked.link(row)
    assert f"/a/{token}" in booked.hearback.sheets.passed_on(f"forward:{row.key}")

    sheet = booked.hearback.sheets.behind(token)
    booked.hearback.sheets.answer(token, sheet.questions[0].ask.id, Answer(choice=Choice.DONE))
    assert booked.tasks() == []


def test_the_secret_of_a_link_is_kept_nowhere(without_whatsapp: World) -> None:
    booked = without_whatsapp
    booked.asks(Kind.INTERVIEW_DONE, ANA)
    token = booked.link(booked.rows("question")[0])
    assert len(token) == 43

    with booked.store.read() as tx:
        for table in sa.inspect(tx.connection).get_table_names():
            rows = tx.connection.execute(sa.text(f'select * from "{table}"'))  # noqa: S608
            assert token not in str(rows.all()), table


def test_with_e_mail_a_question_waits_in_the_outbox_with_its_subject(
    without_whatsapp: World,
) -> None:
    booked = without_whatsapp
    object.__setattr__(booked.hearback.asker.batches, "email_sender", "jobs@northwind.example")

    booked.asks(Kind.REASON, ANA)
    booked.passes(10 * MINUTE)

    (row,) = booked.rows("questions")
    assert row.state is State.READY
    assert row.subject == "One question about Daniel, Senior Backend Engineer"
    assert row.body.startswith("Hello Ana,\n\nOne tap answers this question:\n\nThe next update")
    assert row.body.endswith("/a/…")
    with booked.store.read() as tx:
        talk = tx.connection.execute(
            sa.select(conversations).where(conversations.c.channel == "email")
        )
        (one,) = talk.all()
    assert (one.address, one.sender) == (ANA, "jobs@northwind.example")


@pytest.mark.parametrize("behaviour", [Behaviour.REFUSES, Behaviour.FAILS])
def test_what_does_not_go_by_whatsapp_goes_another_way(booked: World, behaviour: Behaviour) -> None:
    booked.carrier.next_moods(Mood(behaviour=behaviour))

    booked.asks(Kind.INTERVIEW_DONE, ANA)

    whatsapp, other = booked.rows("question")
    assert (whatsapp.state, other.state) == (State.FAILED, State.HELD)
    assert len(booked.hearback.sheets.behind(booked.link(other)).questions) == 1
    assert any(task.startswith("Pass the link on to Ana Ruiz") for task in booked.tasks())


def test_stop_ends_whatsapp_for_a_colleague_and_start_brings_it_back(booked: World) -> None:
    booked.asks(Kind.REASON, ANA)
    booked.receives("STOP", address=ANAS_PHONE)
    booked.passes(HOUR)
    assert "reach you by e-mail" in booked.last
    assert [row.state for row in booked.rows("questions")] == [State.CANCELLED, State.HELD]

    booked.asks(Kind.INTERVIEW_DONE, ANA)
    booked.writes("START", address=ANAS_PHONE)
    booked.asks(Kind.DECISION, ANA, about="onsite", number=2)

    assert [m.to for m in booked.carrier.taken] == [ANAS_PHONE] * 3
    assert "decision" in booked.last


def test_with_buttons_it_goes_as_a_template_inside_the_window_too(booked: World) -> None:
    booked.writes("Hello?", address=ANAS_PHONE)

    booked.asks(Kind.INTERVIEW_DONE, ANA)

    assert booked.rows("question")[0].form is Form.TEMPLATE
    assert [b.payload for b in booked.carrier.taken[-1].template.buttons] == ["done", "no_show"]  # type: ignore[union-attr]


# --- colleagues are no candidates -----------------------------------------------------------


def test_what_is_no_tap_gets_one_pointer_and_a_task_each_time(booked: World) -> None:
    for text in ("What happens next?", "HUMAN", "9"):
        booked.writes(text, address=ANAS_PHONE)

    assert len(booked.said_to(ANAS_PHONE)) == 1
    assert "recruiting team" in booked.last
    assert "automated" not in booked.last
    assert [task for task in booked.tasks() if "wrote on WhatsApp" in task] == [
        "Ana Ruiz wrote on WhatsApp, answer them yourself: “What happens next?”",
        "Ana Ruiz wrote on WhatsApp, answer them yourself: “HUMAN”",
        "Ana Ruiz wrote on WhatsApp, answer them yourself: “9”",
    ]
    with booked.store.read() as tx:
        ana = tx.people.known_as("colleague", ANA)
        assert ana is not None
        (talk,) = tx.conversations.of_person(ana)
        assert tx.handoffs.current(talk.id) is None


def test_no_silence_is_counted_for_a_colleague(booked: World) -> None:
    booked.asks(Kind.INTERVIEW_DONE, ANA)

    booked.passes(10 * DAY)

    assert len(booked.said_to(ANAS_PHONE)) == 1


def test_a_tap_under_a_message_that_we_do_not_know_is_no_guess(booked: World) -> None:
    booked.asks(Kind.DECISION, TOM, about="onsite", number=2)
    booked.asks(Kind.DECISION, TOM, about="second onsite", number=2)

    booked.taps("call", address=TOMS_PHONE, on="")

    assert booked.tasks() == []
    booked.taps("call", address=TOMS_PHONE, on=booked.rows("question")[0].provider_id)
    assert len(booked.tasks()) == 1
    booked.taps("call", address=TOMS_PHONE, on="")
    assert len(booked.tasks()) == 2


def test_nobody_answers_for_somebody_else(booked: World) -> None:
    booked.asks(Kind.INTERVIEW_DONE, ANA)
    asked = booked.rows("question")[0].provider_id

    booked.taps("done", address=TOMS_PHONE, on=asked)
    booked.taps("done", address=PHONE, on=asked)

    assert told_by_the_team(booked) == []


def test_a_number_that_a_candidate_has_stays_theirs(hearback: World) -> None:
    hearback.happens(scheduled(interviewers=[colleague(phone=PHONE)]))

    hearback.asks(Kind.INTERVIEW_DONE, ANA)

    assert hearback.said_to(PHONE) == []
    assert hearback.rows("question")[0].state is State.HELD


def test_a_colleague_who_applies_is_not_taken_for_the_candidate(booked: World) -> None:
    booked.happens(
        event(
            "interview.scheduled",
            NOON,
            candidate=candidate("cand-2", name="Ana Ruiz", phone=ANAS_PHONE),
            process="app-2",
            interview=interview(NOON + DAY),
        )
    )

    with booked.store.read() as tx:
        ana, applicant = tx.people.known_as("colleague", ANA), tx.people.known_as("ref", "cand-2")
        assert ana != applicant
    assert any("shares a phone with somebody else" in task for task in booked.tasks())


def test_an_expired_question_takes_no_answer(booked: World) -> None:
    booked.asks(Kind.INTERVIEW_DONE, ANA)
    booked.passes(7 * DAY)

    booked.taps("done")

    assert told_by_the_team(booked) == []
    assert "run out" in booked.last
    token = booked.link(booked.rows("question")[0])
    assert booked.hearback.sheets.behind(token).expired


def test_an_erased_candidate_is_in_no_question(booked: World) -> None:
    booked.asks(Kind.INTERVIEW_DONE, ANA)
    booked.happens(event("candidate.erased", NOON + MINUTE))

    booked.taps("done")

    assert [row for row in booked.rows() if "Daniel" in row.body] == []
    assert len(told_by_the_team(booked)) == 0
    with booked.store.read() as tx:
        (ask,) = tx.asks.in_message(booked.rows("question")[0].id)
        assert ask.standing(booked.clock.now()) is Standing.WITHDRAWN


def test_what_candidates_read_is_the_same_whatever_colleagues_are_asked(
    database_url: str, tmp_path: object
) -> None:
    def story(url: str, *, asked: bool) -> list[str]:
        with world(url) as told:
            told.happens(
                scheduled(interviewers=[colleague()]),
                event("interview.completed", NOON, interview={"ref": "int-1"}),
            )
            if asked:
                told.asks(Kind.DECISION, ANA, about="onsite")
                told.asks(Kind.REASON, ANA)
            told.passes(2 * DAY)
            if asked:
                told.writes("I do not think that we will take him", address=ANAS_PHONE)
            told.passes(8 * DAY)
            return told.said_to(PHONE)

    assert story(database_url, asked=True) == story(f"sqlite:///{tmp_path}/x.db", asked=False)
