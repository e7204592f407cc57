"""Questions to colleagues in the store, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from bot.domain.asks import QUESTIONS, Ask, Choice, Kind, Question, Standing
from bot.domain.events import JobReport
from bot.domain.model import Author, Channel, Conversation, Party, PersonId, ProcessId, State
from bot.domain.story import Story
from bot.store import Store, Tx
from bot.store.schema import asks
from tests.factories import DAY, HOUR, NOON, PHONE


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    with store.begin() as tx:
        candidate = tx.people.add(NOON, name="Daniel Okafor")
        job = tx.processes.save_job(JobReport(ref="job-1"))
        for ref in ("app-1", "app-2"):
            tx.processes.save(ref, candidate, job, Story(opened_at=NOON))
    yield store
    store.close()


def colleague(tx: Tx, name: str = "Ana") -> PersonId:
    return tx.people.add(NOON, name=name, party=Party.COLLEAGUE)


def question(about: str = "int-1", process: int = 1, number: int = 1) -> Question:
    return Question(
        key=f"ask:{process}:reason:{about}:{number}",
        process_id=ProcessId(process),
        kind=Kind.REASON,
        about=about,
    )


def asked(tx: Tx, person: PersonId, about: str = "int-1", process: int = 1, number: int = 1) -> Ask:
    found = tx.asks.open(question(about, process, number), person, NOON)
    assert found is not None
    return found


def talk(tx: Tx, person: PersonId) -> Conversation:
    return tx.conversations.with_address(Channel.WHATSAPP, PHONE, "+12025550100", lambda: person)


def test_a_question_is_opened_once_for_each_who_is_asked(store: Store) -> None:
    with store.begin() as tx:
        ana, tom = colleague(tx), colleague(tx, "Tom")
        first, second = asked(tx, ana), asked(tx, tom)

        again = tx.asks.open(question(), ana, NOON + HOUR)

        assert again is None
        assert first.key == second.key == "ask:1:reason:int-1:1"
        assert [one.person_id for one in tx.asks.same(first.key)] == [ana, tom]


def test_only_exactly_what_is_named_is_withdrawn(store: Store) -> None:
    with store.begin() as tx:
        ana = colleague(tx)
        meant = asked(tx, ana, "a")
        others = [
            asked(tx, ana, "a:1"),
            asked(tx, ana, "a", number=11),
            asked(tx, ana, "a%"),
            asked(tx, ana, "a", process=2),
        ]

        assert tx.asks.withdraw([meant.key], "a scorecard came", NOON) == []

        assert tx.asks.find(meant.id).standing(NOON) is Standing.WITHDRAWN
        assert tx.asks.find(meant.id).detail == "a scorecard came"
        assert {tx.asks.find(one.id).standing(NOON) for one in others} == {Standing.OPEN}
        assert tx.asks.withdraw([], "nothing", NOON) == []


def test_an_answer_is_not_withdrawn_any_more(store: Store) -> None:
    with store.begin() as tx:
        ask = asked(tx, colleague(tx))
        tx.asks.answer(ask, Choice.APPROVAL, "", NOON)

        tx.asks.withdraw([ask.key], "decided", NOON + HOUR)

        assert tx.asks.find(ask.id).answer == Choice.APPROVAL


def test_what_was_withdrawn_can_be_asked_again_and_what_was_answered_cannot(store: Store) -> None:
    with store.begin() as tx:
        ask = asked(tx, colleague(tx))
        tx.asks.withdraw([ask.key], "cancelled", NOON)

        again = tx.asks.open(question(), ask.person_id, NOON + HOUR)

        assert again is not None
        assert again.standing(NOON + HOUR) is Standing.OPEN
        assert (again.id, again.opened_at, again.detail) == (ask.id, NOON + HOUR, "")
        assert tx.asks.open_about(ProcessId(1), NOON + HOUR) == {ask.key}
        tx.asks.answer(again, Choice.APPROVAL, "", NOON)
        assert tx.asks.open(question(), ask.person_id, NOON + HOUR) is None


def test_what_has_run_out_is_not_open(store: Store) -> None:
    with store.begin() as tx:
        ask = asked(tx, colleague(tx))
        assert tx.asks.open_to(ask.person_id, NOON + 4 * DAY) == []
        assert [one.id for one in tx.asks.open_to(ask.person_id, NOON)] == [ask.id]


def test_a_link_leads_to_its_message_and_only_its_digest_is_kept(store: Store) -> None:
    with store.begin() as tx:
        ana = colleague(tx)
        first, second = asked(tx, ana), asked(tx, ana, "int-2")
        message = tx.messages.add(
            talk(tx, ana), author=Author.BOT, kind=QUESTIONS, key="q:1", due_at=NOON
        )
        assert message is not None
        tx.asks.put_into([first.id, second.id], message)

        tx.asks.set_link(message, "a secret")
        tx.asks.set_link(message, "a secret")

        assert tx.asks.behind("a secret") == message
        assert tx.asks.behind("another") is None
        kept = tx.connection.execute(sa.select(asks.c.token_hash)).scalars().all()
        assert sorted(token is None for token in kept) == [False, True]
        assert "a secret" not in kept


def test_the_days_questions_are_found_until_they_leave(store: Store) -> None:
    with store.begin() as tx:
        ana = colleague(tx)
        conversation = talk(tx, ana)
        assert tx.asks.waiting_batch(ana, conversation.id) is None
        assert tx.asks.last_batch_at(ana) is None
        at = NOON + HOUR
        message = tx.messages.add(
            conversation, author=Author.BOT, kind=QUESTIONS, key="q", word_at=NOON, due_at=at
        )
        assert message is not None
        assert tx.asks.waiting_batch(ana, conversation.id) == message
        assert tx.asks.last_batch_at(ana) is None

        row = tx.messages.find(message)
        assert row is not None
        tx.messages.put_aside(row, State.HELD, "no e-mail")

        assert tx.asks.waiting_batch(ana, conversation.id) is None
        assert tx.asks.last_batch_at(ana) == at


def test_of_two_answers_at_the_same_moment_one_counts(store: Store) -> None:
    with store.begin() as tx:
        both = [asked(tx, colleague(tx)), asked(tx, colleague(tx, "Tom"))]
    together = threading.Barrier(2)

    def answer(mine: Ask) -> None:
        together.wait()

        def work(tx: Tx) -> None:
            same = {one.id: one for one in tx.asks.same(mine.key, for_update=True)}
            if same[mine.id].standing(NOON) is Standing.OPEN:
                tx.asks.answer(mine, Choice.APPROVAL, "", NOON)
                tx.asks.withdraw([mine.key], "answered", NOON)

        store.doing(work)

    threads = [threading.Thread(target=answer, args=(one,)) for one in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with store.read() as tx:
        standing = sorted(one.standing(NOON) for one in tx.asks.same(both[0].key))
    assert standing == [Standing.ANSWERED, Standing.WITHDRAWN]
