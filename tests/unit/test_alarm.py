"""When a conversation is looked at again."""

from datetime import datetime, timedelta

import pytest

from bot.domain.alarm import Waiting, burst_ends, next_alarm
from bot.domain.model import State
from bot.domain.pacing import SOON
from tests.factories import HOUR, NOON

SECOND = timedelta(seconds=1)


def unread(at: datetime, due_at: datetime | None = None) -> Waiting:
    return Waiting(state=State.RECEIVED, at=at, due_at=due_at)


def row(state: State, **told: datetime | None) -> Waiting:
    return Waiting(state=state, at=NOON, **{"due_at": NOON + HOUR, **told})


def test_a_message_is_read_once_its_writer_has_paused_for_two_seconds() -> None:
    assert burst_ends([unread(NOON)]) == NOON + 2 * SECOND
    assert burst_ends([unread(NOON + SECOND), unread(NOON)]) == NOON + 3 * SECOND


def test_who_writes_on_and_on_is_read_six_seconds_after_the_first_message() -> None:
    burst = [unread(NOON + n * SECOND) for n in range(6)]

    assert burst_ends(burst) == NOON + 6 * SECOND


def test_stop_or_a_tapped_button_waits_for_no_pause() -> None:
    assert burst_ends([unread(NOON), unread(NOON + SECOND, due_at=NOON + SECOND)]) == NOON + SECOND


@pytest.mark.parametrize(
    ("waiting", "at"),
    [
        (row(State.PLANNED), NOON + HOUR),
        (row(State.PLANNED, word_at=NOON + HOUR / 2), NOON + HOUR / 2),
        (row(State.PLANNED, due_at=None), None),
        (row(State.READY, word_at=NOON), NOON + HOUR),
        (row(State.SENDING), NOON + 15 * SECOND),
        (row(State.SENT), None),
        (row(State.HELD), None),
        (row(State.HANDLED), None),
    ],
)
def test_each_row_rings_when_something_can_be_done_about_it(
    waiting: Waiting, at: datetime | None
) -> None:
    assert next_alarm([waiting], NOON) == at


def test_the_earliest_of_all_rows_rings() -> None:
    planned, asked = row(State.PLANNED), unread(NOON + HOUR)

    assert next_alarm([planned, asked], NOON) == NOON + HOUR
    assert next_alarm([planned, unread(NOON)], NOON) == NOON + 2 * SECOND
    assert next_alarm([asked], NOON) == NOON + HOUR + 2 * SECOND


def test_where_nothing_waits_nothing_rings() -> None:
    assert next_alarm([], NOON) is None
    assert burst_ends([]) is None


def test_a_worker_is_called_just_before_the_slot_of_a_message_and_not_before_it_is_due() -> None:
    early, late = NOON + HOUR / 2, NOON + 2 * HOUR

    assert next_alarm([row(State.READY, slot_at=late)], NOON) == late - SOON
    assert next_alarm([row(State.READY, slot_at=early)], NOON) == NOON + HOUR
    assert next_alarm([row(State.READY, slot_at=late, due_at=None)], NOON) is None


def test_a_message_in_doubt_is_looked_at_when_the_carrier_is_to_be_asked_and_never_after() -> None:
    assert next_alarm([row(State.UNKNOWN)], NOON) == NOON + HOUR
    assert next_alarm([row(State.UNKNOWN, due_at=None)], NOON) is None
