"""WhatsApp through Twilio's Programmable Messaging.

There is no idempotency key: each `send` is one POST, and its outcome is exactly one of taken
(2xx with an id), certainly not taken (no connection, or 4xx) and unclear (everything else).
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import requests
from twilio.base.exceptions import TwilioException
from twilio.rest import Client
from urllib3.exceptions import HTTPError

from bot.channels.errors import NOT_REACHED, ErrorTable, twilio_errors
from bot.channels.templates import variables
from bot.channels.text import storable, too_long
from bot.channels.twilio_http import TwilioHttp, never_left
from bot.channels.twilio_list import TwilioList
from bot.channels.twilio_settings import TwilioSettings
from bot.domain.model import Template
from bot.domain.ports import (
    Accepted,
    CannotTell,
    Inbound,
    Outgoing,
    Refused,
    SendOutcome,
    Sighting,
    Unclear,
)

__all__ = ["Twilio", "TwilioSettings"]

TEXT_VALID = 900
"""Seconds that an answer may wait in Twilio's queue: later it would answer nothing."""
TEMPLATE_VALID = 3600
"""The same for a template, well inside every stage's window."""

Content = Mapping[str, str | int]


class Twilio:
    """One Twilio account's WhatsApp sender. Threads may share it."""

    confirms = True

    def __init__(self, settings: TwilioSettings, errors: ErrorTable | None = None) -> None:
        self._settings = settings
        self._errors = errors or twilio_errors()
        self._http = TwilioHttp(timeout=settings.timeout, api_url=settings.api_url)
        self._client = Client(settings.account_sid, settings.auth_token, http_client=self._http)
        self._list = TwilioList(self._client, self._http, self._errors)

    @property
    def sender(self) -> str:
        return self._settings.sender

    def has_template(self, name: str) -> bool:
        return name in self._settings.contents

    def send(self, message: Outgoing) -> SendOutcome:
        """Hand one message to Twilio. Free text must have been split to `TEXT_LIMIT` before."""
        content = self._content(message)
        return content if isinstance(content, Refused) else self._post(message, content)

    def find(
        self, message: Outgoing, since: datetime, *, in_any_words: bool = False
    ) -> Sequence[Sighting] | CannotTell:
        return self._list.find(message, since, in_any_words=in_any_words)

    def received(self, since: datetime) -> Iterable[Inbound]:
        return self._list.received(self.sender, since)

    def check(self) -> None:
        """See whether Twilio knows us. Raises CarrierAway, in a recruiter's words."""
        self._list.check()

    def _content(self, message: Outgoing) -> Content | Refused:
        if message.template is not None:
            return self._template(message.template)
        text = storable(message.text)
        if too_long(text):
            return self._errors.refusal("21617")
        return {"body": text, "validity_period": TEXT_VALID}

    def _template(self, template: Template) -> Content | Refused:
        sid = self._settings.contents.get(template.name)
        if sid is None:
            return self._errors.refusal("21654")
        told = variables(template)
        if told is None:
            return self._errors.refusal("21656")
        by_position = {str(position): value for position, value in enumerate(told, 1)}
        return {
            "content_sid": sid,
            "content_variables": json.dumps(by_position, ensure_ascii=False),
            "validity_period": TEMPLATE_VALID,
        }

    def _post(self, message: Outgoing, content: Content) -> SendOutcome:
        try:
            taken = self._client.messages.create(
                from_=f"whatsapp:{message.sender}",
                to=f"whatsapp:{message.to}",
                status_callback=self._settings.status_url(message.reference),
                **content,
            )
        except TwilioException as error:
            return self._answered(str(getattr(error, "code", "")))
        except (OSError, HTTPError) as error:
            return _unanswered(error)
        except (ValueError, TypeError, AttributeError):
            # What the library raises for a 2xx that is no JSON, or JSON of another shape.
            return Unclear("the carrier's answer could not be read")
        return Accepted(taken.sid) if taken.sid else Unclear("the carrier's answer has no id")

    def _answered(self, code: str) -> SendOutcome:
        status = self._http.status
        if not 400 <= status < 500:
            return Unclear(f"the carrier answered with status {status}")
        known = code if re.fullmatch("[0-9]{1,9}", code) else str(status)
        return self._errors.refusal(known, status, self._http.retry_after)


def _unanswered(error: OSError | HTTPError) -> SendOutcome:
    if never_left(error):
        return NOT_REACHED
    if isinstance(error, requests.Timeout):
        return Unclear("the carrier did not answer in time")
    return Unclear("the connection to the carrier broke off")
