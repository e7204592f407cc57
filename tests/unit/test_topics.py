"""What interviewers type where a topic is asked for: some of it must stay among colleagues."""

import pytest

from bot.domain.ask_answers import usable_topic
from bot.domain.topics import judges

TOPICS = """
event-driven design | C++17 templates | AWS migration | the 2019 outage | pricing experiments
how the team onboards | React performance | your thesis on graph databases | SQL tuning
moving from Java 8 to 17 | the Lisbon office | mentoring juniors | GDPR and consent
on-call rotations | the Black Friday incident | OKRs | remote work | hiring a new team
decision records | offer management systems | rejection sampling | women in tech | accessibility
pair programming | first-principles thinking | feature flags | weak references | strong typing
pregnancy tracking apps | our roadmap | NoSQL | test coverage | legacy code | team lead duties
diseño de APIs | la migración a la nube | métricas de producto | el modelo de datos | los contratos
de servicio | pruebas de carga | la deuda técnica | el plan de lanzamiento | sistemas distribuidos
testes A/B | arquitetura de microsserviços | gestão de produto | a migração para a nuvem
os contratos de API | filas e eventos | observabilidade | dados em tempo real
"""
VERDICTS = """
she seemed nervous | probably a no | weak on system design | too junior for us | strong hire
we'll have to see him | pregnant, asks about leave | better than the other candidates
the salary is too high | not a culture fit | he is 55 | great fit | bad English | nice person
good communicator | didn't know recursion | struggled with recursion | tell her no | no hire
asked about kids | very shy | lacks depth | failed the exercise | her accent | reject
floja en SQL | no encaja, creo que no va | le falta nivel, es muy verde | la vamos a rechazar
tiene hijos pequeños | parece mayor | muy nerviosa | demasiado senior | pide mucho sueldo
muito fraca em arquitetura | ele é velho demais | não encaixa | parece nervosa | tem filhos
vai ser reprovada | boa pessoa | está grávida
"""


def listed(text: str) -> list[str]:
    return [one.strip() for one in text.replace("\nde ", " de ").replace("\n", "|").split("|")][
        1:-1
    ]


@pytest.mark.parametrize("words", listed(TOPICS))
def test_a_topic_is_a_topic(words: str) -> None:
    assert not judges(words)


@pytest.mark.parametrize("words", listed(VERDICTS))
def test_what_somebody_thinks_of_a_person_is_none(words: str) -> None:
    assert judges(words)
    assert judges(words.replace("'", "\u2019").capitalize())
    assert not usable_topic(words)
