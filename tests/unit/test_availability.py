"""Words about time mean what docs/availability.md says."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from itertools import chain
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering.availability import AvailabilityReader, load_availability
from bot.assembly import PROMPTS
from bot.availability import month_first
from bot.domain.availability import Availability, Interval, Message, Reason

WEDNESDAY = datetime(2026, 3, 4, 10)
FRIDAY = datetime(2026, 3, 6, 9, 30)
SUNDAY = datetime(2026, 3, 8, 18)
TUESDAY = datetime(2026, 6, 9, 14, 20)
LONDON, NEW_YORK, MADRID = "Europe/London", "America/New_York", "Europe/Madrid"
SLOTS = tuple(
    Interval(start, start + timedelta(hours=1))
    for start in (datetime(2026, 3, 10, 10), datetime(2026, 3, 10, 15), datetime(2026, 3, 11, 11))
)


@cache
def reader() -> AvailabilityReader:
    return load_availability(PROMPTS)


def read(
    text: str,
    language: str = "en",
    now: datetime = WEDNESDAY,
    zone: str = LONDON,
    offered: Sequence[Interval] = (),
) -> Availability:
    there = ZoneInfo(zone)
    first = month_first(language, there)
    message = Message(text=text, now=now, zone=there, month_first=first, offered=offered)
    return reader().read(message, language)


def told(intervals: Sequence[Interval]) -> list[str]:
    return [f"{one.start:%m-%d %H:%M}-{one.end:%H:%M}" for one in intervals]


def free(text: str, language: str = "en", now: datetime = WEDNESDAY, zone: str = LONDON) -> str:
    """Return what is free, where nothing had to be asked."""
    found = read(text, language, now, zone)
    assert found.ask is None
    return ", ".join(told(found.free))


def closed(text: str, language: str = "en", now: datetime = WEDNESDAY) -> list[str]:
    return sorted({f"{one.start:%m-%d}" for one in read(text, language, now).not_})


def asked(text: str, language: str = "en", now: datetime = WEDNESDAY, zone: str = LONDON) -> Reason:
    found = read(text, language, now, zone)
    assert found.ask is not None
    return found.ask.reason


# --- days and hours -----------------------------------------------------------------------


def test_a_weekday_is_the_next_one_after_today() -> None:
    assert free("Thursday at 3") == "03-05 15:00-16:00"
    assert free("Wednesday at 3") == "03-11 15:00-16:00"
    assert free("this Wednesday at 3") == "03-04 15:00-16:00"


def test_a_bare_hour_before_eight_is_after_noon() -> None:
    assert free("tomorrow at 7") == "03-05 19:00-20:00"
    assert free("tomorrow at 8") == "03-05 08:00-09:00"
    assert free("tomorrow at 12") == "03-05 12:00-13:00"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("tomorrow 3pm", "en"),
        ("tomorrow at three", "en"),
        ("15:00 tomorrow", "en"),
        ("tomorow 3 p.m.", "en"),
        ("the 5th of March at 1500 hrs", "en"),
        ("2026-03-05 15:00", "en"),
        ("Thursday 5 March, 3 o'clock", "en"),
        ("tomorrow 3ish", "en"),
        ("mañana a las 3", "es"),
        ("el jueves 5 a las tres de la tarde", "es"),
        ("juebes tipo 3", "es"),
        ("el 05/03 a las 15h", "es"),
        ("amanhã às 15", "pt"),
        ("quinta-feira lá pelas 3", "pt"),
        ("dia 5 às 15h00", "pt"),
        ("5ª feira às três da tarde", "pt"),
    ],
)
def test_there_are_many_ways_to_say_three_tomorrow(text: str, language: str) -> None:
    assert free(text, language) == "03-05 15:00-16:00"


@pytest.mark.parametrize(
    ("text", "language", "at"),
    [
        ("tomorrow half five", "en", "17:30"),
        ("tomorrow half past nine", "en", "09:30"),
        ("tomorrow quarter to 3", "en", "14:45"),
        ("tomorrow 20 past 2", "en", "14:20"),
        ("mañana a las tres y media", "es", "15:30"),
        ("mañana a las cinco menos cuarto", "es", "16:45"),
        ("mañana a un cuarto para las 11", "es", "10:45"),
        ("amanhã meio-dia e meia", "pt", "12:30"),
        ("amanhã às quinze para as três", "pt", "14:45"),
        ("amanhã 15h30", "pt", "15:30"),
    ],
)
def test_parts_of_an_hour_are_said_as_each_language_says_them(
    text: str, language: str, at: str
) -> None:
    assert free(text, language).startswith(f"03-05 {at}-")


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("first thing tomorrow", "08:00-10:00"),
        ("tomorrow morning", "08:00-12:00"),
        ("tomorrow mid morning", "10:00-12:00"),
        ("tomorrow lunchtime", "12:00-14:00"),
        ("tomorrow after lunch", "14:00-18:00"),
        ("tomorrow afternoon", "12:00-18:00"),
        ("late afternoon tomorrow", "16:00-18:00"),
        ("tomorrow evening", "18:00-21:00"),
        ("tomorrow, all day", "08:00-18:00"),
        ("tomorrow after 3", "15:00-18:00"),
        ("tomorrow after 5", "17:00-21:00"),
        ("tomorrow until 11", "08:00-11:00"),
        ("tomorrow 2-4", "14:00-16:00"),
        ("tomorrow from 10 to 2", "10:00-14:00"),
        ("tomorrow 11-1pm", "11:00-13:00"),
        ("tomorrow after 3 but before 5", "15:00-17:00"),
        ("tomorrow afternoon before 3", "12:00-15:00"),
    ],
)
def test_stretches_of_a_day_have_fixed_hours(text: str, hours: str) -> None:
    assert free(text) == f"03-05 {hours}"


def test_hours_belong_to_all_the_days_before_them() -> None:
    assert free("Mon or Tue after 3") == "03-09 15:00-18:00, 03-10 15:00-18:00"


def test_days_with_hours_of_their_own_keep_them() -> None:
    both = "03-09 08:00-12:00, 03-11 12:00-18:00"
    assert free("Monday morning and Wed afternoon") == both


def test_a_week_says_which_weekdays_are_meant() -> None:
    assert free("Tuesday or Friday of next week at 9") == "03-10 09:00-10:00, 03-13 09:00-10:00"
    assert free("next week, Friday at 9") == "03-13 09:00-10:00"


def test_a_week_is_its_working_days() -> None:
    assert [day[:5] for day in told(read("next week").free)] == [
        "03-09",
        "03-10",
        "03-11",
        "03-12",
        "03-13",
    ]


def test_this_week_on_a_sunday_is_the_one_that_starts() -> None:
    assert free("this week, Tuesday at 9", now=SUNDAY) == "03-10 09:00-10:00"


def test_two_weeks_are_a_week_of_the_calendar_and_eight_days_a_day() -> None:
    assert told(read("en quince días", "es").free)[0][:5] == "03-16"
    assert free("dentro de ocho días a las 9", "es") == "03-11 09:00-10:00"


def test_today_begins_now() -> None:
    assert free("this afternoon", now=TUESDAY) == "06-09 14:20-18:00"


def test_a_correction_takes_the_place_of_what_it_corrects() -> None:
    assert free("Tuesday at 3, sorry, Wednesday") == "03-11 15:00-16:00"
    assert free("Tuesday at 3, sorry, at 4") == "03-10 16:00-17:00"


def test_hours_of_another_zone_are_moved_by_its_rules_on_that_day() -> None:
    assert free("Tuesday 3pm London time", zone=NEW_YORK) == "03-10 11:00-12:00"
    assert free("Friday 3pm London time", zone=NEW_YORK) == "03-06 10:00-11:00"
    assert free("el martes a las 11 hora de Bogotá", "es", zone=MADRID) == "03-10 17:00-18:00"


# --- what is refused ----------------------------------------------------------------------


def test_any_day_but_friday_closes_every_friday_of_two_weeks() -> None:
    assert closed("any day but Friday") == ["03-06", "03-13"]


def test_a_day_that_does_not_fit_closes_that_day_alone() -> None:
    assert closed("I can't do Friday") == ["03-06"]


def test_a_refusal_may_stand_behind_several_days() -> None:
    assert closed("jueves y viernes no puedo", "es") == ["03-05", "03-06"]


def test_an_offer_after_a_refusal_is_no_refusal() -> None:
    found = read("Tuesday doesn't work but Thursday 12th does")

    assert told(found.free) == ["03-12 08:00-18:00"]
    assert told(found.not_) == ["03-10 00:00-00:00"]


def test_an_hour_may_be_free_in_a_week_that_is_not() -> None:
    found = read("I'm busy this week but Friday at noon is fine")

    assert told(found.free) == ["03-06 12:00-13:00"]


def test_who_is_away_until_a_day_is_away_on_it_and_who_cannot_until_a_day_can() -> None:
    assert closed("I'm away until Friday") == ["03-04", "03-05", "03-06"]
    assert closed("I can't until Friday") == ["03-04", "03-05"]


# --- what must be asked -------------------------------------------------------------------


def test_a_date_in_figures_is_read_as_the_zone_writes_it() -> None:
    assert free("12/03 at 14:00", now=FRIDAY) == "03-12 14:00-15:00"
    assert free("3/12 at 2pm", now=FRIDAY, zone=NEW_YORK) == "03-12 14:00-15:00"


def test_a_date_in_figures_that_is_months_away_is_asked_back() -> None:
    assert asked("03/05 at 10") is Reason.WHICH_DATE


def test_a_date_that_is_not_on_its_weekday_is_asked_back() -> None:
    assert asked("Tuesday 12 March at 3") is Reason.CLASH


def test_next_friday_on_a_friday_is_asked_back() -> None:
    found = read("el viernes que viene", "es", FRIDAY, MADRID)

    assert found.ask is not None
    assert found.ask.reason is Reason.NEXT_WEEKDAY
    assert told(found.free) == ["03-13 08:00-18:00"]


def test_next_friday_on_a_monday_is_in_doubt_in_english_alone() -> None:
    monday = datetime(2026, 3, 2, 11)
    assert asked("next Friday", now=monday) is Reason.NEXT_WEEKDAY
    assert free("el viernes que viene a las 10", "es", monday) == "03-06 10:00-11:00"


def test_hours_at_night_are_asked_back() -> None:
    assert asked("tomorrow at 9pm") is Reason.HOURS
    assert asked("tomorrow at 6am") is Reason.HOURS


def test_an_hour_without_a_day_is_asked_back() -> None:
    assert asked("at 3") is Reason.WHICH_DAY


def test_what_has_gone_is_told_and_nothing_is_free() -> None:
    found = read("today at 10am", now=TUESDAY)

    assert (found.free, found.ask and found.ask.reason) == ((), Reason.PAST)


def test_an_hour_that_the_clock_skips_is_shown_an_hour_later() -> None:
    found = read("Sunday 8 March at 2:30am", zone=NEW_YORK)

    assert told(found.free) == ["03-08 03:30-04:30"]
    assert found.ask is not None
    assert found.ask.reason is Reason.GAP


@pytest.mark.parametrize("language", ["en", "es", "pt"])
@pytest.mark.parametrize("reason", Reason)
def test_every_doubt_has_its_question(language: str, reason: Reason) -> None:
    found = reader().questions[language, reason]

    assert all(text.text.count("?") >= 1 for text in found)


# --- what says nothing of it ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("ok thanks!", "en"),
        ("I applied last Monday and haven't heard anything", "en"),
        ("I have 5 years of experience", "en"),
        ("my number is +44 7700 900123", "en"),
        ("will I hear back by Friday?", "en"),
        ("tengo 5 años de experiencia", "es"),
        ("buenas tardes, no hay prisa", "es"),
        ("¿cuándo me avisan si quedé?", "es"),
        ("boa tarde, sem pressa", "pt"),
        ("quando sai o resultado?", "pt"),
    ],
)
def test_a_text_about_something_else_offers_nothing(text: str, language: str) -> None:
    assert read(text, language) == Availability()


def test_no_limit_at_all_leaves_the_next_two_weeks() -> None:
    found = read("any time works, I'm flexible")

    assert (len(found.free), found.not_, found.ask) == (10, (), None)


# --- slots to choose from -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "language", "place"),
    [
        ("2", "en", 1),
        ("the second one", "en", 1),
        ("the 3pm one", "en", 1),
        ("3 please", "en", 2),
        ("la última", "es", 2),
        ("la de las 10", "es", 0),
        ("o primeiro", "pt", 0),
        ("a segunda", "pt", 1),
        ("quarta", "pt", 2),
        ("11", "en", 2),
        ("not the first, the second", "en", 1),
        ("the first, sorry, the second", "en", 1),
    ],
)
def test_a_slot_is_taken_by_its_place_or_its_time(text: str, language: str, place: int) -> None:
    assert read(text, language, offered=SLOTS).free == (SLOTS[place],)


def test_any_of_the_slots_will_do() -> None:
    assert read("any of them", offered=SLOTS) == Availability(free=SLOTS)


def test_none_of_the_slots_will_do() -> None:
    assert read("none of those work", offered=SLOTS) == Availability(not_=SLOTS)


def test_two_slots_that_fit_are_asked_back() -> None:
    found = read("Tuesday", offered=SLOTS)

    assert found.free == SLOTS[:2]
    assert found.ask is not None
    assert found.ask.reason is Reason.WHICH_SLOT


def test_another_time_than_those_offered_is_read_as_it_stands() -> None:
    assert told(read("Thursday at 4", offered=SLOTS).free) == ["03-05 16:00-17:00"]


# --- whatever is said -----------------------------------------------------------------------

WORDS = [" ".join(phrase) for book in reader().lexicons.values() for phrase in book.phrases]
SAID = st.lists(
    st.one_of(
        st.sampled_from(sorted(WORDS)),
        st.integers(0, 99).map(str),
        st.sampled_from([",", ".", "?", "-", "/", "3pm", "15h30", "03/04", "2nd", "\n"]),
    ),
    max_size=12,
).map(" ".join)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31))
ZONES = st.sampled_from([LONDON, NEW_YORK, MADRID, "America/Sao_Paulo", "Asia/Kolkata"])


@given(
    st.one_of(SAID, st.text()), st.sampled_from(["en", "es", "pt"]), MOMENTS, ZONES, st.booleans()
)
@settings(deadline=None)
def test_whatever_is_said_nothing_free_is_past_empty_or_closed(
    text: str, language: str, now: datetime, zone: str, choose: bool
) -> None:
    offered = SLOTS if choose else ()

    found = read(text, language, now, zone, offered)

    assert found == read(text, language, now, zone, offered)
    assert all(one.start < one.end for one in chain(found.free, found.not_))
    assert not any(one.meets(other) for one in found.free for other in found.not_)
    assert all(one in offered or one.start >= now for one in found.free)
    if found.ask is not None:
        assert reader().ask(found.ask, language)
