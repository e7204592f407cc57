"""The page behind a link to questions: no account, no cookie. Looking changes nothing.

Mail scanners follow links, so only a form answers; it carries a nonce that the page gave out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_limiter import Limiter
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response as AnyResponse

from bot.domain.ask_answers import LONGEST_REASON, LONGEST_TOPIC, Answer
from bot.domain.asks import AskId, Choice, Standing
from bot.domain.errors import NotFound
from bot.domain.facts import Day, DayHour, Fact
from bot.outreach.sheets import Sheet, Shown
from bot.prompts import LANGUAGES
from bot.web.house import house

PER_ADDRESS = "30 per minute"
NONCE_LASTS = 12 * 3600
"""Seconds that a page may stay open before it must be loaded again."""
LONGEST = 1000
"""Characters of a field; more is no answer."""
PRIVATE = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}


def routes(limiter: Limiter) -> Blueprint:
    blueprint = Blueprint("asked", __name__, url_prefix="/a")

    @blueprint.get("/<token>")
    @limiter.limit(PER_ADDRESS)
    def show(token: str) -> Response:
        return _page(token)

    @blueprint.post("/<token>")
    @limiter.limit(PER_ADDRESS)
    def answer(token: str) -> AnyResponse:
        ask = AskId(request.form.get("ask", 0, type=int))
        if not _given_out(request.form.get("nonce", ""), token):
            return _page(token, wrong="stale", at=ask, status=400)
        told = _answer(request.form)
        wrong = house().sheets.answer(token, ask, told) if told else "choice"
        if wrong:
            return _page(token, wrong=wrong, at=ask, status=422)
        return redirect(url_for("asked.show", token=token), 303)

    @blueprint.errorhandler(NotFound)
    def gone(error: NotFound) -> Response:
        return _clear("gone", _browser_language(), 404)

    @blueprint.errorhandler(429)
    def too_often(error: Exception) -> Response:
        return _clear("too_often", _browser_language(), 429)

    @blueprint.after_request
    def keep_private(response: Response) -> Response:
        response.headers.update(PRIVATE)
        return response

    return blueprint


@dataclass(frozen=True)
class Words:
    """What the page says, in its reader's language."""

    sheet: Sheet

    def text(self, key: str, facts: Mapping[str, Fact] | None = None) -> str:
        return house().sheets.words.text(key, self.sheet.language, facts).text

    def line(self, one: Shown) -> str:
        return house().sheets.words.line(one.ask.kind, self.sheet.language, one.facts)

    def choice(self, one: Shown, choice: str, day: date | None = None) -> str:
        facts = {**one.facts, "day": Day(day)} if day else one.facts
        kind, language = one.ask.kind, self.sheet.language
        return house().sheets.words.choice(kind, Choice(choice), language, facts)

    def reason(self, one: Shown, choice: str) -> str:
        """Return what the candidate will read."""
        return house().sheets.words.reason(Choice(choice), one.candidate_language)

    def settled(self, one: Shown) -> str:
        """Return who answered what and when, or why there is nothing to answer."""
        answered = one.settled
        if answered is None or answered.answered_at is None:
            expired = one.standing is Standing.EXPIRED
            return self.text("expired" if expired else "withdrawn", one.facts)
        words, language = house().sheets.words, self.sheet.language
        choice = Choice(answered.answer)
        said = words.said(choice, answered.detail, language, one.facts)
        at = self.moment(answered.answered_at)
        return self.text("answered", {"name": one.name, "at": at, "answer": said})

    def moment(self, at: datetime) -> DayHour:
        return DayHour(at.astimezone(self.sheet.hours.zone))


def _page(token: str, *, wrong: str = "", at: int = 0, status: int = 200) -> Response:
    sheet = house().sheets.behind(token)
    if sheet.expired:
        return _clear("too_late", sheet.language, 410)
    page = render_template(
        "asked.html",
        sheet=sheet,
        words=Words(sheet),
        nonce=_nonces().dumps(token),
        wrong=wrong,
        at=at,
        given=request.form,
        longest={"topic": LONGEST_TOPIC, "words": LONGEST_REASON},
    )
    return make_response(page, status)


def _clear(key: str, language: str, status: int) -> Response:
    """A page with nothing on it but what is the matter."""
    words = house().sheets.words
    title = "" if key == "too_often" else words.text(f"{key}_title", language).text
    sentence = words.text(key, language).text
    page = render_template("asked_not.html", title=title, sentence=sentence, language=language)
    return make_response(page, status)


def _browser_language() -> str:
    wanted = (tag.lower().split("-")[0] for tag in request.accept_languages.values())
    return next((one for one in wanted if one in LANGUAGES), house().company.language)


def _answer(form: Mapping[str, str]) -> Answer | None:
    """Return what a button of the page says, or None where no button of ours says it."""
    name, _, day = form.get("choice", "").partition(":")
    if name not in set(Choice):
        return None
    return Answer(
        choice=Choice(name),
        day=_day(day or form.get("day", "")),
        topic=form.get("topic", "")[:LONGEST],
        words=form.get("words", "")[:LONGEST],
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _nonces() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(house().secret_key, salt="asked")


def _given_out(nonce: str, token: str) -> bool:
    """Whether our page, and no longer than a working day ago, asked for this answer."""
    try:
        return bool(_nonces().loads(nonce, max_age=NONCE_LASTS) == token)
    except BadSignature:
        return False
