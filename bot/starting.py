"""Starts `serve` and `worker`: in this process, or as a crew of several.

Imports little: the parent of a crew only looks after its children.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.crew import Crew
from bot.domain.errors import BadConfig, Mistake
from bot.serving import listen, url_of
from bot.settings import Settings, load_settings
from bot.tether import tether_of

if TYPE_CHECKING:
    from bot.assembly import Actions

Environment = Mapping[str, str]


def start_web(
    config: Path,
    environment: Environment,
    actions: Actions,
    *,
    host: str | None,
    port: int | None,
    processes: int | None,
) -> int:
    """Serve until we are told to end; return the exit code. Raises BadConfig, StoreDown."""
    settings = load_settings(config, environment)
    told = settings.config.web
    size = processes or told.processes
    tether = tether_of(environment)
    listener = tether.listener if tether else None
    if listener is None:
        listener = listen(host or told.host, told.port if port is None else port)
    greeting = f"Hearback listens on {url_of(listener)}"
    if tether is None and size > 1:
        _check(settings, size)
        crew = Crew(_again(config, "serve"), size, listener)
        return crew.run(f"{greeting} with {size} processes")

    from bot.running import run_web

    run_web(settings, actions, listener, tether.ready if tether else lambda: click.echo(greeting))
    return 0


def start_worker(
    config: Path,
    environment: Environment,
    actions: Actions,
    *,
    threads: int | None,
    processes: int | None,
) -> int:
    """Work until we are told to end; return the exit code. Raises BadConfig, StoreDown."""
    settings = load_settings(config, environment)
    size = processes or settings.config.engine.processes
    tether = tether_of(environment)
    if tether is None and size > 1:
        _check(settings, size)
        words = ["--threads", str(threads)] if threads else []
        return Crew(_again(config, "worker", *words), size).run(f"{size} workers are ready.")

    from bot.running import run_worker

    greet = tether.ready if tether else lambda: click.echo("The worker is ready.")
    run_worker(settings, actions, threads, greet)
    return 0


def _check(settings: Settings, size: int) -> None:
    if not settings.secrets.database_url.startswith("sqlite"):
        return
    problem = f"is {size}, and SQLite serves one process"
    mend = "name a PostgreSQL in HEARBACK_DATABASE_URL, or leave it at 1"
    raise BadConfig([Mistake("processes", problem, mend)])


def _again(config: Path, *words: str) -> list[str]:
    """Return the command that starts us, by the path that it was started with: where that is a
    link to a release, a renewed process is one of the newest release."""
    return [sys.executable, sys.argv[0], "--config", str(config), *words]
