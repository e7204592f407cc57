"""Reads JSON that may have any shape: what is missing or of another type is empty."""

from collections.abc import Mapping
from typing import Any

from bot.channels.text import storable

Json = Mapping[str, Any]


def part(of: object, *path: str) -> Json:
    """Return the object at the end of the path."""
    for name in path:
        of = of.get(name) if isinstance(of, Mapping) else None
    return of if isinstance(of, Mapping) else {}


def items(of: object, name: str) -> list[object]:
    """Return the list of this name."""
    found = part(of).get(name)
    return found if isinstance(found, list) else []


def text(of: object, *path: str) -> str:
    """Return the text, or the whole number as text, at the end of the path, fit to be stored."""
    found = part(of, *path[:-1]).get(path[-1])
    if isinstance(found, str):
        return storable(found)
    return str(found) if isinstance(found, int) and not isinstance(found, bool) else ""
