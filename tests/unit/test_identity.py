"""Who says that they are somebody else, who is taken at their word, and who is left in peace."""

import pytest

from bot.answering.understanding import load_understanding
from bot.answering.understanding.patterns import PatternsFile
from bot.assembly import PROMPTS
from bot.domain.identity import Claim, Step, next_step
from bot.yamlfile import read

IDENTITY = load_understanding(PROMPTS).identity
EXAMPLES = [
    (claim, language, sentence)
    for claim, languages in read(PROMPTS / "identity.yaml", PatternsFile).examples.items()
    for language, sentences in languages.items()
    for sentence in sentences
]


@pytest.mark.parametrize(("claim", "language", "sentence"), EXAMPLES)
def test_every_example_is_read_as_it_is_meant(claim: str, language: str, sentence: str) -> None:
    found = IDENTITY.intents(sentence, language, "Daniel Okafor")

    if claim == "never":
        assert Claim.NOT_ME not in found
    else:
        assert found[:1] == [claim]


def test_there_are_examples_of_every_claim_in_every_language() -> None:
    assert {(claim, language) for claim, language, _ in EXAMPLES} == {
        (claim, language) for claim in [*Claim, "never"] for language in ("en", "es", "pt")
    }


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("No soy María de la Cruz", "María de la Cruz"),
        ("I'm not de la Cruz", "María de la Cruz"),
        ("não sou a Ana Clara", "Ana Clara dos Santos"),
        ("I'm not O'Brien", "Sean O'Brien"),
    ],
)
def test_any_part_of_the_name_will_do(text: str, name: str) -> None:
    assert IDENTITY.intents(text, "en", name)[:1] == [Claim.NOT_ME]


def test_the_small_words_of_a_name_are_no_name() -> None:
    assert IDENTITY.intents("no soy de aquí", "es", "María de la Cruz") == []
    assert IDENTITY.intents("I'm not sure", "en", "") == []


@pytest.mark.parametrize(
    ("step", "claim", "then"),
    [
        (None, None, None),
        (None, Claim.NOT_ME, Step.ASKED),
        (None, Claim.NO, None),
        (None, Claim.ME, None),
        (Step.ASKED, None, None),
        (Step.ASKED, Claim.NOT_ME, Step.DENIED),
        (Step.ASKED, Claim.NO, Step.DENIED),
        (Step.ASKED, Claim.ME, Step.CONFIRMED),
        (Step.DENIED, Claim.ME, None),
        (Step.DENIED, Claim.NOT_ME, None),
    ],
)
def test_it_is_asked_once_and_a_no_stands(
    step: Step | None, claim: Claim | None, then: Step | None
) -> None:
    assert next_step(step, claim) is then
