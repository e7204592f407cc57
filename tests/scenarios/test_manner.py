"""A wish about the way we write, from the sentence that tells it to the words that follow it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.domain.manner import Length, Preference, Tone
from bot.domain.model import PersonId
from tests.factories import HOUR, completed, event
from tests.fakes.model_server import ModelServer, answer, calls
from tests.world import World, with_model, world

NEWS = "Dana Weiss will write to you by Friday, 27 November."


@pytest.fixture
def thanked(sqlite_url: str) -> Iterator[World]:
    with world(sqlite_url) as one:
        one.happens(completed())
        one.passes(2 * HOUR)
        yield one


def wish(one: World) -> Preference:
    with one.store.read() as tx:
        return tx.people.find(tx.conversations.find(one.conversation).person_id).wish


def wordings(one: World, kind: str) -> list[str]:
    return [row.wording for row in one.rows(kind)]


def test_one_wish_is_added_to_another(thanked: World) -> None:
    thanked.writes("more formal, please")
    thanked.writes("and could you keep your messages shorter?")

    assert wish(thanked) == Preference(tone=Tone.FORMAL, length=Length.SHORT)
    thanked.passes(3 * 24 * HOUR)
    assert wordings(thanked, "status_update")[0] == "status_update.17.en"


def test_a_wish_changes_words_that_wait_to_leave(thanked: World) -> None:
    while "ready" not in thanked.states("status_update"):
        thanked.passes(HOUR / 12)
    assert wordings(thanked, "status_update") == ["status_update.1.en"]

    thanked.writes("shorter please")
    thanked.passes(HOUR)

    assert wordings(thanked, "status_update")[0] == "status_update.17.en"
    assert any(text.startswith("No news to share today, Daniel") for text in thanked.texts)


def test_where_whatsapp_has_not_approved_a_manner_the_approved_words_leave(thanked: World) -> None:
    approved = thanked.carrier.has_template

    def only_old(name: str) -> bool:
        number = int(name.split(".")[1])
        return approved(name) and number <= 10

    object.__setattr__(thanked.hearback.composer, "approved", only_old)
    with thanked.store.begin() as tx:
        person = tx.conversations.find(thanked.conversation).person_id
        tx.people.update(person, tone=Tone.FORMAL)

    thanked.passes(3 * 24 * HOUR)

    row = thanked.rows("status_update")[0]
    assert (row.wording, row.worded) == (
        "status_update.1.en",
        "WhatsApp has approved no other words",
    )


def test_two_records_of_one_person_keep_what_either_wished(thanked: World) -> None:
    thanked.writes("shorter please")
    with thanked.store.begin() as tx:
        gone = tx.conversations.find(thanked.conversation).person_id
        into = tx.people.add(thanked.clock.now(), "Daniel Okafor")
        tx.people.update(into, tone=Tone.FORMAL)
        tx.people.merge(gone, into, thanked.clock.now())

    assert wish(thanked) == Preference(tone=Tone.FORMAL, length=Length.SHORT)


def test_a_wish_goes_with_the_person(thanked: World) -> None:
    thanked.writes("shorter please")
    with thanked.store.read() as tx:
        person = tx.conversations.find(thanked.conversation).person_id

    thanked.happens(event("candidate.erased", thanked.clock.now()))

    with thanked.store.read() as tx:
        assert tx.people.find(PersonId(person)).wish == Preference()


def test_a_model_that_hears_a_wish_notes_it_and_it_is_confirmed(tmp_path: Path) -> None:
    """In whatever words."""
    told = {"length": "short", "tone": "formal"}
    server = ModelServer(calls(("set_preferences", told)), answer(NEWS, facts=["hear_by"]))
    with server, world(f"sqlite:///{tmp_path / 'm.db'}", choices=with_model(server.url)) as one:
        one.happens(completed())
        one.passes(2 * HOUR)

        one.writes("what is the canteen like at your place?")

        assert wish(one) == Preference(tone=Tone.FORMAL, length=Length.SHORT)
        assert "will be formal" in one.texts[1]
        assert "are short" in one.texts[2]
        assert one.last == NEWS
