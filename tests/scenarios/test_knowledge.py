"""What candidates ask about the company, and what the team wrote for them."""

from collections.abc import Iterator

import pytest

from tests.factories import DAY, HOUR, candidate, completed, decided, event, job, released
from tests.world import World, world


@pytest.fixture
def hearback(database_url: str) -> Iterator[World]:
    with world(database_url) as opened:
        yield opened


def thanked(hearback: World, language: str = "en", title: str = "Account Manager") -> None:
    person = candidate(language=language)
    hearback.happens(completed(candidate=person, job=job(title=title, level="senior")))
    hearback.passes(2 * HOUR)
    assert hearback.kinds() == ["thank_you"]


def held(hearback: World) -> bool:
    with hearback.store.read() as tx:
        return tx.handoffs.current(hearback.conversation) is not None


@pytest.mark.parametrize(
    ("language", "question", "answer"),
    [
        ("en", "Quick one: how many days of holiday would I get?", "You get 26 days"),
        ("es", "y cuántos días de vacaciones hay al año?", "Son 26 días laborables"),
        ("pt", "quantos dias de férias eu teria?", "São 26 dias úteis"),
    ],
)
def test_a_question_is_answered_in_the_words_that_the_team_wrote(
    hearback: World, language: str, question: str, answer: str
) -> None:
    thanked(hearback, language)

    hearback.writes(question)

    assert hearback.last.startswith(answer)
    assert not held(hearback)
    row = hearback.rows("reply")[-1]
    assert row.reason.startswith(f"an answer from benefits.{language}.md: ")


def test_the_answer_comes_in_the_language_of_the_question(hearback: World) -> None:
    thanked(hearback, "en")

    hearback.writes("¿cuántos días de vacaciones tenéis al año?")

    assert hearback.last.startswith("Son 26 días laborables")


@pytest.mark.parametrize(
    ("language", "question", "words"),
    [
        ("en", "why did the last person leave this job?", ("know", "cannot answer")),
        ("es", "¿por qué cerrasteis la oficina de Lisboa?", ("no lo sé", "no llego", "certeza")),
        ("pt", "por que vocês fecharam o escritório de Lisboa?", ("não sei", "com certeza")),
    ],
)
def test_what_nobody_wrote_down_is_admitted_and_goes_to_a_person(
    hearback: World, language: str, question: str, words: tuple[str, ...]
) -> None:
    thanked(hearback, language)

    hearback.writes(question)

    assert any(word in hearback.last for word in words)
    assert "Dana Weiss" in hearback.last
    assert held(hearback)


@pytest.mark.parametrize(
    ("title", "answered"), [("Senior Backend Engineer", True), ("Account Manager", False)]
)
def test_what_holds_for_a_role_is_told_to_those_who_apply_for_it(
    hearback: World, title: str, answered: bool
) -> None:
    thanked(hearback, title=title)

    hearback.writes("What is the technical interview like, do I have to write code?")

    assert ("Sixty minutes with two engineers" in hearback.last) is answered


def test_after_a_rejection_only_what_was_written_for_it_is_told(hearback: World) -> None:
    thanked(hearback)
    hearback.happens(decided(hearback.clock.now(), "reject"), released(hearback.clock.now()))
    hearback.approves("rejection")
    hearback.passes(DAY)
    assert hearback.kinds()[-1] == "rejection"

    hearback.writes("Can I apply again later?")
    assert hearback.last.startswith("Yes, for any other role at once")
    hearback.writes("And how many days of holiday do you have?")

    assert "26 days" not in hearback.last
    assert held(hearback)


def test_nobody_hears_how_to_apply_again_before_there_is_an_answer(hearback: World) -> None:
    thanked(hearback)
    hearback.happens(decided(hearback.clock.now(), "reject"), released(hearback.clock.now()))
    hearback.passes(HOUR / 6)

    hearback.writes("Can I apply again later?")

    assert "six months" not in hearback.last


def test_while_a_person_holds_the_conversation_nothing_is_answered(hearback: World) -> None:
    thanked(hearback)
    hearback.hearback.desk.take(hearback.conversation, hearback.recruiter)

    hearback.writes("how many days of holiday do you have?")
    hearback.passes(HOUR)

    assert hearback.kinds() == ["thank_you"]


@pytest.mark.parametrize("question", ["What is the salary?", "How much does the role pay?"])
def test_what_they_would_earn_is_told_by_a_person(hearback: World, question: str) -> None:
    thanked(hearback)

    hearback.writes(question)

    assert held(hearback)
    assert "insurance" not in hearback.last


def test_distress_comes_before_any_answer(hearback: World) -> None:
    thanked(hearback)

    hearback.writes("How many days of holiday do I get? I want to hurt myself")

    assert "26 days" not in hearback.last
    assert "emergency number" in hearback.last


def test_where_their_own_interview_is_comes_before_where_the_office_is(hearback: World) -> None:
    starts = hearback.clock.now() + 3 * DAY
    booked = {
        "ref": "int-2",
        "kind": "panel",
        "starts_at": starts.isoformat(),
        "ends_at": (starts + HOUR).isoformat(),
        "place": "Calle Mayor 1, second floor",
    }
    hearback.happens(event("interview.scheduled", hearback.clock.now(), interview=booked))

    hearback.writes("Where is the interview?")

    assert "Calle Mayor 1" in hearback.last
