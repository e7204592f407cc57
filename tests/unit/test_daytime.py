"""When something may be started: nights, free days, and clocks that change."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest

from bot.domain.daytime import STEADY, Local, QuietHours, next_awake, weekends
from tests.factories import DAY, HOUR, NIGHT

MINUTE = timedelta(minutes=1)
QUIET = (
    NIGHT,
    QuietHours(time(22, 30), time(7, 15)),
    QuietHours(time(0), time(6)),
    QuietHours(time(1, 30), time(2, 30)),
    QuietHours(time(2, 15), time(1, 45)),
    QuietHours(time(9), time(9)),
)
"""Among them nights that begin or end in the hours in which clocks change."""


@cache
def transitions() -> list[tuple[ZoneInfo, datetime]]:
    """Every change of every zone's clock in 2026, 2027 and 2028, to the minute."""
    alike: dict[tuple[tuple[datetime, datetime], ...], ZoneInfo] = {}
    for zone in map(ZoneInfo, sorted(available_timezones())):
        alike.setdefault(tuple(changes_of(zone)), zone)
    return [(zone, at) for changes, zone in alike.items() for at, _ in changes]


def changes_of(zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """Yield each change, and what the clock then shows."""
    days = [datetime(2026, 1, 1, tzinfo=UTC) + n * DAY for n in range(3 * 365 + 1)]
    offsets = [day.astimezone(zone).utcoffset() for day in days]
    for day, before, after in zip(days, offsets, offsets[1:], strict=False):
        if after != before:
            minutes = (day + n * MINUTE for n in range(DAY // MINUTE + 1))
            at = next(at for at in minutes if at.astimezone(zone).utcoffset() != before)
            yield at, at.astimezone(zone).replace(tzinfo=None)


def by_the_minute(local: Local, start: datetime, end: datetime) -> list[tuple[datetime, str]]:
    """Every waking minute and what frees its day, asked one by one."""
    minutes = (start + n * MINUTE for n in range((end - start) // MINUTE))
    return [(m, local.free_at(m)) for m in minutes if not local.quiet.cover(m, local.zone)]


def test_there_are_changes_by_an_hour_and_by_half_an_hour() -> None:
    zones = {zone.key for zone, _ in transitions()}

    assert len(transitions()) > 100
    assert "Australia/Lord_Howe" in zones or "Australia/LHI" in zones
    assert not {"America/Sao_Paulo", "Asia/Kolkata"} & zones


def test_no_clock_changes_twice_within_the_days_that_are_taken_as_steady() -> None:
    by_zone: dict[str, list[datetime]] = {}
    for zone, at in transitions():
        by_zone.setdefault(zone.key, []).append(at)

    for changes in by_zone.values():
        assert all(b - a > STEADY for a, b in pairwise(changes))


@pytest.mark.parametrize("quiet", QUIET, ids=lambda quiet: f"{quiet.start}-{quiet.end}")
def test_f18_across_every_change_of_every_clock_the_stretches_are_the_waking_minutes(
    quiet: QuietHours,
) -> None:
    for zone, at in transitions():
        local = Local(zone=zone, quiet=quiet)
        start, end = at - 7 * HOUR, at + 7 * HOUR

        stretches = list(local.stretches(start, end))

        minutes = [
            (one.start + n * MINUTE, one.free)
            for one in stretches
            for n in range((one.end - one.start) // MINUTE)
        ]
        assert minutes == by_the_minute(local, start, end), (zone, at)


@pytest.mark.parametrize(
    ("zone", "at"),
    [
        ("Australia/Lord_Howe", "2026-04-04T15:00+00:00"),
        ("Australia/Lord_Howe", "2026-10-03T15:30+00:00"),
        ("America/Sao_Paulo", "2026-10-18T03:00+00:00"),
        ("Asia/Kolkata", "2026-12-31T18:30+00:00"),
        ("Asia/Kathmandu", "2028-02-28T18:15+00:00"),
        ("Pacific/Apia", "2026-12-31T11:00+00:00"),
        ("Pacific/Chatham", "2026-09-26T14:00+00:00"),
        ("Europe/London", "2028-02-29T00:00+00:00"),
        ("Africa/Casablanca", "2027-02-07T02:00+00:00"),
    ],
)
def test_f18_odd_clocks_leap_days_and_the_turn_of_the_year_are_like_any_day(
    zone: str, at: str
) -> None:
    local = Local(zone=ZoneInfo(zone), quiet=NIGHT)
    start = datetime.fromisoformat(at) - 2 * DAY

    minutes = [
        (one.start + n * MINUTE, one.free)
        for one in local.stretches(start, start + 4 * DAY)
        for n in range((one.end - one.start) // MINUTE)
    ]

    assert minutes == by_the_minute(local, start, start + 4 * DAY)


def test_f18_a_night_that_ends_in_the_gap_ends_with_the_gap() -> None:
    madrid, until_half_past_two = ZoneInfo("Europe/Madrid"), QuietHours(time(22), time(2, 30))

    at = next_awake(datetime(2026, 3, 29, 0, 0, tzinfo=UTC), madrid, until_half_past_two)

    assert at == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert at.astimezone(madrid).time() == time(3)


def test_f18_an_hour_that_comes_twice_is_taken_the_first_time() -> None:
    madrid, until_half_past_two = ZoneInfo("Europe/Madrid"), QuietHours(time(22), time(2, 30))

    at = next_awake(datetime(2026, 10, 24, 22, 0, tzinfo=UTC), madrid, until_half_past_two)

    assert at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert at.astimezone(madrid).fold == 0


def test_who_is_awake_is_not_waited_for() -> None:
    noon = datetime(2026, 11, 24, 12, 0, 7, 5, tzinfo=UTC)

    assert next_awake(noon, ZoneInfo("Europe/London"), NIGHT) == noon


def test_saturdays_and_sundays_are_free_where_nothing_else_is_said() -> None:
    week = [weekends(date(2026, 11, day)) for day in range(23, 30)]

    assert week == [""] * 5 + ["the weekend"] * 2
