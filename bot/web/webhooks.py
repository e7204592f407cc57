"""What Twilio calls. Each request is verified, stored by one call and answered.

Only `receive` and `settle` do anything; whatever follows is a worker's business. Twilio
sends no CSRF token: the signature stands in for it, so this blueprint is exempt from that.
"""

from collections.abc import Callable
from urllib.parse import parse_qs

import structlog
from flask import Blueprint, Response, abort, g, request

from bot.channels import twilio_webhook
from bot.channels.twilio_settings import TwilioSettings
from bot.channels.twilio_webhook import Delivery, Form
from bot.domain.errors import StoreDown
from bot.domain.ports import Clock, Inbound, Report
from bot.web.calls import OnceADay, refuse, whole_body

LARGEST_BODY = 256 * 1024
"""Bytes. Room for 65,000 letters, or for 20,000 emoji, which need twelve bytes each."""

MOST_FIELDS = 1000

log = structlog.get_logger()


def webhooks(
    twilio: TwilioSettings,
    receive: Callable[[Inbound], object],
    settle: Callable[[Report], object],
    clock: Clock,
    alarm: Callable[[], object],
) -> Blueprint:
    """Return the routes that Twilio calls. `receive` and `settle` may raise StoreDown. `alarm`
    is raised once a day by requests about our account whose signature does not fit."""
    alarm_today = OnceADay(alarm, clock)
    blueprint = Blueprint("webhooks", __name__, url_prefix="/webhooks/twilio")

    @blueprint.before_request
    def only_genuine() -> Response | None:
        delivery = _delivery(twilio.public_url)
        if not twilio_webhook.verified(twilio, delivery):
            if twilio_webhook.ours(twilio, delivery.form):
                alarm_today()
            return refuse("signature")
        if twilio_webhook.foreign(twilio, delivery.form):
            return refuse("account")
        g.form = delivery.form
        return None

    @blueprint.post("/messages")
    def messages() -> Response:
        message = twilio_webhook.inbound(twilio, g.form, clock.now())
        if message is None:
            return _not_understood()
        receive(message)
        return _thanks()

    @blueprint.post("/status")
    def status() -> Response:
        reference = request.args.get("m")
        report = twilio_webhook.report(twilio, g.form, reference, clock.now())
        if report is None:
            return _not_understood()
        settle(report)
        return _thanks()

    @blueprint.errorhandler(StoreDown)
    def store_down(error: StoreDown) -> Response:
        log.error("webhook_not_stored", endpoint=request.endpoint)
        return Response(status=503)

    return blueprint


def _delivery(public_url: str) -> Delivery:
    body = whole_body(LARGEST_BODY)
    query = request.query_string.decode("latin-1")
    return Delivery(
        url=public_url + request.path + (f"?{query}" if query else ""),
        form=_form(body) if request.mimetype == "application/x-www-form-urlencoded" else {},
        body=body,
        signature=request.headers.get("X-Twilio-Signature"),
        algorithm=request.headers.get("X-Twilio-Webhooks-Signature-Settings"),
    )


def _form(body: bytes) -> Form:
    """Read all values, with U+FFFD for bytes that are no text: Flask would leave them encoded."""
    text = body.decode(errors="replace")
    try:
        return parse_qs(text, keep_blank_values=True, errors="replace", max_num_fields=MOST_FIELDS)
    except ValueError:
        abort(413)


def _not_understood() -> Response:
    """Answer 2xx all the same: it would be sent again, and be no clearer."""
    sid = twilio_webhook.provider_id_of(g.form)
    log.warning("webhook_not_understood", endpoint=request.endpoint, sid=sid)
    return _thanks()


def _thanks() -> Response:
    return Response("<Response/>", mimetype="text/xml")
