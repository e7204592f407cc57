"""E-mail through a mail server of the team's choice.

Each `send` is one conversation over SMTP, and its outcome is one of taken (2xx after the text),
certainly not taken (anything that goes wrong before the text has ended, or 4xx and 5xx after
it) and unclear (no answer to the end of the text). No reports follow.
"""

import smtplib
import ssl
from datetime import datetime

from bot.channels.email_errors import MailErrors, mail_errors
from bot.channels.email_letter import letter, message_id
from bot.channels.email_settings import EmailSettings, Security
from bot.channels.email_smtp import Reply, Stage, Submission
from bot.domain.addresses import is_address
from bot.domain.ports import (
    Accepted,
    CannotTell,
    Clock,
    Inbound,
    Outgoing,
    Refused,
    SendOutcome,
    Unclear,
)
from bot.domain.retrying import Reaction

__all__ = ["Email", "EmailSettings", "Security"]

BAD_ADDRESS = 553, b"5.1.3"
UNCLEAR = Unclear("the mail server did not say whether it took the message")


class Email:
    """One mailbox to write from. Threads may share it. Raises BadConfig."""

    confirms = False

    def __init__(
        self, settings: EmailSettings, clock: Clock, errors: MailErrors | None = None
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._errors = errors or mail_errors()
        self._tls = settings.tls()

    @property
    def sender(self) -> str:
        return self._settings.sender.address

    def has_template(self, name: str) -> bool:
        """No mail needs an approval."""
        return True

    def find(self, message: Outgoing, since: datetime, *, in_any_words: bool = False) -> CannotTell:
        """A mail server keeps no list that we could look into."""
        return CannotTell("the mail server cannot be asked")

    def received(self, since: datetime) -> tuple[Inbound, ...]:
        """Answers go to a mailbox that people read."""
        return ()

    def send(self, message: Outgoing) -> SendOutcome:
        """Hand one mail to the server. The id of an accepted one is its Message-ID."""
        if not (is_address(message.to) and is_address(message.sender)):
            return self._errors.refusal(*BAD_ADDRESS)
        text = letter(message, self._settings.sender.name, self._clock.now()).as_bytes()
        attempt = Submission(self._settings, self._tls)
        try:
            reply = attempt.submit(message.sender, message.to, text)
        except OSError as error:
            return self._broke_off(attempt.stage, error)
        if reply.takes:
            return Accepted(message_id(message))
        return self._refused(attempt.stage, reply)

    def _broke_off(self, stage: Stage, error: OSError) -> SendOutcome:
        if stage is Stage.HANDED_OVER:
            return UNCLEAR
        match error:
            case smtplib.SMTPResponseException():
                return self._refused(stage, Reply.of(error))
            case ssl.SSLError():
                return _to_mend("tls", "its certificate, its port or `security` is wrong")
            case smtplib.SMTPServerDisconnected():
                return _away("cut_off", "the connection broke off before the message was sent")
            case smtplib.SMTPException():
                return _to_mend("sign_in", "it offers no way of signing in that we know")
            case _:
                return _away("unreachable", "it cannot be reached")

    def _refused(self, stage: Stage, reply: Reply) -> SendOutcome:
        if reply.refuses:
            return self._errors.refusal(*reply, ours=stage is Stage.UNADDRESSED)
        if stage is Stage.HANDED_OVER:
            return UNCLEAR
        return _to_mend("garbled", "what answers there does not speak as a mail server")


def _away(code: str, what: str) -> Refused:
    return _not_taken(code, what, Reaction.UNREACHABLE)


def _to_mend(code: str, what: str) -> Refused:
    return _not_taken(code, what, Reaction.PAUSE)


def _not_taken(code: str, what: str, reaction: Reaction) -> Refused:
    return Refused(code=code, reason=f"The mail server did not take it: {what}", reaction=reaction)
