"""The doctor names what is broken, and what that means for candidates."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.clock import SystemClock
from bot.doctor import Finding, Health, examine
from bot.domain.deliveries import UNKNOWN, Delivery
from bot.domain.model import Channel, State
from bot.store import Store
from bot.store.schema import messages
from tests.factories import NOON, PHONE
from tests.fakes.answers import Answer, Kind
from tests.fakes.carrier import Carrier
from tests.fakes.harvest import CLIENT, HarvestServer
from tests.fakes.model_server import ModelServer, Says, answer, error, message
from tests.fakes.twilio_forms import SENDER
from tests.processes import environment, twilio_config


@pytest.fixture
def carrier() -> Iterator[Carrier]:
    with Carrier() as carrier:
        yield carrier


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return twilio_config(tmp_path, 8000)


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    store = Store(sqlite_url)
    yield store
    store.close()


def broken(config: Path, env: dict[str, str]) -> list[Finding]:
    return [one for one in examine(config, env) if one.health is Health.BROKEN]


def notes(config: Path, env: dict[str, str]) -> str:
    return "\n".join(str(one) for one in examine(config, env) if one.health is Health.NOTE)


def test_where_all_is_well_nothing_is_broken_and_the_webhook_is_named(
    config: Path, store: Store, carrier: Carrier
) -> None:
    env = environment(store.url, carrier.url)

    assert broken(config, env) == []
    assert "http://127.0.0.1:8000/webhooks/twilio/messages#rc=5&rp=all" in notes(config, env)


def test_a_mistake_in_the_settings_is_all_that_is_said(tmp_path: Path, store: Store) -> None:
    config = tmp_path / "wrong.yaml"
    config.write_text("company: {}\n")

    found = list(examine(config, environment(store.url)))

    assert {one.health for one in found} == {Health.BROKEN}
    assert "no candidate hears from us" in str(found[0])


def test_a_database_that_is_away_is_named(config: Path, carrier: Carrier) -> None:
    env = environment("postgresql+psycopg://nobody@127.0.0.1:1/none", carrier.url)

    (found,) = broken(config, env)

    assert "database cannot be reached" in found.what


def test_tables_that_are_too_old_are_named(
    config: Path, carrier: Carrier, empty_postgres_url: str
) -> None:
    (found,) = broken(config, environment(empty_postgres_url, carrier.url))

    assert "not up to date" in found.what and "app.py migrate" in found.means


def test_a_redis_that_is_away_is_named(config: Path, store: Store, carrier: Carrier) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    env = environment(store.url, carrier.url, f"redis://127.0.0.1:{port}/0")

    (found,) = broken(config, env)

    assert "Redis does not answer" in found.what and "nothing is lost" in found.means


def test_credentials_that_are_refused_are_named(
    config: Path, store: Store, carrier: Carrier
) -> None:
    env = environment(store.url, carrier.url) | {"TWILIO_AUTH_TOKEN": "another"}

    (found,) = broken(config, env)

    assert "refused our credentials" in found.what and "no message leaves" in found.means


@pytest.mark.parametrize("answer", [Answer(kind=Kind.HTML, status=502), Answer(kind=Kind.DROP)])
def test_a_carrier_in_trouble_is_named(
    config: Path, store: Store, carrier: Carrier, answer: Answer
) -> None:
    carrier.will_list(answer)

    (found,) = broken(config, environment(store.url, carrier.url))

    assert found.what.startswith("Twilio: ")


def test_templates_without_a_contentsid_and_those_that_no_text_asks_for_are_named(
    config: Path, store: Store, carrier: Carrier
) -> None:
    config.write_text(config.read_text().replace('"thank_you.1.en":', '"thank_you.99.en":'))
    env = environment(store.url, carrier.url)

    (found,) = broken(config, env)

    assert "thank_you.1.en" in found.what and "24 hours" in found.means
    assert "thank_you.99.en" in notes(config, env)


def test_a_webhook_in_the_clear_is_named(config: Path, store: Store, carrier: Carrier) -> None:
    config.write_text(config.read_text().replace("127.0.0.1:8000", "hr.example.com"))

    (found,) = broken(config, environment(store.url, carrier.url))

    assert "unencrypted" in found.means


def test_what_is_stuck_is_counted(config: Path, store: Store, carrier: Carrier) -> None:
    with store.alone() as tx:
        tx.senders.know(SENDER)
        tx.connection.execute(sa.text("update senders set failures = 5, rests_until = 9e9"))
    with store.begin() as tx:
        person = tx.people.add(NOON, name="Daniel Okafor")
        talk = tx.conversations.with_address(Channel.WHATSAPP, PHONE, SENDER, lambda: person)
        for state in (State.UNKNOWN, State.DEAD):
            tx.connection.execute(
                sa.insert(messages).values(
                    conversation_id=talk.id,
                    direction="out",
                    author="bot",
                    kind="reply",
                    state=state.value,
                    dedupe_key=state.value,
                    at=NOON,
                )
            )
    env = environment(store.url, carrier.url)

    (found,) = broken(config, env)

    assert f"nothing leaves by {SENDER}" in found.what
    assert "1 messages may not have arrived" in notes(config, env)
    assert "1 messages that the bot could not read" in notes(config, env)


def with_a_model(config: Path, url: str) -> Path:
    config.write_text(f"{config.read_text()}\nmodel: {{name: small, base_url: '{url}'}}\n")
    return config


def test_a_model_that_answers_is_well(config: Path, store: Store, carrier: Carrier) -> None:
    with ModelServer(answer("Hello!")) as server:
        env = environment(store.url, carrier.url)
        found = list(examine(with_a_model(config, server.url), env))

    assert "small answers" in [one.what for one in found]
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("says", "why"),
    [
        (error(401), "the model server refuses our key"),
        (message({"content": "Hello!"}), "does not call tools"),
    ],
)
def test_a_model_that_does_not_answer_is_named_with_what_it_means(
    config: Path, store: Store, carrier: Carrier, says: Says, why: str
) -> None:
    with ModelServer(says) as server:
        (found,) = broken(with_a_model(config, server.url), environment(store.url, carrier.url))

    assert why in found.what
    assert "answers come from the facts alone" in found.means
    assert "secret" not in str(found)


def with_greenhouse(config: Path) -> Path:
    config.write_text(f"{config.read_text()}\nsources: {{use: [greenhouse]}}\n")
    return config


def harvested(server: HarvestServer) -> dict[str, str]:
    return {
        "GREENHOUSE_WEBHOOK_SECRETS": "made-up",
        "GREENHOUSE_CLIENT_ID": CLIENT[0],
        "GREENHOUSE_CLIENT_SECRET": CLIENT[1],
        "GREENHOUSE_API_URL": server.url,
        "GREENHOUSE_AUTH_URL": server.url,
    }


def test_a_source_that_lacks_its_secret_is_named_with_what_that_means_for_candidates(
    config: Path, store: Store, carrier: Carrier
) -> None:
    found = broken(with_greenhouse(config), environment(store.url, carrier.url))

    assert "GREENHOUSE_WEBHOOK_SECRETS is not set" in found[0].what
    assert "candidates hear neither thanks nor news" in found[0].means
    assert "GREENHOUSE_CLIENT_ID" in found[1].what and "nobody is thanked" in found[1].means


def test_a_source_that_is_set_up_is_well_and_its_address_is_named(
    config: Path, store: Store, carrier: Carrier
) -> None:
    with HarvestServer() as server:
        env = {**environment(store.url, carrier.url), **harvested(server)}

        assert broken(with_greenhouse(config), env) == []
    assert "http://127.0.0.1:8000/sources/greenhouse" in notes(config, env)


def test_a_source_that_does_not_know_our_client_is_named(
    config: Path, store: Store, carrier: Carrier
) -> None:
    with HarvestServer() as server:
        env = {**environment(store.url, carrier.url), **harvested(server)}
        env["GREENHOUSE_CLIENT_SECRET"] = "another"

        (found,) = broken(with_greenhouse(config), env)

    assert "no token: HTTP 401" in found.what and "thank-yous" in found.means


def test_webhooks_that_mean_nothing_are_counted_by_their_kinds(
    config: Path, store: Store, carrier: Carrier
) -> None:
    with HarvestServer() as server, store.begin() as tx:
        env = {**environment(store.url, carrier.url), **harvested(server)}
        for number in range(2):
            told = Delivery(id=str(number), kind="moon", raw={}, at=SystemClock().now())
            tx.deliveries.add("greenhouse", told)
        for one in tx.deliveries.waiting(["greenhouse"], SystemClock().now(), 9):
            tx.deliveries.set_aside(one.id, UNKNOWN)

    assert "webhooks that mean nothing to us: moon (2)" in notes(with_greenhouse(config), env)
