"""Somebody waits for a person and goes on asking: what is plain is answered, the rest waits."""

from collections.abc import Iterator

import pytest

from bot.domain.model import Handoff
from bot.store.pages import thread
from tests.factories import DAY, HOUR, NOON, candidate, event, interview, job
from tests.world import World, world


@pytest.fixture
def hearback(database_url: str) -> Iterator[World]:
    with world(database_url) as opened:
        yield opened


def waiting(hearback: World, language: str, first: str) -> None:
    """A booked candidate asked something that nobody knows, or that only a person may answer."""
    booked = interview(NOON + 3 * DAY, interviewers=["Ana Ruiz"], kind="technical interview")
    person = candidate(language=language)
    told = {"interview": booked, "candidate": person, "job": job(title="Account Manager")}
    hearback.happens(event("interview.scheduled", NOON, **told))
    hearback.writes(first)
    assert awaited(hearback) is not None


def awaited(hearback: World) -> Handoff | None:
    with hearback.store.read() as tx:
        return tx.handoffs.current(hearback.conversation)


def left_to_a_person(hearback: World) -> list[str]:
    with hearback.store.read() as tx:
        said = thread(tx.connection, hearback.conversation)
    return [bubble.text for bubble in said if bubble.left_to_them]


NOBODY_KNOWS = {
    "en": "why did the last person leave this job?",
    "es": "¿por qué se fue la última persona de este puesto?",
    "pt": "por que vocês fecharam o escritório de Lisboa?",
}


@pytest.mark.parametrize(
    ("language", "question", "words"),
    [
        ("en", "Who do I meet on Friday?", "Ana Ruiz"),
        ("es", "¿Con quién me voy a entrevistar?", "Ana Ruiz"),
        ("pt", "Com quem vou conversar na entrevista?", "Ana Ruiz"),
        ("en", "are you a bot?", "Your earlier message is with Dana Weiss"),
        ("es", "¿eres un robot?", "Tu mensaje anterior lo tiene Dana Weiss"),
        ("pt", "você é um robô?", "A sua mensagem anterior está com Dana Weiss"),
        ("en", "how many days of holiday would I get?", "You get 26 days"),
        ("es", "¿cuántos días de vacaciones hay al año?", "Son 26 días laborables"),
        ("pt", "quantos dias de férias eu teria?", "São 26 dias úteis"),
    ],
)
def test_what_is_plain_is_answered_while_a_person_is_awaited(
    hearback: World, language: str, question: str, words: str
) -> None:
    waiting(hearback, language, NOBODY_KNOWS[language])
    said = len(hearback.texts)

    hearback.writes(question)

    (answer,) = hearback.texts[said:]
    assert words in answer
    assert left_to_a_person(hearback) == []


@pytest.mark.parametrize("language", ["en", "es", "pt"])
def test_what_nobody_knows_waits_without_another_promise(hearback: World, language: str) -> None:
    waiting(hearback, language, "HUMAN")
    said = list(hearback.texts)

    hearback.writes(NOBODY_KNOWS[language])

    assert hearback.texts == said
    assert left_to_a_person(hearback) == [NOBODY_KNOWS[language]]


def test_what_was_left_to_a_person_is_never_answered_by_the_bot(hearback: World) -> None:
    waiting(hearback, "en", "HUMAN")
    hearback.writes(NOBODY_KNOWS["en"])
    hearback.writes("are you a bot?")
    said = list(hearback.texts)

    hearback.hearback.desk.take(hearback.conversation, hearback.recruiter)
    hearback.hearback.desk.release(hearback.conversation, hearback.recruiter, "called them")
    hearback.passes(HOUR)

    assert hearback.texts == said


def test_a_thank_you_while_waiting_is_neither_answered_nor_left_to_anybody(
    hearback: World,
) -> None:
    waiting(hearback, "en", NOBODY_KNOWS["en"])
    said = list(hearback.texts)

    hearback.writes("Thanks!")

    assert hearback.texts == said
    assert left_to_a_person(hearback) == []


@pytest.mark.parametrize(
    "grave",
    ["I want to hurt myself", "This is unacceptable, I want to file a complaint", "I withdraw"],
)
def test_beside_what_is_grave_nothing_is_answered(hearback: World, grave: str) -> None:
    waiting(hearback, "en", grave)
    said = list(hearback.texts)

    hearback.writes("Who do I meet on Friday?")
    hearback.writes("are you a bot?")

    assert hearback.texts == said
    assert left_to_a_person(hearback) == ["Who do I meet on Friday?", "are you a bot?"]


def test_the_time_that_somebody_wants_to_move_is_not_told_to_them_again(hearback: World) -> None:
    waiting(hearback, "en", "Can we move the interview to next week?")
    said = len(hearback.texts)

    hearback.writes("When is my interview?")
    hearback.writes("Who will I be talking to?")

    (answer,) = hearback.texts[said:]
    assert "Ana Ruiz" in answer
    assert left_to_a_person(hearback) == ["When is my interview?"]


def test_despair_takes_an_open_handoff_over_and_is_told_whom_to_call(hearback: World) -> None:
    waiting(hearback, "en", NOBODY_KNOWS["en"])

    hearback.writes("I want to hurt myself")
    heard = hearback.last
    said = list(hearback.texts)
    hearback.writes("Who do I meet on Friday?")

    assert "emergency number" in heard
    handoff = awaited(hearback)
    assert handoff is not None and handoff.reason == "distress"
    assert hearback.texts == said


def test_once_somebody_took_it_nothing_is_answered(hearback: World) -> None:
    waiting(hearback, "en", NOBODY_KNOWS["en"])
    hearback.hearback.desk.take(hearback.conversation, hearback.recruiter)
    said = list(hearback.texts)

    hearback.writes("Who do I meet on Friday?")

    assert hearback.texts == said
