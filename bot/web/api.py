"""What other systems call: events come in here, and probes ask whether we live."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from bot.domain.errors import BadInput, Mistake, StoreDown
from bot.web.house import house

RETRY_AFTER = "5"
"""Seconds, while the database is away."""

Answer = tuple[Response, int]


def routes() -> Blueprint:
    """Return `POST /api/v1/events`. Callers show a key, so no CSRF token is asked for."""
    blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

    @blueprint.post("/events")
    def events() -> Answer:
        source = caller()
        if source is None:
            return unknown_caller()
        if house().receive_event(source, _body()):
            return jsonify(status="accepted"), 202
        return jsonify(status="known"), 200

    @blueprint.errorhandler(BadInput)
    def bad_input(error: BadInput) -> Answer:
        errors = [{"field": m.where, "problem": m.problem, "mend": m.mend} for m in error.mistakes]
        return jsonify(errors=errors), 422

    @blueprint.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Answer:
        return jsonify(error=error.description), error.code or 500

    @blueprint.errorhandler(StoreDown)
    def store_down(error: StoreDown) -> Answer:
        response = jsonify(error="the database cannot be reached; send it again")
        response.headers["Retry-After"] = RETRY_AFTER
        return response, 503

    return blueprint


def probes() -> Blueprint:
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    def alive() -> Response:
        return jsonify(status="alive")

    @blueprint.get("/readyz")
    def ready() -> Response | Answer:
        try:
            with house().store.read() as tx:
                tx.connection.exec_driver_sql("SELECT 1")
        except StoreDown:
            return jsonify(status="the database cannot be reached"), 503
        return jsonify(status="ready")

    return blueprint


def caller() -> str | None:
    """Return the name of the key that the caller shows."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        return None
    with house().store.read() as tx:
        return tx.users.key_name(key.strip())


def unknown_caller() -> Answer:
    response = jsonify(error="show a valid key: Authorization: Bearer <key>")
    response.headers["WWW-Authenticate"] = "Bearer"
    return response, 401


def _body() -> Mapping[str, Any]:
    try:
        body = request.get_json(force=True, silent=True)
    except RecursionError:
        body = None
    if not isinstance(body, dict):
        raise BadInput([Mistake("body", "is not a JSON object", "see docs/events.md")])
    return body
