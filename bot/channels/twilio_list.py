"""What Twilio remembers: the list of an account's messages, ours and theirs.

A message there has no reference of ours (`StatusCallback` is not shown, `ContentSid` neither);
of a template it shows the text with its variables filled in, or nothing.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from twilio.base.exceptions import TwilioException
from twilio.rest import Client
from urllib3.exceptions import HTTPError

from bot.channels.errors import ErrorTable
from bot.channels.text import ATTACHED, storable
from bot.channels.twilio_http import TwilioHttp
from bot.channels.twilio_webhook import STATUSES, address_of
from bot.domain.errors import CarrierAway
from bot.domain.model import State
from bot.domain.ports import CannotTell, Inbound, Outgoing, Sighting

CLOCKS_DIFFER = timedelta(minutes=1)
"""Twilio's clock and ours, at most; it also counts in whole seconds."""
MOST_TO_ONE = 200
"""Messages to one candidate that are looked through, the newest first."""
PAGE = 1000
MOST_RECEIVED = 20 * PAGE
"""Messages to us that are read in one go, the newest first."""


class TwilioList:
    def __init__(self, client: Client, http: TwilioHttp, errors: ErrorTable) -> None:
        self._client = client
        self._http = http
        self._errors = errors

    def find(
        self, message: Outgoing, since: datetime, *, in_any_words: bool = False
    ) -> Sequence[Sighting] | CannotTell:
        """Return what was taken for this address since then and could be `message`."""
        try:
            listed = list(
                self._stream(
                    to=f"whatsapp:{message.to}",
                    from_=f"whatsapp:{message.sender}",
                    limit=MOST_TO_ONE,
                )
            )
        except CarrierAway as error:
            return CannotTell(str(error))
        young = [one for one in listed if _created(one) >= since - CLOCKS_DIFFER]
        if len(young) == MOST_TO_ONE:
            return CannotTell("too many messages went to this candidate to look through")
        differ = in_any_words or message.template is not None
        return [
            self._sighting(one, message)
            for one in young
            if one.direction != "inbound" and (differ or _same_words(one, message))
        ]

    def received(self, sender: str, since: datetime) -> Iterator[Inbound]:
        """Give what was written to `sender` since then, the newest first. Raises CarrierAway."""
        asked = since.astimezone(UTC)
        listed = self._stream(
            to=f"whatsapp:{sender}", date_sent_after=asked, page_size=PAGE, limit=MOST_RECEIVED
        )
        for one in listed:
            inbound = _inbound(one, sender)
            if inbound is not None and inbound.at >= since:  # it promises whole days only
                yield inbound

    def check(self) -> None:
        """Ask for one message, to see whether we may. Raises CarrierAway."""
        list(self._stream(limit=1))

    def _stream(self, **filters: Any) -> Iterator[Any]:
        try:
            yield from self._client.messages.stream(**filters)
        except TwilioException:
            meaning = self._errors.entry("", self._http.status).meaning
            raise CarrierAway(meaning) from None
        except (OSError, HTTPError):
            raise CarrierAway("the carrier cannot be reached") from None
        except (ValueError, TypeError, AttributeError, KeyError):
            raise CarrierAway("the carrier's answer could not be read") from None

    def _sighting(self, one: Any, message: Outgoing) -> Sighting:
        code = str(one.error_code or "")
        return Sighting(
            provider_id=one.sid,
            status=STATUSES.get(one.status, State.ACCEPTED),
            at=_created(one),
            same_words=_same_words(one, message),
            code=code,
            detail=self._errors.meaning(code) or (one.error_message or ""),
            reaction=self._errors.reaction(code),
        )


def _same_words(one: Any, message: Outgoing) -> bool:
    """Text is listed as it was sent; the words of a template may differ from ours, or not be
    shown."""
    return _plain(one.body) == _plain(message.text)


def _plain(text: str | None) -> str:
    return " ".join(storable(text or "").split())


def _created(one: Any) -> datetime:
    at: datetime = one.date_created or one.date_sent
    return at


def _inbound(one: Any, sender: str) -> Inbound | None:
    address = address_of(one.from_ or "")
    if one.direction != "inbound" or not address or not one.sid:
        return None
    return Inbound(
        provider_id=one.sid,
        address=address,
        sender=sender,
        text=storable(one.body or ""),
        at=one.date_sent or one.date_created,
        # The list says how many files came with a message, and not of which type.
        media=(ATTACHED,) * int(one.num_media or 0),
    )
