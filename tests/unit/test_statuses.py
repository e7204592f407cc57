"""The lattice: reports in any order end in the same state."""

from functools import reduce
from itertools import permutations

import pytest

from bot.domain.model import State
from bot.domain.statuses import after

S = State


@pytest.mark.parametrize(
    ("state", "report", "expected"),
    [
        (S.SENDING, S.ACCEPTED, S.ACCEPTED),
        (S.SENDING, S.DELIVERED, S.DELIVERED),
        (S.UNKNOWN, S.SENT, S.SENT),
        (S.UNKNOWN, S.FAILED, S.FAILED),
        (S.ACCEPTED, S.SENT, S.SENT),
        (S.SENT, S.ACCEPTED, S.SENT),
        (S.DELIVERED, S.SENT, S.DELIVERED),
        (S.DELIVERED, S.READ, S.READ),
        (S.READ, S.DELIVERED, S.READ),
        (S.SENT, S.FAILED, S.FAILED),
        (S.DELIVERED, S.FAILED, S.DELIVERED),
        (S.READ, S.FAILED, S.READ),
        (S.FAILED, S.SENT, S.FAILED),
        (S.FAILED, S.DELIVERED, S.DELIVERED),
        (S.FAILED, S.READ, S.READ),
        (S.PLANNED, S.DELIVERED, S.PLANNED),
        (S.CANCELLED, S.DELIVERED, S.CANCELLED),
        (S.EXPIRED, S.READ, S.EXPIRED),
    ],
)
def test_a_report_moves_a_message_as_the_lattice_says(
    state: State, report: State, expected: State
) -> None:
    assert after(state, report) is expected


def test_reports_without_a_failure_end_at_the_highest_in_any_order() -> None:
    for order in permutations([S.ACCEPTED, S.SENT, S.DELIVERED, S.READ]):
        assert reduce(after, order, S.SENDING) is S.READ


def test_a_message_that_arrived_on_one_of_two_phones_has_arrived() -> None:
    for order in permutations([S.SENT, S.FAILED, S.DELIVERED]):
        assert reduce(after, order, S.SENDING) is S.DELIVERED
