"""The best moment inside a window."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.timing import QuietHours, Span, add_office_hours, choose, next_awake, rounded_up
from tests.factories import DAY, HOUR, LONDON, NIGHT, NOON

MADRID = ZoneInfo("Europe/Madrid")
FRIDAY = NOON + 3 * DAY


def span(earliest: timedelta, preferred: timedelta, latest: timedelta) -> Span:
    return Span(NOON + earliest, NOON + preferred, NOON + latest)


THANKS = span(10 * HOUR / 60, 40 * HOUR / 60, 2 * HOUR)


def test_the_preferred_moment_is_taken_when_nothing_speaks_against_it() -> None:
    moment = choose(THANKS, NOON, LONDON, NIGHT, keep_weekends_free=False)

    assert moment.at == THANKS.preferred
    assert "Tue 24 Nov, 12:40 in Europe/London" in moment.reason


def test_a_moment_in_the_night_moves_to_the_evening_before_if_the_window_allows() -> None:
    evening = span(8.7 * HOUR, 9.2 * HOUR, 10.5 * HOUR)

    moment = choose(evening, NOON, LONDON, NIGHT, keep_weekends_free=False)

    assert moment.at.astimezone(LONDON).time() < time(21)
    assert "before the night" in moment.reason


def test_a_window_that_lies_in_the_night_ends_with_the_first_minutes_of_the_morning() -> None:
    night = Span(NOON + 10 * HOUR, NOON + 11 * HOUR, NOON + 12 * HOUR)

    moment = choose(night, NOON, LONDON, NIGHT, keep_weekends_free=False)

    assert moment.at == NOON + 20 * HOUR


def test_a_window_that_has_passed_is_made_good_at_once() -> None:
    moment = choose(THANKS, NOON + 5 * HOUR, LONDON, NIGHT, keep_weekends_free=False)

    assert moment.at == NOON + 5 * HOUR
    assert moment.reason.startswith("late")


def test_rather_friday_than_a_weekend() -> None:
    update = Span(FRIDAY, FRIDAY + DAY, FRIDAY + 2 * DAY)

    moment = choose(update, NOON, LONDON, NIGHT, keep_weekends_free=True)

    assert moment.at.astimezone(LONDON).strftime("%a %H:%M") == "Fri 17:55"
    assert "weekend free" in moment.reason


def test_rather_a_weekend_than_silence() -> None:
    saturday = Span(FRIDAY + DAY, FRIDAY + DAY, FRIDAY + DAY + HOUR)

    moment = choose(saturday, NOON, LONDON, NIGHT, keep_weekends_free=True)

    assert moment.at == FRIDAY + DAY
    assert "weekend" in moment.reason


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


@settings(max_examples=200)
@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31)).map(
        lambda at: at.replace(tzinfo=UTC)
    ),
    st.sampled_from(sorted(available_timezones())).map(ZoneInfo),
    st.booleans(),
)
def test_no_moment_lies_in_the_night_of_any_zone_and_none_breaks_72_hours(
    since: datetime, zone: ZoneInfo, keep_weekends_free: bool
) -> None:
    update = Span(since + 24 * HOUR, since + 48 * HOUR, since + 71 * HOUR)

    moment = choose(update, since, zone, NIGHT, keep_weekends_free=keep_weekends_free)

    assert not NIGHT.cover(moment.at, zone)
    assert update.earliest <= moment.at <= update.latest
    assert not NIGHT.cover(next_awake(since, zone, NIGHT), zone)
