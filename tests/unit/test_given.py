"""What counts as a promise in a recruiter's own words."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.domain.given import given_by

MADRID = ZoneInfo("Europe/Madrid")
TUESDAY = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def local(text: str) -> str | None:
    due = given_by(text, TUESDAY, MADRID, time(18))
    return f"{due.astimezone(MADRID):%a %d %H:%M}" if due else None


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("You will have an answer by Thursday.", "Thu 26 18:00"),
        ("I'll get back to you by Friday at 15:30", "Fri 27 15:30"),
        ("tomorrow before 12 I will know more", "Wed 25 12:00"),
        ("It will be ready today", "Tue 24 18:00"),
        ("we decide on TUESDAY", "Tue 01 18:00"),
        ("By 2026-12-03 at the latest", "Thu 03 18:00"),
        ("Te digo algo antes del jueves", "Thu 26 18:00"),
        ("El miércoles a las 10 lo sabrás", "Wed 25 10:00"),
        ("Mañana te llamo", "Wed 25 18:00"),
        ("Até sexta-feira eu te aviso", "Fri 27 18:00"),
        ("Amanhã às 9h eu respondo", "Wed 25 09:00"),
        ("na terça eu confirmo", "Tue 01 18:00"),
    ],
)
def test_a_day_in_three_languages_is_a_promise(text: str, due: str) -> None:
    assert local(text) == due


@pytest.mark.parametrize(
    "text",
    [
        "Thank you for your patience",
        "I am looking into it",
        "today at 9:00 we met",
        "by 2026-13-45",
        "",
        "the Mondays of this world",
    ],
)
def test_what_names_no_day_to_come_promises_nothing(text: str) -> None:
    assert local(text) is None
