"""`app.py doctor`: asks everything that messages depend on, and says what a fault means for
candidates."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from bot.assembly import model_of
from bot.clock import SystemClock
from bot.doctor.findings import HERE, Finding, Health, some
from bot.doctor.whatsapp import whatsapp
from bot.domain.errors import BadConfig, CarrierAway, StoreDown
from bot.handoff.notices import SOURCE
from bot.listening import ashby_api_of, harvest_of, lever_api_of, secrets_of
from bot.settings import SECRETS, Settings, load_settings, variable
from bot.store import Store
from bot.store.doctoring import Trouble, trouble
from bot.store.migrate import is_current

__all__ = ["Finding", "Health", "examine"]

OLD = timedelta(days=1)
"""A report whose message has not turned up by then is about none of ours."""
LATELY = timedelta(days=7)
"""Webhooks that mean nothing to us are counted for so long."""


def examine(config: Path, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Yield each finding as soon as it is known: some have to wait for a server."""
    try:
        settings = load_settings(config, environment)
    except BadConfig as error:
        for mistake in error.mistakes:
            yield Finding(Health.BROKEN, str(mistake), "nothing starts: no candidate hears from us")
        return
    yield Finding(Health.OK, f"{config.name} can be read")
    yield from _database(settings)
    yield from _redis(settings.secrets.redis_url)
    yield from whatsapp(settings)
    yield from _model(settings)
    yield from _sources(settings)


# --- the database -------------------------------------------------------------------------


def _database(settings: Settings) -> Iterator[Finding]:
    try:
        with contextlib.closing(Store(settings.secrets.database_url)) as store:
            yield from _tables(store)
    except BadConfig as error:
        yield Finding(Health.BROKEN, str(error), "nothing starts: no candidate hears from us")
    except StoreDown:
        means = "nothing leaves, and what candidates write is asked for again by the carrier"
        yield Finding(Health.BROKEN, "the database cannot be reached", means)


def _tables(store: Store) -> Iterator[Finding]:
    now, current = store.seconds(), is_current(store)
    if not current and not store.is_sqlite:
        means = "`serve` and `worker` refuse to start; run `app.py migrate`"
        yield Finding(Health.BROKEN, "the database's tables are not up to date", means)
        return
    yield Finding(Health.OK, "the database answers")
    if current:
        with store.read() as tx:
            found = trouble(tx.connection, now, OLD)
        yield from _told(found)


def _told(found: Trouble) -> Iterator[Finding]:
    """What is stuck, as the database knows it."""
    for number, seconds in found.resting.items():
        means = f"messages wait; one tries again in {max(round(seconds), 0)} s"
        yield Finding(Health.BROKEN, f"nothing leaves by {number} for the moment", means)
    counted = (
        (found.in_doubt, "messages may not have arrived", "a recruiter says in the conversation"),
        (found.unreadable, "messages that the bot could not read", "a recruiter answers them"),
        (found.events, "events that had no effect", "some candidates may miss a message"),
        (found.orphans, "reports about messages that we did not send", ""),
    )
    for count, what, means in counted:
        if count:
            yield Finding(Health.NOTE, f"{count} {what}", means)


# --- Redis --------------------------------------------------------------------------------


def _redis(url: str) -> Iterator[Finding]:
    if not url:
        yield Finding(Health.NOTE, "no Redis: one process does all the work")
        return
    from bot.work.redis_line import RedisAway, RedisLine

    try:
        with RedisLine(url).asking() as client:
            client.ping()
    except RedisAway:
        means = "messages leave up to some seconds later; nothing is lost"
        yield Finding(Health.BROKEN, "Redis does not answer", means)
        return
    yield Finding(Health.OK, "Redis answers")


# --- the language model -------------------------------------------------------------------


def _model(settings: Settings) -> Iterator[Finding]:
    told = settings.config.model
    if not told.name:
        yield Finding(Health.NOTE, "no language model: answers come from the facts alone")
        return
    parts = urlsplit(told.base_url or "https:")
    if parts.scheme != "https" and parts.hostname not in HERE:
        means = "what candidates write travels unencrypted, unless that network is your own"
        yield Finding(Health.NOTE, "model.base_url does not begin with https:", means)
    from bot.answering.model.mind import ask_once

    why = ask_once(model_of(settings))
    if why:
        means = "answers come from the facts alone; what they do not say, a recruiter answers"
        yield Finding(Health.BROKEN, f"{told.name}: {why}", means)
    else:
        yield Finding(Health.OK, f"{told.name} answers")


# --- systems that tell us what happened ----------------------------------------------------


def _sources(settings: Settings) -> Iterator[Finding]:
    try:
        with contextlib.closing(Store(settings.secrets.database_url)) as store:
            for name in settings.config.sources.use:
                yield from _source(settings, store, name)
            if settings.config.whatsapp.carrier == "meta":
                yield from _apart(store, SOURCE)
    except (BadConfig, StoreDown):
        return  # it has been said above


def _source(settings: Settings, store: Store, name: str) -> Iterator[Finding]:
    base = settings.config.web.public_url or "https://..."
    if not secrets_of(settings, name):
        means = (
            "whatever it tells us is turned away, and asked for again for some hours only: "
            "candidates hear neither thanks nor news of what happened there"
        )
        yield Finding(Health.BROKEN, f"{name}: {variable(name, SECRETS)} is not set", means)
    else:
        means = f"to be called there: {base}/sources/{name}"
        yield Finding(Health.NOTE, f"{name}: {_last_heard(store, name)}", means)
    yield from _apart(store, name)
    if name == "greenhouse":
        yield from _harvest(settings, store)
    elif name == "lever":
        yield _asked(name, lever_api_of(settings, store, SystemClock()).check)
    elif name == "ashby":
        yield _asked(name, ashby_api_of(settings).check)


def _last_heard(store: Store, name: str) -> str:
    if not is_current(store):
        return "nothing has come yet"
    with store.read() as tx:
        last = tx.deliveries.heard(name, LATELY, SystemClock().now()).last_at
    return f"last heard {last:%d %B %Y, %H:%M} UTC" if last else "nothing has come yet"


def _apart(store: Store, name: str) -> Iterator[Finding]:
    """What came and had no effect."""
    if not is_current(store):
        return
    with store.read() as tx:
        heard = tx.deliveries.heard(name, LATELY, SystemClock().now())
    if heard.unread:
        kinds = some([f"{kind} ({count})" for kind, count in heard.unread.items()])
        means = "none for candidates; leave them out where you set up the webhook"
        yield Finding(Health.NOTE, f"{name}: webhooks that mean nothing to us: {kinds}", means)
    if heard.failed:
        means = "some candidates may miss a message"
        yield Finding(Health.BROKEN, f"{name}: {heard.failed} webhooks cannot be read", means)


def _harvest(settings: Settings, store: Store) -> Iterator[Finding]:
    harvest = harvest_of(settings, store, SystemClock())
    if harvest is None:
        means = (
            "no interview and no scorecard is fetched: nobody is thanked unless another system "
            "tells of interviews"
        )
        what = "greenhouse: GREENHOUSE_CLIENT_ID and GREENHOUSE_CLIENT_SECRET are not set"
        yield Finding(Health.BROKEN, what, means)
    elif is_current(store):
        yield _asked("greenhouse", harvest.check)


def _asked(name: str, check: Callable[[], None]) -> Finding:
    try:
        check()
    except CarrierAway as error:
        means = "what happened there comes late: so do thank-yous and next steps"
        return Finding(Health.BROKEN, f"{name}: {error}", means)
    return Finding(Health.OK, f"{name} answers")
