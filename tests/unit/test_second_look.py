"""What a recruiter is asked to read again, and what not: a nuisance would soon be clicked away."""

import pytest

from bot.assembly import PROMPTS
from bot.domain.claims import Gate
from bot.domain.model import Outcome
from bot.domain.second_look import SecondLook
from bot.lexicon import load_lexicon

LOOK = SecondLook(Gate(load_lexicon(PROMPTS / "claims.yaml")))
TELLS = [
    "Bad news, I am afraid: we will not be moving forward with your application.",
    "Congratulations, you got the job!",
    "You did not make it to the next round.",
    "We are going to make you an offer on Monday.",
    "Lamento decirte que no sigues en el proceso.",
    "¡Enhorabuena! El puesto es tuyo.",
    "Infelizmente você não foi aprovado.",
    "Parabéns, a vaga é sua!",
]
JUDGES = [
    "Ana thought you were weak on system design.",
    "You seemed nervous on Tuesday.",
]
OTHERS = [
    "You were better than the other candidates.",
    "Eres mejor que los demás candidatos.",
    "Você foi melhor que os outros candidatos.",
]
HARMLESS = [
    "Hi Daniel, thanks for your message. I will ask Ana and come back to you by Thursday at 15:00.",
    "Unfortunately the room changes: we now meet at 12 Harbour Street, 3rd floor.",
    "Yes, the salary band for this role is 65,000 to 75,000 euros.",
    "No decision has been made yet; the panel meets on Friday.",
    "Could you send me the portfolio again? The link https://example.com/x does not open.",
    "Your interview moves to Monday, 30 November, at 10:00. Does that work?",
    "Feel free to call me on +44 7700 900123.",
    "Gracias, Daniel. Hablo con el equipo y te escribo mañana por la tarde.",
    "Todavía no hay decisión; en cuanto la haya te aviso.",
    "Sem problema, podemos remarcar para quinta às 14h.",
    "Ainda não há decisão; falo com a equipe e volto até sexta.",
]


@pytest.mark.parametrize("text", TELLS)
def test_a_decision_that_nobody_has_released_is_read_again(text: str) -> None:
    assert any("nobody has released" in doubt for doubt in LOOK.doubts(text, None))


@pytest.mark.parametrize("text", JUDGES)
def test_feedback_waits_for_the_decision(text: str) -> None:
    assert LOOK.doubts(text, None)
    assert LOOK.doubts(text, Outcome.REJECT) == []


@pytest.mark.parametrize("text", OTHERS)
def test_other_candidates_are_never_spoken_of_in_passing(text: str) -> None:
    assert any("other candidates" in doubt for doubt in LOOK.doubts(text, Outcome.ADVANCE))


def test_a_released_decision_may_be_told() -> None:
    assert LOOK.doubts(TELLS[0], Outcome.REJECT) == []
    assert LOOK.doubts(TELLS[0], Outcome.ADVANCE) != []


@pytest.mark.parametrize("text", HARMLESS)
def test_what_recruiters_write_all_day_goes_at_once(text: str) -> None:
    assert LOOK.doubts(text, None) == []
