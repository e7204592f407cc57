"""How Lever calls: it signs a token and the time, and nothing of what it says.

Whoever has seen one call can make up others with the same signature, at any time. So nothing in
them is believed but an id, to be looked up.
"""

from collections.abc import Sequence

from bot.domain.deliveries import Told
from bot.sources.doors import Call, signed
from bot.sources.telling import text

NAME = "lever"


class LeverVendor:
    name = NAME

    def genuine(self, call: Call, told: Told, secrets: Sequence[str]) -> bool:
        """Each kind of webhook has a secret of its own: any of ours will do."""
        token, at = text(told, "token"), text(told, "triggeredAt")
        both = f"{token}{at}".encode("utf-8", "replace")
        return bool(token and at) and signed(secrets, both, text(told, "signature"))

    def kind(self, told: Told) -> str:
        return text(told, "event")

    def is_idle(self, told: Told) -> bool:
        return False
