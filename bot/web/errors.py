"""What goes wrong becomes a plain sentence: a page, or a line where the click was."""

import uuid

import structlog
from flask import Flask, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from bot.domain.errors import BadInput, Conflict, HearbackError, NotAllowed, NotFound, StoreDown

log = structlog.get_logger()

Told = tuple[str, int, dict[str, str]]

STATUS: dict[type[HearbackError], int] = {
    NotFound: 404,
    NotAllowed: 403,
    Conflict: 409,
    BadInput: 422,
    StoreDown: 503,
}
SENTENCES = {
    400: "The page could not read that. Load it again, then repeat what you did.",
    404: "There is nothing here.",
    405: "That cannot be done here.",
    413: "That is too long.",
    429: "That was too often. Wait a minute, then try again.",
    503: "The database is away for a moment. Nothing is lost; try again soon.",
}


def tell_errors(app: Flask) -> None:
    app.register_error_handler(HearbackError, _ours)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _stale)
    app.register_error_handler(Exception, _unforeseen)


def _ours(error: HearbackError) -> Told:
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 500)
    if isinstance(error, StoreDown):
        return _tell(status, SENTENCES[status])
    if isinstance(error, BadInput):
        text = "; ".join(str(mistake) for mistake in error.mistakes)
        return _tell(status, f"{text[:1].upper()}{text[1:]}.")
    return _tell(status, f"{error}.")


def _http(error: HTTPException) -> Told:
    status = error.code or 500
    if isinstance(error, RequestEntityTooLarge):
        status = 413
    return _tell(status, SENTENCES.get(status) or error.description or error.name)


def _stale(error: CSRFError) -> Told:
    return _tell(400, "This page is too old. Load it again, then repeat what you did.")


def _unforeseen(error: Exception) -> Told:
    number = uuid.uuid4().hex[:8]
    log.exception("request_failed", endpoint=request.endpoint, error_number=number)
    return _tell(500, f"Something went wrong on our side. Its number is {number}.")


def _tell(status: int, sentence: str) -> Told:
    headers = {"Retry-After": "5"} if status == 503 else {}
    template = "_problem.html" if "HX-Request" in request.headers else "error.html"
    return render_template(template, sentence=sentence, status=status), status, headers
