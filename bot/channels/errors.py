"""What a carrier's error codes mean, and what to do about them: `<carrier>_errors.yaml`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.domain.ports import Refused
from bot.domain.retrying import FIRST_PAUSE, Reaction
from bot.yamlfile import Duration, Strict, read

SHIPPED = Path(__file__).with_name("twilio_errors.yaml")
META = Path(__file__).with_name("meta_errors.yaml")
TOO_MANY = 429
"""The one status that always means: not processed, and safe to try again."""
LONGEST_WAIT = 24 * 3600.0
"""Seconds; a carrier that asks for more is not believed."""
NOT_REACHED = Refused(
    code="unreachable", reason="the carrier cannot be reached", reaction=Reaction.UNREACHABLE
)


class Entry(Strict):
    meaning: str
    reaction: Reaction
    first: Duration = FIRST_PAUSE


class Otherwise(Strict):
    refused: Entry
    broken: Entry


class ErrorFile(Strict):
    otherwise: Otherwise
    codes: dict[int, Entry]


@dataclass(frozen=True)
class ErrorTable:
    """The codes of one carrier."""

    file: ErrorFile

    def entry(self, code: str, status: int = 400) -> Entry:
        """Return what `code` means; `status` (HTTP) decides about codes that are not listed."""
        known = self._listed(code) or self.file.codes.get(status)
        otherwise = self.file.otherwise
        return known or (otherwise.broken if status >= 500 else otherwise.refused)

    def refusal(self, code: str, status: int = 400, retry_after: float | None = None) -> Refused:
        """Return the outcome of a send that the carrier certainly did not take."""
        entry = self.entry(code, status)
        return Refused(
            code=code,
            reason=f"WhatsApp did not take it: {entry.meaning}",
            reaction=Reaction.RETRY if status == TOO_MANY else entry.reaction,
            retry_after=retry_after,
            first_pause=entry.first,
        )

    def meaning(self, code: str) -> str:
        """Return a recruiter's words for a listed code, else nothing."""
        entry = self._listed(code)
        return entry.meaning if entry else ""

    def reaction(self, code: str) -> Reaction:
        """Return what a code means that was reported after the message had been taken."""
        entry = self._listed(code)
        return entry.reaction if entry else Reaction.PERMANENT

    def _listed(self, code: str) -> Entry | None:
        return self.file.codes.get(int(code)) if re.fullmatch("[0-9]{1,9}", code) else None


def load_errors(path: Path) -> ErrorTable:
    """Return the table at `path`. Raises BadConfig."""
    return ErrorTable(read(path, ErrorFile))


@cache
def twilio_errors() -> ErrorTable:
    """Return the shipped table, read once."""
    return load_errors(SHIPPED)


@cache
def meta_errors() -> ErrorTable:
    """Return the shipped table, read once."""
    return load_errors(META)


def seconds_to_wait(headers: Mapping[str, str]) -> float | None:
    """Return Retry-After; a date counts as absent, since our clock may differ."""
    value = headers.get("Retry-After", "")
    return min(float(value), LONGEST_WAIT) if value.isascii() and value.isdigit() else None
