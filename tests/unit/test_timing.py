"""The best moment inside a window."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.daytime import Local, QuietHours, next_awake, weekends
from bot.domain.habits import Habit, habit, prior
from bot.domain.office import add_office_hours, rounded_up
from bot.domain.timing import Moment, Span, Urgency, choose
from tests.factories import DAY, HOUR, LONDON, NIGHT, NOON

MADRID = ZoneInfo("Europe/Madrid")
MINUTE = timedelta(minutes=1)
FRIDAY = NOON + 3 * DAY
HERE = Local(zone=LONDON, quiet=NIGHT)


def span(earliest: timedelta, preferred: timedelta, latest: timedelta) -> Span:
    return Span(NOON + earliest, NOON + preferred, NOON + latest)


THANKS = span(10 * HOUR / 60, 40 * HOUR / 60, 2 * HOUR)


def test_the_preferred_moment_is_taken_when_nothing_speaks_against_it() -> None:
    moment = choose(THANKS, NOON, HERE, keep_weekends_free=False)

    assert moment.at == THANKS.preferred
    assert "Tue 24 Nov, 12:40 in Europe/London" in moment.reason


def test_a_moment_in_the_night_moves_to_the_evening_before_if_the_window_allows() -> None:
    evening = span(8.7 * HOUR, 9.2 * HOUR, 10.5 * HOUR)

    moment = choose(evening, NOON, HERE, keep_weekends_free=False)

    assert moment.at.astimezone(LONDON).time() < time(21)
    assert "before the night" in moment.reason


def test_a_window_that_lies_in_the_night_ends_with_the_first_minutes_of_the_morning() -> None:
    night = Span(NOON + 10 * HOUR, NOON + 11 * HOUR, NOON + 12 * HOUR)

    moment = choose(night, NOON, HERE, keep_weekends_free=False)

    assert moment.at == NOON + 20 * HOUR


def test_a_window_that_has_passed_is_made_good_at_once() -> None:
    moment = choose(THANKS, NOON + 5 * HOUR, HERE, keep_weekends_free=False)

    assert moment.at == NOON + 5 * HOUR
    assert moment.reason.startswith("late")


def test_rather_friday_than_a_weekend() -> None:
    update = Span(FRIDAY, FRIDAY + DAY, FRIDAY + 2 * DAY)

    moment = choose(update, NOON, HERE, keep_weekends_free=True)

    assert moment.at.astimezone(LONDON).strftime("%a %H:%M") == "Fri 17:55"
    assert "weekend free" in moment.reason


def test_rather_a_weekend_than_silence() -> None:
    saturday = Span(FRIDAY + DAY, FRIDAY + DAY, FRIDAY + DAY + HOUR)

    moment = choose(saturday, NOON, HERE, keep_weekends_free=True)

    assert moment.at == FRIDAY + DAY
    assert "weekend" in moment.reason


def test_rather_the_evening_before_than_the_last_minute_in_which_the_carrier_has_no_room() -> None:
    until_dawn = Span(NOON + 2 * HOUR, NOON + 20 * HOUR, NOON + 20 * HOUR)

    moment = choose(until_dawn, NOON, HERE, keep_weekends_free=False)

    assert moment.at.astimezone(LONDON).strftime("%a %H:%M") == "Tue 17:55"
    assert "before the night" in moment.reason


def test_the_preferred_moment_leaves_the_carrier_the_last_minutes_of_a_window() -> None:
    promised = Span(NOON, NOON + 3 * HOUR, NOON + 3 * HOUR)

    moment = choose(promised, NOON, HERE, keep_weekends_free=False)

    assert moment.at == promised.latest - 15 * MINUTE
    assert moment.reason.startswith("the preferred moment")


def test_quiet_hours_begin_on_their_minute_and_end_before_theirs() -> None:
    def at(hour: int, minute: int = 0) -> datetime:
        return datetime(2026, 11, 24, hour, minute, tzinfo=LONDON)

    assert not NIGHT.cover(at(20, 59), LONDON)
    assert NIGHT.cover(at(21), LONDON)
    assert NIGHT.cover(at(7, 59), LONDON)
    assert not NIGHT.cover(at(8), LONDON)
    siesta = QuietHours(time(13), time(16))
    assert siesta.cover(at(13), LONDON)
    assert not siesta.cover(at(16), LONDON)
    assert not siesta.cover(at(21), LONDON)


def test_office_hours_skip_nights_and_weekends() -> None:
    def answer(at: datetime) -> datetime:
        return add_office_hours(at, 4 * HOUR, MADRID, time(9), time(18))

    def local(day: int, hour: int) -> datetime:
        return datetime(2026, 11, day, hour, tzinfo=MADRID)

    assert answer(local(24, 10)) == local(24, 14)
    assert answer(local(24, 16)) == local(25, 11)
    assert answer(local(24, 3)) == local(24, 13)
    assert answer(local(27, 17)) == local(30, 12)
    assert answer(local(28, 12)) == local(30, 13)


def test_a_promised_hour_is_rounded_up_so_that_it_holds() -> None:
    half = HOUR / 2

    assert rounded_up(NOON, half) == NOON
    assert rounded_up(NOON + timedelta(seconds=1), half) == NOON + half
    assert rounded_up(NOON + half, half) == NOON + half
    assert rounded_up(NOON + half + timedelta(seconds=1), half) == NOON + HOUR


# --- holidays ---------------------------------------------------------------------------


def spain(day: date) -> str:
    feast = (day.month, day.day) == (12, 6)
    return weekends(day) or ("the holiday Día de la Constitución" if feast else "")


IN_SPAIN = Local(zone=MADRID, quiet=NIGHT, free=spain)
HOLIDAY = datetime(2027, 12, 6, 13, tzinfo=MADRID)
"""A Monday."""


def around(preferred: datetime, before: timedelta, after: timedelta) -> Span:
    return Span(preferred - before, preferred, preferred + after)


def test_rather_the_day_after_a_holiday() -> None:
    moment = choose(around(HOLIDAY, DAY, DAY), NOON, IN_SPAIN, keep_weekends_free=True)

    assert moment.reason == (
        "after the holiday Día de la Constitución: "
        "Tue 07 Dec, 08:00 in Europe/Madrid instead of Mon 13:00"
    )


def test_rather_the_friday_before_a_long_weekend() -> None:
    moment = choose(around(HOLIDAY, 4 * DAY, 9 * HOUR), NOON, IN_SPAIN, keep_weekends_free=True)

    assert moment.reason == (
        "before the holiday Día de la Constitución: "
        "Fri 03 Dec, 17:55 in Europe/Madrid instead of Mon 13:00"
    )


def test_rather_a_holiday_than_silence() -> None:
    moment = choose(around(HOLIDAY, HOUR, HOUR), NOON, IN_SPAIN, keep_weekends_free=True)

    assert moment.at == HOLIDAY
    assert moment.reason.startswith("on the holiday Día de la Constitución, to keep the window")


def test_a_night_never_yields_not_even_to_a_holiday_and_the_end_of_the_window() -> None:
    evening = HOLIDAY + 8 * HOUR + 30 * MINUTE
    night = around(evening, MINUTE, HOUR)

    moment = choose(night, NOON, IN_SPAIN, keep_weekends_free=True)

    assert moment.at.astimezone(MADRID).strftime("%a %H:%M") == "Tue 08:00"
    assert moment.reason.startswith("the first minute after the quiet hours")


def test_a_stage_that_keeps_no_weekends_free_takes_no_notice_of_holidays() -> None:
    moment = choose(around(HOLIDAY, DAY, DAY), NOON, IN_SPAIN, keep_weekends_free=False)

    assert moment.at == HOLIDAY


def test_where_friday_is_free_sunday_is_a_working_day() -> None:
    riyadh = ZoneInfo("Asia/Riyadh")
    there = Local(
        zone=riyadh, quiet=NIGHT, free=lambda day: "the weekend" if day.weekday() in (4, 5) else ""
    )
    saturday = around(datetime(2026, 11, 28, 12, tzinfo=riyadh), DAY, DAY)

    moment = choose(saturday, NOON, there, keep_weekends_free=True)

    assert moment.at.astimezone(riyadh).strftime("%a %H:%M") == "Sun 08:00"
    assert moment.reason.startswith("after the weekend")


def test_an_office_does_not_count_its_holidays() -> None:
    friday = datetime(2027, 12, 3, 17, tzinfo=MADRID)

    due = add_office_hours(friday, 4 * HOUR, MADRID, time(9), time(18), spain)

    assert due == datetime(2027, 12, 7, 12, tzinfo=MADRID)


# --- evenings before free days -----------------------------------------------------------


@pytest.mark.parametrize(
    ("released", "told"),
    [
        ("Fri 17:55", "Fri 17:55"),
        ("Fri 18:00", "Mon 08:00"),
        ("Fri 20:30", "Mon 08:00"),
        ("Thu 20:30", "Thu 20:30"),
        ("Sun 20:30", "Mon 08:00"),
    ],
)
def test_nobody_is_turned_down_into_a_weekend(released: str, told: str) -> None:
    monday = NOON - DAY
    days = {f"{monday + n * DAY:%a}": monday + n * DAY for n in range(7)}
    day, clock = released.split()
    at = datetime.combine(days[day], time.fromisoformat(clock), LONDON)
    window = Span(at, at, at + 4 * DAY)

    moment = choose(
        window,
        at,
        HERE,
        keep_weekends_free=True,
        keep_eves_free=True,
        urgency=Urgency.DECISION,
    )

    assert f"{moment.at.astimezone(LONDON):%a %H:%M}" == told


def test_a_long_weekend_is_kept_free_from_friday_evening_to_tuesday_morning() -> None:
    friday = HOLIDAY.replace(hour=19) - 3 * DAY

    moment = choose(
        Span(friday, friday, friday + 4 * DAY),
        friday,
        IN_SPAIN,
        keep_weekends_free=True,
        keep_eves_free=True,
        urgency=Urgency.DECISION,
    )

    assert moment.at == HOLIDAY.replace(hour=8) + DAY
    assert moment.reason.startswith("after the holiday")


# --- urgency ----------------------------------------------------------------------------


@pytest.mark.parametrize("habits", [None, habit([19 + day * 24 for day in range(5)], prior())])
def test_a_decision_is_told_at_the_preferred_moment_whatever_the_habits(
    habits: Habit | None,
) -> None:
    there = Local(zone=LONDON, quiet=NIGHT, habit=habits)
    decision = span(HOUR, 2 * HOUR, 20 * HOUR)

    moment = choose(decision, NOON, there, keep_weekends_free=False, urgency=Urgency.DECISION)

    assert moment.at == decision.preferred


def test_a_decision_is_told_before_the_night_rather_than_after_it() -> None:
    tonight = span(8 * HOUR, 10 * HOUR, 24 * HOUR)

    def at(urgency: Urgency) -> datetime:
        return choose(tonight, NOON, HERE, keep_weekends_free=False, urgency=urgency).at

    assert at(Urgency.DECISION) == NOON + 8 * HOUR + 55 * MINUTE
    assert at(Urgency.ORDINARY) == NOON + 20 * HOUR


def test_who_has_another_offer_hears_as_soon_as_the_window_opens() -> None:
    update = span(24 * HOUR, 48 * HOUR, 71 * HOUR)

    moment = choose(update, NOON, HERE, keep_weekends_free=True, urgency=Urgency.PRESSING)

    assert moment.at == update.earliest
    assert moment.reason.startswith("soon, as they have another offer: Wed 25 Nov, 12:00")


def test_another_offer_does_not_wake_anybody_nor_spoil_a_weekend_with_time_to_spare() -> None:
    at_night = span(10 * HOUR, 30 * HOUR, 40 * HOUR)
    on_saturday = span(4 * DAY, 5 * DAY, 7 * DAY)

    def at(window: Span) -> str:
        moment = choose(window, NOON, HERE, keep_weekends_free=True, urgency=Urgency.PRESSING)
        return f"{moment.at.astimezone(LONDON):%a %H:%M}"

    assert at(at_night) == "Wed 08:00"
    assert at(on_saturday) == "Mon 08:00"


# --- habits -----------------------------------------------------------------------------

UPDATE = span(24 * HOUR, 48 * HOUR, 71 * HOUR)


def who_answers(*hours: int) -> Local:
    return Local(zone=LONDON, quiet=NIGHT, habit=habit(hours, prior()))


def on(days: Iterable[int], hour: int) -> list[int]:
    return [day * 24 + hour for day in days]


def test_who_answers_in_the_evening_hears_in_the_evening() -> None:
    moment = choose(UPDATE, NOON, who_answers(*on(range(5), 19)), keep_weekends_free=True)

    assert moment.reason == (
        "when they usually answer, around 19:00 on weekdays: "
        "Thu 26 Nov, 19:00 in Europe/London instead of Thu 12:00"
    )


def test_who_has_not_written_yet_hears_at_the_preferred_moment() -> None:
    moment = choose(UPDATE, NOON, who_answers(19, 43), keep_weekends_free=True)

    assert moment.at == UPDATE.preferred
    assert moment.reason.startswith("the preferred moment")


def test_who_answers_at_any_hour_hears_at_the_preferred_moment() -> None:
    anywhen = Local(zone=LONDON, quiet=NIGHT, habit=habit(range(168), [1 / 168] * 168))

    assert choose(UPDATE, NOON, anywhen, keep_weekends_free=True).at == UPDATE.preferred


def test_who_answers_about_the_preferred_hour_hears_at_the_preferred_moment() -> None:
    moment = choose(UPDATE, NOON, who_answers(*on(range(5), 12)), keep_weekends_free=True)

    assert moment.at == UPDATE.preferred


def test_the_moment_is_the_start_of_their_hours_and_not_the_busiest_of_them() -> None:
    mostly_nine = on(range(5), 17) + on(range(5), 18) + on(range(5), 19) + on(range(5), 20) * 2

    moment = choose(UPDATE, NOON, who_answers(*mostly_nine), keep_weekends_free=True)

    assert moment.at.astimezone(LONDON).hour == 17


def test_habits_of_the_night_do_not_open_it() -> None:
    moment = choose(UPDATE, NOON, who_answers(*on(range(7), 3)), keep_weekends_free=True)

    assert not NIGHT.cover(moment.at, LONDON)


def test_habits_of_the_weekend_do_not_open_it_where_there_is_time() -> None:
    thursday = Span(NOON + DAY, NOON + 3 * DAY, NOON + 5 * DAY)
    saturdays = who_answers(*on([5] * 6, 12))

    assert choose(thursday, NOON, saturdays, keep_weekends_free=True).at == thursday.preferred
    kept = choose(thursday, NOON, saturdays, keep_weekends_free=False)
    assert kept.reason.startswith("when they usually answer, around 12:00 on weekends: Sat 28 Nov")


def test_habits_leave_the_carrier_something_of_the_window() -> None:
    ends_at_seven = Span(NOON, NOON + HOUR, NOON + 7 * HOUR + 10 * MINUTE)

    moment = choose(ends_at_seven, NOON, who_answers(*on(range(5), 19)), keep_weekends_free=False)

    assert moment.at == ends_at_seven.preferred


def test_a_moment_keeps_the_minutes_of_the_preferred_one() -> None:
    odd = Span(*(at + 3 * MINUTE for at in (NOON + DAY, NOON + 2 * DAY, NOON + 71 * HOUR)))

    moment = choose(odd, NOON, who_answers(*on(range(5), 19)), keep_weekends_free=True)

    assert moment.at.astimezone(LONDON).strftime("%H:%M") == "19:03"


# --- the same facts, the same moment ----------------------------------------------------------

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31)).map(
    lambda at: at.replace(tzinfo=UTC)
)
LOCALS = st.builds(
    lambda zone, hours, free: Local(
        zone=ZoneInfo(zone),
        quiet=NIGHT,
        free=lambda day: "the holiday X" if day.toordinal() % 7 in free else "",
        habit=habit(hours, prior()),
    ),
    st.sampled_from(sorted(available_timezones())),
    st.lists(st.integers(0, 167), max_size=20),
    st.sets(st.integers(0, 6), max_size=3),
)
WINDOWS = st.tuples(*(st.integers(0, 72 * 60) for _ in range(3))).map(
    lambda found: [number * MINUTE for number in sorted(found)]
)


@settings(max_examples=300, deadline=None)
@given(MOMENTS, WINDOWS, LOCALS, st.booleans(), st.sampled_from(Urgency), st.floats(0, 1))
def test_a_moment_stands_until_it_comes(
    since: datetime,
    window: list[timedelta],
    local: Local,
    keep_weekends_free: bool,
    urgency: Urgency,
    part: float,
) -> None:
    stage = Span(*(since + part_of_it for part_of_it in window))

    def at(now: datetime) -> Moment:
        return choose(stage, now, local, keep_weekends_free=keep_weekends_free, urgency=urgency)

    planned = at(since)
    assert planned.at >= stage.earliest
    assert not NIGHT.cover(planned.at, local.zone)
    for now in (since + part * (planned.at - since), planned.at):
        assert at(now) == planned
    missed = at(planned.at + MINUTE)
    assert missed.at > planned.at
    assert not NIGHT.cover(missed.at, local.zone)
    assert at(missed.at).at == missed.at
    if missed.at > planned.at + MINUTE:
        assert at(planned.at + MINUTE + part * (missed.at - planned.at - MINUTE)) == missed


@settings(max_examples=200, deadline=None)
@given(MOMENTS, LOCALS, st.booleans())
def test_no_moment_lies_in_the_night_of_any_zone_and_none_breaks_72_hours(
    since: datetime, local: Local, keep_weekends_free: bool
) -> None:
    update = Span(since + 24 * HOUR, since + 48 * HOUR, since + 71 * HOUR)

    moment = choose(update, since, local, keep_weekends_free=keep_weekends_free)

    assert not NIGHT.cover(moment.at, local.zone)
    assert update.earliest <= moment.at <= update.latest
    assert not NIGHT.cover(next_awake(since, local.zone, NIGHT), local.zone)
