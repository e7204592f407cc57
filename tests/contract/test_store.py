"""What the store promises, on SQLite and on PostgreSQL alike."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.domain.errors import LeaseLost, StoreDown
from bot.domain.model import Channel, Conversation, PersonId, State
from bot.domain.ports import Inbound
from bot.store import Store, Tx
from bot.store.migrate import is_current, migrate
from bot.store.schema import conversations, messages, metadata
from tests.factories import DAY, HOUR, NOON, PHONE


def talk(tx: Tx) -> Conversation:
    person = tx.people.add(NOON, name="Daniel Okafor")
    return tx.conversations.with_address(Channel.WHATSAPP, PHONE, "+12025550100", lambda: person)


def inbound(number: int = 1) -> Inbound:
    return Inbound(
        provider_id=f"SM{number}", address=PHONE, sender="+12025550100", text="Hello", at=NOON
    )


def test_migrations_make_the_tables_that_the_code_knows(store: Store) -> None:
    found = set(sa.inspect(store.engine).get_table_names())

    assert found == {*metadata.tables, "alembic_version"}
    for name, table in metadata.tables.items():
        columns = {column["name"] for column in sa.inspect(store.engine).get_columns(name)}
        assert columns == set(table.c.keys())
    assert is_current(store)
    assert migrate(store) == []


def test_a_moment_comes_back_as_it_went_in_and_a_naive_one_is_refused(store: Store) -> None:
    at = datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC)
    with store.begin() as tx:
        conversation = talk(tx)
        tx.conversations.arrived(conversation.id, at)
        assert tx.conversations.find(conversation.id).last_inbound_at == at

    with pytest.raises(sa.exc.StatementError, match="no time zone"), store.begin() as tx:
        tx.conversations.arrived(conversation.id, datetime(2026, 3, 29))


def test_the_window_opens_at_the_newest_message_in_any_order(store: Store) -> None:
    with store.begin() as tx:
        conversation = talk(tx)
        tx.conversations.arrived(conversation.id, NOON)
        tx.conversations.arrived(conversation.id, NOON - DAY)
        assert tx.conversations.find(conversation.id).last_inbound_at == NOON


def test_a_message_comes_in_once(store: Store) -> None:
    with store.begin() as tx:
        conversation = talk(tx)
        assert tx.messages.receive(conversation, inbound(), NOON, urgent=False) is not None
        assert tx.messages.receive(conversation, inbound(), NOON, urgent=False) is None
        assert len(tx.messages.unread(conversation.id)) == 1


def test_a_transaction_that_breaks_leaves_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.begin() as tx:
        talk(tx)
        raise ZeroDivisionError

    with store.read() as tx:
        assert tx.connection.execute(sa.select(conversations)).first() is None


def test_pages_are_told_after_the_commit_and_only_then(database_url: str) -> None:
    told: list[set[str]] = []
    store = Store(database_url, lambda topics: told.append(set(topics)))

    with store.begin() as tx:
        conversation = talk(tx)
        tx.messages.receive(conversation, inbound(), NOON, urgent=False)
        assert told == []
    with pytest.raises(ZeroDivisionError), store.begin() as tx:
        tx.messages.receive(conversation, inbound(2), NOON, urgent=False)
        raise ZeroDivisionError

    assert told == [{"inbox", f"conversation:{conversation.id}"}]
    store.close()


# --- alarms -------------------------------------------------------------------------------


def test_an_alarm_rings_once_and_again_if_nobody_came(store: Store) -> None:
    with store.begin() as tx:
        conversation = talk(tx)
        tx.messages.receive(conversation, inbound(), NOON, urgent=False)
        tx.conversations.reset_alarm(conversation.id, NOON)

    with store.begin() as tx:
        assert tx.conversations.ring(NOON, 10) == []
        assert tx.conversations.ring(NOON + timedelta(seconds=2), 10) == [(conversation.id, True)]
        assert tx.conversations.ring(NOON + timedelta(seconds=3), 10) == []
        assert tx.conversations.ring(NOON + timedelta(minutes=1), 10) == [(conversation.id, True)]


def test_a_burst_is_awaited_but_not_for_ever(store: Store) -> None:
    def second(n: float) -> datetime:
        return NOON + timedelta(seconds=n)

    with store.begin() as tx:
        conversation = talk(tx)
        for number in range(5):
            now = second(number * 1.5)
            tx.messages.receive(conversation, replace(inbound(number), at=now), now, urgent=False)
            at = tx.conversations.reset_alarm(conversation.id, now)
            assert at == min(second(6), second(number * 1.5 + 2))


def test_what_is_urgent_rings_at_once(store: Store) -> None:
    with store.begin() as tx:
        conversation = talk(tx)
        tx.messages.receive(conversation, inbound(), NOON, urgent=True)
        assert tx.conversations.reset_alarm(conversation.id, NOON) == NOON


def test_a_pump_takes_no_more_than_it_has_room_for(store: Store) -> None:
    with store.begin() as tx:
        person = tx.people.add(NOON)
        for number in range(5):
            conversation = tx.conversations.with_address(
                Channel.WHATSAPP, f"+4477009001{number:02}", "+12025550100", lambda: person
            )
            tx.messages.receive(conversation, inbound(number), NOON, urgent=True)
            tx.conversations.reset_alarm(conversation.id, NOON)

    with store.begin() as tx:
        assert len(tx.conversations.ring(NOON, 3)) == 3
        assert len(tx.conversations.ring(NOON, 3)) == 2


# --- the lease ----------------------------------------------------------------------------


def test_one_worker_at_a_time_holds_a_conversation(store: Store) -> None:
    with store.begin() as tx:
        conversation = talk(tx)
        assert tx.conversations.take_lease(conversation.id, "a")
        assert not tx.conversations.take_lease(conversation.id, "b")
        tx.conversations.fence(conversation.id, "a")
        with pytest.raises(LeaseLost):
            tx.conversations.fence(conversation.id, "b")


def test_a_lease_that_ran_out_is_free_and_its_holder_is_fenced_off(store: Store) -> None:
    with store.begin() as tx:
        conversation = talk(tx)
        tx.conversations.take_lease(conversation.id, "dead")
        tx.connection.execute(sa.update(conversations).values(lease_until=1.0))
        assert tx.conversations.take_lease(conversation.id, "heir")
        with pytest.raises(LeaseLost):
            tx.conversations.fence(conversation.id, "dead")


def test_a_sign_of_life_keeps_a_lease(store: Store) -> None:
    with store.begin() as tx:
        conversation = talk(tx)
        tx.conversations.take_lease(conversation.id, "a")
        tx.connection.execute(sa.update(conversations).values(lease_until=1.0))
        tx.conversations.extend_leases(["a"])
        assert not tx.conversations.take_lease(conversation.id, "b")


def test_what_arrives_while_a_lease_is_given_back_is_never_overlooked(store: Store) -> None:
    """Arrivals and releases interleave at random; at the end an alarm is set for what waits."""
    with store.begin() as tx:
        conversation = talk(tx)

    def arrive() -> None:
        for number in range(40):
            with store.begin(urgent=True) as tx:
                tx.messages.receive(conversation, inbound(number), NOON, urgent=True)
                tx.conversations.reset_alarm(conversation.id, NOON)

    def work() -> None:
        for number in range(40):
            with store.begin() as tx:
                if not tx.conversations.take_lease(conversation.id, f"t{number}"):
                    continue
            with store.begin() as tx:
                tx.messages.handled([m.id for m in tx.messages.unread(conversation.id)])
            with store.begin() as tx:
                tx.conversations.release_lease(conversation.id, f"t{number}", NOON)

    threads = [threading.Thread(target=arrive), threading.Thread(target=work)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with store.read() as tx:
        unread = tx.messages.unread(conversation.id)
        assert (tx.conversations.next_ring() is not None) == bool(unread)


# --- identity and consent -------------------------------------------------------------------


def test_the_newest_line_of_the_ledger_counts_and_a_refusal_wins_a_draw(store: Store) -> None:
    with store.begin() as tx:
        person = tx.people.add(NOON)
        channel = Channel.WHATSAPP

        def record(granted: bool, source: str, at: datetime) -> None:
            tx.people.record_consent(person, channel, granted=granted, source=source, at=at)

        assert not tx.people.consent(person, channel).granted
        record(True, "form", NOON)
        assert tx.people.consent(person, channel).granted
        record(False, "STOP", NOON + HOUR)
        assert tx.people.consent(person, channel).revoked
        record(True, "form", NOON)
        assert tx.people.consent(person, channel).revoked
        record(True, "START", NOON + 2 * HOUR)
        record(False, "STOP", NOON + 2 * HOUR)
        assert tx.people.consent(person, channel).revoked


def test_a_merge_keeps_the_opt_out_of_either(store: Store) -> None:
    with store.begin() as tx:
        one, two = tx.people.add(NOON), tx.people.add(NOON)
        tx.people.record_consent(one, Channel.WHATSAPP, granted=False, source="STOP", at=NOON)
        later = NOON + HOUR
        tx.people.record_consent(two, Channel.WHATSAPP, granted=True, source="form", at=later)

        tx.people.merge(one, two, NOON + DAY)

        assert tx.people.consent(two, Channel.WHATSAPP).revoked


def test_an_identity_belongs_to_one_person(store: Store) -> None:
    with store.begin() as tx:
        one, two = tx.people.add(NOON), tx.people.add(NOON)
        assert tx.people.identify(one, "phone", PHONE)
        assert tx.people.identify(one, "phone", PHONE)
        assert not tx.people.identify(two, "phone", PHONE)
        assert tx.people.known_as("phone", PHONE) == one


# --- failures -----------------------------------------------------------------------------


def test_a_database_that_is_away_says_so(tmp_path: object) -> None:
    store = Store("postgresql+psycopg://nobody@127.0.0.1:1/none?connect_timeout=2")

    with pytest.raises(StoreDown), store.begin():
        pass


def test_fifty_copies_of_one_message_at_once_are_one_row(store: Store) -> None:
    with store.begin() as tx:
        conversation = talk(tx)
    barrier = threading.Barrier(50)

    def arrive() -> None:
        barrier.wait()
        with store.begin(urgent=True) as tx:
            tx.messages.receive(conversation, inbound(), NOON, urgent=False)

    threads = [threading.Thread(target=arrive) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with store.read() as tx:
        query = sa.select(sa.func.count()).select_from(messages)
        assert tx.connection.execute(query).scalar() == 1
        assert [m.state for m in tx.messages.unread(conversation.id)] == [State.RECEIVED]


@pytest.mark.postgres
def test_two_transactions_that_block_each_other_both_come_through(postgres_url: str) -> None:
    store = Store(postgres_url)
    with store.begin() as tx:
        people = [tx.people.add(NOON), tx.people.add(NOON)]
    together = threading.Barrier(2)
    tries: list[str] = []

    def rename(order: list[PersonId], name: str) -> None:
        def work(tx: Tx) -> None:
            tries.append(name)
            tx.people.update(order[0], name=name)
            if len(tries) <= 2:
                together.wait(10)
            tx.people.update(order[1], name=name)

        store.doing(work)

    threads = [
        threading.Thread(target=rename, args=(people, "one")),
        threading.Thread(target=rename, args=(people[::-1], "two")),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(tries) >= 3
    with store.read() as tx:
        assert len({tx.people.find(person).name for person in people}) == 1
    store.close()
