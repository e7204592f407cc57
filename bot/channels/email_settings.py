"""What it takes to hand mail to a server."""

import ssl
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.addresses import Mailbox
from bot.domain.errors import BadConfig, Mistake

TIMEOUT = 30.0
"""Seconds to connect to one of the server's addresses, and for all that is said after that."""


class Security(StrEnum):
    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class EmailSettings:
    """One mail server, and the one mailbox that we write from."""

    sender: Mailbox
    host: str
    port: int
    security: Security = Security.STARTTLS
    username: str = ""
    password: str = field(default="", repr=False)
    authorities: str = ""
    """Certificates (PEM) of those who are believed in place of the system's."""
    timeout: float = TIMEOUT

    def tls(self) -> ssl.SSLContext:
        """Return what proves the server to us. Raises BadConfig."""
        try:
            return ssl.create_default_context(cadata=self.authorities or None)
        except (ssl.SSLError, TypeError):
            mend = "name a file with a certificate that begins with -----BEGIN CERTIFICATE-----"
            raise BadConfig([Mistake("SMTP_CA_FILE", "holds no certificate", mend)]) from None
