"""F26: yesterday's backup is put back. What left since then does not leave again, what was
written to us is not lost, and whoever was forgotten stays forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.domain.errors import BadInput
from bot.domain.model import Channel, State
from bot.domain.ports import Inbound
from bot.outreach.tombstones import Tombstones, read_tombstones
from bot.restored import recall
from bot.store import Store
from bot.store.schema import metadata, people
from tests.factories import (
    DAY,
    HOUR,
    PHONE,
    candidate,
    completed,
    consent,
    decided,
    event,
    released,
)
from tests.fakes.phones import letters
from tests.world import World, world

COUNT_ON = (
    "select setval(pg_get_serial_sequence('{0}', 'id'), coalesce(max(id), 0) + 1, false) from {0}"
)
Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture
def house(database_url: str) -> Iterator[World]:
    with world(database_url, mail=letters) as house:
        yield house


def copied(store: Store) -> Rows:
    """A backup: every row of every table."""
    with store.read() as tx:
        return {
            table.name: [dict(row._mapping) for row in tx.connection.execute(sa.select(table))]
            for table in metadata.sorted_tables
        }


def put_back(house: World, backup: Rows) -> None:
    """As an admin would: everything is stopped, the copy replaces the database."""
    with house.store.begin() as tx:
        for table in reversed(metadata.sorted_tables):
            tx.connection.execute(sa.delete(table))
        for table in metadata.sorted_tables:
            for row in backup[table.name]:
                tx.connection.execute(sa.insert(table).values(row))
            if not house.store.is_sqlite:  # which counts by what is there
                tx.connection.execute(sa.text(COUNT_ON.format(table.name)))
    house.restarts()


def lost(house: World, during: Callable[[], object], tombstones: Path | None = None) -> list[str]:
    """Copy the database, let something happen, put the copy back, and say so."""
    backup = copied(house.store)
    during()
    if tombstones is not None:
        of_all = Tombstones(house.store, tombstones, house.hearback.intake.seal)
        of_all.go(None, house.clock.now())
    put_back(house, backup)
    lines = tombstones.read_text().splitlines() if tombstones is not None else []
    return list(recall(house.hearback, lines))


def written(house: World, text: str) -> Inbound:
    sender, now = house.hearback.carrier.sender, house.clock.now()
    return Inbound(provider_id="SM1", address=PHONE, sender=sender, text=text, at=now)


def kept_by_the_carrier(house: World, text: str) -> None:
    """A candidate writes: we hear of it, and the carrier keeps it."""
    kept = written(house, text)
    house.carrier.kept_back.append(kept)
    house.writes(text, provider_id=kept.provider_id)


def test_f26_a_stage_that_left_since_the_backup_does_not_leave_again(house: World) -> None:
    house.happens(completed())

    lost(house, lambda: house.passes(5 * HOUR))
    house.passes(HOUR)

    assert len(house.texts) == 1
    assert house.states("thank_you") == [State.DELIVERED]
    (thanks,) = house.rows("thank_you")
    assert thanks.provider_id == house.log[0].provider_id


def test_f26_an_event_that_is_told_again_does_not_thank_again(house: World) -> None:
    def yesterday() -> None:
        house.happens(completed())
        house.passes(5 * HOUR)

    lost(house, yesterday)
    house.happens(completed())
    house.passes(HOUR)

    assert len(house.texts) == 1
    assert house.states("thank_you") == [State.DELIVERED]


def test_f26_the_silence_is_counted_from_when_the_lost_word_left(house: World) -> None:
    house.happens(completed())

    lost(house, lambda: house.passes(20 * HOUR))
    house.passes(3 * DAY)

    thanks, update = house.log[:2]
    assert update.at - thanks.at <= timedelta(hours=72)


def test_f26_what_had_not_left_leaves_once(house: World) -> None:
    house.happens(completed())

    lost(house, lambda: None)
    house.passes(5 * HOUR)

    assert house.kinds() == ["thank_you"]


def test_f26_a_final_word_never_leaves_twice(house: World) -> None:
    house.happens(completed())
    house.passes(2 * DAY)

    rejected = house.clock.now()
    house.happens(decided(rejected, "reject"), released(rejected))
    house.approves("rejection")

    lost(house, lambda: house.passes(2 * DAY))
    assert house.log[-1].template.startswith("rejection")
    left = len(house.log)
    house.passes(2 * DAY)

    assert len(house.log) == left
    assert house.states("rejection") == [State.DELIVERED]


def test_f26_a_decision_of_which_the_carrier_knows_nothing_is_a_persons(house: World) -> None:
    house.happens(completed())
    house.passes(2 * DAY)
    rejected = house.clock.now()
    house.happens(decided(rejected, "reject"), released(rejected))
    house.approves("rejection")
    before = len(house.log)

    lost(house, lambda: house.clock.move_to(rejected + 5 * HOUR))
    house.passes(2 * DAY)

    assert len(house.log) == before
    assert any("may not have arrived" in task for task in house.tasks())


def test_f26_an_opt_out_of_the_lost_hours_is_in_force_before_anything_leaves(house: World) -> None:
    house.happens(completed())
    house.passes(HOUR)

    lost(house, lambda: kept_by_the_carrier(house, "STOP"))
    left = len(house.texts)
    house.passes(5 * DAY)

    assert len(house.texts) == left


def test_f26_an_answer_that_was_given_is_not_given_again(house: World) -> None:
    house.happens(completed())
    house.passes(HOUR)

    lost(house, lambda: kept_by_the_carrier(house, "What happens next?"))
    house.passes(HOUR)

    assert len(house.texts) == 2
    assert house.states("reply") in ([State.DELIVERED], [State.UNKNOWN])


def test_f26_a_question_of_the_lost_hours_that_nobody_answered_is_answered(house: World) -> None:
    house.happens(completed())
    house.passes(HOUR)

    lost(house, lambda: house.carrier.kept_back.append(written(house, "What happens next?")))
    house.passes(HOUR)

    assert house.kinds() == ["thank_you", "reply"]


def test_f26_of_an_email_nobody_can_tell_and_a_person_is_asked(house: World) -> None:
    by_email = {**consent(), "channel": "email"}
    house.happens(
        completed(candidate=candidate(phone="", email="daniel@example.com", consents=[by_email]))
    )

    lost(house, lambda: house.passes(5 * HOUR))
    house.passes(5 * HOUR)

    assert len(house.log) == 1
    assert any("cannot be asked" in task for task in house.tasks())


def test_f26_whoever_was_erased_stays_erased(house: World, tmp_path: Path) -> None:
    house.happens(completed())
    house.passes(HOUR)
    stones = tmp_path / "kept" / "tombstones.jsonl"

    said = lost(house, lambda: house.happens(event("candidate.erased", house.clock.now())), stones)
    house.passes(5 * DAY)

    assert "1 people are erased again" in said[1]
    with house.store.read() as tx:
        (candidate,) = tx.connection.execute(
            sa.select(people.c.name).where(people.c.party == "candidate")
        ).scalars()
    assert candidate == ""
    assert len(house.texts) == 1
    assert PHONE not in stones.read_text()


def test_f26_a_refusal_that_reached_us_by_no_message_stays(house: World, tmp_path: Path) -> None:
    house.happens(completed())
    house.passes(HOUR)

    def refuses() -> None:
        with house.store.begin() as tx:
            person = tx.conversations.find(house.conversation).person_id
            tx.people.record_consent(
                person, Channel.WHATSAPP, granted=False, source="told us", at=house.clock.now()
            )

    lost(house, refuses, tmp_path / "tombstones.jsonl")
    house.passes(5 * DAY)

    assert len(house.texts) == 1


def test_f26_late_reports_of_the_lost_hours_are_not_taken_for_others(house: World) -> None:
    house.happens(completed())
    backup = copied(house.store)
    house.carrier.connect(lambda report: None)
    house.passes(5 * HOUR)
    house.carrier.read(PHONE)
    put_back(house, backup)
    list(recall(house.hearback, []))
    house.carrier.settle()
    house.passes(HOUR)

    assert len(house.texts) == 1


def test_tombstones_are_written_once(house: World, tmp_path: Path) -> None:
    house.happens(completed())
    house.writes("STOP")
    stones = Tombstones(house.store, tmp_path / "stones", house.hearback.intake.seal)

    stones.go(None, house.clock.now())
    first = stones.path.read_text()
    stones.go(house.clock.now(), house.clock.now())

    assert stones.path.read_text() == first != ""
    assert {stone.refused for stone in read_tombstones(first.splitlines())} == {"whatsapp"}


@pytest.mark.parametrize("line", ["{}", "nonsense", '{"seal": "x", "at": "2026-11-23"}'])
def test_what_is_no_tombstone_is_refused_by_its_number(line: str) -> None:
    with pytest.raises(BadInput, match="line 2: is no tombstone"):
        list(read_tombstones(["", line]))
