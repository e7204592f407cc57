"""Where a candidate is, and which days are free there."""

from datetime import date
from zoneinfo import ZoneInfo, available_timezones

import pytest
from holidays import list_supported_countries

from bot.sources.calendars import Calendars, free_day, zone_country

MADRID, LONDON, LISBON = map(ZoneInfo, ("Europe/Madrid", "Europe/London", "Europe/Lisbon"))
OFFICE = Calendars(MADRID)


@pytest.mark.parametrize(
    ("country", "day", "name"),
    [
        ("ES", date(2027, 12, 6), "Día de la Constitución Española"),
        ("BR", date(2026, 9, 7), "Independência do Brasil"),
        ("PT", date(2026, 6, 10), "Dia de Portugal, de Camões e das Comunidades Portuguesas"),
        ("MX", date(2026, 9, 16), "Día de la Independencia"),
        ("US", date(2026, 11, 26), "Thanksgiving Day"),
        ("GB", date(2026, 12, 28), "Boxing Day (observed)"),
        ("DE", date(2028, 10, 3), "German Unity Day"),
        ("JP", date(2026, 11, 3), "Culture Day"),
        ("IN", date(2027, 1, 26), "Republic Day"),
    ],
)
def test_a_holiday_has_a_name_that_a_recruiter_can_read(country: str, day: date, name: str) -> None:
    assert free_day(country, day) == f"the holiday {name}"


@pytest.mark.parametrize(
    ("phone", "zone", "free"),
    [
        ("+34600000001", LONDON, "the holiday Epifanía del Señor"),
        ("", MADRID, "the holiday Epifanía del Señor"),
        ("+447700900101", MADRID, ""),
        ("", LONDON, ""),
        ("", ZoneInfo("UTC"), "the holiday Epifanía del Señor"),
        ("+80012345678", ZoneInfo("Etc/GMT+3"), "the holiday Epifanía del Señor"),
        ("no number", LISBON, ""),
    ],
)
def test_the_country_is_the_numbers_else_the_zones_else_the_offices(
    phone: str, zone: ZoneInfo, free: str
) -> None:
    epiphany = date(2027, 1, 6)

    assert OFFICE.where(phone, zone)(epiphany) == free


def test_a_zone_by_any_of_its_names_lies_in_its_country() -> None:
    found = {zone: zone_country(ZoneInfo(zone)) for zone in available_timezones() - {"localtime"}}

    assert found["Asia/Calcutta"] == found["Asia/Kolkata"] == "IN"
    assert found["Europe/Kiev"] == found["Europe/Kyiv"] == "UA"
    assert found["Etc/UTC"] == ""
    regional = [c for z, c in found.items() if z.startswith(("Europe/", "America/", "Asia/"))]
    assert sum(country == "" for country in regional) <= 2


def test_without_holidays_weekends_stay_free_as_each_country_has_them() -> None:
    plain = Calendars(MADRID, holidays=False)
    new_year, friday, sunday = date(2027, 1, 1), date(2026, 11, 27), date(2026, 11, 29)

    assert plain.where("+34600000001", MADRID)(new_year) == ""
    assert plain.where("+966500000001", MADRID)(friday) == "the weekend"
    assert plain.where("+966500000001", MADRID)(sunday) == ""


def test_a_region_has_holidays_that_nobody_can_know_of() -> None:
    day_of_andalusia = date(2028, 2, 28)

    assert free_day("ES", day_of_andalusia) == ""


@pytest.mark.parametrize("nowhere", ["", "ZZ"])
def test_a_place_without_a_calendar_has_weekends(nowhere: str) -> None:
    week = [free_day(nowhere, date(2026, 12, day)) for day in range(21, 28)]

    assert week == [""] * 5 + ["the weekend"] * 2


def test_every_country_has_a_weekend_and_working_days() -> None:
    for country in list_supported_countries(include_aliases=False):
        week = [free_day(country, date(2028, 2, day)) for day in range(21, 28)]
        assert "" in week, country
        assert "the weekend" in week, country
