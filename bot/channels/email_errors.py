"""What a mail server's refusals mean, and what to do about them: `email_errors.yaml`."""

import re
from functools import cache
from pathlib import Path

from bot.domain.ports import Refused
from bot.yamlfile import Strict, read

SHIPPED = Path(__file__).with_name("email_errors.yaml")
PATIENCE = 300.0
"""Seconds until the next attempt: a server that defers strangers wants them back in minutes."""

_STATUS = re.compile(rb"[245]\.(\d{1,3})\.(\d{1,3})\b")


class MailError(Strict):
    meaning: str
    ours: bool = False


class Otherwise(Strict):
    later: MailError
    never: MailError


class MailErrors(Strict):
    otherwise: Otherwise
    codes: dict[str, MailError]

    def refusal(self, code: int, text: bytes = b"", *, ours: bool = False) -> Refused:
        """Return the outcome of a mail that was certainly not taken.

        `code` and `text` are the server's reply; `ours` says that it spoke of us whatever
        the code, because it had not heard yet who the mail was for.
        """
        found = _STATUS.match(text)
        status = found[0].decode() if found else str(code)
        entry = self._listed(status) or self._listed(str(code)) or self._unlisted(code)
        retry = code < 500 or ours or entry.ours
        return Refused(
            code=status,
            reason=f"The mail server did not take it: {entry.meaning}",
            retry=retry,
            retry_after=PATIENCE if retry else None,
        )

    def _listed(self, status: str) -> MailError | None:
        """Return the closest entry: 5.1.1 is looked up as itself, as X.1.1, and as X.1."""
        _, _, detail = status.partition(".")
        keys = (status, f"X.{detail}", f"X.{detail.partition('.')[0]}")
        return next((self.codes[key] for key in keys if key in self.codes), None)

    def _unlisted(self, code: int) -> MailError:
        return self.otherwise.later if code < 500 else self.otherwise.never


@cache
def mail_errors() -> MailErrors:
    """Return the shipped table, read once. Raises BadConfig."""
    return read(SHIPPED, MailErrors)
