"""Days and times of day in a text, for the fact gate."""

from datetime import date

import pytest
from babel.dates import get_day_names, get_month_names

from bot.domain.claims.lexicon import Kind, plain
from bot.domain.claims.moments import When, dates, reach, times, when

TUESDAY = date(2026, 11, 24)
LOCALES = ["en_US", "en_GB", "es_ES", "es_MX", "es_PE", "pt_BR", "pt_PT"]


def days(text: str) -> set[When]:
    """Return what the longest of the days in a text may be."""
    found = max(dates(plain(text)), key=lambda claim: claim.end - claim.start, default=None)
    return {when for when in found.readings if isinstance(when, When)} if found else set()


def spans(text: str) -> set[str]:
    return {text[claim.start : claim.end] for claim in dates(text)}


def minutes(text: str) -> set[object]:
    return {reading for claim in times(plain(text)) for reading in claim.readings}


# --- days -------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", ["wide", "abbreviated"])
@pytest.mark.parametrize("locale", LOCALES)
def test_every_month_is_known_by_name(locale: str, width: str) -> None:
    names = get_month_names(width, locale=locale)

    assert [days(f"5 {names[n]} 2026") for n in range(1, 13)] == [
        {When(2026, month, 5)} for month in range(1, 13)
    ]


def test_september_is_known_by_all_its_short_forms() -> None:
    assert days("Sep 5") == days("Sept. 5") == days("5 set.") == {When(month=9, day=5)}


@pytest.mark.parametrize("locale", LOCALES)
def test_every_weekday_is_known_by_name(locale: str) -> None:
    names = get_day_names("wide", locale=locale)

    assert [days(names[n]) for n in range(7)] == [{When(weekday=n)} for n in range(7)]


def test_weekdays_are_known_by_their_english_short_forms_and_plurals() -> None:
    short = ["Mon", "Tue", "Tues", "Wed", "Thu", "Thurs", "Fri"]
    plural = ["Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays"]

    assert [days(one) for one in short] == [{When(weekday=n)} for n in (0, 1, 1, 2, 3, 3, 4)]
    assert [days(one) for one in plural] == [{When(weekday=n)} for n in range(7)]


def test_portuguese_days_are_known_without_their_second_half_after_a_preposition() -> None:
    asked = ["na segunda", "até terça", "na quarta", "na quinta", "na sexta"]

    assert [days(one) for one in asked] == [{When(weekday=n)} for n in range(5)]
    assert days("a segunda entrevista") == days("na quinta rodada") == days("segunda") == set()
    assert days("segunda, dia 30 de novembro") == {When(None, 11, 30, 0)}


def test_a_name_in_two_parts_is_found_as_a_whole() -> None:
    assert spans("na terca-feira") == {"terca-feira"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-05", When(2026, 11, 5)),
        ("5 November", When(None, 11, 5)),
        ("the 5th of November, 2026", When(2026, 11, 5)),
        ("November the 5th", When(None, 11, 5)),
        ("Thursday, Nov. 5, 2026", When(2026, 11, 5, 3)),
        ("jueves 5 de noviembre de 2026", When(2026, 11, 5, 3)),
        ("quinta-feira, dia 5 de novembro", When(None, 11, 5, 3)),
        ("Thursday the 5th", When(None, None, 5, 3)),
        ("the 5th", When(day=5)),
        ("el 5", When(day=5)),
        ("the 5th floor", When(day=5)),
        ("in May", When(month=5)),
        ("até maio de 2027", When(2027, 5)),
        ("Thu 30/11/99", When(2099, 11, 30, 3)),
    ],
)
def test_a_day_is_read_as_far_as_it_is_named(text: str, expected: When) -> None:
    assert days(text) == {expected}


@pytest.mark.parametrize(
    ("text", "either"),
    [
        ("3/4", {(4, 3), (3, 4)}),
        ("31/12", {(12, 31)}),
        ("12/31", {(12, 31)}),
        ("13/12", {(12, 13)}),
        ("1/1", {(1, 1)}),
        ("13/13", set()),
        ("32/1", set()),
        ("0/5", set()),
    ],
)
def test_figures_are_a_day_and_a_month_in_either_order(
    text: str, either: set[tuple[int, int]]
) -> None:
    assert days(text) == {When(month=month, day=day) for month, day in either}


def test_what_is_no_day_is_none() -> None:
    assert not any(map(spans, ["May I ask?", "the 5 people", "at 5 pm", "13/13", "32/1"]))


def test_a_claim_says_whether_it_is_of_a_day_or_of_an_hour() -> None:
    assert {claim.kind for claim in dates("5 may 2026")} == {Kind.DATE}
    assert {claim.kind for claim in times("at 14:30")} == {Kind.TIME}


# --- a day that is named in part --------------------------------------------------------------


@pytest.mark.parametrize("part", ["year", "month", "day", "weekday"])
def test_a_day_fits_another_that_says_all_that_it_says(part: str) -> None:
    known = when(TUESDAY)
    wrong = when(date(2027, 12, 25))

    assert When(**{part: getattr(known, part)}).fits(known)
    assert not When(**{part: getattr(wrong, part)}).fits(known)


def test_a_day_is_bare_where_only_its_number_is_named() -> None:
    assert When(day=8).is_bare
    assert not any(one.is_bare for one in (When(2026, day=8), When(None, 5, 8), When(weekday=0)))


def whole(told: When, today: date | None = TUESDAY) -> list[str]:
    return [f"{one.year}-{one.month:02}-{one.day:02} {one.weekday}" for one in told.whole(today)]


def test_a_weekday_alone_is_the_next_one_after_today() -> None:
    assert whole(When(weekday=0)) == ["2026-11-30 0"]
    assert whole(When(weekday=1)) == ["2026-12-01 1"]
    assert whole(When(weekday=2)) == ["2026-11-25 2"]
    assert whole(When(weekday=2), None) == []


def test_a_day_of_a_month_is_this_years_or_the_next_years() -> None:
    assert whole(When(None, 12, 1)) == ["2026-12-01 1", "2027-12-01 2"]
    assert whole(When(None, 12, 1, 2)) == ["2027-12-01 2"]
    assert whole(When(2025, 12, 1)) == ["2025-12-01 0"]
    assert whole(When(None, 12, 1), None) == []


def test_what_is_named_in_part_or_does_not_exist_is_no_whole_day() -> None:
    assert whole(When(None, None, 5, 3)) == whole(When(2026, 5)) == whole(When(2026, 2, 30)) == []
    assert whole(When(None, 2, 29), date(2027, 11, 24)) == ["2028-02-29 1"]


@pytest.mark.parametrize(
    ("name", "today", "first", "last"),
    [
        ("yesterday", "2026-03-01", "2026-02-28", "2026-02-28"),
        ("tomorrow", "2026-11-30", "2026-12-01", "2026-12-01"),
        ("after_tomorrow", "2026-11-30", "2026-12-02", "2026-12-02"),
        ("this_week", "2026-11-25", "2026-11-23", "2026-11-29"),
        ("this_week", "2026-11-29", "2026-11-23", "2026-11-29"),
        ("next_week", "2026-11-25", "2026-11-30", "2026-12-06"),
        ("this_month", "2026-02-10", "2026-02-01", "2026-02-28"),
        ("next_month", "2026-12-31", "2027-01-01", "2027-01-31"),
        ("next_month", "2027-01-31", "2027-02-01", "2027-02-28"),
    ],
)
def test_words_that_only_a_calendar_can_tell_have_a_first_and_a_last_day(
    name: str, today: str, first: str, last: str
) -> None:
    days = date.fromisoformat(first), date.fromisoformat(last)

    assert reach(name, date.fromisoformat(today)) == days


# --- times of day -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("14:30", {870}),
        ("14h30", {870}),
        ("2:30 pm", {870}),
        ("3 p.m.", {900}),
        ("12 pm", {720}),
        ("12 am", {0}),
        ("11:59 am", {719}),
        ("24:00", {0}),
        ("23:59", {1439}),
        ("24:59", {59}),
        ("25:00", set()),
        ("12:60", set()),
        ("às 15h", {900}),
        ("noon", {720}),
        ("al mediodía", {720}),
        ("ao meio-dia", {720}),
        ("3:00", {180}),
    ],
)
def test_a_time_is_counted_in_minutes_from_midnight(text: str, expected: set[int]) -> None:
    assert minutes(text) == expected


def test_a_bare_hour_is_before_or_after_noon() -> None:
    assert minutes("at 3") == minutes("a las 3") == {180, 900}
    assert minutes("at 11") == {660, 1380}
    assert minutes("at 12") == {720}
    assert minutes("at 15") == {900}


def test_what_is_no_hour_is_none() -> None:
    assert not [found for text in ("at 3 days", "at 3%", "3", "25:00") for found in times(text)]
