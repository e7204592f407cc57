"""Links that need no sign-in. Their secret is worked out when it is needed, and kept nowhere."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from bot.domain.model import Message, MessageId, ProcessId
from bot.domain.ports import Outgoing

ANSWER = "/a/"
"""Leads to the questions that a message asks."""
JOIN = "/w/"
"""Leads from an e-mail to WhatsApp."""
APPOINTMENT = "/i/"
"""Leads to an appointment for a calendar."""
UNSUBSCRIBE = "/u/"
"""Leads out of e-mails."""
SIGNED = {JOIN: "join", APPOINTMENT: "appointment", UNSUBSCRIBE: "unsubscribe"}
"""Where links lead that name the message that they came with, and what is signed for it."""
CALENDARS = {"calendly.com": "utm_content", "cal.com": "metadata%5Bhearback%5D"}
"""Where a token travels in links to a calendar, by its address."""
HIDDEN = "…"
"""Stands in place of the secret wherever a text is stored or shown."""


@dataclass(frozen=True)
class Links:
    base: str
    """How the world reaches us, such as https://hr.example.com."""
    secret: Callable[[], str] = field(repr=False)

    @property
    def hidden(self) -> str:
        """The link as texts are stored: it leads nowhere."""
        return f"{self.base}{ANSWER}{HIDDEN}"

    @property
    def invitation(self) -> str:
        """The way to WhatsApp as texts are stored."""
        return f"{self.base}{JOIN}{HIDDEN}"

    @property
    def appointment(self) -> str:
        """The way to a calendar file as texts are stored."""
        return f"{self.base}{APPOINTMENT}{HIDDEN}"

    @property
    def unsubscribe(self) -> str:
        """The way out of e-mails as texts are stored."""
        return f"{self.base}{UNSUBSCRIBE}{HIDDEN}"

    def token(self, key: str) -> str:
        """Return 256 bits that nobody can tell from `key` without our secret."""
        return self._code(f"link:{key}")

    def seal(self, kind: str, value: str) -> str:
        """Return what stands for an identity where it must not be readable."""
        return self._code(f"seal:{kind}:{value}")

    def url(self, key: str) -> str:
        return f"{self.base}{ANSWER}{self.token(key)}"

    def signed(self, path: str, message: MessageId, key: str) -> str:
        """Return the token that names a message, for the pages under `path`."""
        return f"{message}.{self._code(f'{SIGNED[path]}:{message}:{key}')}"

    def came_with(self, path: str, token: str, message: Message) -> bool:
        """Whether a token for the pages under `path` came with this message."""
        ours = self.signed(path, message.id, message.key)
        return hmac.compare_digest(token.encode("utf-8", "replace"), ours.encode())

    def booking(self, link: str, process: ProcessId) -> str:
        """Return a link to a calendar with the candidate's token in it, where the calendar hands
        it back to us with what comes of the link."""
        address, hash, fragment = link.partition("#")
        server = address.partition("://")[2].partition("/")[0].lower()
        field = next((f for host, f in CALENDARS.items() if f".{server}".endswith(f".{host}")), "")
        if not field or f"{field}=" in address:
            return link
        joint = "&" if "?" in address else "?"
        return f"{address}{joint}{field}={self.booking_token(process)}{hash}{fragment}"

    def booking_token(self, process: ProcessId) -> str:
        return f"{process}.{self._code(f'booking:{process}')}"

    def booked(self, token: str) -> ProcessId | None:
        """Return the process that a token was made for, or None where we made no such."""
        number = token.partition(".")[0]
        if not (number.isascii() and number.isdigit() and len(number) < 19):
            return None
        process = ProcessId(int(number))
        ours = self.booking_token(process).encode()
        return process if hmac.compare_digest(token.encode("utf-8", "replace"), ours) else None

    def revealed(self, outgoing: Outgoing, key: str) -> Outgoing:
        """Return a message as it leaves: with the links that `key` stands for."""
        if HIDDEN not in outgoing.text:
            return outgoing
        number = outgoing.reference
        signed = {path: f"{self.base}{path}{self.signed(path, number, key)}" for path in SIGNED}
        real = {f"{self.base}{path}{HIDDEN}": url for path, url in signed.items()}
        real[self.hidden] = self.url(key)
        way_out = signed[UNSUBSCRIBE] if self.unsubscribe in outgoing.text else ""

        def show(text: str) -> str:
            for hidden, shown in real.items():
                text = text.replace(hidden, shown)
            return text

        template = outgoing.template
        if template is not None:
            variables = {position: show(value) for position, value in template.variables.items()}
            template = replace(template, variables=variables)
        text = show(outgoing.text)
        return replace(outgoing, text=text, template=template, unsubscribe_url=way_out)

    def _code(self, what: str) -> str:
        code = hmac.digest(self.secret().encode(), what.encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(code).decode().rstrip("=")
