"""Who writes, where WhatsApp tells more or less than a phone number; and what it tells beside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.domain.deliveries import UNKNOWN
from bot.domain.ports import Notice
from bot.store.schema import conversations, deliveries, identities
from tests.factories import NOON, PHONE, completed
from tests.world import World, world

HIS_ID, OTHER_ID = "ES.13491208655302741918", "ES.22222222222222222222"
NEWS = Notice(
    id="1",
    kind="account_update",
    raw='{"event": "ACCOUNT_DELETED"}',
    at=NOON,
    what="Our WhatsApp account has been deleted",
)
MOVED = Notice(
    id="2", kind="system", raw="{}", at=NOON, address=PHONE, what="writes from +12195555358"
)
ODD = Notice(id="3", kind="poll", raw=f"from {PHONE[1:]}", at=NOON, why=UNKNOWN)


@pytest.fixture
def house(database_url: str) -> Iterator[World]:
    """Daniel was thanked for an interview."""
    with world(database_url) as house:
        house.happens(completed())
        house.passes(timedelta(hours=3))
        yield house


def people_of(house: World, address: str) -> list[int]:
    with house.store.read() as tx:
        c = conversations.c
        query = sa.select(c.person_id).where(c.address == address)
        return list(tx.connection.execute(query).scalars())


def ids(house: World) -> list[str]:
    with house.store.read() as tx:
        i = identities.c
        query = sa.select(i.value).where(i.kind == "whatsapp_id").order_by(i.id)
        return list(tx.connection.execute(query).scalars())


def kept(house: World) -> list[tuple[str, str, dict[str, str]]]:
    with house.store.read() as tx:
        d = deliveries.c
        query = sa.select(d.kind, d.why, d.raw).where(d.source == "whatsapp").order_by(d.id)
        return [(row.kind, row.why, row.raw) for row in tx.connection.execute(query)]


# --- numbers and ids ----------------------------------------------------------------------


def test_who_hides_the_number_later_is_still_known(house: World) -> None:
    house.writes("Hello again", user_id=HIS_ID)

    house.writes("What happens next?", address=HIS_ID, user_id=HIS_ID)

    assert people_of(house, HIS_ID) == people_of(house, PHONE)
    assert house.carrier.taken[-1].to == HIS_ID


def test_a_stranger_without_a_number_learns_nothing(house: World) -> None:
    house.writes("What happens next?", address=OTHER_ID, user_id=OTHER_ID)

    assert people_of(house, OTHER_ID) != people_of(house, PHONE)
    assert not any("Daniel" in text or "Engineer" in text for text in house.said_to(OTHER_ID))


def test_another_id_under_the_same_number_is_not_learned(house: World) -> None:
    house.writes("Hello", user_id=HIS_ID)
    house.writes("Hello", user_id=OTHER_ID)

    house.writes("What happens next?", address=OTHER_ID, user_id=OTHER_ID)

    assert people_of(house, OTHER_ID) != people_of(house, PHONE)


def test_in_doubt_who_writes_no_id_is_learned(house: World) -> None:
    house.writes("Wrong number, that's not me")

    house.writes("Who are you?", user_id=OTHER_ID)

    assert ids(house) == []


def test_in_doubt_who_writes_an_id_that_is_known_proves_nothing(house: World) -> None:
    house.writes("Hello", user_id=HIS_ID)
    house.writes("Wrong number, that's not me", user_id=HIS_ID)

    house.writes("What happens next?", address=HIS_ID, user_id=HIS_ID)

    assert people_of(house, HIS_ID) != people_of(house, PHONE)


def test_an_id_belongs_to_one_person_only(house: World) -> None:
    house.writes("Hello", address="+34600999888", user_id=HIS_ID)
    house.writes("Hello", user_id=HIS_ID)

    assert ids(house) == [HIS_ID]
    assert people_of(house, "+34600999888") != people_of(house, PHONE)


# --- what it tells beside -----------------------------------------------------------------


def test_bad_news_is_one_task_however_often_it_is_told(house: World) -> None:
    for _ in range(2):
        house.hearback.notices.take(NEWS)

    assert house.tasks().count("Our WhatsApp account has been deleted") == 1
    assert [kind for kind, _, _ in kept(house)] == ["account_update"]


def test_a_task_about_a_person_names_them(house: World) -> None:
    house.hearback.notices.take(MOVED)
    house.hearback.notices.take(replace(MOVED, id="4", address=OTHER_ID))

    assert house.tasks()[-2:] == [
        "Daniel Okafor writes from +12195555358",
        f"{OTHER_ID} writes from +12195555358",
    ]


def test_what_nobody_can_read_is_kept_and_asks_nothing_of_anybody(house: World) -> None:
    tasks = house.tasks()

    house.hearback.notices.take(ODD)

    assert house.tasks() == tasks
    assert kept(house) == [("poll", UNKNOWN, {"about": "", "told": f"from {PHONE[1:]}"})]


def test_what_is_kept_is_blanked_after_a_month(house: World) -> None:
    house.hearback.notices.take(ODD)

    (old,) = (one for one in house.hearback.rounds if one.name == "old deliveries")
    old.go(None, house.clock.now() + timedelta(days=31))

    assert kept(house) == [("poll", UNKNOWN, {})]


def test_who_is_erased_is_in_nothing_that_is_kept(house: World) -> None:
    house.hearback.notices.take(ODD)
    house.hearback.notices.take(replace(MOVED, why=UNKNOWN, what=""))
    house.hearback.notices.take(NEWS)
    (person,) = people_of(house, PHONE)

    with house.store.begin() as tx:
        house.hearback.intake.erase(tx, person)  # type: ignore[arg-type]

    assert [raw for _, _, raw in kept(house)] == [{}, {}, {"about": "", "told": NEWS.raw}]
