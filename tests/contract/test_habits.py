"""What the rows tell about when people answer, on SQLite and on PostgreSQL alike."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from bot.domain.habits import Habit, habit, occasions, prior
from bot.domain.model import Channel, MessageId, Party, PersonId
from bot.outreach.habits import EPOCH, Habits
from bot.store import Store, Tx
from bot.store.habits import MOST_OWN
from bot.store.schema import messages, people
from tests.factories import DAY, HOUR, LONDON, NOON

SENDER = "+12025550100"
SEVEN = NOON + 7 * HOUR
MADRID = ZoneInfo("Europe/Madrid")


def somebody(tx: Tx, *moments: datetime, number: int = 1, zone: str = "") -> PersonId:
    """A candidate who wrote at these moments."""
    person = tx.people.add(NOON)
    tx.people.update(person, time_zone=zone)
    address = f"+4477009{number:05}"
    tx.conversations.with_address(Channel.WHATSAPP, address, SENDER, lambda: person)
    wrote(tx, person, moments)
    return person


def wrote(tx: Tx, person: PersonId, moments: Iterable[datetime], direction: str = "in") -> None:
    talk = tx.conversations.of_person(person)[0].id
    before = tx.connection.execute(sa.select(sa.func.count()).select_from(messages)).scalar_one()
    rows = [
        {
            "conversation_id": talk,
            "direction": direction,
            "author": "candidate",
            "kind": "inbound",
            "state": "handled",
            "dedupe_key": f"in:{before + number}",
            "at": at,
        }
        for number, at in enumerate(moments)
    ]
    if rows:
        tx.connection.execute(sa.insert(messages), rows)


def known(store: Store, person: PersonId, habits: Habits | None = None) -> Habit | None:
    with store.read() as tx:
        return (habits or Habits(lambda phone: "", LONDON)).of(tx, person, LONDON)


def evenings(many: int) -> list[datetime]:
    return [SEVEN - n * DAY for n in range(many)]


def test_a_persons_own_messages_are_found_in_all_their_conversations_newest_first(
    store: Store,
) -> None:
    with store.begin() as tx:
        person = somebody(tx, NOON, NOON + 2 * DAY)
        other = somebody(tx, NOON + HOUR, number=2)
        wrote(tx, person, [NOON + 3 * HOUR], direction="out")
        tx.people.merge(somebody(tx, NOON + DAY, number=3), person, NOON)

        assert [one.at for one in tx.habits.of_person(person)] == [
            NOON + 2 * DAY,
            NOON + DAY,
            NOON,
        ]
        assert [one.at for one in tx.habits.of_person(other)] == [NOON + HOUR]


def test_of_somebody_who_writes_a_lot_only_the_newest_messages_are_read(store: Store) -> None:
    with store.begin() as tx:
        person = somebody(tx, *(NOON + n * HOUR for n in range(MOST_OWN + 50)))
        read = tx.habits.of_person(person)

    assert len(read) == MOST_OWN
    assert read[0].at == NOON + (MOST_OWN + 49) * HOUR


def test_everybodys_messages_are_candidates_messages_that_came_in(store: Store) -> None:
    with store.begin() as tx:
        first = somebody(tx, NOON, zone="Asia/Tokyo")
        colleague, erased = somebody(tx, NOON, number=2), somebody(tx, NOON, number=3)
        wrote(tx, first, [NOON + HOUR], direction="out")
        wrote(tx, first, [NOON + DAY, NOON + 2 * DAY])
        set_party = sa.update(people).where(people.c.id == colleague)
        tx.connection.execute(set_party.values(party=Party.COLLEAGUE.value))
        tx.people.forget(erased, NOON)
        newest = tx.habits.of_person(first)[0].message_id

        found = tx.habits.between(MessageId(0), newest)

    assert [one.at for one in found] == [NOON, NOON + DAY]
    assert {(one.person_id, one.time_zone) for one in found} == {(first, "Asia/Tokyo")}


def test_habits_are_learned_from_real_rows(store: Store) -> None:
    with store.begin() as tx:
        owl, newcomer = somebody(tx, *evenings(5)), somebody(tx, *evenings(2), number=2)

    learned = known(store, owl)

    assert learned == habit(occasions(evenings(5), LONDON), prior())
    assert learned is not None
    assert learned.answers(SEVEN.astimezone(LONDON))
    assert known(store, newcomer) is None


def test_the_shared_prior_is_learned_from_everybody_each_in_their_own_zone(store: Store) -> None:
    crowd = [SEVEN - n * DAY for n in range(EPOCH // 2)]
    with store.begin() as tx:
        somebody(tx, *crowd, number=2)
        somebody(tx, *crowd, number=3, zone="Asia/Tokyo")
        person = somebody(tx, *evenings(3))

    learned = known(store, person, Habits(lambda phone: "Europe/Madrid", LONDON))

    everybody = occasions(crowd, MADRID) + occasions(crowd, ZoneInfo("Asia/Tokyo"))
    expected = habit(occasions(evenings(3), LONDON), prior(everybody))
    alone = habit(occasions(evenings(3), LONDON), prior())
    assert learned is not None and expected is not None and alone is not None
    assert learned.waits == pytest.approx(expected.waits, rel=0.01)
    assert learned.waits != pytest.approx(alone.waits, rel=0.01)


def test_a_habit_stands_until_its_owner_writes_again_whatever_others_do(store: Store) -> None:
    with store.begin() as tx:
        person = somebody(tx, *evenings(4))
        crowd = somebody(tx, number=2)
    asked_before, asked_later = Habits(lambda phone: "", LONDON), Habits(lambda phone: "", LONDON)
    before = known(store, person, asked_before)

    with store.begin() as tx:
        wrote(tx, crowd, (NOON + n * HOUR for n in range(2 * EPOCH)))

    assert known(store, person, asked_before) == before
    assert known(store, person, asked_later) == before
    with store.begin() as tx:
        wrote(tx, person, [SEVEN + DAY])
    assert known(store, person, asked_before) == known(store, person, asked_later) != before
