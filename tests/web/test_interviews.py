"""The page where a team without an applicant tracking system hands in its table."""

import csv
import io
from pathlib import Path

import pytest

from bot.sources.interviews import COLUMNS
from bot.web.interviews import LARGEST
from tests.factories import DAY, HOUR, candidate, completed
from tests.web.conftest import Visitor
from tests.world import World

EXAMPLE = Path("docs/examples/interviews.csv").read_bytes()


def hand_in(visitor: Visitor, data: bytes, **form: str):  # type: ignore[no-untyped-def]
    files = {"table": (io.BytesIO(data), "ours.csv")} if data else {}
    return visitor.send("POST", "/interviews", **form, **files)


def test_a_table_is_tried_and_then_taken_in(home: World, recruiter: Visitor) -> None:
    tried = hand_in(recruiter, EXAMPLE, **{"try": "yes"})
    assert "It would be told: 3 rows: 3 planned, 2 took place, 1 decided." in tried.text
    assert "No conversation" in recruiter.page("/inbox") or "Ada Obi" not in recruiter.page(
        "/inbox"
    )

    taken = hand_in(recruiter, EXAMPLE)
    home.passes(HOUR)

    assert "Taken in. 3 rows: 3 planned, 2 took place, 1 decided." in taken.text
    assert "Ada Obi" in recruiter.page("/inbox")
    assert "Taken in. 3 rows: nothing new." in hand_in(recruiter, EXAMPLE).text


def test_who_stands_in_a_table_is_thanked(home: World, recruiter: Visitor) -> None:
    hand_in(recruiter, EXAMPLE)

    home.passes(5 * DAY)

    said = [one.text for one in home.carrier.taken if one.to == "+447700900111"]
    assert any("Ana Ruiz" in text and "event-driven design" in text for text in said)


def test_mistakes_are_listed_and_nothing_is_taken_in(home: World, recruiter: Visitor) -> None:
    wrong = EXAMPLE.replace(b",completed,", b",<b>done</b>,").replace(b"ada@mail.example", b"ada")

    answer = hand_in(recruiter, wrong)

    assert answer.status_code == 422
    assert "nothing was taken in" in answer.text
    assert "ours.csv: row 2: status: &#39;&lt;b&gt;done&lt;/b&gt;&#39;" in answer.text
    assert "nothing new" not in hand_in(recruiter, EXAMPLE).text


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"PK\x03\x04 a workbook", b"\n"])
def test_what_is_no_table_is_refused_with_the_mend(recruiter: Visitor, data: bytes) -> None:
    answer = hand_in(recruiter, data)

    assert answer.status_code == 422 and "to be mended" in answer.text


def test_a_table_that_is_too_large_is_refused(recruiter: Visitor) -> None:
    headers = {"X-CSRFToken": recruiter.token(), "HX-Request": "true"}
    form = "multipart/form-data; boundary=b"
    body = b'--b\r\nContent-Disposition: form-data; name="table"; filename="t.csv"\r\n\r\n'
    body += b"x" * LARGEST + b"\r\n--b--\r\n"

    answer = recruiter.client.post("/interviews", data=body, content_type=form, headers=headers)

    assert answer.status_code == 413


def test_everything_comes_back_and_no_spreadsheet_runs_it(home: World, recruiter: Visitor) -> None:
    home.happens(completed(candidate=candidate(name="=HYPERLINK(1)")))

    rows = list(csv.DictReader(io.StringIO(recruiter.page("/interviews.csv"))))

    (row,) = rows
    assert row["name"] == "'=HYPERLINK(1)"
    assert (row["job"], row["status"]) == ("Senior Backend Engineer", "completed")
    assert row["interviewers"] == "Ana Ruiz" and row["topics"] == "event-driven design"


def test_an_empty_table_has_every_column(recruiter: Visitor) -> None:
    (heading,) = recruiter.page("/interviews/empty.csv").splitlines()

    assert heading.split(",") == [*COLUMNS.all]
    assert all(f"<code>{one}</code>" in recruiter.page("/interviews") for one in COLUMNS.all)
