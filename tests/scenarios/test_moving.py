"""An interview is moved in the chat, from the first word to what stands in calendars."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.domain.booking import BookingState
from bot.domain.ports import Outgoing
from bot.store.schema import bookings, handoffs, messages, promises, slots
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
    published,
    slot,
)
from tests.fakes.phones import Letters, letters
from tests.world import World, world

ANA = "ana@northwind.example"
OLD = NOON + 2 * DAY
"""The end of the interview: Thursday, noon."""
FRIDAY = NOON + 3 * DAY - 2 * HOUR
"""Ten in London."""
MONDAY = FRIDAY + 3 * DAY
OTHERS_PHONE = "+447700900202"


@pytest.fixture
def hearback(database_url: str) -> Iterator[World]:
    with world(database_url, mail=letters) as opened:
        yield opened


@pytest.fixture
def booked(hearback: World) -> World:
    """An interview on Thursday at eleven, with Ana; four other times are free."""
    hearback.happens(scheduled(), published(NOON, *free()))
    return hearback


def scheduled(ends_at: datetime = OLD, **told: Any) -> dict[str, Any]:
    one = interview(ends_at, topics=[], interviewers=[colleague()])
    return event("interview.scheduled", NOON - DAY, interview=one, **told)


def free() -> list[dict[str, Any]]:
    """Ten, two and four on Friday, ten on Monday."""
    starts = [FRIDAY, FRIDAY + 4 * HOUR, FRIDAY + 6 * HOUR, MONDAY]
    ana = {"name": "Ana Ruiz", "email": ANA}
    return [slot(at, f"s{n}", interviewers=[ana]) for n, at in enumerate(starts, 1)]


def states(world: World) -> list[str]:
    with world.store.read() as tx:
        query = sa.select(bookings.c.state).order_by(bookings.c.id)
        return list(tx.connection.execute(query).scalars())


def handed_over(world: World) -> list[str]:
    with world.store.read() as tx:
        return list(tx.connection.execute(sa.select(handoffs.c.reason)).scalars())


def appointment(world: World) -> datetime | None:
    with world.store.read() as tx:
        (row,) = tx.processes.of_person(tx.people.known_as("ref", "cand-1"))  # type: ignore[arg-type]
        candidacy = world.hearback.planner.candidacies.find(tx, row.id)
    assert candidacy is not None
    visit = candidacy.story.booked(world.clock.now())
    return visit.starts_at if visit else None


def promised(world: World) -> list[tuple[datetime, bool]]:
    with world.store.read() as tx:
        query = sa.select(promises).where(
            promises.c.kind == "booking", promises.c.void_at.is_(None)
        )
        rows = tx.connection.execute(query.order_by(promises.c.id))
        return [(row.due_at, row.kept_at is not None) for row in rows]


def post(world: World) -> list[Outgoing]:
    assert isinstance(world.mail, Letters)
    return world.mail.taken


def mailed(world: World) -> list[tuple[str, str]]:
    return [(one.to, one.text) for one in post(world)]


def lines(mail: Outgoing, name: str) -> list[str]:
    """The lines of this name in the calendar files of a mail, in order."""
    every = [line for file in mail.calendars for line in file.split("\r\n")]
    return [line for line in every if line.startswith(f"{name}:")]


def said(world: World, address: str = PHONE) -> str:
    return world.said_to(address)[-1]


# --- from the first word to the calendar ------------------------------------------------------


def test_a_time_is_offered_asked_for_and_told_as_it_stands(booked: World) -> None:
    booked.writes("Could we move my interview to Friday, please?")

    assert "1. Friday, 27 November, 10:00\n2. Friday, 27 November, 14:00\n3. " in said(booked)

    booked.writes("The second one")

    assert said(booked).startswith(
        "I have asked for Friday, 27 November at 14:00, and you will hear here as soon as it stands"
    )
    assert "your interview on Thursday, 26 November at 11:00 stands" in said(booked)
    assert states(booked) == [BookingState.REQUESTED]
    assert appointment(booked) == OLD - HOUR
    assert [kept for _, kept in promised(booked)] == [False]
    assert "Could Daniel come on Friday, 27 November, 14:00" in said(booked, ANAS_PHONE)

    booked.taps("confirm")

    assert "your interview is now on Friday, 27 November at 14:00" in said(booked)
    assert states(booked) == [BookingState.CONFIRMED]
    assert appointment(booked) == FRIDAY + 4 * HOUR
    assert [kept for _, kept in promised(booked)] == [True]


@pytest.mark.parametrize(
    ("language", "asks", "offered", "takes", "asked_for", "stands"),
    [
        (
            "en",
            "Can we find another time for the interview?",
            "These times are free",
            "the third one please",
            "I have asked for Monday, 30 November at 10:00",
            "your interview is now on Monday, 30 November at 10:00",
        ),
        (
            "es",
            "¿Podemos buscar otra hora para la entrevista?",
            "Estas horas están libres",
            "la tercera, por favor",
            "He pedido el lunes, 30 de noviembre a las 10:00",
            "tu entrevista es ahora el lunes, 30 de noviembre a las 10:00",
        ),
        (
            "pt",
            "Dá para remarcar a entrevista para outro dia?",
            "Estes horários estão livres",
            "a terceira opção",
            "Pedi segunda-feira, 30 de novembro, às 10:00",
            "sua entrevista agora é segunda-feira, 30 de novembro, às 10:00",
        ),
    ],
)
def test_it_is_the_same_in_every_language(
    hearback: World,
    language: str,
    asks: str,
    offered: str,
    takes: str,
    asked_for: str,
    stands: str,
) -> None:
    who = candidate(language=language)
    hearback.happens(scheduled(candidate=who), published(NOON, *free()))

    hearback.writes(asks)
    assert said(hearback).startswith(offered)

    hearback.writes(takes)
    assert said(hearback).startswith(asked_for)

    hearback.taps("confirm")
    assert stands in said(hearback)


def test_slots_are_told_in_the_candidates_own_zone(hearback: World) -> None:
    who = candidate(time_zone="America/New_York")
    hearback.happens(scheduled(candidate=who), published(NOON, *free()))

    hearback.writes("Could we move my interview to Friday morning?")

    assert "1. Friday, 27 November, 09:00\n2. Friday, 27 November, 11:00" in said(hearback)


def test_a_question_in_between_is_answered_and_the_choice_goes_on(booked: World) -> None:
    booked.writes("Could we move my interview to Friday?")

    booked.writes("Who will I be talking to?")
    assert "Ana Ruiz" in said(booked)

    booked.writes("The first one then")
    assert said(booked).startswith("I have asked for Friday, 27 November at 10:00")


def test_others_are_offered_until_there_are_none(booked: World) -> None:
    booked.writes("Can we find another time for the interview?")

    booked.writes("None of these")
    assert said(booked).startswith("This time is free, on your own clock: Friday, 27 November, 16")

    booked.writes("None of these")
    assert said(booked).startswith("None of the times that are free fits that.")
    assert handed_over(booked) == ["reschedule"]


def test_an_answer_that_could_be_anything_is_asked_about_once(booked: World) -> None:
    booked.writes("Can we find another time for the interview?")

    booked.writes("ok")
    assert said(booked).startswith("I am not sure which one you mean.")

    booked.writes("yes")
    assert handed_over(booked) == ["reschedule"]


def test_a_choice_in_words_is_understood(booked: World) -> None:
    booked.writes("Can we find another time for the interview?")

    booked.writes("Monday works")

    assert said(booked).startswith("I have asked for Monday, 30 November at 10:00")


# --- where nothing can be offered -------------------------------------------------------------


def test_without_slots_a_person_is_asked_as_ever(hearback: World) -> None:
    hearback.happens(scheduled())

    hearback.writes("Could we move my interview to Friday, please?")

    assert handed_over(hearback) == ["reschedule"]
    assert "Until then, the time you have now stands" in said(hearback)


def test_what_no_slot_fits_is_a_persons(booked: World) -> None:
    booked.writes("Could we move my interview to Wednesday the 2nd of December?")

    assert said(booked).startswith("None of the times that are free fits that.")
    assert handed_over(booked) == ["reschedule"]


def test_after_it_took_place_nobody_offers_slots_or_speaks_of_a_time_that_stands(
    booked: World,
) -> None:
    done = interview(OLD, topics=[])
    booked.passes(OLD - NOON)
    booked.happens(event("interview.completed", OLD, interview=done))
    booked.passes(3 * HOUR)

    booked.writes("Can we move the interview?")

    assert said(booked).startswith("I see no upcoming interview that could be moved.")
    assert handed_over(booked) == ["reschedule"]
    assert states(booked) == []


def test_an_interview_that_is_about_to_begin_is_moved_by_a_person(booked: World) -> None:
    booked.passes(OLD - NOON - 3 * HOUR)

    booked.writes("Could we move my interview to Friday, please?")

    assert handed_over(booked) == ["reschedule"]


# --- cancelling -------------------------------------------------------------------------------


def test_cancelling_is_asked_about_once_more_and_then_a_persons(booked: World) -> None:
    booked.writes("I need to cancel my interview")
    assert said(booked).startswith("Just to be sure")
    assert handed_over(booked) == []

    booked.writes("Yes")

    assert handed_over(booked) == ["cancel_interview"]
    assert appointment(booked) == OLD - HOUR


def test_who_only_wanted_another_time_gets_one(booked: World) -> None:
    booked.writes("I need to cancel my interview")

    booked.writes("Actually, could I come on Monday instead?")

    assert "Monday, 30 November, 10:00" in said(booked)
    assert handed_over(booked) == []


# --- what becomes of it -----------------------------------------------------------------------


def test_an_interviewer_who_cannot_is_believed_and_other_times_are_offered(booked: World) -> None:
    booked.writes("Could we move my interview to Friday?")
    booked.writes("The first one")

    booked.taps("decline")

    assert "I could not get Friday, 27 November at 10:00 confirmed" in said(booked)
    assert "Your interview on Thursday, 26 November at 11:00 stands" in said(booked)
    assert "1. Friday, 27 November, 14:00" in said(booked)

    booked.writes("The first one")
    assert said(booked).startswith("I have asked for Friday, 27 November at 14:00")
    assert states(booked) == [BookingState.DECLINED, BookingState.REQUESTED]


def test_what_nobody_answers_is_told_by_the_hour_that_was_promised(booked: World) -> None:
    booked.writes("Could we move my interview to Friday?")
    booked.writes("The first one")
    ((due, _),) = promised(booked)

    booked.passes(due - booked.clock.now())

    assert "I could not get Friday, 27 November at 10:00 confirmed" in said(booked)
    assert promised(booked) == [(due, True)]
    assert appointment(booked) == OLD - HOUR


def test_a_calendar_that_cancels_and_makes_it_anew_confirms_it(booked: World) -> None:
    booked.writes("Could we move my interview to Friday?")
    booked.writes("The first one")
    booked.happens(event("interview.cancelled", booked.clock.now(), interview=interview(OLD)))
    new = interview(FRIDAY + HOUR, ref="int-2", topics=[])

    booked.happens(event("interview.scheduled", booked.clock.now(), interview=new))
    booked.passes(timedelta(minutes=1))

    assert states(booked) == [BookingState.CONFIRMED]
    assert "your interview is now on Friday, 27 November at 10:00" in said(booked)


def test_a_calendar_that_moves_it_to_the_time_confirms_it(booked: World) -> None:
    booked.writes("Could we move my interview to Friday?")
    booked.writes("The first one")

    moved = interview(FRIDAY + HOUR, topics=[])
    booked.happens(event("interview.moved", booked.clock.now(), interview=moved))
    booked.passes(timedelta(minutes=1))

    assert states(booked) == [BookingState.CONFIRMED]
    assert "your interview is now on Friday, 27 November at 10:00" in said(booked)


def test_a_slot_that_is_taken_out_is_told_honestly(booked: World) -> None:
    booked.writes("Could we move my interview to Friday?")
    booked.writes("The first one")

    booked.happens(published(booked.clock.now(), {"ref": "s1"}, withdrawn=True))
    booked.passes(timedelta(minutes=1))

    assert "I could not get Friday, 27 November at 10:00 confirmed" in said(booked)
    assert states(booked) == [BookingState.DECLINED]


def test_a_slot_that_somebody_else_took_meanwhile_is_said_to_be_gone(booked: World) -> None:
    other = candidate("cand-2", name="Rosa Prieto", phone=OTHERS_PHONE)
    booked.happens(scheduled(candidate=other, process="app-2", id="other"))
    booked.writes("Could we move my interview to Friday?")
    booked.writes("Could we move my interview to Friday?", address=OTHERS_PHONE)

    booked.receives("The first one")
    booked.receives("The first one", address=OTHERS_PHONE)
    booked.passes(timedelta(seconds=30))

    answers = [booked.said_to(address) for address in (PHONE, OTHERS_PHONE)]
    got = [any("I have asked for" in text for text in one) for one in answers]
    assert sorted(got) == [False, True]
    loser = answers[got.index(False)]
    assert any("1. Friday, 27 November, 14:00" in text for text in loser)
    assert states(booked) == [BookingState.REQUESTED]


def test_what_was_chosen_too_late_to_be_confirmed_is_gone(booked: World) -> None:
    booked.writes("Could we move my interview to Friday?")
    booked.passes(22 * HOUR)
    booked.happens(event("interview.moved", booked.clock.now(), interview=interview(OLD + 4 * DAY)))

    booked.passes(6 * HOUR)
    booked.happens(published(booked.clock.now(), {"ref": "s1"}, withdrawn=True))
    booked.writes("The first one")

    assert states(booked) == []
    assert any("that time has just been taken" in text for text in booked.said_to(PHONE))


def test_who_changes_their_mind_holds_one_slot_only(booked: World) -> None:
    booked.writes("Could we move my interview to Friday?")
    booked.writes("The first one")

    booked.writes("Sorry, could we make it Monday instead?")
    booked.writes("Yes please")

    assert states(booked) == [BookingState.DROPPED, BookingState.REQUESTED]
    assert [kept for _, kept in promised(booked)] == [False]


def test_what_stands_is_asked_and_told_as_long_as_nothing_else_does(booked: World) -> None:
    booked.writes("Could we move my interview to Friday?")
    booked.writes("The first one")

    booked.writes("When is my interview?")

    assert said(booked).startswith("As it stands, it is on Thursday, 26 November at 11:00.")


def test_where_no_interviewer_can_be_asked_the_recruiter_is(hearback: World) -> None:
    hearback.happens(scheduled(), published(NOON, slot(FRIDAY, interviewers=["Ana Ruiz"])))
    hearback.writes("Could we move my interview to Friday?")

    hearback.writes("Yes please")

    asked = [text for address, text in mailed(hearback) if address == "dana@northwind.example"]
    assert "Could Daniel come on Friday, 27 November, 11:00" in asked[0]
    assert states(hearback) == [BookingState.REQUESTED]


# --- calendars --------------------------------------------------------------------------------


def test_the_interviewer_gets_it_by_email_and_hears_when_it_is_off(booked: World) -> None:
    booked.writes("Could we move my interview to Friday?")
    booked.writes("The first one")
    booked.taps("confirm")
    booked.writes("Sorry, could we move the interview again, to Monday?")
    booked.writes("Yes please")
    booked.taps("confirm")

    mails = [one for one in post(booked) if one.to == ANA]
    methods = sorted(line for one in mails for line in lines(one, "METHOD"))
    assert methods == ["METHOD:CANCEL", "METHOD:PUBLISH", "METHOD:PUBLISH"]
    assert len({line for one in mails for line in lines(one, "UID")}) == 2


def test_who_left_whatsapp_gets_it_by_email_with_the_file(hearback: World) -> None:
    by_both = [
        {"channel": way, "source": "form", "at": NOON.isoformat(), "text_version": "1"}
        for way in ("whatsapp", "email")
    ]
    who = candidate(email="daniel@example.org", consents=by_both)
    hearback.happens(scheduled(candidate=who), published(NOON, *free()))
    hearback.writes("Could we move my interview to Friday?")
    hearback.writes("The first one")
    hearback.writes("STOP")

    hearback.taps("confirm")

    (mail,) = [one for one in post(hearback) if one.to == "daniel@example.org"]
    assert mail.subject == "The time of your interview at Northwind Labs"
    assert "is attached" in mail.text
    assert lines(mail, "METHOD") == ["METHOD:PUBLISH"]


# --- erasure ----------------------------------------------------------------------------------


def test_of_who_is_erased_no_booking_and_no_invitation_is_left(booked: World) -> None:
    booked.writes("Could we move my interview to Friday?")
    booked.writes("The first one")
    booked.taps("confirm")

    booked.happens(
        {
            "id": "erase",
            "type": "candidate.erased",
            "occurred_at": booked.clock.now().isoformat(),
            "candidate": {"ref": "cand-1"},
        }
    )

    assert states(booked) == [BookingState.RELEASED]
    with booked.store.read() as tx:
        (ref,) = tx.connection.execute(sa.select(bookings.c.interview)).scalars()
        about = tx.connection.execute(
            sa.select(messages.c.body).where(messages.c.kind.in_(["booking", "invitation"]))
        ).scalars()
        assert (ref, set(about)) == ("", {""})
        assert tx.connection.execute(sa.select(sa.func.count()).select_from(slots)).scalar() == 4
