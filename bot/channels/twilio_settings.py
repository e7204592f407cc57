"""What a Twilio account needs: for sending, and for believing what it sends to us."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.channels.origins import not_an_origin
from bot.domain.errors import BadConfig

TIMEOUT = 10.0
"""Seconds to connect, and without a byte while reading. The library would wait for ever."""
TRY_AGAIN = "#rc=5&rp=all"
"""At the end of a webhook's URL: call again, up to five times, whatever went wrong. Otherwise
Twilio only does so where it could not connect, and a message is lost with a restart."""


@dataclass(frozen=True, kw_only=True)
class TwilioSettings:
    """One account and its one WhatsApp sender. Raises BadConfig for addresses that cannot be."""

    account_sid: str
    auth_token: str = field(repr=False)
    sender: str
    """E.164, without `whatsapp:`."""
    public_url: str
    """How Twilio reaches us, without a path: also the URL that it signs."""
    contents: Mapping[str, str] = field(default_factory=dict)
    """From a template's name to its ContentSid. One ContentSid is one language."""
    previous_auth_token: str = field(default="", repr=False)
    """Still believed in webhooks while the token is rotated; never sent."""
    api_url: str = ""
    """Another `scheme://host[:port]` for Twilio's API: a proxy, or a fake in tests."""
    timeout: float = TIMEOUT

    def __post_init__(self) -> None:
        object.__setattr__(self, "public_url", self.public_url.rstrip("/"))
        mistakes = [*not_an_origin("web.public_url", self.public_url)]
        if self.api_url:
            mistakes += not_an_origin("TWILIO_API_URL", self.api_url)
        if mistakes:
            raise BadConfig(mistakes)

    @property
    def tokens(self) -> tuple[str, ...]:
        """The secrets that a webhook may be signed with."""
        return tuple(token for token in (self.auth_token, self.previous_auth_token) if token)

    @property
    def messages_url(self) -> str:
        """What to enter at Twilio as the webhook of incoming messages."""
        return f"{self.public_url}/webhooks/twilio/messages{TRY_AGAIN}"

    def status_url(self, reference: int) -> str:
        """Where Twilio reports what became of our message `reference`."""
        return f"{self.public_url}/webhooks/twilio/status?m={reference}{TRY_AGAIN}"
