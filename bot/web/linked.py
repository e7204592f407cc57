"""What all pages behind links in messages share: no account, no cookie, nothing to be indexed.

Mail scanners follow links, so looking changes nothing: only a form does, and it carries a nonce
that the page gave out.
"""

from flask import Blueprint, Response, make_response, render_template, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from bot.domain.errors import NotFound
from bot.prompts import LANGUAGES
from bot.web.house import house

PER_ADDRESS = "30 per minute"
NONCE_LASTS = 12 * 3600
"""Seconds that a page may stay open before it must be loaded again."""
PRIVATE = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}


def linked(name: str, prefix: str) -> Blueprint:
    """Return a blueprint whose pages are private, and say so where a link leads nowhere."""
    blueprint = Blueprint(name, __name__, url_prefix=prefix)

    @blueprint.errorhandler(NotFound)
    def gone(error: NotFound) -> Response:
        return clear("gone", _browser_language(), 404)

    @blueprint.errorhandler(429)
    def too_often(error: Exception) -> Response:
        return clear("too_often", _browser_language(), 429)

    @blueprint.after_request
    def keep_private(response: Response) -> Response:
        response.headers.update(PRIVATE)
        return response

    return blueprint


def clear(key: str, language: str, status: int) -> Response:
    """A page with nothing on it but what is the matter."""
    words = house().sheets.words
    title = "" if key == "too_often" else words.text(f"{key}_title", language).text
    return plain(title, words.text(key, language).text, language, status)


def plain(title: str, sentence: str, language: str, status: int = 200) -> Response:
    page = render_template("plain.html", title=title, sentence=sentence, language=language)
    return make_response(page, status)


def _browser_language() -> str:
    wanted = (tag.lower().split("-")[0] for tag in request.accept_languages.values())
    return next((one for one in wanted if one in LANGUAGES), house().company.language)


def nonce_for(what: str) -> str:
    return _nonces().dumps(what)


def gave_out(nonce: str, what: str) -> bool:
    """Whether our page, and no longer than a working day ago, asked for this answer."""
    try:
        return bool(_nonces().loads(nonce, max_age=NONCE_LASTS) == what)
    except BadSignature:
        return False


def _nonces() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(house().secret_key, salt="linked")
