"""One conversation with a mail server, about one mail, that ends in time."""

import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple, Self

from bot.channels.email_settings import EmailSettings, Security
from bot.domain.addresses import domain_of


class Reply(NamedTuple):
    code: int
    """-1 where the server wrote no number."""
    text: bytes

    @classmethod
    def of(cls, error: smtplib.SMTPResponseException) -> Self:
        text = error.smtp_error
        return cls(error.smtp_code, text.encode() if isinstance(text, str) else text)

    @property
    def takes(self) -> bool:
        return 200 <= self.code < 300

    @property
    def refuses(self) -> bool:
        return 400 <= self.code < 600


class Stage(Enum):
    """How far it came."""

    UNADDRESSED = auto()
    """The server has not heard yet who the mail is for."""
    ADDRESSED = auto()
    HANDED_OVER = auto()
    """The end of the text is on its way: from here on, silence says nothing."""


@dataclass
class Submission:
    """One attempt. Make a new one for each."""

    settings: EmailSettings
    tls: ssl.SSLContext
    stage: Stage = Stage.UNADDRESSED

    def submit(self, sender: str, to: str, text: bytes) -> Reply:
        """Hand one mail over, and return what the server says to the end of its text.

        `text` ends its lines, the last one too, with CRLF. Raises OSError, of which
        SMTPException and SSLError are kinds: the conversation came to `stage` and no further.
        """
        address = (self.settings.host, self.settings.port)
        timeout = self.settings.timeout
        with socket.create_connection(address, timeout) as line, _cut_off(line, timeout):
            # The end of the text is a packet of its own, which must not wait for the others.
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            smtp = smtplib.SMTP(local_hostname=domain_of(sender), timeout=timeout)
            try:
                self._greet(smtp, line)
                self._sign_in(smtp)
                return self._hand_over(smtp, sender, to, text)
            finally:
                _leave(smtp)

    def _greet(self, smtp: smtplib.SMTP, line: socket.socket) -> None:
        implicit = self.settings.security is Security.TLS
        smtp.sock = self._encrypted(line) if implicit else line
        _expect(smtp.getreply(), 220)
        smtp.ehlo_or_helo_if_needed()
        if self.settings.security is Security.STARTTLS:
            if smtp.docmd("STARTTLS")[0] != 220:
                raise ssl.SSLError("the server offers no STARTTLS")
            smtp.sock, smtp.file = self._encrypted(line), None
            _expect(smtp.ehlo(), 250)

    def _encrypted(self, line: socket.socket) -> ssl.SSLSocket:
        return self.tls.wrap_socket(line, server_hostname=self.settings.host)

    def _sign_in(self, smtp: smtplib.SMTP) -> None:
        if self.settings.username:
            smtp.login(self.settings.username, self.settings.password)

    def _hand_over(self, smtp: smtplib.SMTP, sender: str, to: str, text: bytes) -> Reply:
        _expect(smtp.mail(sender), 250)
        self.stage = Stage.ADDRESSED
        _expect(smtp.rcpt(to), 250, 251)
        _expect(smtp.docmd("DATA"), 354)
        smtp.send(re.sub(rb"(?m)^\.", b"..", text))
        self.stage = Stage.HANDED_OVER
        smtp.send(b".\r\n")
        return Reply(*smtp.getreply())


def _expect(reply: tuple[int, bytes], *codes: int) -> None:
    if reply[0] not in codes:
        raise smtplib.SMTPResponseException(*reply)


def _leave(smtp: smtplib.SMTP) -> None:
    """Say goodbye without waiting for an answer: it could change nothing."""
    with suppress(OSError):
        smtp.putcmd("QUIT")
    smtp.close()


@contextmanager
def _cut_off(line: socket.socket, seconds: float) -> Iterator[None]:
    """Shut the connection down when time is up, however talkative its other end: whoever
    reads from it then reads its end."""
    end = line.dup()

    def cut() -> None:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        end.close()
