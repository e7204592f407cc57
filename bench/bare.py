"""The least that a webhook can do: a Flask route that checks the signature and stores nothing."""

from __future__ import annotations

import click
from flask import Flask, Response, abort, request
from twilio.request_validator import RequestValidator

from bot.serving import listen, serve_until_stopped, url_of
from tests.fakes.twilio_forms import TOKEN


@click.command()
@click.option("--port", required=True, type=int)
def main(port: int) -> None:
    """Serve until stopped, with the same waitress as the product."""
    app = Flask(__name__)
    validator = RequestValidator(TOKEN)

    @app.post("/webhooks/twilio/messages")
    def messages() -> Response:
        signature = request.headers.get("X-Twilio-Signature", "")
        if not validator.validate(request.url, request.form, signature):
            abort(403)
        return Response("<Response/>", mimetype="text/xml")

    listener = listen("127.0.0.1", port)

    def ready() -> None:
        click.echo(f"listens on {url_of(listener)}")

    serve_until_stopped(app, listener, ready=ready, farewell=lambda: None)


if __name__ == "__main__":
    main()
