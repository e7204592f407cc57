"""The judges are judged: each invariant notices a history that breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.factories import DAY, HOUR, NOON, completed, decided, event, released
from tests.invariants import AT_REST, INVARIANTS, Record, Wrote, violations
from tests.invariants.sending import from_a_model
from tests.world import World, world

SECOND = timedelta(seconds=1)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Record]:
    """A candidate was thanked, asked, held, answered, updated, turned on to the next round."""
    folder: Path = tmp_path_factory.mktemp("lived")
    with world(f"sqlite:///{folder / 'hearback.db'}") as house:
        _lives(house)
        assert house.kinds() == ["thank_you", "reply", "human", "status_update", "next_step"]
        yield house.record()


def _lives(house: World) -> None:
    house.happens(completed())
    house.passes(HOUR)
    house.writes("What happens next?")
    desk, dana = house.hearback.desk, house.recruiter
    desk.take(house.conversation, dana)
    with house.store.read() as tx:
        seen = tx.history.last_inbound(house.conversation)
    desk.reply(house.conversation, dana, "I am on it.", once="1", seen=seen)
    house.passes(HOUR)
    desk.release(house.conversation, dana, "done")
    house.passes(3 * DAY)
    now = house.clock.now()
    house.happens(decided(now, "advance"), released(now))
    house.passes(HOUR)


def like(row: Any, **values: Any) -> Any:
    told = vars(row) if isinstance(row, SimpleNamespace) else row._mapping
    return SimpleNamespace(**{**told, **values})


def changed(record: Record, table: str, of: Callable[[Any], bool], **values: Any) -> Record:
    """The same history, with other values in the rows that `of` chooses."""

    rows = [like(one, **(values if of(one) else {})) for one in record.tables[table]]
    return replace(record, tables={**record.tables, table: rows})


def added(record: Record, table: str, **values: Any) -> Record:
    """The same history, with one more row that is like the first."""
    rows = record.tables[table]
    rows = [*rows, like(rows[0], id=999, **values)]
    return replace(record, tables={**record.tables, table: rows})


def taken(record: Record, kind: str, **values: Any) -> Record:
    """The same history, where the carrier took the message of this kind otherwise."""
    reference = next(row.id for row in record.outbound if row.kind == kind and row.left_at)
    took = [replace(t, **values) if t.reference == reference else t for t in record.took]
    return replace(record, took=took)


def kind(name: str) -> Callable[[Any], bool]:
    return lambda row: row.direction == "out" and row.kind == name


def at(record: Record, name: str) -> datetime:
    return next(t.at for t in record.took if record.messages[t.reference].kind == name)


def all_rows(row: Any) -> bool:
    return True


BREAKS: dict[str, Callable[[Record], Record]] = {
    "I1": lambda r: replace(r, took=[*r.took, r.took[0]]),
    "I2": lambda r: replace(
        r, wrote=[*(r.wrote or ()), Wrote(provider_id="SMlost", at=NOON, received_at=NOON)]
    ),
    "I3": lambda r: taken(r, "next_step", at=at(r, "next_step") - 20 * timedelta(minutes=1)),
    "I4": lambda r: added(r, "consents", granted=False, at=at(r, "status_update") - HOUR),
    "I5": lambda r: replace(r, tables={**r.tables, "consents": []}),
    "I6": lambda r: taken(r, "status_update", at=NOON.replace(hour=3) + 3 * DAY),
    "I7": lambda r: taken(r, "status_update", template=""),
    "I8": lambda r: changed(r, "messages", kind("status_update"), counts=False),
    "I9": lambda r: taken(r, "thank_you", at=at(r, "human") + 2 * SECOND),
    "I10": lambda r: _in_wrong_order(r),
    "I11": lambda r: changed(r, "messages", kind("thank_you"), state="sent"),
    "I13": lambda r: taken(r, "thank_you", text="You have got the job!"),
    "I14": lambda r: changed(r, "messages", kind("thank_you"), reason=""),
    "I15": lambda r: added(
        r,
        "events",
        type="process.withdrawn",
        event_id="gone",
        received_at=NOON + HOUR,
        raw=event("process.withdrawn", NOON + HOUR),
    ),
    "I16": lambda r: changed(r, "people", lambda row: row.party == "candidate", erased_at=NOON),
    "I17": lambda r: changed(r, "messages", kind("thank_you"), state="sending"),
    "I18": lambda r: replace(
        r,
        tables={
            **r.tables,
            "model_tokens": [SimpleNamespace(day=NOON.date(), person_id=1, tokens=90_000)],
        },
    ),
    "I19": lambda r: replace(
        r,
        tables={
            **r.tables,
            "bookings": [
                SimpleNamespace(id=n, slot_id=1, process_id=1, state="requested", starts_at=NOON)
                for n in (1, 2)
            ],
        },
    ),
    "I20": lambda r: replace(r, tables={**r.tables, "doubts": [_doubt(r)]}),
    "alarms": lambda r: changed(r, "conversations", all_rows, wake_at=None),
    "tasks": lambda r: added(
        r, "tasks", kind="approve", dedupe_key="approve:nothing", done_at=None, what="Read it"
    ),
}


def _doubt(record: Record) -> SimpleNamespace:
    """Somebody said before the update that it is not their number."""
    row = next(row for row in record.outbound if row.kind == "status_update")
    opened_at = at(record, "status_update") - HOUR
    return SimpleNamespace(
        conversation_id=row.conversation_id, opened_at=opened_at, settled_at=None
    )


def _in_wrong_order(record: Record) -> Record:
    (reply,) = (row for row in record.outbound if row.kind == "reply")
    key = reply.dedupe_key.rsplit(":", 1)[0]
    before = changed(record, "messages", kind("reply"), dedupe_key=f"{key}:1")
    return changed(before, "messages", kind("human"), dedupe_key=f"{key}:0")


@pytest.mark.parametrize(
    "wording", ["", "model:small:000000000000", "model::", "somebody", "small", "thank_you.1.fr"]
)
def test_words_of_no_known_source_are_noticed(lived: Record, wording: str) -> None:
    broken = changed(lived, "messages", kind("reply"), wording=wording)

    assert any(line.startswith("I13: ") for line in violations(broken))


def test_words_of_a_model_are_replies_or_say_the_text_of_their_own_stage(lived: Record) -> None:
    reworded = f"model:small:{from_a_model('personal').pattern[-12:]}"

    def thanked(wording: str, **more: Any) -> list[str]:
        free = {"template": None, "form": "text", **more}
        broken = changed(lived, "messages", kind("thank_you"), wording=wording, **free)
        return [line for line in violations(broken) if line.startswith("I13: nobody knows")]

    assert thanked(f"{reworded}:thank_you.1.en") == []
    assert thanked(f"{reworded}:status_update.1.en")
    assert thanked(f"{reworded}:thank_you.1.en", form="template")
    assert thanked(reworded)


def test_a_stage_says_in_its_row_what_other_words_cost(lived: Record) -> None:
    broken = changed(lived, "messages", kind("thank_you"), worded="by small, 3 calls, 9 tokens")

    assert any(line.startswith("I18: ") for line in violations(broken))


def test_words_of_a_model_are_replies_and_nothing_else(lived: Record) -> None:
    source = f"model:a/small:3b:{from_a_model('agent').pattern[-12:]}"

    reply = changed(lived, "messages", kind("reply"), wording=source)
    stage = changed(lived, "messages", kind("thank_you"), wording=source)

    assert violations(reply) == []
    assert any(line.startswith("I13: ") for line in violations(stage))


def test_a_time_that_nobody_confirmed_is_not_told_to_stand(lived: Record) -> None:
    booking = SimpleNamespace(id=7, slot_id=1, process_id=1, state="requested", starts_at=NOON)
    booked = replace(lived, tables={**lived.tables, "bookings": [booking]})
    told = {"wording": "booking_confirmed.1.en", "dedupe_key": "booking:7:confirmed"}

    broken = changed(booked, "messages", kind("reply"), **told)

    assert any(line.startswith("I19: ") for line in violations(broken))
    assert violations(booked) == []


def test_a_good_history_breaks_nothing(lived: Record) -> None:
    assert violations(lived, at_rest=True) == []


@pytest.mark.parametrize(
    ("source", "body", "stands"),
    [
        ("hours.en.md: Can I work part-time?", "Yes: most roles can be done at 80", False),
        ("hours.en.md: What are the working hours?", "It is 38 hours a week.", False),
        ("nowhere.en.md: What are the working hours?", "It is 38 hours a week.", False),
        (
            "company.en.md: How many people work at Northwind Labs?",
            "About 140 people, half of them in engineering and design. Teams are six to eight "
            "strong.",
            True,
        ),
    ],
)
def test_what_is_quoted_must_stand_in_the_knowledge(
    lived: Record, source: str, body: str, stands: bool
) -> None:
    row = next(row for row in lived.outbound if row.kind == "reply")
    quoted = changed(lived, "messages", kind("reply"), wording=f"knowledge:{source}", body=body)
    told = [replace(one, text=body) if one.reference == row.id else one for one in quoted.took]

    found = violations(replace(quoted, took=told))

    assert (found == []) is stands


def test_every_invariant_has_a_history_that_breaks_it() -> None:
    assert set(BREAKS) == {*INVARIANTS, *AT_REST}


@pytest.mark.parametrize("name", BREAKS)
def test_a_history_that_breaks_an_invariant_is_noticed_by_it(lived: Record, name: str) -> None:
    broken = BREAKS[name](lived)

    found = {line.split(":")[0] for line in violations(broken, at_rest=True)}

    assert name in found
