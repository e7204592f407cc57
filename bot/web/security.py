"""Headers and cookies that keep pages, sessions and candidates' words to themselves."""

from datetime import timedelta

from flask import Flask, Response, request

from bot.web.house import House, house

LARGEST_BODY = 256 * 1024
"""Bytes of one request."""
SESSION_LASTS = timedelta(hours=12)

POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "object-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
TIME = "Hearback-Time"
"""Our present moment, so that browsers can count down by our clock and not by theirs."""


def secure(app: Flask, told: House) -> None:
    encrypted = told.public_url.startswith("https://")
    app.config.update(
        SECRET_KEY=told.secret_key,
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=LARGEST_BODY,
        PERMANENT_SESSION_LIFETIME=SESSION_LASTS,
        SESSION_REFRESH_EACH_REQUEST=False,
        SESSION_COOKIE_NAME="__Host-hearback" if encrypted else "hearback",
        SESSION_COOKIE_SECURE=encrypted,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.after_request(_guard)


def _guard(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "assets.one":
        response.headers["Cache-Control"] = "no-store"
        response.headers[TIME] = house().clock.now().isoformat()
    if house().public_url.startswith("https://"):
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response
