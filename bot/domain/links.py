"""Links that need no sign-in. Their secret is worked out when it is needed, and kept nowhere."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from bot.domain.ports import Outgoing

PATH = "/a/"
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
        return f"{self.base}{PATH}{HIDDEN}"

    def token(self, key: str) -> str:
        """Return 256 bits that nobody can tell from `key` without our secret."""
        code = hmac.digest(self.secret().encode(), f"link:{key}".encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(code).decode().rstrip("=")

    def url(self, key: str) -> str:
        return f"{self.base}{PATH}{self.token(key)}"

    def revealed(self, outgoing: Outgoing, key: str) -> Outgoing:
        """Return a message as it leaves: with the link that `key` stands for."""
        if self.hidden not in outgoing.text:
            return outgoing
        url, template = self.url(key), outgoing.template
        if template is not None:
            variables = {
                position: value.replace(self.hidden, url)
                for position, value in template.variables.items()
            }
            template = replace(template, variables=variables)
        return replace(outgoing, text=outgoing.text.replace(self.hidden, url), template=template)
