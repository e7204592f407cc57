"""Signing in: a password or a one-time link; throttled, and the same answer to every mistake."""

import time
from datetime import timedelta
from typing import cast

from flask import (
    Blueprint,
    Response,
    abort,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_limiter import Limiter
from werkzeug.wrappers import Response as AnyResponse

from bot.domain.model import User, UserId
from bot.web.access import ALLOWED, OPEN, may
from bot.web.house import house
from bot.web.passwords import check_password
from bot.web.security import SESSION_LASTS

LOCK_AFTER = 5
"""Wrong passwords in a row until an account rests."""
LOCKED_FOR = timedelta(minutes=15)
PER_ADDRESS = "20 per minute"
LONGEST = 1000
"""Characters of an address or a password; more is nobody's."""

Page = str | AnyResponse | tuple[str, int]


def routes(limiter: Limiter) -> Blueprint:
    blueprint = Blueprint("auth", __name__)

    @blueprint.get("/sign-in")
    def form() -> Page:
        return redirect(url_for("inbox.start")) if _signed_in() else _form()

    @blueprint.post("/sign-in")
    @limiter.limit(PER_ADDRESS)
    def enter() -> Page:
        email = request.form.get("email", "")[:LONGEST].strip()
        user = _with_password(email, request.form.get("password", "")[:LONGEST])
        if user is None:
            problem = "That address and password do not go together."
            return _form(email=email, problem=problem), 401
        return _welcome(user)

    @blueprint.get("/sign-in/<secret>")
    @limiter.limit(PER_ADDRESS)
    def link(secret: str) -> Page:
        with house().store.begin() as tx:
            user = tx.users.use_link(secret, house().clock.now())
        if user is not None:
            return _welcome(user)
        if _signed_in():
            return redirect(url_for("inbox.start"))
        return _form(problem="This link was used before, or is too old."), 401

    @blueprint.delete("/session")
    def leave() -> Response:
        session.clear()
        return Response(headers={"HX-Redirect": url_for("auth.form")})

    return blueprint


def current_user() -> User:
    """Return who is signed in; routes behind `gate` always have somebody."""
    return cast(User, g.user)


def gate() -> AnyResponse | None:
    """Run before every request: let nobody in who is not named in `access`."""
    endpoint = request.endpoint
    if endpoint is None or endpoint in OPEN or request.blueprint in _machines():
        return None
    user = _signed_in()
    if user is None:
        return _to_the_door()
    if endpoint not in ALLOWED or not may(user.role, endpoint):
        abort(403, f"A {user.role.value.replace('_', ' ')} may read, but not do this.")
    g.user = user
    return None


def _machines() -> set[str]:
    return {"api"} | {blueprint.name for blueprint in house().blueprints}


def _to_the_door() -> AnyResponse:
    if "HX-Request" in request.headers:
        return Response(status=401, headers={"HX-Redirect": url_for("auth.form")})
    if request.endpoint == "live.stream":
        return Response(status=401)
    return redirect(url_for("auth.form"))


def _signed_in() -> User | None:
    user_id, since = session.get("user"), session.get("since", 0)
    if user_id is None or time.time() - since > SESSION_LASTS.total_seconds():
        return None
    with house().store.read() as tx:
        return tx.users.find(UserId(user_id))


def _welcome(user: User) -> AnyResponse:
    session.clear()
    session.permanent = True
    session["user"], session["since"] = user.id, int(time.time())
    return redirect(url_for("phone.index" if house().demo else "inbox.index"))


def _with_password(email: str, password: str) -> User | None:
    """Return who this is, and count what goes wrong. A resting account looks like a mistake."""
    now = house().clock.now()
    with house().store.read() as tx:
        stored, locked = tx.users.password_hash(email), tx.users.locked_until(email)
    right = check_password(stored, password)
    if locked is not None and locked > now:
        return None
    with house().store.begin() as tx:
        tx.users.note_sign_in(email, ok=right, lock_after=LOCK_AFTER, until=now + LOCKED_FOR)
        return tx.users.with_email(email) if right else None


def _form(*, email: str = "", problem: str = "") -> str:
    return render_template("sign_in.html", email=email, problem=problem)
