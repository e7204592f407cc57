"""How a candidate can be reached: by which channel, in which order, and with what."""

from dataclasses import dataclass

from bot.domain.model import Channel, Consent


@dataclass(frozen=True, kw_only=True)
class Reach:
    """What is known about a candidate's channels today."""

    has: frozenset[Channel]
    """Where we know an address and are able to send."""
    whatsapp: Consent
    email: Consent
    prefers_email: bool = False
    doubted: bool = False
    """Somebody else may have the WhatsApp number."""

    @property
    def left_alone(self) -> bool:
        """They said stop on WhatsApp and did not ask for e-mail instead: only the final word
        is still owed to them."""
        return self.whatsapp.revoked and not (self.prefers_email and self.email.granted)

    def ways(self) -> tuple[Channel, ...]:
        """Return the permitted channels, the best first. Who asked for e-mail is not called
        on WhatsApp."""
        wanted = (Channel.EMAIL,) if self.prefers_email else (Channel.WHATSAPP, Channel.EMAIL)
        return tuple(way for way in wanted if way in self.has and self._open(way))

    @property
    def unasked(self) -> bool:
        """Whether we know a number on WhatsApp and nobody has said yes or no to it."""
        told = self.whatsapp.granted or self.whatsapp.revoked or self.prefers_email or self.doubted
        return Channel.WHATSAPP in self.has and not told

    def why_not(self) -> str:
        """Say to a recruiter why no channel may be used."""
        if self.prefers_email:
            return "they asked for e-mail instead of WhatsApp"
        if self.whatsapp.revoked:
            return "they opted out of WhatsApp"
        if self.doubted:
            return "somebody else may have their WhatsApp number"
        if Channel.WHATSAPP not in self.has:
            return "there is no WhatsApp number"
        return "there is no recorded consent for WhatsApp"

    def _open(self, way: Channel) -> bool:
        return self._agreed(way) and not (way is Channel.WHATSAPP and self.doubted)

    def _agreed(self, way: Channel) -> bool:
        consent = self.whatsapp if way is Channel.WHATSAPP else self.email
        return consent.granted and not consent.revoked
