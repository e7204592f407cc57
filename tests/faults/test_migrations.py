"""F1 and F25: a database of an older version is brought up to date, and no death is in the way."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa

from bot.store import Store
from bot.store.migrate import current, is_current, migrate, revisions
from tests.factories import NOON
from tests.processes import ROOT

DIES = """
import os, signal, sys
from bot.domain.failpoints import watch
from bot.store import Store
from bot.store.migrate import migrate

left = int(sys.argv[2])

def reached(place):
    global left
    left -= place == "migrate.stepped"
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)

watch(reached)
migrate(Store(sys.argv[1]))
"""
ANYTHING = {str: "anything", int: 1, bool: False, object: {}, datetime: NOON, float: 1.0}


@pytest.fixture
def store(empty_database_url: str) -> Iterator[Store]:
    opened = Store(empty_database_url)
    yield opened
    opened.close()


def add(connection: sa.Connection, to: str, /, **known: Any) -> None:
    """Insert a row as the table was at that time, with anything where something must stand."""
    table = sa.Table(to, sa.MetaData(), autoload_with=connection)
    needed = {
        column.name: ANYTHING[column.type.python_type]
        for column in table.columns
        if not column.nullable and column.server_default is None
    }
    connection.execute(table.insert().values({**needed, **known}))


def lived_in(store: Store, revision: str) -> None:
    """A house of that time, with somebody in it to whom a message refers."""
    migrate(store, to=revision)
    with store.engine.begin() as connection:
        add(connection, "people", name="Daniel Okafor")
        add(connection, "consents", person_id=1)
        add(connection, "conversations", person_id=1)
        add(connection, "messages", conversation_id=1, body="See you on Friday.")


def kept(store: Store) -> list[Any]:
    query = """
        SELECT people.name, messages.body FROM people
        JOIN consents ON consents.person_id = people.id
        JOIN conversations ON conversations.person_id = people.id
        JOIN messages ON messages.conversation_id = conversations.id
    """
    with store.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query))]


@pytest.mark.parametrize("revision", revisions()[:-1])
def test_f25_what_an_older_version_stored_is_there_after_the_upgrade(
    store: Store, revision: str
) -> None:
    lived_in(store, revision)

    migrate(store)

    assert is_current(store)
    assert kept(store) == [("Daniel Okafor", "See you on Friday.")]
    with pytest.raises(sa.exc.IntegrityError), store.engine.begin() as connection:
        add(connection, "consents", person_id=99)


@pytest.mark.parametrize("step", range(1, len(revisions())))
def test_f1_a_death_in_the_middle_of_an_upgrade_changes_nothing(store: Store, step: int) -> None:
    lived_in(store, revisions()[0])

    words = [sys.executable, "-c", DIES, store.url, str(step)]
    died = subprocess.run(words, cwd=ROOT)

    assert died.returncode == -signal.SIGKILL
    assert current(store) == revisions()[0]
    migrate(store)
    assert kept(store) == [("Daniel Okafor", "See you on Friday.")]
