"""Serves our scripted conversations to a Rasa assistant that runs elsewhere: its action endpoint.

The protocol is that of `python -m rasa_sdk`: a POST with the tracker, events and responses back.
Callers show an API key, and what they say of a conversation gives them no access to ours.
"""

import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from bot.web.api import caller, unknown_caller

LARGEST = 1024 * 1024
"""Bytes of a tracker, unpacked."""

Serve = Callable[[Mapping[str, Any]], tuple[int, Mapping[str, Any]]]
"""Takes an action call; returns the HTTP status and the body."""


def rasa(serve: Serve, names: Callable[[], Sequence[str]]) -> Blueprint:
    """Return `/rasa/webhook`, `/rasa/actions` and `/rasa/health`."""
    blueprint = Blueprint("rasa", __name__, url_prefix="/rasa")

    @blueprint.before_request
    def only_with_a_key() -> tuple[Response, int] | None:
        known = request.endpoint == "rasa.health" or caller() is not None
        return None if known else unknown_caller()

    @blueprint.post("/webhook")
    def webhook() -> tuple[Response, int]:
        call = _call()
        if not isinstance(call, dict) or not isinstance(call.get("tracker"), dict):
            return jsonify(error="the body is no action call: JSON with a tracker"), 400
        status, body = serve(call)
        return jsonify(body), status

    @blueprint.get("/actions")
    def actions() -> Response:
        return jsonify([{"name": name} for name in names()])

    @blueprint.get("/health")
    def health() -> Response:
        return jsonify(status="ok")

    return blueprint


def _call() -> Any:
    request.max_content_length = LARGEST
    body = request.get_data()
    if request.headers.get("Content-Encoding", "").lower() == "deflate":
        body = _unpacked(body)
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _unpacked(body: bytes) -> bytes:
    """Unpack no more than is allowed: a small body may hold a very large one."""
    unpacker = zlib.decompressobj()
    try:
        unpacked = unpacker.decompress(body, LARGEST)
    except zlib.error:
        return b""
    if unpacker.unconsumed_tail:
        abort(413)
    return unpacked
