"""A house that listens to other systems: builders for the tests of `bot/sources`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.domain.deliveries import Delivery, Owner, Reading
from bot.domain.events import Event
from bot.settings import Settings, Sources
from bot.sources.api import read_event
from bot.store.schema import deliveries, events
from tests.factories import NOON
from tests.world import World, settings, world

STAGES = {"Team Day": "a day with the team"}


def choices(*use: str, stages: Mapping[str, str] = STAGES, **vendors: str) -> Settings:
    """Settings that use these systems; `vendors` are variables of the environment."""
    told = settings()
    sources = Sources.model_validate({"use": list(use), "region": "GB", "stages": dict(stages)})
    config = told.config.model_copy(update={"sources": sources})
    return replace(told, config=config, secrets=replace(told.secrets, vendors=vendors))


@contextmanager
def listening(database_url: str, *use: str, at: datetime = NOON, **vendors: str) -> Iterator[World]:
    with world(database_url, at, choices=choices(*use, **vendors)) as one:
        yield one


class Nobody:
    """Nothing has been heard of yet."""

    def process(self, ref: str) -> Owner | None:
        return None

    def interview(self, ref: str) -> Owner | None:
        return None

    def visit(self, ref: str) -> Mapping[str, Owner]:
        return {}


class Everybody:
    """Everything has been heard of, and is one candidate's."""

    def __init__(self, owner: Owner, *interviews: str) -> None:
        """`interviews` are those of every visit."""
        self._owner = owner
        self._interviews = interviews

    def process(self, ref: str) -> Owner | None:
        return self._owner

    def interview(self, ref: str) -> Owner | None:
        return self._owner

    def visit(self, ref: str) -> Mapping[str, Owner]:
        return {one: self._owner for one in self._interviews}


def checked(reading: Reading) -> list[Event]:
    """Return the events as they are stored: each one must pass at the door of the API."""
    return [read_event(raw) for raw in reading.events]


def reads(home: World) -> None:
    """Let what came be read and planned."""
    (one,) = (one for one in home.hearback.rounds if one.name == "deliveries")
    one.go(None, home.clock.now())
    home.stepper.settle_now()


def polls(home: World, source: str) -> None:
    (one,) = (one for one in home.hearback.rounds if one.name == f"poll:{source}")
    one.go(None, home.clock.now())
    reads(home)


def stored(home: World) -> list[Any]:
    """What was sent to us, in order."""
    with home.store.read() as tx:
        return list(tx.connection.execute(sa.select(deliveries).order_by(deliveries.c.id)))


def event_rows(home: World) -> list[Any]:
    with home.store.read() as tx:
        return list(tx.connection.execute(sa.select(events).order_by(events.c.id)))


def delivery(told: Mapping[str, Any], kind: str = "", at: datetime = NOON) -> Delivery:
    return Delivery(id="1", kind=kind or str(told["action"]), raw=told, at=at)
