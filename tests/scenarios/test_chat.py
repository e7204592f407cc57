"""The terminal conversation: what a candidate reads, and who would be asked."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

import app
from bot.scenario.chat import STAGES, Line, talk
from bot.scenario.house import street

Said = Callable[..., list[Line]]


@pytest.fixture(scope="module")
def said() -> Iterator[Said]:
    """Say these lines, and return all that is shown."""
    with street(app.actions) as houses:

        def told(*lines: str, language: str = "en", stage: str = "after_thank_you") -> list[Line]:
            return list(talk(lines, houses, language=language, stage=stage))

        yield told


def kinds(lines: Iterable[Line]) -> list[str]:
    return [one.kind for one in lines]


def test_a_question_is_answered_and_a_handoff_stands_in_brackets(said: Said) -> None:
    lines = said("any news about my application?", "HUMAN", "/quit", "not read any more")

    assert kinds(lines)[-3:] == ["reply", "handoff_notice", "handoff.asked for a person"]
    assert "is open" in lines[-3].text
    assert lines[-1].plain().strip() == "[handoff.asked for a person]"


def test_time_passes_by_a_command(said: Said) -> None:
    assert "status_update" not in kinds(said("/wait 20h"))
    assert "status_update" in kinds(said("/wait 3d"))


def test_a_decision_reaches_the_candidate_after_its_release_only(said: Said) -> None:
    held = said("/decide reject", "/wait 12h")
    released = said("/decide reject", "/release", "/wait 2d")

    assert "rejection" not in kinds(held)
    assert "rejection" in kinds(released)


@pytest.mark.parametrize(
    "line",
    ["/wait", "/wait long", "/decide", "/decide perhaps", "/release now", "/release", "/nonsense"],
)
def test_a_command_that_makes_no_sense_is_answered_with_those_that_do(
    said: Said, line: str
) -> None:
    last = said(line)[-1]

    assert last.who == "error"
    assert "/decide advance|reject|offer" in last.text


@pytest.mark.parametrize(
    ("stage", "last"),
    [
        ("booked", None),
        ("after_thank_you", "thank_you"),
        ("after_update", "status_update"),
        ("after_next_step", "next_step"),
        ("after_rejection", "rejection"),
        ("after_offer", "offer"),
        ("survey", "survey"),
    ],
)
def test_it_begins_where_it_is_told_to(said: Said, stage: str, last: str | None) -> None:
    told = [one for one in said(language="es", stage=stage) if one.who == "bot"]

    assert (told[-1].kind if told else None) == last


def test_every_beginning_can_be_chosen() -> None:
    assert set(app.BEGINNINGS) == set(STAGES)


def test_a_line_can_be_read_by_a_program(said: Said) -> None:
    told: dict[str, Any] = json.loads(said("HUMAN")[-2].as_json())

    assert told["from"] == "bot"
    assert told["channel"] == "whatsapp"
    assert {"at", "kind", "text"} <= set(told)
