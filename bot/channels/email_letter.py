"""One message as an e-mail: plain text, and headers into which nothing can be smuggled."""

import re
import unicodedata
from datetime import datetime
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from hashlib import sha256
from urllib.parse import quote

from bot.channels.text import storable
from bot.domain.addresses import domain_of, is_address
from bot.domain.ports import Outgoing


class _Whole(UnstructuredHeader, BaseHeader):
    """A header that is one long word. The library would encode it to make it fit a line, and
    no mail client decodes ids and links."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
for _name in ("Message-ID", "References", "List-Unsubscribe", "List-Unsubscribe-Post"):
    _HEADERS.map_to_type(_name, _Whole)
POLICY = SMTP.clone(header_factory=_HEADERS)


def letter(message: Outgoing, name: str, now: datetime) -> EmailMessage:
    """Return the mail. `name` is who it comes from, as people read it."""
    mail = EmailMessage(POLICY)
    mail["From"] = Address(_line(name), addr_spec=message.sender)
    mail["To"] = Address(addr_spec=message.to)
    if is_address(message.reply_to):
        mail["Reply-To"] = Address(addr_spec=message.reply_to)
    mail["Subject"] = _line(message.subject) or _line(name)
    mail["Date"] = now
    mail["Message-ID"] = message_id(message)
    mail["References"] = _thread_id(message)
    if message.automatic:
        mail["Auto-Submitted"] = "auto-generated"
    if message.unsubscribe_url:
        mail["List-Unsubscribe"] = f"<{_link(message.unsubscribe_url)}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    # Quoted-printable leaves paragraphs to be wrapped by whoever shows them.
    mail.set_content(storable(message.text).rstrip() + "\n", cte="quoted-printable")
    for number, file in enumerate(message.calendars):
        mail.add_attachment(
            file.encode(),
            maintype="text",
            subtype="calendar",
            cte="base64",
            filename=f"interview-{number + 1}.ics" if number else "interview.ics",
            params={"charset": "utf-8", "method": _method(file)},
        )
    return mail


def _method(calendar: str) -> str:
    """Return the method that a calendar file names; mail programs want it in the header, too."""
    found = re.search(r"^METHOD:([A-Z]+)\r?$", calendar, re.MULTILINE)
    return found[1] if found else "PUBLISH"


def message_id(message: Outgoing) -> str:
    """Return the same id for every attempt at this message, and for no other message.

    Mailboxes drop a second mail with an id that they know, and our references are unique in
    one database only: the fingerprint tells another house's message 17 from this one.
    """
    print_ = _fingerprint(message.sender, message.to, message.subject, message.text)
    return f"<m.{message.reference}.{print_}@{domain_of(message.sender)}>"


def _thread_id(message: Outgoing) -> str:
    """Return what all mails of one conversation refer to; no mail has it, and none needs to."""
    return f"<c.{_fingerprint(message.sender, message.to)}@{domain_of(message.sender)}>"


def _fingerprint(*parts: str) -> str:
    return sha256("\0".join(storable(part) for part in parts).encode()).hexdigest()[:12]


def _line(text: str) -> str:
    """Return `text` on one line, without control characters."""
    line = " ".join(storable(text).split())
    return "".join(c for c in line if unicodedata.category(c) != "Cc")


def _link(url: str) -> str:
    return quote(storable(url), safe=":/?#[]@!$&'()*+,;=%~")
