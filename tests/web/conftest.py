"""The pages over a real house: a SQLite file, a simulated carrier, a clock that stands still."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from bot.domain.model import Role
from bot.web import create_app
from bot.web.house import Demo, House
from bot.web.passwords import hash_password
from bot.work.live import LiveBus
from tests.world import World, world

PASSWORD = "a sentence is easy to remember"
PASSWORD_HASH = hash_password(PASSWORD)
KEY = "hb_example"

OpenHouse = Callable[..., Flask]


@dataclass
class Visitor:
    """Somebody at a browser."""

    app: Flask

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def page(self, path: str) -> str:
        response = self.get(path)
        assert response.status_code == 200, response.text
        return response.text

    def send(self, method: str, path: str, **form: object) -> TestResponse:
        """Do what a button of a page does."""
        headers = {"X-CSRFToken": self.token(), "HX-Request": "true"}
        return self.client.open(path, method=method, data=form, headers=headers)

    def token(self) -> str:
        found = re.search(r'X-CSRFToken": "([^"]+)', self.client.get("/tasks").text)
        assert found, "nobody is signed in"
        return found.group(1)

    def sign_in(self, email: str, password: str = PASSWORD) -> TestResponse:
        found = re.search(r'name="csrf_token" value="([^"]+)', self.client.get("/sign-in").text)
        form = {"email": email, "password": password, "csrf_token": found.group(1) if found else ""}
        return self.client.post("/sign-in", data=form)


@pytest.fixture
def home(sqlite_url: str) -> Iterator[World]:
    with world(sqlite_url) as one:
        with one.store.begin() as tx:
            for role in Role:
                tx.users.add(
                    email=f"{role.value}@northwind.example",
                    name=role.value.replace("_", " ").title(),
                    role=role,
                    password_hash=PASSWORD_HASH,
                    now=one.clock.now(),
                )
            tx.users.add_key("greenhouse", KEY, one.clock.now())
        yield one


@pytest.fixture
def open_house(home: World) -> OpenHouse:
    """Returns a function that builds the application; what it is given replaces parts."""

    def build(**parts: object) -> Flask:
        demo = Demo(
            receive=home.hearback.receiver.receive, stepper=home.stepper, simulator=home.carrier
        )
        told: dict[str, object] = {
            "store": home.store,
            "clock": home.clock,
            "company": home.hearback.company,
            "desk": home.hearback.desk,
            "importing": home.hearback.importing,
            "noting": home.hearback.noting,
            "ready": home.hearback.ready,
            "previews": home.hearback.previews,
            "mending": home.hearback.mending,
            "snoozing": home.hearback.snoozing,
            "identities": home.hearback.identities,
            "receive_event": home.hearback.receive_event,
            "sheets": home.hearback.sheets,
            "choices": home.hearback.choices,
            "appointments": home.hearback.appointments,
            "bus": LiveBus(),
            "secret_key": "only for tests",
            "demo": demo,
        }
        return create_app(House(**{**told, **parts}))  # type: ignore[arg-type]

    return build


@pytest.fixture
def site(open_house: OpenHouse) -> Flask:
    return open_house()


@pytest.fixture
def stranger(site: Flask) -> Visitor:
    return Visitor(site)


@pytest.fixture
def signed_in(site: Flask, home: World) -> Callable[[Role], Visitor]:
    def enter(role: Role) -> Visitor:
        visitor = Visitor(site)
        with home.store.read() as tx:
            user = tx.users.with_email(f"{role.value}@northwind.example")
        assert user is not None
        with visitor.client.session_transaction() as session:
            session.update(user=user.id, since=time.time())
        return visitor

    return enter


@pytest.fixture
def recruiter(signed_in: Callable[[Role], Visitor]) -> Visitor:
    return signed_in(Role.RECRUITER)
