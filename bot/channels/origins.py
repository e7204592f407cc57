"""Addresses of servers, as settings name them."""

from urllib.parse import urlsplit

from bot.domain.errors import Mistake


def not_an_origin(where: str, url: str) -> list[Mistake]:
    """Return what is wrong with `scheme://host[:port]`, if anything is."""
    mend = "write scheme and host only, such as https://hr.example.com"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return [Mistake(where, "is not a URL", mend)]
    if parts.scheme not in {"http", "https"} or not host or parts.path.strip("/") or parts.query:
        return [Mistake(where, "is not the address of a server", mend)]
    return []
