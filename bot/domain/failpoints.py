"""Named places where a test may stop, kill or change the world. No-ops otherwise."""

from collections.abc import Callable

_reached: Callable[[str], None] | None = None


def fp(name: str) -> None:
    """Say that the place `name` was reached."""
    if _reached is not None:
        _reached(name)


def watch(reached: Callable[[str], None] | None) -> None:
    """For tests: call `reached` with the name of every place; None stops it."""
    global _reached
    _reached = reached
