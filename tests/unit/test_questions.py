"""Every sentence a colleague can receive: complete in each language, and fit for the carriers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml

from bot.dialogue import colleagues
from bot.domain.asks import READY_REASONS, RULES, Choice, Kind
from bot.domain.errors import BadConfig
from bot.domain.facts import Day, DayHour, Fact, Hour
from bot.domain.rights import match
from bot.prompts import LANGUAGES, load_rights
from bot.questions import load_questions

ROOT = Path(__file__).parents[2]
PROMPTS = ROOT / "prompts"
BOOK = load_questions(PROMPTS)
AT = datetime(2026, 11, 24, 14, tzinfo=UTC)
LEAST: dict[str, Fact] = {"candidate": "Daniel", "recruiter": "Dana Weiss", "link": "https://x/a/1"}
MOST: dict[str, Fact] = {
    **LEAST,
    "role": "Senior Backend Engineer",
    "company": "Northwind Labs",
    "first_name": "Ana",
    "interview_day": Day(date(2026, 11, 24)),
    "interview_time": Hour(AT),
    "by": Day(date(2026, 11, 27)),
    "day": Day(date(2026, 11, 27)),
    "until": DayHour(AT),
    "at": DayHour(AT),
    "slot": DayHour(AT),
    "number": 3,
    "name": "Ana Ruiz",
    "topic": "event-driven design",
    "words": "the panel meets on Monday",
    "answer": "it took place",
    "language": "English",
}


def asked_for(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("kind", Kind)
def test_each_question_can_be_asked_everywhere(kind: Kind, language: str) -> None:
    message = BOOK.message(kind, language, MOST)

    assert [button.payload for button in message.template.buttons] == list(RULES[kind].buttons)
    assert "Daniel" in message.text and "https://x/a/1" in message.text
    assert BOOK.line(kind, language, LEAST).endswith("?")
    assert "Senior Backend Engineer" in BOOK.line(kind, language, MOST)
    for choice in RULES[kind].choices:
        assert BOOK.choice(kind, choice, language, MOST)


def test_templates_keep_to_the_carriers_rules() -> None:
    found = list(BOOK.templates())

    assert len(found) == len({text.name for text, _ in found}) == 5 * len(LANGUAGES)
    for text, buttons in found:
        assert re.fullmatch(r"ask_[a-z_]+\.1\.(en|es|pt)", text.name)
        assert len(text.text) <= 1024 and "\n" not in text.text
        assert not re.match(r"\{\{", text.text) and not re.search(r"\}\}\W*$", text.text)
        assert not re.search(r"\}\}\W*\{\{", text.text)
        titles = [button.title for button in buttons]
        assert len(set(titles)) == len(titles) <= 3
        assert all(0 < len(title) <= 20 for title in titles)


def test_no_button_is_a_word_that_means_something_else() -> None:
    rights = load_rights(PROMPTS)

    for _, buttons in BOOK.templates():
        assert not [button.title for button in buttons if match(button.title, rights)]


def test_everything_that_the_program_says_is_there(language: str) -> None:
    for key in {*re.findall(r'"((?:ack|topic_again|pointer|stop_ack|start_ack)\w*)"', source())}:
        assert BOOK.text(key, language, MOST).text
    for choice in ("done", "no_show", "call", "confirm", "decline"):
        assert BOOK.text(f"ack_{choice}", language, MOST).text
    for wrong in ("choice", "day", "topic", "words", "stale"):
        assert BOOK.text(f"problem_{wrong}", language).text
    for key in ("gone", "too_late"):
        assert BOOK.text(key, language).text and BOOK.text(f"{key}_title", language).text


def source() -> str:
    return Path(colleagues.__file__).read_text(encoding="utf-8")


def test_every_answer_can_be_told(language: str) -> None:
    details = {Choice.BY: "2026-11-27", Choice.WORDS: "the panel meets"}

    for choice in Choice:
        if choice is not Choice.LATER:
            assert BOOK.said(choice, details.get(choice, ""), language, MOST)
    assert "queues" in BOOK.said(Choice.DONE, "queues", language, MOST)


def test_ready_reasons_say_what_took_time_and_nothing_about_a_decision(language: str) -> None:
    for choice in READY_REASONS:
        reason = BOOK.reason(choice, language)
        assert reason[0].islower() and reason[-1].isalpha()
        assert not re.search("decid|decis|yet|todav|ainda|pend", reason.lower())


def test_a_language_is_named_in_the_readers_own() -> None:
    assert BOOK.language("en-GB", "es") == "inglés"
    assert BOOK.language("pt-BR", "en") == "Portuguese"


def test_texts_use_only_variables_that_their_callers_know() -> None:
    for text in texts():
        assert asked_for(text) <= set(MOST), text


def texts() -> Iterator[str]:
    for language in LANGUAGES:
        yield (
            (PROMPTS / "colleagues" / f"{language}.yaml")
            .read_text(encoding="utf-8")
            .split("questions:", 1)[1]
        )


@pytest.mark.parametrize(
    ("at", "value", "says"),
    [
        (("questions", "decision", "message"), "When, {candidate}", "begins or ends"),
        (("questions", "decision", "message"), "When is {nobody} told?", "not a variable"),
        (("questions", "decision", "buttons", "by"), "x" * 21, "at most 20 characters"),
        (("questions", "decision", "buttons"), {"by": "Yes"}, "exactly by, later, call"),
        (("questions", "decision", "choices"), {"by": "Yes"}, "exactly by, call"),
        (("reasons",), {"calendars": "it was hard"}, "exactly calendars, approval, interviews"),
        (("texts", "pointer"), None, "must stand in every language"),
    ],
)
def test_a_mistake_is_named_with_its_line(
    tmp_path: Path, at: tuple[str, ...], value: object, says: str
) -> None:
    (tmp_path / "colleagues").mkdir()
    for language in LANGUAGES:
        file = (PROMPTS / "colleagues" / f"{language}.yaml").read_text(encoding="utf-8")
        told = yaml.safe_load(file)
        if language == "pt":
            *path, last = at
            part = told
            for key in path:
                part = part[key]
            if value is None:
                del part[last]
            else:
                part[last] = value
        path_ = tmp_path / "colleagues" / f"{language}.yaml"
        path_.write_text(yaml.safe_dump(told, allow_unicode=True), encoding="utf-8")

    with pytest.raises(BadConfig, match=says) as refused:
        load_questions(tmp_path)

    assert "pt.yaml" in refused.value.mistakes[0].where
