"""The invariants I1 to I20: what must hold for every history, whatever fails in between.

Each is a function over a `Record` (all tables, and the outside's own log of what it accepted)
that yields violations in words. Scenario tests, the machine, the tables of faults, the kill
tests and the simulation all ask the same ones.

Not here: I12 (one deployment serves one company). I14 asks for a trace on the message, because
there is no audit log yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.invariants.bookings import slots_are_held_once
from tests.invariants.liveness import (
    alarms_are_set,
    everything_ends,
    taken_in_once,
    tasks_have_an_object,
)
from tests.invariants.promises import (
    decisions_are_released,
    nobody_is_left_in_silence,
    the_end_is_the_end,
)
from tests.invariants.record import Record, Rules, Took, Wrote, read
from tests.invariants.rights import (
    a_person_is_not_interrupted,
    a_stranger_hears_nothing,
    asked_before_written_to,
    erased_is_gone,
    free_text_inside_the_window,
    nights_are_quiet,
    opted_out_is_left_alone,
)
from tests.invariants.sending import (
    accepted_once,
    answers_in_order,
    sends_leave_a_trace,
    statuses_never_fall,
    words_have_a_source,
)
from tests.invariants.spending import models_are_paid_for

Checker = Callable[[Record], Iterator[str]]

INVARIANTS: dict[str, Checker] = {
    "I1": accepted_once,
    "I2": taken_in_once,
    "I3": decisions_are_released,
    "I4": opted_out_is_left_alone,
    "I5": asked_before_written_to,
    "I6": nights_are_quiet,
    "I7": free_text_inside_the_window,
    "I8": nobody_is_left_in_silence,
    "I9": a_person_is_not_interrupted,
    "I10": answers_in_order,
    "I11": statuses_never_fall,
    "I13": words_have_a_source,
    "I14": sends_leave_a_trace,
    "I15": the_end_is_the_end,
    "I16": erased_is_gone,
    "I18": models_are_paid_for,
    "I19": slots_are_held_once,
    "I20": a_stranger_hears_nothing,
    "alarms": alarms_are_set,
    "tasks": tasks_have_an_object,
}
AT_REST: dict[str, Checker] = {"I17": everything_ends}
"""These hold once faults have stopped and what was due had its time."""


def violations(record: Record, *, at_rest: bool = False) -> list[str]:
    """Return what is broken, in words."""
    asked = {**INVARIANTS, **(AT_REST if at_rest else {})}
    return [f"{name}: {found}" for name, check in asked.items() for found in check(record)]


def must_hold(record: Record, *, at_rest: bool = False) -> None:
    """Raise AssertionError with every violation."""
    found = violations(record, at_rest=at_rest)
    assert not found, "\n".join(["broken invariants:", *found])


__all__ = ["Checker", "Record", "Rules", "Took", "Wrote", "must_hold", "read", "violations"]
