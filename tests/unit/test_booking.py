"""Which times are offered, which one is meant, and what becomes of a wish."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.domain.availability import Interval
from bot.domain.booking import (
    Booking,
    BookingId,
    BookingState,
    Diary,
    Opening,
    Slot,
    SlotId,
    Wish,
    movable,
    named,
    offers,
    on_offer,
    openings,
    picked,
    promised_by,
    time_to_ask,
    verdict,
)
from bot.domain.facts import DayHour
from bot.domain.model import ConversationId, InterviewStatus, ProcessId, ProcessStatus
from bot.domain.story import Interview, Story, Visit
from tests.factories import DAY, HOUR, LONDON, NOON

THURSDAY = NOON + 2 * DAY
FRIDAY = datetime(2026, 11, 27, 9)
"""On the wall."""
NEW = NOON + 3 * DAY


def opening(number: int, start: datetime) -> Opening:
    return Opening(number, Interval(start, start + HOUR))


OPENINGS = [
    opening(1, FRIDAY),
    opening(2, FRIDAY + HOUR),
    opening(3, FRIDAY + 2 * HOUR),
    opening(4, FRIDAY + 3 * DAY),
    opening(5, FRIDAY + 4 * DAY),
]


def ids(openings: list[Opening]) -> list[int]:
    return [one.id for one in openings]


def story(
    starts_at: datetime = THURSDAY,
    status: InterviewStatus = InterviewStatus.SCHEDULED,
    process: ProcessStatus = ProcessStatus.OPEN,
    *others: Interview,
) -> Story:
    one = interview("int-1", starts_at, status)
    return Story(
        opened_at=NOON - DAY,
        status=process,
        visits=(Visit(ref="visit", interviews=(one, *others)),),
    )


def interview(
    ref: str, starts_at: datetime, status: InterviewStatus = InterviewStatus.SCHEDULED
) -> Interview:
    return Interview(
        ref=ref,
        visit="visit",
        status=status,
        told_at=NOON - DAY,
        starts_at=starts_at,
        ends_at=starts_at + HOUR,
    )


def booking(state: BookingState = BookingState.REQUESTED, **slot: object) -> Booking:
    told = {"id": SlotId(1), "starts_at": NEW, "ends_at": NEW + HOUR, **slot}
    return Booking(
        id=BookingId(1),
        slot=Slot(**told),  # type: ignore[arg-type]
        process_id=ProcessId(1),
        conversation_id=ConversationId(1),
        interview="int-1",
        starts_at=NEW,
        ends_at=NEW + HOUR,
        stands_at=THURSDAY,
        requested_at=NOON,
        confirm_by=NOON + DAY,
        state=state,
    )


# --- offering -------------------------------------------------------------------------------


def test_without_a_limit_each_day_is_offered_before_a_second_hour_of_it() -> None:
    assert ids(offers(OPENINGS)) == [1, 4, 5]


def test_no_more_than_three_are_offered_in_order_of_time() -> None:
    all_day = Interval(FRIDAY.replace(hour=8), FRIDAY.replace(hour=18))

    assert ids(offers(OPENINGS, [all_day])) == [1, 2, 3]


def test_what_was_asked_for_first_comes_before_what_would_do() -> None:
    tuesday, friday = FRIDAY + 4 * DAY, FRIDAY

    found = offers(OPENINGS, [Interval(tuesday, tuesday + HOUR), Interval(friday, friday + HOUR)])

    assert ids(found) == [1, 5]


@pytest.mark.parametrize(("minutes", "fits"), [(0, True), (59, True), (60, False)])
def test_a_slot_fits_where_it_begins_in_what_is_free(minutes: int, fits: bool) -> None:
    late = opening(1, FRIDAY + minutes * HOUR / 60)

    assert bool(offers([late], [Interval(FRIDAY, FRIDAY + HOUR)])) is fits


def test_nothing_that_reaches_into_a_closed_hour_is_offered() -> None:
    closed = Interval(FRIDAY + HOUR / 2, FRIDAY + HOUR)

    assert ids(offers(OPENINGS[:3], closed=[closed])) == [2, 3]


def test_what_was_seen_is_not_offered_again() -> None:
    assert ids(offers(OPENINGS, but=[1, 4, 5])) == [2, 3]
    assert offers(OPENINGS, but=[1, 2, 3, 4, 5]) == []


def test_a_choice_is_one_of_those_that_were_shown_and_nothing_else() -> None:
    shown = OPENINGS[:2]

    assert ids(picked(shown, [OPENINGS[1].on_wall])) == [2]
    assert picked(shown, [OPENINGS[1].on_wall, OPENINGS[4].on_wall]) == []
    assert picked(shown, []) == []


# --- what can be moved ------------------------------------------------------------------------


def test_an_interview_ahead_can_be_moved() -> None:
    assert movable(story(), NOON) == interview("int-1", THURSDAY)


@pytest.mark.parametrize(
    "told",
    [
        story(NOON - 2 * HOUR, InterviewStatus.COMPLETED),
        story(status=InterviewStatus.CANCELLED),
        story(NOON - HOUR / 2),
        story(NOON + 3 * HOUR - HOUR / 60),
        story(process=ProcessStatus.WITHDRAWN),
        story(
            THURSDAY,
            InterviewStatus.SCHEDULED,
            ProcessStatus.OPEN,
            interview("int-2", THURSDAY + HOUR),
        ),
    ],
    ids=["over", "cancelled", "going on", "about to begin", "withdrawn", "a day with several"],
)
def test_the_rest_is_a_persons_business(told: Story) -> None:
    assert movable(told, NOON) is None


def test_a_candidate_hears_by_office_hours_and_an_hour_before_the_old_time() -> None:
    assert promised_by(NOON, THURSDAY) == NOON
    assert promised_by(THURSDAY, THURSDAY) == THURSDAY - HOUR


def test_nobody_is_asked_who_has_less_than_an_hour_to_answer() -> None:
    assert time_to_ask(NOON, NOON + HOUR)
    assert not time_to_ask(NOON, NOON + HOUR * 0.99)


# --- what becomes of it -----------------------------------------------------------------------


def test_a_wish_waits_while_the_old_appointment_stands() -> None:
    assert verdict(booking(), story(), NOON) is BookingState.REQUESTED


@pytest.mark.parametrize("state", [BookingState.REQUESTED, BookingState.CONFIRMED])
@pytest.mark.parametrize("status", [InterviewStatus.SCHEDULED, InterviewStatus.COMPLETED])
def test_an_interview_at_its_time_confirms_it(state: BookingState, status: InterviewStatus) -> None:
    assert verdict(booking(state), story(NEW, status), NEW) is BookingState.CONFIRMED


@pytest.mark.parametrize(
    "told",
    [
        story(THURSDAY + DAY / 2),
        story(status=InterviewStatus.COMPLETED),
        story(process=ProcessStatus.WITHDRAWN),
    ],
    ids=["moved elsewhere", "over", "withdrawn"],
)
def test_a_wish_that_was_overtaken_is_dropped_and_an_appointment_released(told: Story) -> None:
    assert verdict(booking(), told, NOON) is BookingState.DROPPED
    assert verdict(booking(BookingState.CONFIRMED), told, NOON) is BookingState.RELEASED


def test_a_calendar_may_cancel_before_it_makes_the_appointment_anew() -> None:
    cancelled = story(status=InterviewStatus.CANCELLED)

    assert verdict(booking(), cancelled, NOON) is BookingState.REQUESTED
    assert verdict(booking(), cancelled, NOON + DAY) is BookingState.DROPPED
    assert verdict(booking(BookingState.CONFIRMED), cancelled, NOON) is BookingState.RELEASED


def test_a_slot_that_is_taken_out_or_moved_is_declined() -> None:
    assert verdict(booking(withdrawn=True), story(), NOON) is BookingState.DECLINED
    assert verdict(booking(starts_at=NEW + HOUR), story(), NOON) is BookingState.DECLINED


def test_what_nobody_confirmed_in_time_is_declined() -> None:
    assert verdict(booking(), story(), NOON + DAY - HOUR) is BookingState.REQUESTED
    assert verdict(booking(), story(), NOON + DAY) is BookingState.DECLINED


# --- facts --------------------------------------------------------------------------------------


def diary(requested: Booking | None = None) -> Diary:
    free = tuple(
        Slot(id=SlotId(n), starts_at=NEW + n * DAY, ends_at=NEW + n * DAY + HOUR) for n in (1, 2)
    )
    return Diary(
        now=NOON,
        zone=LONDON,
        interview="int-1",
        stands_at=THURSDAY,
        free=free,
        requested=requested,
    )


def test_slots_are_told_in_the_candidates_zone() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")

    facts = named(diary().free, tokyo)

    assert facts["slot_1"] == DayHour((NEW + DAY).astimezone(tokyo))
    assert facts["slot_1"].at.hour == 21  # type: ignore[union-attr]


def test_an_answer_may_speak_of_what_was_offered_and_knows_that_it_does_not_stand() -> None:
    shown = diary().free[1:]

    assert on_offer(replace(diary(), shown=shown)) == {
        "slot_1": DayHour((NEW + 2 * DAY).astimezone(LONDON)),
        "slot_state": "proposed",
    }
    assert on_offer(diary()) == {}
    assert on_offer(diary(booking()))["slot_state"] == "requested"


def test_only_what_is_free_for_them_can_be_asked_for() -> None:
    assert diary().grants(Wish(slot=SlotId(1), interview="int-1"))
    assert not diary().grants(Wish(slot=SlotId(9), interview="int-1"))
    assert not diary().grants(Wish(slot=SlotId(1), interview="int-2"))


def test_the_wall_is_the_candidates() -> None:
    winter = datetime(2026, 11, 27, 12, tzinfo=UTC)

    (one, *_) = openings(diary().free, LONDON)

    assert one.on_wall.start == (winter + DAY).replace(tzinfo=None)
