"""What all calls of other systems have in common."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import structlog
from flask import Response, abort, request

from bot.domain.ports import Clock

log = structlog.get_logger()


def whole_body(largest: int) -> bytes:
    """Return the body as it was sent, or answer 413. A stream of unknown length would be cut at
    the limit in silence."""
    request.max_content_length = largest + 1
    body = request.get_data()
    if len(body) > largest:
        abort(413)
    return body


def refuse(why: str) -> Response:
    """It is not who it says it is."""
    log.warning("webhook_refused", endpoint=request.endpoint, why=why)
    return Response(status=403)


@dataclass(frozen=True)
class OnceADay:
    """Does something the first time of each day that it is called."""

    do: Callable[[], object]
    clock: Clock
    _days: set[date] = field(default_factory=set)

    def __call__(self) -> None:
        today = self.clock.now().date()
        if today not in self._days:
            self.do()
            self._days.add(today)
