"""The fake carrier's list of messages: filters and pages, as Twilio has them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

Listed = Mapping[str, object]
PAGE = 50
"""Messages on a page, unless the request says otherwise."""


def page(listed: Sequence[Listed], path: str) -> dict[str, object]:
    """Return the page that `path` asks for, of messages that stand the newest first."""
    here, asked = urlsplit(path).path, dict(parse_qsl(urlsplit(path).query))
    found = [one for one in listed if _wanted(one, asked)]
    size, number = int(asked.get("PageSize", PAGE)), int(asked.get("Page", 0))
    start = _after(found, asked.get("PageToken", ""))
    shown = found[start : start + size]
    more = {}
    if start + size < len(found):
        more = {"Page": str(number + 1), "PageToken": f"PA{shown[-1]['sid']}"}
    return {
        "uri": path,
        "first_page_uri": f"{here}?{urlencode({**asked, 'Page': '0'})}",
        "next_page_uri": f"{here}?{urlencode({**asked, **more})}" if more else None,
        "previous_page_uri": None,
        "page": number,
        "page_size": size,
        "start": start,
        "end": start + len(shown),
        "messages": shown,
    }


def _after(found: Sequence[Listed], token: str) -> int:
    """A page goes on behind its last message, also where newer ones have come in meanwhile."""
    sids = [one["sid"] for one in found]
    return sids.index(token.removeprefix("PA")) + 1 if token else 0


def _wanted(one: Listed, asked: Mapping[str, str]) -> bool:
    since = asked.get("DateSent>")
    if since and not (one["date_sent"] and _sent(one) >= _day(since)):
        return False
    return one["to"] == asked.get("To", one["to"]) and one["from"] == asked.get("From", one["from"])


def _sent(one: Listed) -> datetime:
    return parsedate_to_datetime(str(one["date_sent"]))


def _day(since: str) -> datetime:
    """Whole days are all that is promised: the rest of what was asked for is ignored."""
    return datetime.fromisoformat(since[:10]).replace(tzinfo=UTC)
