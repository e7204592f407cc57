"""Tells open pages what changed, over server-sent events; no words, only what to ask for."""

import queue
import threading
import time
from collections.abc import Iterator

from flask import Blueprint, Response

from bot.web.house import house
from bot.work.live import OVER, LiveBus

MOST_STREAMS = 32
"""Half the server's threads; whoever comes later asks every few seconds instead."""
HEARTBEAT = 15.0
LASTS = 600.0
"""Seconds after which a stream ends, so that dead ones do not pile up; browsers come back."""


def routes(most: int = MOST_STREAMS) -> Blueprint:
    blueprint = Blueprint("live", __name__)
    room = threading.BoundedSemaphore(most)

    @blueprint.get("/live")
    def stream() -> Response:
        if not room.acquire(blocking=False):
            return Response(status=204)  # tells EventSource not to come back
        response = Response(_lines(house().bus), mimetype="text/event-stream")
        response.headers["X-Accel-Buffering"] = "no"
        response.call_on_close(room.release)
        return response

    return blueprint


def _lines(bus: LiveBus) -> Iterator[str]:
    ends = time.monotonic() + LASTS
    with bus.listening() as page:
        yield "retry: 2000\n\n"
        while time.monotonic() < ends:
            try:
                topics = page.get(timeout=HEARTBEAT)
            except queue.Empty:
                yield ": still here\n\n"
                continue
            if topics == OVER:
                return
            yield f"data: {' '.join(sorted(topics))}\n\n"
