"""The calendar file behind a link that a candidate got when a new time stood."""

from flask import Blueprint, Response
from flask_limiter import Limiter

from bot.web.house import house
from bot.web.linked import PER_ADDRESS, linked


def routes(limiter: Limiter) -> Blueprint:
    """Return `GET /i/<token>`. Looking changes nothing: the file says how it stands now."""
    blueprint = linked("appointment", "/i")

    @blueprint.get("/<token>")
    @limiter.limit(PER_ADDRESS)
    def show(token: str) -> Response:
        file = house().appointments.behind(token)
        response = Response(file.encode(), content_type="text/calendar; charset=utf-8")
        response.headers["Content-Disposition"] = 'attachment; filename="interview.ics"'
        response.headers["Cache-Control"] = "no-store"
        return response

    return blueprint
