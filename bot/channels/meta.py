"""WhatsApp through Meta's Cloud API.

There is no idempotency key: each `send` is one POST, and its outcome is exactly one of taken
(2xx with an id), certainly not taken (no connection, or 4xx) and unclear (everything else).
What became of it comes by webhook, with our reference in `biz_opaque_callback_data`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import httpx

from bot.channels.errors import NOT_REACHED, ErrorTable, meta_errors
from bot.channels.meta_http import NEVER_LEFT, Answer, Graph
from bot.channels.meta_json import Json, items, text
from bot.channels.meta_settings import Approved, MetaSettings
from bot.channels.meta_webhook import tracker
from bot.channels.templates import variables
from bot.channels.text import storable, too_long
from bot.domain.errors import CarrierAway
from bot.domain.model import Template
from bot.domain.ports import (
    Accepted,
    CannotTell,
    Inbound,
    Outgoing,
    Refused,
    SendOutcome,
    Unclear,
)

__all__ = ["Meta", "MetaSettings"]

TEXT_LIMIT = 4096
"""Longest free text, in UTF-16 units."""
PAGE = "250"
MOST_PAGES = 40


class Meta:
    """One number at Meta. Threads may share it."""

    confirms = True

    def __init__(self, settings: MetaSettings, errors: ErrorTable | None = None) -> None:
        self._settings = settings
        self._errors = errors or meta_errors()
        self._graph = Graph(settings)

    @property
    def sender(self) -> str:
        return self._settings.sender

    def has_template(self, name: str) -> bool:
        return self._settings.has_template(name)

    def send(self, message: Outgoing) -> SendOutcome:
        """Hand one message to Meta. Free text has `TEXT_LIMIT` units at most."""
        content = self._content(message)
        return content if isinstance(content, Refused) else self._post(message, content)

    def find(self, message: Outgoing, since: datetime, *, in_any_words: bool = False) -> CannotTell:
        """Meta keeps no list that we could look into; its reports come sooner or later."""
        return CannotTell("WhatsApp cannot be asked what it took")

    def received(self, since: datetime) -> tuple[Inbound, ...]:
        """Meta calls again for seven days, and keeps nothing that could be fetched."""
        return ()

    # --- sending ------------------------------------------------------------------------

    def _content(self, message: Outgoing) -> Json | Refused:
        if message.template is not None:
            return self._template(message.template)
        body = storable(message.text)
        if too_long(body, TEXT_LIMIT):
            return self._errors.refusal("131009")
        return {"type": "text", "text": {"body": body, "preview_url": False}}

    def _template(self, template: Template) -> Json | Refused:
        approved = self._settings.of(template)
        if approved is None:
            return self._errors.refusal("132001")
        told = variables(template)
        if told is None:
            return self._errors.refusal("132000")
        words = {
            "name": approved.name,
            "language": {"code": approved.language},
            "components": [*_body(told), *_buttons(template)],
        }
        return {"type": "template", "template": words}

    def _post(self, message: Outgoing, content: Json) -> SendOutcome:
        request = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            **_recipient(message.to),
            **content,
            "biz_opaque_callback_data": tracker(message.reference),
        }
        try:
            answer = self._graph.post(f"{self._settings.phone_number_id}/messages", request)
        except NEVER_LEFT:
            return NOT_REACHED
        except httpx.TimeoutException:
            return Unclear("the carrier did not answer in time")
        except httpx.HTTPError:
            return Unclear("the connection to the carrier broke off")
        return self._outcome(answer)

    def _outcome(self, answer: Answer) -> SendOutcome:
        if 400 <= answer.status < 500:
            code = answer.code or str(answer.status)
            return self._errors.refusal(code, answer.status, answer.retry_after)
        if not 200 <= answer.status < 300:
            return Unclear(f"the carrier answered with status {answer.status}")
        provider_id = next((text(one, "id") for one in items(answer.body, "messages")), "")
        return Accepted(provider_id) if provider_id else Unclear("the carrier's answer has no id")

    # --- for those who set it up --------------------------------------------------------

    def check(self) -> None:
        """See whether Meta knows us, and our number. Raises CarrierAway, in a recruiter's
        words."""
        told = self._asked(self._settings.phone_number_id, fields="display_phone_number")
        number = "".join(c for c in text(told, "display_phone_number") if c.isdigit())
        if number != self._settings.sender.removeprefix("+"):
            raise CarrierAway(
                f"meta.phone_number_id belongs to +{number or '?'}, not to our number"
            )

    def templates(self) -> Mapping[Approved, str]:
        """Return what Meta says of each template of the account, such as APPROVED. Raises
        CarrierAway."""
        path = f"{self._settings.account_id}/message_templates"
        found: dict[Approved, str] = {}
        after = {"limit": PAGE}
        for _ in range(MOST_PAGES):
            told = self._asked(path, fields="name,language,status", **after)
            for one in items(told, "data"):
                found[Approved(text(one, "name"), text(one, "language"))] = text(one, "status")
            if not text(told, "paging", "next"):
                break
            after["after"] = text(told, "paging", "cursors", "after")
        return found

    def hears(self) -> bool:
        """Return whether our app is told what happens in the account. Raises CarrierAway."""
        return bool(items(self._asked(f"{self._settings.account_id}/subscribed_apps"), "data"))

    def _asked(self, path: str, **params: str) -> Json:
        answer = self._graph.ask(path, **params)
        if answer.status != httpx.codes.OK:
            raise CarrierAway(self._errors.entry(answer.code, answer.status).meaning)
        return answer.body


def _recipient(address: str) -> Json:
    """A phone number, or the id that Meta has for somebody who keeps the number private."""
    return {"to": address} if address.startswith("+") else {"recipient": address}


def _body(words: Sequence[str]) -> list[Json]:
    parameters = [{"type": "text", "text": one} for one in words]
    return [{"type": "body", "parameters": parameters}] if parameters else []


def _buttons(template: Template) -> list[Json]:
    return [
        {
            "type": "button",
            "sub_type": "quick_reply",
            "index": str(position),
            "parameters": [{"type": "payload", "payload": button.payload}],
        }
        for position, button in enumerate(template.buttons)
    ]
