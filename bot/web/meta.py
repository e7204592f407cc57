"""What Meta calls. Each batch is verified, read item by item, stored and answered.

Meta repeats what is not answered with 2xx, for seven days: only what a repetition can mend is
refused. It sends no CSRF token: the signature stands in for it, so this blueprint is exempt
from that.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from flask import Blueprint, Response, request

from bot.channels import meta_calls, meta_webhook
from bot.channels.meta_settings import MetaSettings
from bot.channels.meta_webhook import Told
from bot.domain.errors import StoreDown
from bot.domain.ports import Clock, Echo, Inbound, Notice, Report
from bot.web.calls import OnceADay, refuse, whole_body

LARGEST_BODY = 4 * 1024 * 1024
"""Bytes. Meta says that a batch has up to three million."""
HANDSHAKE = ("mode", "verify_token", "challenge")
PLAIN = "text/plain"

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Takers:
    """Who takes in what Meta says. All may raise StoreDown."""

    receive: Callable[[Inbound], object]
    echo: Callable[[Echo], object]
    settle: Callable[[Report], object]
    notice: Callable[[Notice], object]

    def take(self, one: Told) -> None:
        match one:
            case Inbound():
                self.receive(one)
            case Echo():
                self.echo(one)
            case Report():
                self.settle(one)
            case Notice():
                self.notice(one)


def meta_webhooks(
    meta: MetaSettings, takers: Takers, clock: Clock, alarm: Callable[[], object]
) -> Blueprint:
    """Return the route that Meta calls. `alarm` is raised once a day by requests about our
    account whose signature does not fit."""
    alarm_today = OnceADay(alarm, clock)
    blueprint = Blueprint("meta", __name__, url_prefix="/webhooks")

    @blueprint.get("/meta")
    def handshake() -> Response:
        asked = (request.args.get(f"hub.{name}", "") for name in HANDSHAKE)
        answer = meta_calls.handshake(meta, *asked)
        return refuse("verify_token") if answer is None else Response(answer, mimetype=PLAIN)

    @blueprint.post("/meta")
    def heard() -> Response:
        body = whole_body(LARGEST_BODY)
        if not meta_calls.verified(meta, body, request.headers.get("X-Hub-Signature-256")):
            if meta.account_id.encode() in body:  # whoever forged it may know that
                alarm_today()
            return refuse("signature")
        now = clock.now()
        for change in meta_calls.changes(body):
            if meta_calls.about_us(meta, change):
                for one in meta_webhook.told(meta, change, now):
                    _take(takers, one, now)
            else:
                log.info("webhook_of_another_number", field=change.field)
        return Response(status=200)

    @blueprint.errorhandler(StoreDown)
    def store_down(error: StoreDown) -> Response:
        log.error("webhook_not_stored", endpoint=request.endpoint)
        return Response(status=503)

    return blueprint


def _take(takers: Takers, one: Told, now: datetime) -> None:
    """Take in one item of a batch, or what is left of it: a fault of ours must not cost the
    others, nor make Meta repeat them all for a week."""
    try:
        takers.take(one)
    except StoreDown:
        raise
    except Exception:
        log.exception("webhook_item_not_taken", kind=type(one).__name__)
        takers.notice(meta_webhook.not_taken(one, now))
