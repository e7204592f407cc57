"""What applicant tracking systems and calendars call. Each call is verified, stored and answered.

Vendors send no CSRF token: the signature stands in for it, so this blueprint is exempt from that.
"""

from collections.abc import Callable, Mapping

import structlog
from flask import Blueprint, Response, abort, request

from bot.domain.deliveries import Delivery
from bot.domain.errors import StoreDown
from bot.domain.ports import Clock
from bot.sources.doors import Call, Door, Refused
from bot.web.calls import whole_body

LARGEST_BODY = 2 * 1024 * 1024
"""Bytes. Vendors send whole applications, with all that was ever asked and filled in."""
RETRY_AFTER = "60"

log = structlog.get_logger()

Take = Callable[[str, Delivery], bool]


def sources(doors: Mapping[str, Door], take: Take, clock: Clock) -> Blueprint:
    """Return `/sources/<name>` for the systems that the team uses. `take` may raise StoreDown."""
    blueprint = Blueprint("sources", __name__, url_prefix="/sources")

    @blueprint.post("/<name>")
    def heard(name: str) -> Response:
        door = doors.get(name) or abort(404)
        delivery = door.admit(_call(clock))
        if delivery is not None:
            is_new = take(name, delivery)
            log.info("delivery_taken", source=name, kind=delivery.kind, new=is_new)
        return Response(status=200)  # all count it as success, and one counts nothing else

    @blueprint.errorhandler(Refused)
    def refused(error: Refused) -> Response:
        """503 where the fault is ours, so that it is sent again. 400 for a wrong signature:
        after 401 or 403 one vendor never tries again, and the secret may be being changed."""
        log.warning("delivery_refused", path=request.path, why=str(error))
        return Response(status=400) if error.ready else _later()

    @blueprint.errorhandler(StoreDown)
    def store_down(error: StoreDown) -> Response:
        log.error("delivery_not_stored", path=request.path)
        return _later()

    return blueprint


def _later() -> Response:
    return Response(status=503, headers={"Retry-After": RETRY_AFTER})


def _call(clock: Clock) -> Call:
    headers = {name.lower(): value for name, value in request.headers}
    return Call(headers=headers, body=whole_body(LARGEST_BODY), at=clock.now())
