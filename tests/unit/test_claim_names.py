"""Names, topics and gaps in a text, for the fact gate, and which claims it tells of."""

from pathlib import Path

import pytest

from bot.domain.claims import Gate, Kind
from bot.domain.claims.known import Json
from bot.domain.claims.lexicon import phrases, plain
from bot.domain.claims.names import names, placeholders, plain_keeping_case, stem, topics
from bot.lexicon import load_lexicon

LEXICON = load_lexicon(Path(__file__).parents[2] / "prompts" / "claims.yaml")


def named(text: str) -> list[str]:
    found = list(names(text, LEXICON))
    assert all(claim.kind is Kind.NAME for claim in found)
    return [text[claim.start : claim.end] for claim in found]


def topic(text: str) -> list[str]:
    found = list(topics(plain(text), LEXICON))
    assert all(claim.kind is Kind.TOPIC for claim in found)
    return [text[claim.start : claim.end] for claim in found]


def violations(text: str, **facts: Json) -> list[tuple[str, str]]:
    return [(one.span, one.kind.value) for one in Gate(LEXICON).check(text, facts)]


# --- phrases --------------------------------------------------------------------------------


def matched(text: str, *listed: str) -> list[str]:
    return [found[0] for found in phrases(listed).finditer(plain(text))]


def test_a_phrase_is_found_in_any_spelling_and_the_longer_before_the_shorter() -> None:
    assert matched("On  Hold, on it, upon", "on", "on hold", "on h") == ["on  hold", "on"]
    assert matched("¡Felicitó!", "felicito") == ["felicito"]
    assert matched("don't, dont, don\u2019t", "don't") == ["don't", "dont", "don't"]


def test_a_star_stands_for_the_rest_of_a_word_and_dots_for_up_to_three_words() -> None:
    assert matched("they mov forward and moving forward", "mov* forward") == [
        "mov forward",
        "moving forward",
    ]
    assert matched("did well; did it so very well", "did ... well") == [
        "did well",
        "did it so very well",
    ]
    assert matched("did it not so very well", "did ... well") == []


def test_no_phrases_are_found_nowhere() -> None:
    assert matched("anything, or nothing") == []


# --- names ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Marta will call you.",
        "Marta, you did it.",
        "Íñigo, hola.",
        "All is well. Marta and Tom will call.",
        "Marta te llamará.",
        "Marta said so.",
    ],
)
def test_a_sentence_may_begin_with_a_name_that_is_called_or_does_something(text: str) -> None:
    first = text.removeprefix("All is well. ").split()[0].rstrip(",")

    assert first in named(text)


@pytest.mark.parametrize(
    "text",
    [
        "Lunch at noon.",
        "Thanks, all.",
        "Thanks will do.",
        "Candidates, all of you.",
        "Hello, will you come?",
        "Gostou, foi bom.",
        "Falamos, vale?",
        "Interviews are fun. Lunch too.",
        "\u201cLunch!\u201d",
    ],
)
def test_a_sentence_begins_with_a_capital_and_that_alone_makes_no_name(text: str) -> None:
    assert named(text) == []


def test_inside_a_sentence_a_capital_makes_a_name_unless_it_is_always_written_so() -> None:
    assert named("we met Marta's team and Tom.") == ["Marta", "Tom"]
    assert named("we write on WhatsApp, and so do I") == []


def test_a_name_stands_without_what_only_its_place_in_the_sentence_adds() -> None:
    assert [stem(word) for word in ("Ana's", "Ana\u2019s", "Dr.", "Ana-", "J.R.")] == [
        "Ana",
        "Ana",
        "Dr",
        "Ana",
        "J.R",
    ]


def test_accents_go_and_capitals_stay() -> None:
    assert plain_keeping_case("Él llamó a ÍÑIGO") == "El llamo a INIGO"
    assert named("Ángel Núñez llamó") == ["Núñez"]


# --- topics ---------------------------------------------------------------------------------


def test_what_follows_about_is_a_topic_until_something_else_begins() -> None:
    assert topic("we talked about event sourcing, then cake") == ["event", "sourcing"]
    assert topic("about sourcing when databases fail") == ["sourcing"]
    assert topic("about sourcing your databases") == ["sourcing", "databases"]


def test_what_says_nothing_new_ends_a_topic_and_short_words_are_none() -> None:
    assert topic("about sourcing thanks databases") == ["sourcing"]
    assert topic("about art and math") == []
    assert topic("about art, math") == []
    assert topic("about arts") == ["arts"]


def test_a_topic_has_six_words_at_most() -> None:
    assert topic("about alpha bravo charlie delta kappa foxtrot golf") == [
        "alpha",
        "bravo",
        "charlie",
        "delta",
        "kappa",
        "foxtrot",
    ]


# --- the gate -------------------------------------------------------------------------------


def test_a_gap_is_a_gap() -> None:
    gaps = ["{name}", "{{name}}", "[Name]", "<first name>", "XXX", "TBD", "lorem ipsum"]

    assert [[claim.kind for claim in placeholders(gap)] for gap in gaps] == [
        [Kind.PLACEHOLDER]
    ] * len(gaps)


def test_what_is_private_is_told_as_such() -> None:
    assert violations("we like sourdough", secret="sourdough") == [("sourdough", "private")]


@pytest.mark.parametrize(
    ("text", "outer", "inner"),
    [
        ("you were rejected", "status", "private"),
        ("you did Kafka well", "assessment", "name"),
        ("out of Kafka candidates", "other_candidate", "name"),
        ("we talked about kafka", "topic", "private"),
        ("a coding test", "detail", "private"),
        ("no disability", "protected", "private"),
    ],
)
def test_what_is_claimed_in_words_may_hold_a_claim_of_its_own(
    text: str, outer: str, inner: str
) -> None:
    told = violations(text, secret="rejected, kafka, coding, disability")

    assert {kind for _, kind in told} == {outer, inner}


def test_a_figure_inside_a_day_is_a_part_of_the_day() -> None:
    assert violations("on 5 May 2027 at 10:30") == [("5 May 2027", "date"), ("10:30", "time")]


def test_claims_that_touch_are_two() -> None:
    assert violations("we owe Tom$5") == [("Tom", "name"), ("$5", "amount")]
    assert violations("it pays $5€6") == [("$5", "amount"), ("€6", "amount")]


def test_claims_come_in_the_order_of_the_text() -> None:
    found = violations("Tom said: out of all Northwind candidates, you passed on 5 May")

    assert [span for span, _ in found] == [
        "Tom",
        "out of all Northwind candidates",
        "Northwind",
        "you passed",
        "5 May",
    ]
