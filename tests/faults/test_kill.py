"""Workers die in the middle of two hundred answers: none is lost, none is sent twice."""

from collections import Counter
from pathlib import Path

import sqlalchemy as sa

from bot.clock import SystemClock
from bot.domain.model import Channel, Direction, State
from bot.domain.ports import Inbound
from bot.store import Store
from bot.store.schema import messages, tasks
from tests.fakes.answers import Answer, Kind, refuse
from tests.fakes.carrier import Carrier
from tests.fakes.twilio_forms import SENDER
from tests.processes import environment, eventually, running, twilio_config

CANDIDATES = 200
BEHAVIOUR = {"4": Answer(kind=Kind.DROP), "5": refuse(63024)}
"""By the last digit of the number: takes it and drops its answer, refuses it; else accepts."""
SETTLED = [State.ACCEPTED, State.SENT, State.DELIVERED, State.FAILED, State.UNKNOWN]


def everybody_writes(store: Store) -> None:
    now = SystemClock().now()
    with store.begin() as tx:
        for number in range(CANDIDATES):
            address = f"+44770090{number:04}"
            person = tx.people.add(now)
            conversation = tx.conversations.with_address(
                Channel.WHATSAPP, address, SENDER, lambda person=person: person
            )
            hello = Inbound(
                provider_id=f"SM{number}", address=address, sender=SENDER, text="Hello?", at=now
            )
            tx.messages.receive(conversation, hello, now, urgent=True)
            tx.conversations.arrived(conversation.id, now)
            tx.conversations.reset_alarm(conversation.id, now)


def count(store: Store, *conditions: sa.ColumnElement[bool]) -> int:
    with store.read() as tx:
        query = sa.select(sa.func.count()).select_from(messages).where(*conditions)
        return int(tx.connection.execute(query).scalar_one())


def test_no_answer_is_lost_and_none_is_sent_twice(store: Store, tmp_path: Path) -> None:
    everybody_writes(store)
    config = str(twilio_config(tmp_path))
    with Carrier(answers=lambda to: BEHAVIOUR.get(to[-1], Answer(after=0.03))) as carrier:
        env = environment(store.url, carrier.url)
        for died_after in (40, 100):
            with running(tmp_path / "log", env, "--config", config, "worker") as worker:
                eventually(lambda after=died_after: len(carrier.posts) >= after)
                worker.kill()
        with running(tmp_path / "log", env, "--config", config, "worker"):
            eventually(lambda: count(store, messages.c.state.in_(SETTLED)) == CANDIDATES)

    by_reference = Counter(taken.reference for taken in carrier.taken)
    assert max(by_reference.values()) == 1
    with store.read() as tx:
        rows = tx.connection.execute(
            sa.select(messages).where(messages.c.direction == Direction.OUT.value)
        ).all()
        shown = set(tx.connection.execute(sa.select(tasks.c.dedupe_key)).scalars())
    assert len(rows) == CANDIDATES
    for row in rows:
        taken = by_reference[str(row.id)]
        assert taken or row.state in (State.FAILED, State.UNKNOWN)
        assert not (taken and row.state == State.FAILED)
        if row.state == State.UNKNOWN:
            assert row.due_at is not None or f"delivery:{row.id}" in shown
    doubted = [row for row in rows if row.state == State.UNKNOWN or "broke off" in row.reason]
    assert len(doubted) >= CANDIDATES / 10
    assert count(store, messages.c.state == State.RECEIVED) == 0
