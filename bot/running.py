"""Runs the processes: the demo, the web server, a worker. And what they share."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.assembly import (
    Actions,
    Hearback,
    build,
    carrier_of,
    mail_of,
    meta_settings,
    simulator,
    twilio_settings,
)
from bot.channels.simulator import Simulator
from bot.clock import DatabaseClock, MovableClock, SystemClock
from bot.domain.errors import BadConfig, BadInput, Mistake
from bot.domain.model import Role
from bot.domain.ports import Clock
from bot.serving import listen, serve_until_stopped, url_of
from bot.settings import ROOT, Settings, load_settings
from bot.sources.api import MOST_SLOTS
from bot.sources.files import read_events, shifted
from bot.sources.slots import read_slots
from bot.sources.table import text_of
from bot.store import Store
from bot.store.migrate import is_current, migrate
from bot.work.engine import Engine
from bot.work.live import LiveBus
from bot.work.pump import Ticking

if TYPE_CHECKING:
    from flask import Blueprint, Flask

    from bot.work.redis_line import RedisLine

EXAMPLES = ROOT / "docs" / "examples" / "demo.json"
DANA = "dana@northwind.example"
STORY_STARTS = datetime.fromisoformat("2026-11-24T15:00:00+00:00")
"""The moment that the demo's examples are told at."""
LONG_FAREWELL, SHORT_FAREWELL = 20.0, 10.0
"""Seconds that turns at hand may take to finish; the short one after requests had theirs."""
LOOK_EVERY = 10.0
"""Seconds between two looks at the database's clock."""


Environment = Mapping[str, str]


# --- the demo -----------------------------------------------------------------------------


def run_demo(
    config: Path, environment: Environment, actions: Actions, *, host: str, port: int
) -> None:
    """Serve everything from this process until it is stopped."""
    from bot.web.house import Demo
    from bot.work.stepper import Stepper

    settings = load_settings(config, {})
    listener = listen(host, port)
    with tempfile.TemporaryDirectory(prefix="hearback-demo-") as folder:
        clock = MovableClock()
        clock.move_to(next_story_start(clock.now(), settings))
        bus = LiveBus()
        store = Store(f"sqlite:///{folder}/demo.db", bus.announce)
        migrate(store)
        engine = Engine(None, settings.config.engine.threads)
        carrier = simulator(clock)
        hearback = build(settings, store, clock, carrier, actions, engine.hints)
        carrier.connect(hearback.settler.report)
        link, password = _seed(hearback, clock)
        stepper = Stepper(
            store, clock, hearback.turn, hearback.intake.plan, hearback.intake.watch, carrier.settle
        )
        demo = Demo(receive=hearback.receiver.receive, stepper=stepper, simulator=carrier)
        app = web_app(hearback, bus, secrets.token_hex(32), demo=demo)
        _work(engine, hearback)
        carrier.start()

        def ready() -> None:
            url = url_of(listener)
            click.echo(f"Hearback listens on {url}\nSign in: {url}/sign-in/{link}")
            click.echo(f"Or as {DANA} with {password}")

        try:
            serve_until_stopped(app, listener, ready=ready, farewell=bus.close)
        finally:
            carrier.stop()
            engine.stop(SHORT_FAREWELL)
            store.close()


def next_story_start(now: datetime, settings: Settings) -> datetime:
    """Return the next Tuesday at 15:00 in the office: no night, no weekend in the way."""
    local = now.astimezone(settings.office)
    day = local.date() + timedelta(days=(1 - local.weekday()) % 7 or 7)
    return datetime.combine(day, time(15), settings.office)


def _seed(hearback: Hearback, clock: MovableClock) -> tuple[str, str]:
    """Add a recruiter and the example candidates; return the secret of the recruiter's
    one-time sign-in link, and a password for the next time."""
    from bot.web.passwords import hash_password

    secret, password = secrets.token_urlsafe(24), secrets.token_urlsafe(9)
    with hearback.store.begin() as tx:
        user = tx.users.add(
            email=DANA,
            name="Dana Weiss",
            role=Role.ADMIN,
            password_hash=hash_password(password),
            now=clock.now(),
        )
        if user is not None:
            tx.users.add_link(user, secret, clock.now() + timedelta(days=365))
    for raw in shifted(read_events(EXAMPLES), clock.now() - STORY_STARTS):
        hearback.receive_event("demo", raw)
    return secret, password


# --- production ---------------------------------------------------------------------------


def run_web(
    settings: Settings, actions: Actions, listener: socket.socket, ready: Callable[[], None]
) -> None:
    """Serve the web pages and webhooks; without Redis, also do the work in threads."""
    embedded = not settings.secrets.redis_url
    with opened(settings, actions, farewell=SHORT_FAREWELL) as (hearback, bus, engine):
        if embedded:
            _work(engine, hearback)
        app = web_app(hearback, bus, secret_key(settings), settings)
        serve_until_stopped(app, listener, ready=ready, farewell=bus.close)


def run_worker(
    settings: Settings, actions: Actions, threads: int | None, ready: Callable[[], None]
) -> None:
    """Work until SIGTERM or SIGINT; turns at hand are finished first."""
    ends = {signal.SIGTERM, signal.SIGINT}
    secret_key(settings)
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)  # in every thread, so that none is interrupted
    with opened(settings, actions, threads) as (hearback, _, engine):
        _work(engine, hearback)
        ready()
        signal.sigwait(ends)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ends)
        click.echo("Finishing the turns at hand ...")


def _work(engine: Engine, hearback: Hearback) -> None:
    intake = hearback.intake
    engine.start(
        hearback.store,
        hearback.clock,
        hearback.turn,
        intake.plan,
        intake.watch,
        hearback.rounds,
    )


def post_events(
    config: Path, environment: Environment, actions: Actions, file: Path
) -> tuple[int, int]:
    """Post the events of a file; return how many were new and how many were known.

    Raises BadInput, naming the event by its number, after posting those before it.
    """
    settings = load_settings(config, environment)
    events = read_events(file)
    with opened(settings, actions) as (hearback, _, _):
        new = 0
        for number, raw in enumerate(events, 1):
            try:
                new += hearback.receive_event("file", raw)
            except BadInput as error:
                raise BadInput([_numbered(number, one) for one in error.mistakes]) from None
        return new, len(events) - new


def import_interviews(
    config: Path, environment: Environment, actions: Actions, file: Path, *, trial: bool
) -> str:
    """Tell what is new in a table of interviews, and say what that was.

    Raises BadInput, naming each wrong field: then nothing was told.
    """
    text = text_of(file)
    with opened(load_settings(config, environment), actions) as (hearback, _, _):
        with click.progressbar(length=text.count("\n"), label=file.name, file=sys.stderr) as bar:
            taken = hearback.importing.take_in(
                text, str(file), trial=trial, tick=lambda: bar.update(1)
            )
        return str(taken)


def publish_slots(config: Path, environment: Environment, actions: Actions, file: Path) -> int:
    """Offer the slots of a table; return how many. Raises BadInput: nothing was published."""
    return _tell_slots(config, environment, actions, "slots.published", read_slots(file))


def withdraw_slots(
    config: Path, environment: Environment, actions: Actions, refs: Sequence[str]
) -> int:
    """Offer slots no more; return how many."""
    told = [{"ref": ref} for ref in refs]
    return _tell_slots(config, environment, actions, "slots.withdrawn", told)


def _tell_slots(
    config: Path,
    environment: Environment,
    actions: Actions,
    type: str,
    told: Sequence[Mapping[str, Any]],
) -> int:
    with opened(load_settings(config, environment), actions) as (hearback, _, _):
        now = hearback.clock.now().isoformat()
        for first in range(0, len(told), MOST_SLOTS):
            part = list(told[first : first + MOST_SLOTS])
            id = f"{type}:{secrets.token_hex(8)}"
            head = {"id": id, "type": type, "occurred_at": now}
            hearback.receive_event("table", {**head, "slots": part})
    return len(told)


def _numbered(number: int, mistake: Mistake) -> Mistake:
    return Mistake(f"event {number}: {mistake.where}", mistake.problem, mistake.mend)


@contextmanager
def opened(
    settings: Settings,
    actions: Actions,
    threads: int | None = None,
    farewell: float = LONG_FAREWELL,
) -> Iterator[tuple[Hearback, LiveBus, Engine]]:
    """Put together what production processes share, and close it at the end.

    Turns at hand have `farewell` seconds then.
    """
    line = _line(settings.secrets.redis_url)
    bus = _bus(line)
    store = Store(settings.secrets.database_url, bus.announce)
    _ready(store)
    engine = Engine(line, threads or settings.config.engine.threads)
    with _clock_of(store) as clock:
        carrier = carrier_of(settings, clock)
        mail = mail_of(settings, clock)
        hearback = build(
            settings,
            store,
            clock,
            carrier,
            actions,
            engine.hints,
            mail=mail,
            secret=lambda: secret_key(settings),
            tombstones=settings.secrets.tombstones,
        )
        if isinstance(carrier, Simulator):
            carrier.connect(hearback.settler.report)
            carrier.start()
        try:
            yield hearback, bus, engine
        finally:
            engine.stop(farewell)
            bus.close()
            store.close()


def _line(redis_url: str) -> RedisLine | None:
    if not redis_url:
        return None
    from bot.work.redis_line import RedisLine

    return RedisLine(redis_url)


def _bus(line: RedisLine | None) -> LiveBus:
    if line is None:
        return LiveBus()
    from bot.work.redis_live import RedisBus

    bus = RedisBus(line)
    bus.start()
    return bus


@contextmanager
def _clock_of(store: Store) -> Iterator[Clock]:
    """The database's clock; SQLite's is the machine's."""
    if store.is_sqlite:
        yield SystemClock()
        return
    clock = DatabaseClock(store.seconds)
    looking = Ticking("clock", LOOK_EVERY, clock.look)
    looking.start()
    try:
        yield clock
    finally:
        looking.stop()


def _ready(store: Store) -> None:
    """Embedded, the tables are made here; a shared database is migrated on purpose.

    Raises StoreDown, BadConfig.
    """
    if store.is_sqlite:
        migrate(store)
    elif not is_current(store):
        problem = "the database's tables are not up to date"
        raise BadConfig([Mistake("HEARBACK_DATABASE_URL", problem, "run `app.py migrate`")])


def secret_key(settings: Settings) -> str:
    """Return the key that signs sessions and makes links; embedded, it is kept in `var/`."""
    if settings.secrets.secret_key:
        return settings.secrets.secret_key
    if not settings.secrets.database_url.startswith("sqlite"):
        mend = "set it to a long random text, the same for every process"
        raise BadConfig([Mistake("HEARBACK_SECRET_KEY", "is needed with PostgreSQL", mend)])
    path = ROOT / "var" / "secret_key"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(32))
    return path.read_text()


# --- the web server -----------------------------------------------------------------------


def web_app(
    hearback: Hearback,
    bus: LiveBus,
    key: str,
    settings: Settings | None = None,
    *,
    demo: Any = None,
) -> Flask:
    from werkzeug.middleware.proxy_fix import ProxyFix

    from bot.web import create_app
    from bot.web.house import House

    app = create_app(
        House(
            store=hearback.store,
            clock=hearback.clock,
            company=hearback.company,
            desk=hearback.desk,
            importing=hearback.importing,
            noting=hearback.noting,
            ready=hearback.ready,
            previews=hearback.previews,
            mending=hearback.mending,
            snoozing=hearback.snoozing,
            identities=hearback.identities,
            receive_event=hearback.receive_event,
            sheets=hearback.sheets,
            choices=hearback.choices,
            appointments=hearback.appointments,
            bus=bus,
            secret_key=key,
            redis_url=settings.secrets.redis_url if settings else "",
            public_url=settings.config.web.public_url if settings else "",
            blueprints=_machines(hearback, settings) if settings else (),
            demo=demo,
        )
    )
    if settings is not None and settings.config.web.public_url.startswith("https:"):
        app.wsgi_app = ProxyFix(app.wsgi_app, x_proto=1)  # type: ignore[method-assign]
    return app


def _machines(hearback: Hearback, settings: Settings) -> list[Blueprint]:
    from bot.web.rasa import rasa
    from bot.web.sources import sources

    listening = hearback.listening
    assistant = rasa(hearback.flows.serve, hearback.flows.names)
    told = sources(listening.doors, listening.deliveries.take, hearback.clock)
    return [assistant, told, *_carriers(hearback, settings)]


def _carriers(hearback: Hearback, settings: Settings) -> Iterator[Blueprint]:
    """What the carrier calls; nobody calls in a simulation."""
    receive, settle = hearback.receiver.receive, hearback.settler.report
    match settings.config.whatsapp.carrier:
        case "twilio":
            from bot.web.webhooks import webhooks

            alarm = partial(hearback.mending.unheard, "TWILIO_AUTH_TOKEN")
            yield webhooks(twilio_settings(settings), receive, settle, hearback.clock, alarm)
        case "meta":
            from bot.web.meta import Takers, meta_webhooks

            takers = Takers(
                receive=receive,
                echo=hearback.echoes.take,
                settle=settle,
                notice=hearback.notices.take,
            )
            alarm = partial(hearback.mending.unheard, "META_APP_SECRET")
            yield meta_webhooks(meta_settings(settings), takers, hearback.clock, alarm)
