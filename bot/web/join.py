"""The page on which a candidate who was written to by e-mail agrees to WhatsApp, by one button."""

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_limiter import Limiter
from werkzeug.wrappers import Response as AnyResponse

from bot.outreach.invitations import Invitation, Standing
from bot.web.house import house
from bot.web.linked import PER_ADDRESS, gave_out, linked, nonce_for, plain


def routes(limiter: Limiter) -> Blueprint:
    blueprint = linked("join", "/w")

    @blueprint.get("/<token>")
    @limiter.limit(PER_ADDRESS)
    def show(token: str) -> Response:
        return _page(token, house().invitations.behind(token))

    @blueprint.post("/<token>")
    @limiter.limit(PER_ADDRESS)
    def accept(token: str) -> AnyResponse:
        invitation = house().invitations.behind(token)
        if not gave_out(request.form.get("nonce", ""), _agreed(token, invitation)):
            return _page(token, invitation, status=400)
        house().invitations.accept(token)
        return redirect(url_for("join.show", token=token), 303)

    return blueprint


def _page(token: str, invitation: Invitation, status: int = 200) -> Response:
    def say(key: str) -> str:
        return house().invitations.say(key, invitation)

    match invitation.standing:
        case Standing.JOINED:
            return plain(say("joined_title"), say("joined"), invitation.language)
        case Standing.OVER:
            return plain(say("join_over_title"), say("join_over"), invitation.language, 410)
    nonce, stale = nonce_for(_agreed(token, invitation)), status != 200
    page = render_template(
        "join.html", say=say, invitation=invitation, nonce=nonce, stale=stale, token=token
    )
    return make_response(page, status)


def _agreed(token: str, invitation: Invitation) -> str:
    """What a press of the button stands for: this link, and the words that were shown."""
    return f"{token} {invitation.evidence}"
