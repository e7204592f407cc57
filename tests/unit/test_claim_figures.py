"""Links, contacts, amounts and other figures in a text, for the fact gate."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from bot.domain.claims import Claim, Kind
from bot.domain.claims.figures import SURVEY_SCALE, amounts, bare, links, numbers, phones
from bot.lexicon import load_lexicon

LEXICON = load_lexicon(Path(__file__).parents[2] / "prompts" / "claims.yaml")


def read(claims: Iterable[Claim]) -> set[object]:
    return {reading for claim in claims for reading in claim.readings}


def spans(text: str, claims: Iterable[Claim]) -> list[str]:
    return [text[claim.start : claim.end] for claim in claims]


# --- links and contacts -------------------------------------------------------------------


def test_a_link_ends_before_the_mark_that_ends_the_sentence() -> None:
    text = "See https://x.example/a?b=1), or www.y.example/."

    assert spans(text, links(text)) == ["https://x.example/a?b=1", "www.y.example/"]
    assert {claim.kind for claim in links(text)} == {Kind.LINK}
    assert read(links(text)) == {"x.example/a?b=1", "y.example"}


def test_a_link_is_the_same_with_and_without_what_makes_no_difference() -> None:
    ways = ["https://www.x.example/a/", "http://x.example/a", "www.x.example/a", "x.example/a"]

    assert {bare(link) for link in ways} == {"x.example/a"}


def test_an_address_is_a_contact_and_no_link() -> None:
    text = "Write to ana@x.example."

    assert [(claim.kind, claim.readings) for claim in links(text)] == [
        (Kind.CONTACT, {"ana@x.example"})
    ]
    assert spans(text, links("Write to ana@x.example, please")) == ["ana@x.example"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("+44 20 7946 0018", {"442079460018"}),
        ("(020) 7946-0018", {"02079460018"}),
        ("2079 4600", {"20794600"}),
        ("207 94 60", set()),
        ("123456789012345", {"123456789012345"}),
        ("1234567890123456", set()),
    ],
)
def test_a_telephone_number_has_eight_to_fifteen_digits(text: str, found: set[str]) -> None:
    assert read(phones(text)) == found
    assert all(claim.kind is Kind.CONTACT for claim in phones(text))
    assert spans(text, phones(text)) == ([text] if found else [])


# --- amounts --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$90", 90),
        ("90 euros", 90),
        ("€65k", 65_000),
        ("65k €", 65_000),
        ("65 mil", 65_000),
        ("65 mil reais", 65_000),
        ("two or 65 thousand", 65_000),
        ("£1.2 million", 1_200_000),
        ("us$ 2m", 2_000_000),
        ("3 millones de pesos", 3_000_000),
        ("1 millon de pesos", 1_000_000),
        ("3 milhoes de reais", 3_000_000),
        ("1 milhao de reais", 1_000_000),
        ("1,500.50 usd", 1500.5),
        ("1.500,50 eur", 1500.5),
        ("1 500 eur", 1500),
        ("1\u00a0500 eur", 1500),
    ],
)
def test_an_amount_is_worth_what_its_scale_says(text: str, value: float) -> None:
    (claim,) = amounts(text)

    assert claim.kind is Kind.AMOUNT
    assert value in claim.readings


def test_a_point_before_three_digits_parts_thousands_or_a_fraction() -> None:
    assert read(amounts("1.500 eur")) == {1500, 1.5}
    assert read(amounts("1,500 usd")) == {1500, 1.5}
    assert read(amounts("1,50 usd")) == {1.5}


# --- other figures --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [("48 hours", 48), ("the 3rd round", 3), ("20% of them", 20), ("three interviews", 3)],
)
def test_figures_and_counted_words_are_numbers(text: str, value: float) -> None:
    (claim,) = numbers(text, LEXICON)

    assert (claim.kind, claim.readings) == (Kind.NUMBER, {value})
    assert claim.start == 0 or text[claim.start].isdigit()


def test_a_number_word_counts_only_before_what_can_be_counted() -> None:
    assert read(numbers("two more weeks", LEXICON)) == {2}
    assert read(numbers("two of us, one by one", LEXICON)) == set()


def test_who_asks_claims_nothing_by_a_number_word() -> None:
    assert read(numbers("are you free in the next two weeks?", LEXICON)) == set()
    assert read(numbers("it takes two weeks. is that all right?", LEXICON)) == {2}


def test_the_scale_of_a_survey_is_one_figure() -> None:
    text = "from 0 (not at all) to 10 (absolutely)"
    scale, *rest = numbers(text, LEXICON)

    assert (scale.kind, scale.readings) == (Kind.NUMBER, {SURVEY_SCALE})
    assert text[scale.start : scale.end] == "0 (not at all) to 10"
    assert read(rest) == {0, 10}


def test_what_counts_the_lines_of_a_list_claims_nothing() -> None:
    text = "these two times are free:\n1. wednesday\n2) friday"

    assert not list(numbers(text, LEXICON))
    assert read(numbers(text.replace("two", "three"), LEXICON)) == {3.0}


def test_dos_is_a_number_in_spanish_and_none_in_portuguese() -> None:
    assert read(numbers("quedan dos horarios libres", LEXICON)) == {2.0}
    assert not list(numbers("nenhum dos horarios serve para voce", LEXICON))
