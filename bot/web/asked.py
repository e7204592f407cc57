"""The page behind a link to questions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_limiter import Limiter
from werkzeug.wrappers import Response as AnyResponse

from bot.domain.ask_answers import LONGEST_REASON, LONGEST_TOPIC, Answer
from bot.domain.asks import AskId, Choice, Standing
from bot.domain.facts import Day, DayHour, Fact
from bot.outreach.sheets import Sheet, Shown
from bot.web.house import house
from bot.web.linked import PER_ADDRESS, clear, gave_out, linked, nonce_for

LONGEST = 1000
"""Characters of a field; more is no answer."""


def routes(limiter: Limiter) -> Blueprint:
    blueprint = linked("asked", "/a")

    @blueprint.get("/<token>")
    @limiter.limit(PER_ADDRESS)
    def show(token: str) -> Response:
        return _page(token)

    @blueprint.post("/<token>")
    @limiter.limit(PER_ADDRESS)
    def answer(token: str) -> AnyResponse:
        ask = AskId(request.form.get("ask", 0, type=int))
        if not gave_out(request.form.get("nonce", ""), token):
            return _page(token, wrong="stale", at=ask, status=400)
        told = _answer(request.form)
        wrong = house().sheets.answer(token, ask, told) if told else "choice"
        if wrong:
            return _page(token, wrong=wrong, at=ask, status=422)
        return redirect(url_for("asked.show", token=token), 303)

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
        return clear("too_late", sheet.language, 410)
    page = render_template(
        "asked.html",
        sheet=sheet,
        words=Words(sheet),
        nonce=nonce_for(token),
        wrong=wrong,
        at=at,
        given=request.form,
        longest={"topic": LONGEST_TOPIC, "words": LONGEST_REASON},
    )
    return make_response(page, status)


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
