"""Named places where a test may stop, kill or change the world. No-ops otherwise.

A place is named after what has just happened: `send.committed` lies behind that commit. A
process that dies there must lose nothing and repeat nothing, whoever comes after it.
"""

from collections.abc import Callable

NAMES = (
    # a carrier or an applicant tracking system is waiting for our 2xx
    "webhook.inserted",
    "webhook.committed",
    "event.inserted",
    "event.committed",
    "status.inserted",
    "status.committed",
    # an event takes effect
    "plan.begun",
    "plan.applied",
    "plan.committed",
    "erase.begun",
    # a turn
    "alarm.rung",
    "turn.claimed",
    "turn.decided",
    "turn.saved",
    "turn.committed",
    "stage.worded",
    "slot.taken",
    "send.claimed",
    "send.committed",
    "carrier.answered",
    "send.noted",
    "doubt.told",
    "turn.done",
    # a recruiter
    "human.committed",
    # the tables
    "migrate.stepped",
)
"""Every place, in the order of a message's life. A test compares them with the calls."""

_reached: Callable[[str], None] | None = None


def fp(name: str) -> None:
    """Say that the place `name` was reached."""
    if _reached is not None:
        _reached(name)


def watch(reached: Callable[[str], None] | None) -> None:
    """For tests: call `reached` with the name of every place; None stops it."""
    global _reached
    _reached = reached
