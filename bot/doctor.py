"""`app.py doctor`: asks everything that messages depend on, and says what a fault means for
candidates."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from bot.assembly import model_of, twilio_settings
from bot.checking import templates_to_approve
from bot.domain.errors import BadConfig, CarrierAway, StoreDown
from bot.settings import Settings, load_settings
from bot.store import Store
from bot.store.doctoring import Trouble, trouble
from bot.store.migrate import is_current

OLD = timedelta(days=1)
"""A report whose message has not turned up by then is about none of ours."""
HERE = {"localhost", "127.0.0.1", "::1"}


class Health(StrEnum):
    OK = "ok"
    NOTE = "note"
    BROKEN = "broken"


@dataclass(frozen=True)
class Finding:
    health: Health
    what: str
    means: str = ""
    """For candidates."""

    def __str__(self) -> str:
        return f"{self.health:<7} {self.what}" + (f"\n        {self.means}" if self.means else "")


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
    yield from _whatsapp(settings)
    yield from _model(settings)


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


# --- WhatsApp -----------------------------------------------------------------------------


def _whatsapp(settings: Settings) -> Iterator[Finding]:
    if settings.config.whatsapp.carrier == "simulator":
        means = "no candidate gets anything: choose `whatsapp.carrier: twilio`"
        yield Finding(Health.NOTE, "WhatsApp is simulated", means)
        return
    yield from _credentials(settings)
    yield from _webhook(settings)
    yield from _templates(settings.config.twilio.contents)


def _credentials(settings: Settings) -> Iterator[Finding]:
    from bot.channels.twilio import Twilio

    try:
        Twilio(twilio_settings(settings)).check()
    except CarrierAway as error:
        means = "no message leaves, and nothing is caught up on"
        yield Finding(Health.BROKEN, f"Twilio: {error}", means)
        return
    yield Finding(Health.OK, f"Twilio knows us; messages leave by {settings.config.twilio.sender}")


def _webhook(settings: Settings) -> Iterator[Finding]:
    url = twilio_settings(settings).messages_url
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in HERE:
        means = "what candidates write would travel unencrypted"
        yield Finding(Health.BROKEN, "web.public_url does not begin with https:", means)
    means = f"for incoming messages, at Twilio, with all that stands behind the #: {url}"
    yield Finding(Health.NOTE, "the webhook to enter", means)


def _templates(contents: Mapping[str, str]) -> Iterator[Finding]:
    needed = {str(json.loads(line)["name"]) for line in templates_to_approve()}
    missing = sorted(needed - set(contents))
    if missing:
        means = (
            "outside 24 hours after a candidate's last message these texts do not leave; they go "
            "by e-mail, or a recruiter writes. `app.py check --templates` prints them"
        )
        what = f"{len(missing)} of {len(needed)} templates have no ContentSid: {_some(missing)}"
        yield Finding(Health.BROKEN, what, means)
    else:
        yield Finding(Health.OK, f"all {len(needed)} templates have a ContentSid")
    if unknown := sorted(set(contents) - needed):
        means = "they are not used; look for a slip in the name"
        yield Finding(Health.NOTE, f"templates that no text asks for: {_some(unknown)}", means)


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


def _some(names: Sequence[str], most: int = 5) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
