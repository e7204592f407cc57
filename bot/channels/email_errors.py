"""What a mail server's refusals mean, and what to do about them: `email_errors.yaml`."""

import re
from functools import cache
from pathlib import Path

from bot.domain.ports import Refused
from bot.domain.retrying import Reaction
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
        reaction = _reaction(code, ours=ours, lasting=entry.ours or (ours and code >= 500))
        return Refused(
            code=status,
            reason=f"The mail server did not take it: {entry.meaning}",
            reaction=reaction,
            retry_after=PATIENCE if reaction is Reaction.RETRY else None,
        )

    def _listed(self, status: str) -> MailError | None:
        """Return the closest entry: 5.1.1 is looked up as itself, as X.1.1, and as X.1."""
        _, _, detail = status.partition(".")
        keys = (status, f"X.{detail}", f"X.{detail.partition('.')[0]}")
        return next((self.codes[key] for key in keys if key in self.codes), None)

    def _unlisted(self, code: int) -> MailError:
        return self.otherwise.later if code < 500 else self.otherwise.never


def _reaction(code: int, *, ours: bool, lasting: bool) -> Reaction:
    """`ours`: it says nothing about the candidate. `lasting`: somebody has to mend it."""
    if lasting:
        return Reaction.PAUSE
    if ours:
        return Reaction.UNREACHABLE
    return Reaction.RETRY if code < 500 else Reaction.PERMANENT


@cache
def mail_errors() -> MailErrors:
    """Return the shipped table, read once. Raises BadConfig."""
    return read(SHIPPED, MailErrors)
