"""Calendar files, by the letter of RFC 5545."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ics import Entry, Method, calendar, fold
from tests.factories import HOUR, NOON


def entry(**told: object) -> Entry:
    known = {
        "method": Method.PUBLISH,
        "uid": "17@hr.example.com",
        "sequence": 0,
        "stamp": NOON,
        "starts_at": NOON + HOUR,
        "ends_at": NOON + 2 * HOUR,
        "title": "Interview",
        **told,
    }
    return Entry(**known)  # type: ignore[arg-type]


def unfolded(file: str) -> dict[str, str]:
    """Read it as others do."""
    lines = re.sub("\r\n[ \t]", "", file).split("\r\n")
    return dict(line.split(":", 1) for line in lines if ":" in line)


def test_a_file_says_what_when_and_where_in_utc() -> None:
    madrid = datetime(2026, 11, 27, 10, tzinfo=ZoneInfo("Europe/Madrid"))

    told = unfolded(
        calendar(
            entry(
                starts_at=madrid,
                ends_at=madrid + HOUR,
                place="Room 2; 3rd floor",
                url="https://meet.northwind.example/1",
                organizer="mailto:jobs@northwind.example",
            )
        )
    )

    assert told["METHOD"] == "PUBLISH"
    assert told["STATUS"] == "CONFIRMED"
    assert (told["DTSTART"], told["DTEND"]) == ("20261127T090000Z", "20261127T100000Z")
    assert told["DTSTAMP"] == "20261124T120000Z"
    assert told["LOCATION"] == r"Room 2\; 3rd floor"
    assert told["ORGANIZER"] == "mailto:jobs@northwind.example"


def test_what_is_off_takes_the_same_appointment_out() -> None:
    stands, off = calendar(entry()), calendar(entry(method=Method.CANCEL, sequence=1))

    assert unfolded(stands)["UID"] == unfolded(off)["UID"]
    assert unfolded(off)["METHOD"] == "CANCEL"
    assert unfolded(off)["STATUS"] == "CANCELLED"
    assert unfolded(off)["SEQUENCE"] == "1"


def test_nothing_can_be_smuggled_into_a_file() -> None:
    file = calendar(entry(title="Ana\r\nATTENDEE:mailto:x@y.example", url="https://a\r\nX:1"))

    assert "\r\nATTENDEE" not in file
    assert "\r\nX:" not in file
    assert file.count("BEGIN:VEVENT") == 1


@given(st.text(max_size=400))
def test_no_line_is_longer_than_75_octets_and_no_letter_is_cut(title: str) -> None:
    file = calendar(entry(title=title))

    assert all(len(line.encode()) <= 75 for line in file.split("\r\n"))
    assert file.endswith("END:VCALENDAR\r\n")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=300))
def test_folding_is_undone_by_taking_the_breaks_away(line: str) -> None:
    assert fold(line).replace("\r\n ", "") == line
