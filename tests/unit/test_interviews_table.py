"""Tables of interviews: what they say, what they say again, and what they may not say."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.domain.errors import BadInput
from bot.domain.model import InterviewStatus, Outcome
from bot.domain.story import Interview, Story, fold
from bot.sources.api import read_event
from bot.sources.interviews import COLUMNS, MOST, news, read_interviews
from tests.factories import NOON

MADRID = ZoneInfo("Europe/Madrid")
ROW = {
    "process": "ada-backend",
    "name": "Ada Obi",
    "job": "Senior Backend Engineer",
    "starts_at": "2026-11-27 10:00",
    "ends_at": "2026-11-27 11:00",
    "email": "ada@mail.example",
}
EXAMPLE = Path("docs/examples/interviews.csv")


def table(*rows: dict[str, str], between: str = ",") -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS.all, delimiter=between)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


class Told:
    """What tables have told, as the database keeps it."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.now = NOON

    def hand_in(self, *rows: dict[str, str], text: str = "") -> list[str]:
        """Return the types of what is new."""
        self.now += timedelta(hours=1)
        read = read_interviews(text or table(*rows), "t.csv", MADRID)
        fresh = list(news(read, self._of, self.now))
        assert len({one["id"] for one in [*self.events, *fresh]}) == len(self.events) + len(fresh)
        self.events += fresh
        return [one["type"] for one in fresh]

    def _of(self, process: str) -> list[dict[str, Any]]:
        return [one for one in self.events if one["process"] == process]

    def story(self) -> Story:
        return fold([read_event(one) for one in self.events])

    def interviews(self) -> list[Interview]:
        return [one for visit in self.story().visits for one in visit.interviews]


def mistakes(*rows: dict[str, str], text: str = "") -> list[str]:
    with pytest.raises(BadInput) as refused:
        read_interviews(text or table(*rows), "t.csv", MADRID)
    return [f"{one.where}: {one.problem}" for one in refused.value.mistakes]


def test_a_row_tells_an_interview_with_everything_about_it() -> None:
    told = Told()

    told.hand_in(
        {
            **ROW,
            "phone": "+447700900111",
            "language": "en",
            "time_zone": "Europe/London",
            "consent": "application form",
            "consent_at": "2026-11-10 09:00",
            "consent_text": "2026-03",
            "recruiter": "dana@northwind.example",
            "kind": "technical interview",
            "interviewers": "Ana Ruiz <ana@northwind.example>; Lena Vogt",
            "meeting_link": "https://meet.northwind.example/ada",
        }
    )

    event = read_event(told.events[0])
    assert event.candidate.ref == "ada@mail.example" and event.candidate.phone == "+447700900111"
    (consent,) = event.candidate.consents
    assert (consent.source, consent.text_version) == ("application form", "2026-03")
    assert event.interview is not None and event.interview.starts_at is not None
    assert event.interview.starts_at.isoformat() == "2026-11-27T10:00:00+01:00"
    assert event.interview.interviewers == ("Ana Ruiz", "Lena Vogt")
    assert event.job is not None and event.job.title == "Senior Backend Engineer"


def test_the_same_table_again_says_nothing_new() -> None:
    told = Told()
    text = EXAMPLE.read_text(encoding="utf-8")

    assert len(told.hand_in(text=text)) == 6
    assert told.hand_in(text=text) == []


def test_only_what_changed_is_told() -> None:
    told = Told()
    told.hand_in(ROW)

    assert told.hand_in({**ROW, "starts_at": "2026-11-27 9:00"}) == ["interview.moved"]
    assert told.hand_in(ROW) == ["interview.moved"]
    assert told.hand_in(ROW) == []
    assert told.hand_in({**ROW, "phone": "+447700900111"}) == ["interview.moved"]
    assert told.events[-1]["candidate"]["ref"] == "ada@mail.example"


def test_an_address_that_changes_leaves_the_candidate_who_they_are() -> None:
    told = Told()
    told.hand_in(ROW)

    told.hand_in({**ROW, "email": "ada@new.example"})

    assert told.events[-1]["candidate"]["ref"] == "ada@mail.example"
    assert told.events[-1]["candidate"]["email"] == "ada@new.example"


@pytest.mark.parametrize("steps", [*permutations(["", "completed", "cancelled", "no_show"], 3)])
def test_how_it_went_is_what_the_newest_table_says(steps: tuple[str, ...]) -> None:
    told = Told()
    for status in steps:
        told.hand_in({**ROW, "status": status})
        told.hand_in({**ROW, "status": status})

    (interview,) = told.interviews()
    # What took place has taken place.
    last = "completed" if "completed" in steps else steps[-1]
    assert interview.status is InterviewStatus(last or "scheduled")


def test_a_cancelled_interview_stays_so_when_its_row_is_touched() -> None:
    told = Told()
    told.hand_in({**ROW, "status": "cancelled"})

    touched = told.hand_in({**ROW, "status": "cancelled", "kind": "onsite"})

    assert touched == ["interview.moved", "interview.cancelled"]
    assert told.interviews()[0].status is InterviewStatus.CANCELLED


def test_topics_and_a_decision_come_later() -> None:
    told = Told()
    told.hand_in({**ROW, "status": "completed"})

    later = {**ROW, "status": "completed", "topics": "tests; on-call"}
    assert told.hand_in(later) == ["interview.completed"]
    assert told.hand_in({**later, "outcome": "advance", "next_step": "lunch"}) == ["decision.made"]
    assert told.hand_in({**later, "outcome": "Reject"}) == ["decision.made"]

    story = told.story()
    assert told.interviews()[0].topics == ("tests", "on-call")
    decision = story.decision
    assert decision is not None and decision.outcome is Outcome.REJECT
    assert decision.released_at is None


def test_several_interviews_of_an_application_have_names() -> None:
    told = Told()
    rows = [{**ROW, "interview": "first"}, {**ROW, "interview": "onsite", "outcome": "offer"}]

    assert told.hand_in(*rows) == ["interview.scheduled"] * 2 + ["decision.made"]
    assert told.hand_in(*({**row, "outcome": "offer"} for row in rows)) == []
    assert len(told.interviews()) == 2
    assert mistakes(ROW, ROW) == ["t.csv: row 3: interview: stands twice for this process"]


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"name": ""}, "name"),
        ({"email": ""}, "email"),
        ({"email": "ada"}, "email"),
        ({"phone": "12"}, "phone"),
        ({"language": "Klingon!"}, "language"),
        ({"time_zone": "Mars/Base"}, "time_zone"),
        ({"consent": "form"}, "consent_at"),
        ({"consent": "form", "consent_at": "2026-11-10"}, "consent_at"),
        ({"starts_at": "27/11/2026 10:00"}, "starts_at"),
        ({"starts_at": "2026-11-27"}, "starts_at"),
        ({"starts_at": "2026-03-29 02:30"}, "starts_at"),
        ({"starts_at": "2026-10-25 02:30"}, "starts_at"),
        ({"ends_at": "2026-11-27 09:00"}, "ends_at"),
        ({"status": "done"}, "status"),
        ({"outcome": "maybe"}, "outcome"),
        ({"link": "http://x.example"}, "link"),
        ({"meeting_link": "x"}, "meeting_link"),
        ({"interviewers": "<ana@northwind.example>"}, "interviewers"),
        ({"recruiter": "Dana"}, "recruiter"),
        ({"hiring_manager": "Tom"}, "hiring_manager"),
        ({"status": "completed", "topics": "a; b; c; d"}, "topics"),
        ({"job": "x" * 501}, "job"),
        ({"process": "x" * 501}, "process"),
    ],
)
def test_what_is_wrong_is_named_by_row_and_column(told: dict[str, str], field: str) -> None:
    found = mistakes({**ROW, "process": "other"}, {**ROW, **told})

    assert found and all(one.startswith(f"t.csv: row 3: {field}: ") for one in found), found


def test_every_mistake_is_named_at_once() -> None:
    found = mistakes({**ROW, "name": "", "status": "x"}, {**ROW, "process": "p", "outcome": "y"})

    assert [one.split(": ")[1:3] for one in found] == [
        ["row 2", "name"],
        ["row 2", "status"],
        ["row 3", "outcome"],
    ]


@pytest.mark.parametrize(
    "text",
    ["", "process\n", "process,name,job,starts_at,ends_at,salary\n", table(), table({})],
)
def test_a_table_without_its_columns_or_rows_is_refused(text: str) -> None:
    assert mistakes(text=text or "\n")


def test_a_table_has_an_end() -> None:
    rows = ({**ROW, "process": f"p{n}"} for n in range(MOST + 1))

    assert mistakes(*rows) == [f"t.csv: row {MOST + 2}: process: is row {MOST + 1:,} of {MOST:,}"]


def test_spreadsheets_put_semicolons_and_apostrophes() -> None:
    told = Told()

    told.hand_in(text=table({**ROW, "phone": "'+447700900111"}, between=";"))

    assert told.events[0]["candidate"]["phone"] == "+447700900111"
