"""What the doctor says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

HERE = {"localhost", "127.0.0.1", "::1"}
"""Hosts to which nothing travels."""


class Health(StrEnum):
    OK = "ok"
    NOTE = "note"
    BROKEN = "broken"


@dataclass(frozen=True)
class Finding:
    health: Health
    what: str
    means: str = ""
    """For candidates."""

    def __str__(self) -> str:
        return f"{self.health:<7} {self.what}" + (f"\n        {self.means}" if self.means else "")


def some(names: Sequence[str], most: int = 5) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
