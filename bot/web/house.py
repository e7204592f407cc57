"""What the pages need of the rest of the product; app.py hands it over."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import flask

from bot.channels.simulator import Simulator
from bot.dialogue.identity import Identities
from bot.domain.model import Company
from bot.domain.ports import Clock, Inbound
from bot.handoff.desk import Desk
from bot.handoff.mending import Mending
from bot.handoff.noting import Noting
from bot.handoff.snoozing import Snoozing
from bot.importing import Importing
from bot.outreach.appointments import Appointments
from bot.outreach.choices import Choices
from bot.outreach.preview import Previews
from bot.outreach.sheets import Sheets
from bot.ready import ReadyWords
from bot.store import Store
from bot.work.live import LiveBus
from bot.work.stepper import Stepper


@dataclass(frozen=True, kw_only=True)
class Demo:
    """What only the demo has: a candidate's phone and a clock that moves."""

    receive: Callable[[Inbound], None]
    """The candidate writes."""
    stepper: Stepper
    simulator: Simulator


@dataclass(frozen=True, kw_only=True)
class House:
    store: Store
    clock: Clock
    """For everything that is shown or decided; the demo's runs ahead of the machine's."""
    company: Company
    desk: Desk
    noting: Noting
    ready: ReadyWords
    previews: Previews
    mending: Mending
    snoozing: Snoozing
    importing: Importing
    identities: Identities
    receive_event: Callable[[str, Mapping[str, Any]], bool]
    """Takes the name of a source and a raw event. False for a replay. Raises BadInput."""
    sheets: Sheets
    choices: Choices
    """The pages behind colleagues' links."""
    appointments: Appointments
    bus: LiveBus
    secret_key: str
    redis_url: str = ""
    public_url: str = ""
    blueprints: Sequence[flask.Blueprint] = ()
    """Called by machines that prove themselves in their own way, such as carriers."""
    demo: Demo | None = None
    """None in production."""


def house() -> House:
    """Return the house of the application that answers this request."""
    return cast(House, flask.current_app.extensions["house"])
