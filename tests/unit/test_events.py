"""Events at the door: what is documented is accepted, what is wrong is named."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.errors import BadInput
from bot.domain.events import EventType
from bot.sources.api import read_event
from bot.sources.files import read_events, shifted
from bot.sources.phones import zone_of
from tests.factories import NOON, candidate, colleague, completed, event, interview, job

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLES = [
    json.loads(found)
    for found in re.findall(r"```json\n(.*?)```", (DOCS / "events.md").read_text(), re.S)
]


def told_interviewers(told: list[object]) -> dict[str, Any]:
    return event("interview.completed", NOON, interview=interview(interviewers=told))


@pytest.mark.parametrize("raw", EXAMPLES, ids=lambda raw: str(raw["type"]))
def test_every_documented_event_is_accepted(raw: dict[str, Any]) -> None:
    assert read_event(raw).id == raw["id"]


def test_every_type_is_documented() -> None:
    assert {raw["type"] for raw in EXAMPLES} == {kind.value for kind in EventType}


@pytest.mark.parametrize("name", ["demo.json", "story.json"])
def test_the_example_files_are_accepted(name: str) -> None:
    assert [read_event(raw) for raw in read_events(DOCS / "examples" / name)]


def test_an_unknown_field_is_no_mistake() -> None:
    assert read_event({**completed(), "score": 4, "candidate": candidate(shoe_size=44)})


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({}, "id"),
        ({**completed(), "type": "interview.dreamt"}, "type"),
        ({**completed(), "occurred_at": "2026-11-24T12:00:00"}, "occurred_at"),
        ({**completed(), "occurred_at": "yesterday"}, "occurred_at"),
        ({**completed(), "candidate": {"name": "Daniel"}}, "candidate.ref"),
        ({**completed(), "candidate": candidate(phone="0770 0900 101")}, "candidate.phone"),
        ({**completed(), "candidate": candidate(time_zone="Mars/Base")}, "candidate.time_zone"),
        (
            {**completed(), "candidate": candidate(consents=[{"source": "form"}])},
            "candidate.consents.0.at",
        ),
        ({**completed(), "process": ""}, "process"),
        (event("interview.completed", NOON), "interview"),
        (event("interview.scheduled", NOON, interview={"ref": "i"}), "interview.starts_at"),
        (
            event(
                "interview.scheduled",
                NOON,
                interview=interview(starts_at=(NOON + timedelta(hours=1)).isoformat()),
            ),
            "interview",
        ),
        (event("decision.made", NOON, decision={"outcome": "maybe"}), "decision.outcome"),
        (event("decision.made", NOON, decision={}), "decision.outcome"),
        (event("decision.released", NOON, decision={}), "decision.released_by"),
        (
            event("decision.made", NOON, decision={"outcome": "advance", "link": "ftp://x"}),
            "decision.link",
        ),
        (told_interviewers([{"name": "Ana Ruiz"}]), "interview.interviewers.0.email"),
        (told_interviewers([{"email": "ana@x.example"}]), "interview.interviewers.0"),
        (told_interviewers(["Ana", {"name": "B", "email": "b"}]), "interview.interviewers.1.email"),
        (told_interviewers([7]), "interview.interviewers.0"),
        (
            told_interviewers([colleague(phone="0770 0900 105")]),
            "interview.interviewers.0.phone",
        ),
        ({**completed(), "job": job(recruiter="dana")}, "job.recruiter.email"),
        ({**completed(), "job": job(hiring_manager={"name": "T"})}, "job.hiring_manager.email"),
        ({**completed(), "job": job(hiring_manager=["tom"])}, "job.hiring_manager"),
        (event("offer.generated", NOON), "offer"),
        (event("candidate.merged", NOON), "into.ref"),
    ],
)
def test_a_wrong_event_is_refused_by_the_name_of_its_field(raw: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_event(raw)

    assert field in [mistake.where for mistake in refused.value.mistakes]


def test_an_interviewer_is_a_name_or_somebody_who_can_be_asked() -> None:
    told = read_event(told_interviewers(["Ana Ruiz", colleague("Tom Baker", language="es")]))

    assert told.interview is not None
    assert told.interview.interviewers == ("Ana Ruiz", "Tom Baker")
    (tom,) = told.colleagues
    assert (tom.email, tom.name, tom.language) == ("tom@northwind.example", "Tom Baker", "es")
    assert tom.consents[0].source == "form"


def test_recruiter_and_hiring_manager_are_addresses_or_colleagues() -> None:
    plain = read_event({**completed(), "job": job(hiring_manager="tom@northwind.example")})
    more = read_event({**completed(), "job": job(hiring_manager=colleague("Tom Baker"))})

    assert plain.job is not None and more.job is not None
    assert plain.job.hiring_manager == more.job.hiring_manager == "tom@northwind.example"
    assert plain.colleagues == ()
    assert [one.name for one in more.colleagues] == ["Tom Baker"]


def test_text_that_no_database_holds_is_made_holdable() -> None:
    told = read_event({**completed(), "candidate": candidate(name="Da\x00niel")})

    assert told.candidate.name == "Da\ufffdniel"


def test_a_number_tells_its_zone_only_where_it_cannot_be_far_off() -> None:
    assert zone_of("+34600000000") == "Europe/Madrid"
    assert zone_of("+13125550100") == "America/Chicago"
    assert zone_of("+5511900000000") == "America/Sao_Paulo"
    assert zone_of("+79161234567") == ""
    assert zone_of("US.1234") == ""


def test_a_file_may_hold_one_event_a_list_or_one_a_line(tmp_path: Path) -> None:
    path = tmp_path / "events"
    for text in (
        json.dumps(completed()),
        json.dumps([completed()]),
        json.dumps(completed()) + "\n\n",
    ):
        path.write_text(text)
        assert read_events(path) == [completed()]


def test_a_broken_line_of_a_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text(json.dumps(completed()) + "\n{broken\n")

    with pytest.raises(BadInput, match=r"events\.jsonl:2"):
        read_events(path)


def test_an_example_can_be_moved_to_the_present() -> None:
    (moved,) = shifted([completed()], timedelta(days=7))

    assert read_event(moved).occurred_at == NOON + timedelta(days=7)
    assert moved["interview"]["topics"] == ["event-driven design"]


def test_colleagues_are_told_with_the_job_with_the_interview_or_not_at_all() -> None:
    both = event("interview.completed", NOON)
    both["job"] = job(recruiter=colleague("Dana Weiss"))
    both["interview"] = interview(interviewers=[colleague("Tom Baker")])

    told = [read_event(raw).colleagues for raw in (both, {**both, "job": None})]

    assert [[one.name for one in each] for each in told] == [
        ["Dana Weiss", "Tom Baker"],
        ["Tom Baker"],
    ]
