"""Puts together what hears other systems: the doors their webhooks come in by, who reads what
came, and who asks for what they do not tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.deliveries import Reader, Told
from bot.domain.links import Links
from bot.domain.ports import Clock
from bot.outreach.deliveries import (
    Bookers,
    Deliveries,
    OldDeliveries,
    Poll,
    ReceiveEvent,
    SharedToken,
    Unproven,
)
from bot.settings import SECRETS, Settings
from bot.sources.api import read_event
from bot.sources.ashby import Ashby, AshbyApi, AshbyVendor
from bot.sources.calcom import Calcom, CalcomVendor
from bot.sources.calendly import Calendly, CalendlyVendor
from bot.sources.doors import Door, Vendor
from bot.sources.greenhouse import Greenhouse, GreenhouseVendor, Harvest
from bot.sources.lever import Lever, LeverApi, LeverVendor
from bot.sources.telling import Habits
from bot.work.rounds import Round

if TYPE_CHECKING:
    from bot.store import Store


@dataclass(frozen=True, kw_only=True)
class Listening:
    doors: Mapping[str, Door]
    """By the names of the systems that the team uses."""
    deliveries: Deliveries
    rounds: tuple[Round, ...]


@dataclass(frozen=True, kw_only=True)
class _System:
    vendor: Vendor
    reader: Reader
    rounds: Callable[[Deliveries], tuple[Round, ...]] = lambda deliveries: ()


@dataclass(frozen=True)
class _Ground:
    """What all of them stand on."""

    settings: Settings
    store: Store
    clock: Clock
    links: Links


def listening_to(
    settings: Settings, store: Store, clock: Clock, links: Links, receive_event: ReceiveEvent
) -> Listening:
    used: Sequence[str] = settings.config.sources.use
    ground = _Ground(settings, store, clock, links)
    systems = {name: _MAKE[name](ground) for name in used}
    readers = {name: system.reader for name, system in systems.items()}
    deliveries = Deliveries(store, clock, readers, receive_event, read_event)
    rounds = [one for system in systems.values() for one in system.rounds(deliveries)]
    return Listening(
        doors={
            name: Door(system.vendor, secrets_of(settings, name))
            for name, system in systems.items()
        },
        deliveries=deliveries,
        rounds=(OldDeliveries(store), *((deliveries, *rounds) if systems else ())),
    )


def secrets_of(settings: Settings, name: str) -> tuple[str, ...]:
    """Return what webhooks are signed with: several while one takes the place of another."""
    return tuple(settings.of_vendor(name, SECRETS).split())


def harvest_of(settings: Settings, store: Store, clock: Clock) -> Harvest | None:
    """Return Greenhouse's API, or None without an OAuth client."""
    client = (
        settings.of_vendor("greenhouse", "CLIENT_ID"),
        settings.of_vendor("greenhouse", "CLIENT_SECRET"),
    )
    if not all(client):
        return None
    return Harvest(
        client,
        SharedToken(store, clock, "greenhouse"),
        clock,
        api=settings.of_vendor("greenhouse", "API_URL"),
        auth=settings.of_vendor("greenhouse", "AUTH_URL"),
    )


def _habits(settings: Settings) -> Habits:
    told = settings.config.sources
    return Habits(region=told.region, stages=told.stages)


def _greenhouse(on: _Ground) -> _System:
    harvest = harvest_of(on.settings, on.store, on.clock)
    return _System(
        vendor=GreenhouseVendor(),
        reader=Greenhouse(
            habits=_habits(on.settings), ask=harvest.application if harvest else _nobody_to_ask
        ),
        rounds=lambda deliveries: (Poll(harvest, deliveries.take),) if harvest else (),
    )


def lever_api_of(settings: Settings, store: Store, clock: Clock) -> LeverApi:
    key, api = settings.of_vendor("lever", "API_KEY"), settings.of_vendor("lever", "API_URL")
    return LeverApi(key, clock, Unproven(store, "lever"), api=api)


def _lever(on: _Ground) -> _System:
    api = lever_api_of(on.settings, on.store, on.clock)
    return _System(
        vendor=LeverVendor(),
        reader=Lever(habits=_habits(on.settings), ask=api),
        rounds=lambda deliveries: (Poll(api, deliveries.take),),
    )


def ashby_api_of(settings: Settings) -> AshbyApi:
    return AshbyApi(
        settings.of_vendor("ashby", "API_KEY"), api=settings.of_vendor("ashby", "API_URL")
    )


def _ashby(on: _Ground) -> _System:
    ask = ashby_api_of(on.settings).application
    return _System(vendor=AshbyVendor(), reader=Ashby(habits=_habits(on.settings), ask=ask))


def _calendly(on: _Ground) -> _System:
    return _System(vendor=CalendlyVendor(), reader=Calendly(whose=Bookers(on.store, on.links)))


def _calcom(on: _Ground) -> _System:
    return _System(vendor=CalcomVendor(), reader=Calcom(whose=Bookers(on.store, on.links)))


def _nobody_to_ask(id: str) -> Told | None:
    return None


_MAKE: Mapping[str, Callable[[_Ground], _System]] = {
    "greenhouse": _greenhouse,
    "lever": _lever,
    "ashby": _ashby,
    "calendly": _calendly,
    "calcom": _calcom,
}
