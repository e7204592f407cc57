"""The pages, the API and the live updates: one Flask application."""

from typing import Any

import flask
from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect

from bot.store.pauses import Pause
from bot.web import (
    api,
    appointment,
    asked,
    assets,
    auth,
    choices,
    conversations,
    dashboard,
    inbox,
    interviews,
    live,
    phone,
)
from bot.web.access import may
from bot.web.conversations import may_write
from bot.web.errors import tell_errors
from bot.web.house import House
from bot.web.security import secure
from bot.web.show import teach

__all__ = ["create_app"]


def create_app(house: House) -> Flask:
    """Return the application. The phone and the clock are there only in the demo."""
    app = Flask(__name__, static_folder=None)
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.extensions["house"] = house
    secure(app, house)
    app.before_request(auth.gate)
    limiter = _limiter(app, house)
    tell_errors(app)
    teach(app)
    app.context_processor(lambda: _known(house))
    people = [assets.routes(), auth.routes(limiter), live.routes()]
    people += [inbox.blueprint, conversations.blueprint, dashboard.blueprint, interviews.blueprint]
    people += [phone.blueprint] if house.demo else []
    machines = [api.routes(), *house.blueprints]
    strangers = [asked.routes(limiter), *choices.routes(limiter), appointment.routes(limiter)]
    for blueprint in (*people, api.probes(), *machines, *strangers):
        app.register_blueprint(blueprint)
    csrf = CSRFProtect(app)
    for blueprint in (*machines, *strangers):
        csrf.exempt(blueprint)
    return app


def _limiter(app: Flask, house: House) -> Limiter:
    """Counts in this process, or in Redis for all; while Redis is away, here again."""
    return Limiter(
        get_remote_address,
        app=app,
        storage_uri=house.redis_url or "memory://",
        storage_options=_patience() if house.redis_url else {},
        strategy="fixed-window",
        in_memory_fallback_enabled=bool(house.redis_url),
        swallow_errors=True,
    )


def _patience() -> dict[str, Any]:
    from bot.work.redis_line import ANSWERS_WITHIN

    return {"socket_connect_timeout": ANSWERS_WITHIN, "socket_timeout": ANSWERS_WITHIN}


def _pause(house: House) -> Pause | None:
    with house.store.read() as tx:
        return tx.pauses.current()


def _known(house: House) -> dict[str, object]:
    """What every template may use."""
    user = flask.g.get("user")
    return {
        "user": user,
        "now": house.clock.now(),
        "company": house.company,
        "is_demo": house.demo is not None,
        "pause": _pause(house) if user else None,
        "may": lambda endpoint: user is not None and may(user.role, endpoint),
        "may_write": may_write,
    }
