"""Slots as they come in: by the events API, and from a table."""

from pathlib import Path

import pytest

from bot.domain.errors import BadInput
from bot.domain.events import NOBODY, EventType
from bot.domain.model import Host
from bot.sources.api import MOST_SLOTS, read_event
from bot.sources.slots import read_slots
from tests.factories import HOUR, NOON, colleague, published, slot

HEADING = "ref,starts_at,ends_at,interviewers,process,job,place,meeting_link\n"
GOOD = "s1,2026-11-27T10:00:00+01:00,2026-11-27T11:00:00+01:00"


def mistakes(raw: dict[str, object]) -> list[tuple[str, str]]:
    with pytest.raises(BadInput) as found:
        read_event(raw)
    return [(one.where, one.problem) for one in found.value.mistakes]


def table(tmp_path: Path, *rows: str, heading: str = HEADING) -> Path:
    path = tmp_path / "slots.csv"
    path.write_text(heading + "\n".join(rows), encoding="utf-8")
    return path


def wrong(path: Path) -> list[str]:
    with pytest.raises(BadInput) as found:
        read_slots(path)
    return [f"{one.where.rpartition('csv: ')[2]}: {one.problem}" for one in found.value.mistakes]


def test_slots_are_about_no_candidate() -> None:
    ana = colleague()

    told = read_event(
        published(NOON, slot(NOON, interviewers=["Lena Vogt", ana], job="job-1", place="Room 2"))
    )

    assert told.candidate is NOBODY
    (one,) = told.slots
    assert one.hosts == (Host(name="Lena Vogt"), Host(name="Ana Ruiz", email=ana["email"]))
    assert (one.job, one.process, one.place) == ("job-1", "", "Room 2")
    assert [known.email for known in told.colleagues] == [ana["email"]]


def test_a_withdrawal_needs_the_refs_alone() -> None:
    told = read_event(published(NOON, {"ref": "s1"}, {"ref": "s2"}, withdrawn=True))

    assert told.type is EventType.SLOTS_WITHDRAWN
    assert [one.ref for one in told.slots] == ["s1", "s2"]


def test_every_wrong_field_is_named_with_its_slot() -> None:
    naive = {"ref": "s2", "starts_at": "2026-11-27T10:00:00", "ends_at": "2026-11-27T11:00:00Z"}

    assert mistakes(published(NOON, slot(NOON), naive)) == [
        ("slots.1.starts_at", "has no time zone")
    ]
    assert mistakes(published(NOON, {"ref": "s1"})) == [
        ("slots.0.starts_at", "is missing"),
        ("slots.0.ends_at", "is missing"),
    ]
    assert mistakes(published(NOON, slot(NOON, ends_at=(NOON - HOUR).isoformat()))) == [
        ("slots.0", "ends_at must come after starts_at")
    ]
    assert mistakes(published(NOON)) == [("slots", "is missing")]


def test_there_is_a_limit_to_one_event() -> None:
    many = [slot(NOON, f"s{number}") for number in range(MOST_SLOTS + 1)]

    assert [field for field, _ in mistakes({**published(NOON, *many), "id": "1"})] == ["slots"]


def test_every_other_event_names_its_candidate() -> None:
    raw = {"id": "1", "type": "interview.cancelled", "occurred_at": NOON.isoformat()}
    told = {**raw, "process": "app-1", "interview": {"ref": "int-1"}}

    assert mistakes(told) == [("candidate", "is missing")]


# --- tables -----------------------------------------------------------------------------------


def test_a_row_is_a_slot(tmp_path: Path) -> None:
    row = f"{GOOD},Ana Ruiz <ana@northwind.example>; Lena Vogt,,job-101,,https://meet.example/1"

    (one,) = read_slots(table(tmp_path, row))

    assert one["interviewers"] == [
        {"name": "Ana Ruiz", "email": "ana@northwind.example"},
        "Lena Vogt",
    ]
    assert read_event(published(NOON, one)).slots[0].job == "job-101"


def test_semicolons_may_stand_between_the_columns(tmp_path: Path) -> None:
    path = table(tmp_path, GOOD.replace(",", ";"), heading="ref;starts_at;ends_at\n")

    assert [one["ref"] for one in read_slots(path)] == ["s1"]


def test_what_is_wrong_is_named_by_row_and_field(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        GOOD,
        GOOD,
        ",2026-11-27T10:00:00+01:00,",
        "s3,2026-11-27T10:00:00,Friday",
        "s4,2026-11-27T11:00:00+01:00,2026-11-27T10:00:00+01:00,<ana>,,,,ftp://x",
    )

    assert wrong(path) == [
        "row 3: ref: stands twice",
        "row 4: ref: is missing",
        "row 4: ends_at: is missing",
        "row 5: starts_at: '2026-11-27T10:00:00' is no moment with a time zone",
        "row 5: ends_at: 'Friday' is no moment with a time zone",
        "row 6: ends_at: must come after starts_at",
        "row 6: meeting_link: is no link",
        "row 6: interviewers: is no list of people",
    ]


def test_the_heading_names_the_columns(tmp_path: Path) -> None:
    path = table(tmp_path, GOOD, heading="ref,start,ends_at\n")

    assert wrong(path) == ["row 1: starts_at: is missing", "row 1: start: is no column"]


@pytest.mark.parametrize("text", ["", HEADING])
def test_an_empty_table_is_a_mistake(tmp_path: Path, text: str) -> None:
    assert wrong(table(tmp_path, heading=text))
