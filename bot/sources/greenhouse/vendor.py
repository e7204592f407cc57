"""How Greenhouse calls: `Signature: sha256 <hex>` over the body exactly as it was sent."""

from collections.abc import Sequence

from bot.domain.deliveries import Told
from bot.sources.doors import Call, signed
from bot.sources.telling import text

NAME = "greenhouse"


class GreenhouseVendor:
    name = NAME

    def genuine(self, call: Call, told: Told, secrets: Sequence[str]) -> bool:
        algorithm, _, claimed = call.headers.get("signature", "").partition(" ")
        return algorithm == "sha256" and signed(secrets, call.body, claimed)

    def kind(self, told: Told) -> str:
        return text(told, "action")

    def is_idle(self, told: Told) -> bool:
        """Its ping is signed like all else: a wrong secret is best found out at once."""
        return False
