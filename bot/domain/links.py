"""Links that need no sign-in. Their secret is worked out when it is needed, and kept nowhere."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from bot.domain.model import Message, MessageId
from bot.domain.ports import Outgoing

ANSWER = "/a/"
"""Leads to the questions that a message asks."""
JOIN = "/w/"
"""Leads from an e-mail to WhatsApp."""
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

    def token(self, key: str) -> str:
        """Return 256 bits that nobody can tell from `key` without our secret."""
        return self._code(f"link:{key}")

    def seal(self, kind: str, value: str) -> str:
        """Return what stands for an identity where it must not be readable."""
        return self._code(f"seal:{kind}:{value}")

    def url(self, key: str) -> str:
        return f"{self.base}{ANSWER}{self.token(key)}"

    def join_token(self, message: MessageId, key: str) -> str:
        """Return what names an e-mail, signed."""
        return f"{message}.{self._code(f'join:{message}:{key}')}"

    def invites(self, token: str, message: Message) -> bool:
        """Whether a token came with this message."""
        return hmac.compare_digest(
            token.encode(), self.join_token(message.id, message.key).encode()
        )

    def revealed(self, outgoing: Outgoing, key: str) -> Outgoing:
        """Return a message as it leaves: with the link that `key` stands for."""
        if HIDDEN not in outgoing.text:
            return outgoing
        join = f"{self.base}{JOIN}{self.join_token(outgoing.reference, key)}"

        def show(text: str) -> str:
            return text.replace(self.hidden, self.url(key)).replace(self.invitation, join)

        template = outgoing.template
        if template is not None:
            variables = {position: show(value) for position, value in template.variables.items()}
            template = replace(template, variables=variables)
        return replace(outgoing, text=show(outgoing.text), template=template)

    def _code(self, what: str) -> str:
        code = hmac.digest(self.secret().encode(), what.encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(code).decode().rstrip("=")
