"""What Meta's Cloud API needs: for sending, and for believing what it sends to us."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import NamedTuple

from bot.channels.origins import not_an_origin
from bot.domain.errors import BadConfig
from bot.domain.model import Template

GRAPH = "https://graph.facebook.com"
VERSION = "v23.0"
"""The one whose published description the requests are checked against."""
LANGUAGES: Mapping[str, str] = MappingProxyType({"en": "en", "es": "es", "pt": "pt_BR"})
"""From ours to Meta's, which has no Portuguese without a country."""
TIMEOUT = 10.0
"""Seconds to connect, and without a byte while writing or reading."""


class Approved(NamedTuple):
    """A template as Meta knows it: one name for all its languages."""

    name: str
    language: str


@dataclass(frozen=True, kw_only=True)
class MetaSettings:
    """One number of one WhatsApp Business Account. Raises BadConfig for addresses that cannot
    be."""

    sender: str
    """E.164."""
    phone_number_id: str
    """What Meta calls the number in its API."""
    account_id: str
    """Of the WhatsApp Business Account."""
    access_token: str = field(repr=False)
    app_secret: str = field(repr=False)
    verify_token: str = field(repr=False)
    """Ours; Meta says it when it is told the address of our webhook."""
    public_url: str
    """How Meta reaches us, without a path."""
    templates: tuple[str, ...] = ()
    """Names of those that are approved; `*` stands for any letters."""
    languages: Mapping[str, str] = field(default_factory=lambda: dict(LANGUAGES))
    previous_app_secret: str = field(default="", repr=False)
    """Still believed in webhooks while the secret is rotated."""
    version: str = VERSION
    api_url: str = GRAPH
    """Another `scheme://host[:port]` for Meta's API: a proxy, or a fake in tests."""
    timeout: float = TIMEOUT

    def __post_init__(self) -> None:
        object.__setattr__(self, "public_url", self.public_url.rstrip("/"))
        mistakes = not_an_origin("web.public_url", self.public_url)
        mistakes += not_an_origin("META_API_URL", self.api_url)
        if mistakes:
            raise BadConfig(mistakes)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What a webhook may be signed with."""
        return tuple(one for one in (self.app_secret, self.previous_app_secret) if one)

    @property
    def webhook_url(self) -> str:
        """What to enter at Meta as the callback URL."""
        return f"{self.public_url}/webhooks/meta"

    def has_template(self, name: str) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in self.templates)

    def approved(self, name: str, language: str) -> Approved:
        """Return what a template of ours is called at Meta: `thank_you.1.en.intro` is
        `thank_you_1_intro` in English."""
        parts = [part for part in name.split(".") if part != language]
        at_meta = re.sub(r"[^a-z0-9_]", "_", "_".join(parts).lower())
        return Approved(at_meta, self.languages.get(language, language))

    def of(self, template: Template) -> Approved | None:
        """Return what an approved template is called at Meta; None where it is not approved."""
        known = self.has_template(template.name)
        return self.approved(template.name, template.language) if known else None
