"""The pages with one button behind links in e-mails: to go on by WhatsApp, or to get no more."""

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_limiter import Limiter
from werkzeug.wrappers import Response as AnyResponse

from bot.outreach.choices import BY_WHATSAPP, NO_MORE_EMAIL, Choice, Page, Standing
from bot.web.house import house
from bot.web.linked import PER_ADDRESS, gave_out, linked, nonce_for, plain

ONE_CLICK = ("List-Unsubscribe", "One-Click")
"""What a mail program posts by itself, for somebody who pressed its own button (RFC 8058)."""


def routes(limiter: Limiter) -> list[Blueprint]:
    return [_routes(limiter, choice) for choice in (BY_WHATSAPP, NO_MORE_EMAIL)]


def _routes(limiter: Limiter, choice: Choice) -> Blueprint:
    blueprint = linked(choice.name, choice.path.rstrip("/"))

    @blueprint.get("/<token>")
    @limiter.limit(PER_ADDRESS)
    def show(token: str) -> Response:
        return _page(token, house().choices.behind(choice, token))

    @blueprint.post("/<token>")
    @limiter.limit(PER_ADDRESS)
    def make(token: str) -> AnyResponse:
        page = house().choices.behind(choice, token)
        by_itself = choice is NO_MORE_EMAIL and ONE_CLICK in request.form.items()
        if not (by_itself or gave_out(request.form.get("nonce", ""), _meant(token, page))):
            return _page(token, page, status=400)
        house().choices.make(choice, token)
        return redirect(url_for(f"{choice.name}.show", token=token), 303)

    return blueprint


def _page(token: str, page: Page, status: int = 200) -> Response:
    def say(key: str) -> str:
        return house().choices.say(key, page)

    match page.standing:
        case Standing.MADE:
            return plain(say("done_title"), say("done"), page.language)
        case Standing.OVER:
            return plain(say("over_title"), say("over"), page.language, 410)
    nonce, stale = nonce_for(_meant(token, page)), status != 200
    action = url_for(f"{page.choice.name}.make", token=token)
    shown = render_template(
        "choice.html", say=say, page=page, nonce=nonce, stale=stale, action=action
    )
    return make_response(shown, status)


def _meant(token: str, page: Page) -> str:
    """What a press of the button stands for: this link, and the words that were shown."""
    return f"{token} {page.evidence}"
