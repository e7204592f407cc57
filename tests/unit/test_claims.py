"""The fact gate: what nothing backs is found, and what is backed passes in any spelling."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.claims import Gate, Kind
from bot.domain.claims.known import Json
from bot.domain.claims.lexicon import plain
from bot.domain.facts import Day, DayHour, Fact, Hour, Names
from bot.lexicon import load_lexicon
from bot.prompts import LANGUAGES, load_prompts, say
from bot.stages import load_stages

ROOT = Path(__file__).parents[2]
GATE = Gate(load_lexicon(ROOT / "prompts" / "claims.yaml"))
BOOK = load_prompts(ROOT / "prompts", load_stages(ROOT / "flows" / "post_interview.yaml"))

FACTS: dict[str, Json] = {
    "candidate": "Daniel Okafor",
    "company": "Northwind Labs",
    "role": "Senior Backend Engineer",
    "interviewer": "Ana Ruiz",
    "topics": ["event-driven design"],
    "recruiter": "Dana Weiss",
    "next_word_by": "2026-11-26",
    "link": "https://meet.northwind.example/app-1",
    "interview": {"starts_at": "2026-11-30T14:30:00+00:00", "ends_at": "2026-11-30T15:15:00+00:00"},
    "now": "2026-11-24T12:00:00+00:00",
    "private_notes": "seemed nervous, weak on databases",
}


def kinds(text: str, **more: Json) -> list[str]:
    return [found.kind.value for found in GATE.check(text, {**FACTS, **more})]


@pytest.mark.parametrize(
    "text",
    [
        "Hi Daniel, thank you for talking to Ana about event-driven design today.",
        "You will hear from Dana Weiss by Thursday, 26 November.",
        "You'll hear from us by Nov 26th. Is there anything you would like to add?",
        "Te escribimos antes del jueves 26 de noviembre; si tienes dudas, pregunta por aquí.",
        "Você terá notícias até quinta-feira, dia 26 de novembro.",
        "See you on Monday at 2:30 pm, it takes 45 minutes: meet.northwind.example/app-1",
        "La entrevista es el lunes a las 14:30.",
        "A entrevista é segunda-feira, 30/11, às 14h30.",
        "On a scale from 0 (not at all) to 10 (absolutely), how was it?",
        "If e-mail suits you better than WhatsApp, reply EMAIL. Ana's team says hello.",
        "Your application is open and nothing is booked for tonight.",
    ],
)
def test_what_the_facts_say_passes_in_any_spelling(text: str) -> None:
    assert GATE.check(text, FACTS) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Marta will call you.", "name"),
        ("Marta calls you on Monday.", "name"),
        ("Marta from the platform team says hello.", "name"),
        ("Marta te llamará el lunes.", "name"),
        ("Marta vai te ligar na segunda-feira.", "name"),
        ("Thanks for talking to Ana Torres.", "name"),
        ("Gracias por hablar con Luis.", "name"),
        ("You will hear from us by Friday, 27 November.", "date"),
        ("You will hear from us tomorrow.", "date"),
        ("Thursday, 27 November at the latest.", "date"),
        ("Te escribimos la próxima quincena, el 3 de diciembre.", "date"),
        ("See you at 15:00.", "time"),
        ("Nos vemos a las 3.", "time"),
        ("The salary is €65k.", "amount"),
        ("O salário é de 9.500 reais.", "amount"),
        ("There are three more interviews.", "number"),
        ("We answer within 48 hours.", "number"),
        ("Book here: https://evil.example/app-1", "link"),
        ("Write to ana@northwind.example", "contact"),
        ("Call +44 20 7946 0018", "contact"),
        ("Congratulations, you are through!", "status"),
        ("Lamentablemente no seguiremos con tu candidatura.", "status"),
        ("Ainda não há uma decisão.", "status"),
        ("The position is on hold.", "status"),
        ("The team was really impressed.", "assessment"),
        ("Les encantó la conversación.", "assessment"),
        ("Your age is no problem.", "protected"),
        ("We are talking to other candidates.", "other_candidate"),
        ("We loved talking about sourdough baking.", "topic"),
        ("Next comes a coding test.", "detail"),
        ("You seemed nervous, which is fine.", "private"),
        ("Hi {first_name}, hello again.", "placeholder"),
        ("Hi [Name], hello again.", "placeholder"),
    ],
)
def test_what_nothing_backs_is_found(text: str, kind: str) -> None:
    assert kind in kinds(text)


def test_an_outcome_may_be_told_once_it_is_a_fact_and_no_other() -> None:
    assert kinds("Congratulations, you are moving on!", decision="advance") == []
    assert "status" in kinds("Congratulations, you are moving on!", decision="reject")
    assert kinds("Unfortunately it is a no.", decision={"outcome": "reject"}) == []
    assert kinds("No decision has been taken yet.", decision=None) == []


def test_an_outcome_that_is_held_is_none() -> None:
    held: Json = {"outcome": "advance", "released": False}

    assert "status" in kinds("Good news, you are through!", decision=held)
    assert kinds("Good news!", decision={"outcome": "advance", "released": True}) == []


def test_the_words_that_nothing_backs_are_named_as_they_stand() -> None:
    (found,) = GATE.check("Hola Daniel, te llamará Íñigo.", FACTS)

    assert (found.span, found.kind) == ("Íñigo", Kind.NAME)


def test_a_moment_is_known_in_the_candidates_zone_too() -> None:
    assert kinds("See you at 15:30 on Monday.", time_zone="Europe/Madrid") == []
    assert kinds("See you at 9:30.", time_zone="America/New_York") == []


@given(
    st.text(max_size=200), st.dictionaries(st.text(max_size=8), st.text(max_size=20), max_size=4)
)
def test_no_text_breaks_the_gate(text: str, facts: dict[str, str]) -> None:
    for found in GATE.check(text, facts):
        assert found.span in text


@given(st.text(max_size=60))
def test_plain_letters_stand_where_they_stood(text: str) -> None:
    assert len(plain(text)) == len(text)


# --- our own words ----------------------------------------------------------------------------

TOLD: dict[str, Fact] = {
    "first_name": "Daniel",
    "company": "Northwind Labs",
    "role": "Senior Backend Engineer",
    "interviewer": Names(("Ana Ruiz",)),
    "topic": "event-driven design",
    "recruiter": "Dana Weiss",
    "hear_by": Day(date(2026, 11, 26)),
    "link": "https://meet.northwind.example/app-1",
    "next_step": "panel interview",
    "offer_how": "by e-mail",
    "offer_by": Day(date(2026, 12, 1)),
    "interview_day": Day(date(2026, 11, 30)),
    "interview_time": Hour(datetime(2026, 11, 30, 14, 30)),
    "place": "12 Harbour Street",
    "expected_by": Day(date(2026, 11, 27)),
    "wait_reason": "the panel travels",
    "answer_by": DayHour(datetime(2026, 11, 25, 10)),
    "due_day": Day(date(2026, 12, 3)),
    "receipt": "R-1001",
    "minutes": 60,
    "interview": "technical interview",
    "meeting_link": "https://meet.northwind.example/room",
    "score": 8,
    "whatsapp_link": "https://wa.me/447700900000",
    "unsubscribe_link": "https://hr.northwind.example/u/abc123",
    "number_end": "000",
    "slot_day": Day(date(2026, 12, 2)),
    "slot_time": Hour(datetime(2026, 12, 2, 11)),
    "slot_1": DayHour(datetime(2026, 12, 2, 11)),
    "slot_2": DayHour(datetime(2026, 12, 2, 16)),
    "slot_3": DayHour(datetime(2026, 12, 4, 8, 30)),
    "confirm_by": DayHour(datetime(2026, 11, 28, 12)),
    "calendar_link": "https://hr.northwind.example/i/abc123",
}
OTHERS: dict[str, Fact] = {
    "first_name": "Marta",
    "company": "Blue Harbor",
    "role": "Head of Marketing",
    "interviewer": Names(("Tom Price",)),
    "recruiter": "Ivan Petrov",
    "hear_by": Day(date(2026, 12, 8)),
    "link": "https://evil.example/x",
    "next_step": "coding test",
    "offer_by": Day(date(2026, 12, 9)),
    "interview_day": Day(date(2026, 12, 10)),
    "interview_time": Hour(datetime(2026, 11, 30, 9, 15)),
    "place": "7 Long Road",
    "expected_by": Day(date(2026, 12, 11)),
    "answer_by": DayHour(datetime(2026, 12, 12, 9, 15)),
    "due_day": Day(date(2026, 12, 14)),
    "receipt": "R-2002",
    "minutes": 45,
    "interview": "case study",
    "meeting_link": "https://evil.example/y",
    "whatsapp_link": "https://wa.me/447700900111",
    "unsubscribe_link": "https://evil.example/u",
    "number_end": "111",
    "slot_day": Day(date(2026, 12, 15)),
    "slot_time": Hour(datetime(2026, 12, 2, 9, 15)),
    "slot_1": DayHour(datetime(2026, 12, 15, 9, 15)),
    "slot_2": DayHour(datetime(2026, 12, 16, 9, 15)),
    "slot_3": DayHour(datetime(2026, 12, 17, 9, 15)),
    "confirm_by": DayHour(datetime(2026, 12, 18, 9, 15)),
    "calendar_link": "https://evil.example/z",
}
"""Every fact that is one word of a kind; a topic or a reason can be anything."""
OUTCOMES = {"next_step": "advance", "rejection": "reject", "offer": "offer", "survey": "reject"}
OUTCOMES |= {"status_advance": "advance", "status_offer": "offer", "status_reject": "reject"}


def own_texts() -> Iterator[tuple[str, str, str]]:
    for book in (BOOK.stages, BOOK.letters, BOOK.replies):
        for (key, language), texts in book.items():
            yield from ((key, language, text.text) for text in texts)


def filled(text: str, language: str, facts: dict[str, Fact]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: say(facts[found[1]], language), text)


def as_json(fact: Fact) -> Json:
    if isinstance(fact, Day):
        return fact.on.isoformat()
    if isinstance(fact, Hour | DayHour):
        return fact.at.isoformat()
    return list(fact.names) if isinstance(fact, Names) else fact


def known_for(key: str) -> dict[str, Json]:
    return {name: as_json(fact) for name, fact in TOLD.items()} | {
        "decision": OUTCOMES.get(key, "undecided")
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_ours_passes(language: str) -> None:
    found = {
        text[:60]: told
        for key, spoken, text in own_texts()
        if spoken == language
        if (told := GATE.check(filled(text, language, TOLD), known_for(key)))
    }

    assert found == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_wrong_fact_in_any_sentence_of_ours_is_found(language: str) -> None:
    missed = [
        (name, text[:60])
        for key, spoken, text in own_texts()
        if spoken == language
        for name in set(re.findall(r"\{(\w+)\}", text)) & OTHERS.keys()
        if not GATE.check(filled(text, language, {**TOLD, name: OTHERS[name]}), known_for(key))
    ]

    assert missed == []
