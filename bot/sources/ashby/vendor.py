"""How Ashby calls: `Ashby-Signature: sha256=<hex>` over the body exactly as it was sent."""

from collections.abc import Sequence

from bot.domain.deliveries import Told
from bot.sources.doors import Call, signed
from bot.sources.telling import text

NAME = "ashby"


class AshbyVendor:
    name = NAME

    def genuine(self, call: Call, told: Told, secrets: Sequence[str]) -> bool:
        algorithm, _, claimed = call.headers.get("ashby-signature", "").partition("=")
        return algorithm == "sha256" and signed(secrets, call.body, claimed)

    def kind(self, told: Told) -> str:
        return text(told, "action")

    def is_idle(self, told: Told) -> bool:
        """Its ping may come before there is a secret: answered, and nothing is done with it."""
        return text(told, "action") == "ping"
