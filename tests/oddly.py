"""Runs a command of ours oddly: with a clock that is wrong, or frozen at a named place.

python -m tests.oddly --ahead 300 -- --config config.yaml worker
python -m tests.oddly --freeze turn.decided -- --config config.yaml worker
"""

import signal
import threading
import time
from datetime import datetime, timedelta, tzinfo

import click

import app
from bot import clock
from bot.domain import failpoints


@click.command(context_settings={"ignore_unknown_options": True})
@click.option("--ahead", default=0.0, help="Seconds that the host's clock is ahead.")
@click.option("--freeze", default="", help="The failpoint at which the process stops, once.")
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def main(ahead: float, freeze: str, words: tuple[str, ...]) -> None:
    if ahead:
        set_clock(ahead)
    if freeze:
        failpoints.watch(Freezing(freeze))
    app.cli(words)


def set_clock(ahead: float) -> None:
    """Change what this process believes the host's time to be."""
    right = time.time

    class Wrong(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.now(tz) + timedelta(seconds=ahead)

    time.time = lambda: right() + ahead
    clock.datetime = Wrong  # type: ignore[misc]


class Freezing:
    """Stops the whole process at a place, until somebody continues it."""

    def __init__(self, place: str) -> None:
        self._place = place

    def __call__(self, name: str) -> None:
        if name == self._place:
            self._place = ""
            signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)


if __name__ == "__main__":
    main()
