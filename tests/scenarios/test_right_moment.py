"""When a candidate hears from us: at their hours, on working days, sooner if it presses."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.model import Message
from tests.factories import DAY, HOUR, LONDON, NOON, candidate, completed, event, interview
from tests.world import World, world

A_WEEK_BEFORE = NOON - 7 * DAY
MINUTE = timedelta(minutes=1)


@pytest.fixture
def hearback(database_url: str) -> Iterator[World]:
    with world(database_url, A_WEEK_BEFORE) as opened:
        opened.happens(event("interview.scheduled", A_WEEK_BEFORE, interview=interview(NOON)))
        yield opened


def writes_at_seven_in_the_evening(hearback: World, days: int) -> None:
    for _ in range(days):
        until_seven = timedelta(hours=19) - (hearback.clock.now() - midnight(hearback))
        hearback.passes(until_seven)
        hearback.writes("Thank you!")
        hearback.passes(12 * HOUR)


def midnight(hearback: World) -> datetime:
    return hearback.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)


def until(hearback: World, at: datetime) -> None:
    hearback.passes(at - hearback.clock.now())


def update(hearback: World) -> Message:
    return hearback.rows("status_update")[-1]


def test_who_always_answers_at_seven_in_the_evening_gets_the_update_then(
    hearback: World,
) -> None:
    writes_at_seven_in_the_evening(hearback, 5)
    until(hearback, NOON)
    hearback.happens(completed())

    until(hearback, datetime(2026, 11, 26, 18, 59, tzinfo=LONDON))
    assert hearback.kinds()[-1] == "thank_you"
    hearback.passes(2 * MINUTE)

    assert hearback.kinds()[-1] == "status_update"
    assert "when they usually answer, around 19:00 on weekdays" in update(hearback).reason


def test_who_never_wrote_gets_the_update_at_the_preferred_moment(hearback: World) -> None:
    until(hearback, NOON)
    hearback.happens(completed())
    hearback.passes(HOUR)

    assert update(hearback).due_at == NOON + 2 * DAY + 40 * MINUTE
    assert update(hearback).reason.startswith("the preferred moment: Thu 26 Nov, 12:40")


def test_a_planned_update_stays_where_it_is_however_often_the_plan_is_worked_out_again(
    hearback: World,
) -> None:
    writes_at_seven_in_the_evening(hearback, 5)
    until(hearback, NOON)
    hearback.happens(completed())
    hearback.passes(HOUR)
    planned = update(hearback)

    for _ in range(40):
        hearback.passes(71 * MINUTE)
        with hearback.store.begin() as tx:
            person = tx.conversations.find(hearback.conversation).person_id
            hearback.hearback.planner.replan_person(tx, person, hearback.clock.now())
        now = update(hearback)
        assert (now.due_at, now.reason) == (planned.due_at, planned.reason)


def test_who_has_another_offer_gets_the_update_as_soon_as_it_may_come(hearback: World) -> None:
    until(hearback, NOON)
    hearback.happens(completed())
    hearback.passes(HOUR)

    hearback.writes("I have another offer and need to decide by Friday")

    assert "Dana Weiss" in hearback.last
    assert update(hearback).due_at == NOON + DAY + 40 * MINUTE
    assert "another offer" in update(hearback).reason


def test_another_offer_of_an_earlier_application_hurries_nobody(hearback: World) -> None:
    hearback.writes("I have another offer and need to decide by Friday")
    until(hearback, NOON)
    hearback.happens(completed(process="app-2"))
    hearback.passes(HOUR)

    assert update(hearback).due_at == NOON + 2 * DAY + 40 * MINUTE


@pytest.mark.parametrize(
    ("told", "due"),
    [
        ({"phone": "+447700900101", "time_zone": "Europe/London"}, "Thu 24 Dec 17:55"),
        ({"phone": "+34600000001", "time_zone": "Europe/Madrid"}, "Thu 24 Dec 17:55"),
        ({"phone": "+966500000001", "time_zone": "Asia/Riyadh"}, "Thu 24 Dec 17:55"),
        ({"phone": "+819012345678", "time_zone": "Asia/Tokyo"}, "Fri 25 Dec 12:00"),
    ],
)
def test_nobody_is_written_to_on_a_holiday_of_their_own_country(
    database_url: str, told: dict[str, str], due: str
) -> None:
    zone = ZoneInfo(told["time_zone"])
    ended = datetime(2026, 12, 23, 12, tzinfo=zone)
    with world(database_url, ended) as hearback:
        hearback.happens(completed(ended, candidate=candidate(**told)))

        at = update(hearback).due_at

    assert at is not None
    assert f"{at.astimezone(zone):%a %d %b %H:%M}" == due
