"""The words that always work, in every language, and the words that must never be one."""

from pathlib import Path

import pytest

from bot.domain.rights import Right, fold, match
from bot.prompts import RightsFile, load_rights
from bot.yamlfile import read

PROMPTS = Path(__file__).parents[2] / "prompts"
WORDS = load_rights(PROMPTS)
FILE = read(PROMPTS / "rights.yaml", RightsFile)
NEVER = [phrase for phrases in FILE.never.values() for phrase in phrases]
WITHIN = [phrase for phrases in FILE.contains.values() for phrase in phrases]


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("STOP", Right.STOP),
        (" stop. ", Right.STOP),
        ("Stop 🙏", Right.STOP),
        ("please stop", Right.STOP),
        ("BAJA", Right.STOP),
        ("No me escriban más", Right.STOP),
        ("SAIR", Right.STOP),
        ("start", Right.START),
        ("Human", Right.HUMAN),
        ("PERSONA", Right.HUMAN),
        ("Pessoa", Right.HUMAN),
        ("email", Right.EMAIL),
        ("My data", Right.DATA),
        ("mis datos", Right.DATA),
        ("delete my data", Right.DELETE),
        ("apagar meus dados", Right.DELETE),
        ("CANCEL", Right.ASK_WHICH),
        ("END", Right.ASK_WHICH),
        ("quit", Right.ASK_WHICH),
        ("No, stop messaging me", Right.STOP),
        ("Obrigada, sair", Right.STOP),
        ("Don't stop messaging me!", None),
        ("no me escriban m\u00e1s tarde de las ocho", None),
        ("Thanks! What happens next?", None),
        ("", None),
        ("👍", None),
    ],
)
def test_a_right_is_recognised_as_people_write_it(text: str, right: Right | None) -> None:
    assert match(text, WORDS) is right


@pytest.mark.parametrize("phrase", NEVER)
def test_no_harmless_sentence_opts_anybody_out(phrase: str) -> None:
    assert match(phrase, WORDS) is not Right.STOP


@pytest.mark.parametrize("phrase", WITHIN)
def test_a_clear_wish_is_an_opt_out_inside_a_longer_message(phrase: str) -> None:
    assert match(f"Hi, {phrase}. I mean it!", WORDS) is Right.STOP


def test_every_right_has_words_in_every_language() -> None:
    for right in Right:
        assert set(getattr(FILE, right.value)) == {"en", "es", "pt"}


def test_folding_survives_any_text() -> None:
    assert fold("\ud800 \U000e0041 \x00 ¡HOLA!") == "hola"
