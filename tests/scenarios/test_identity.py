"""The wrong person on the number, from the first "that's not me" to whoever it turns out to be."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.domain.errors import Conflict
from bot.domain.model import State
from tests.factories import DAY, HOUR, PHONE, candidate, completed, decided, event, job, released
from tests.world import World, world

MINUTE = timedelta(minutes=1)
NOT_ME = {
    "en": "You have the wrong number, I'm not Daniel. Who is this?",
    "es": "Se equivoca de número, no soy Daniel",
    "pt": "número errado, não sou o Daniel",
}
NO = {"en": "No, I'm not", "es": "No, no soy yo", "pt": "Não, não sou eu"}
YES = {"en": "Yes, it's me, sorry", "es": "Sí, soy yo, perdón", "pt": "Sim, sou eu, desculpe"}
CHECKS = {
    "en": "Have I reached the right person?",
    "es": "¿He dado con la persona correcta?",
    "pt": "Falo com a pessoa certa?",
}
SORRY = {"en": "I am sorry for the mix-up", "es": "Perdona la confusión", "pt": "Desculpe o engano"}
CLEAR = {"en": "that clears it up", "es": "queda aclarado", "pt": "está esclarecido"}
ONLY_THE_CANDIDATE_KNOWS = ("Engineer", "Okafor", "Ana", "Dana", "interview", "application")
LANGUAGES = pytest.mark.parametrize("language", ["en", "es", "pt"])


@pytest.fixture
def hearback(database_url: str) -> Iterator[World]:
    with world(database_url) as opened:
        yield opened


def thanked(hearback: World, language: str = "en") -> int:
    """A candidate was thanked for an interview. Returns how much they have read."""
    person = candidate(language=language)
    hearback.happens(completed(candidate=person, job=job(title="Backend Engineer")))
    hearback.passes(2 * HOUR)
    assert hearback.kinds() == ["thank_you"]
    return len(hearback.texts)


def told(hearback: World, **values: object) -> dict[str, object]:
    """The ATS tells something that changes nothing about the process itself."""
    at, done = hearback.clock.now(), {"ref": "int-1"}
    return event(
        "scorecard.submitted", at, interview=done, job=job(title="Backend Engineer"), **values
    )


def to_do(hearback: World) -> list[str]:
    """What a recruiter is asked because of the number."""
    found = hearback.tasks()
    return [task for task in found if "number" in task or task.startswith("Send ")]


@LANGUAGES
def test_who_says_that_they_are_not_the_candidate_is_asked_once_and_told_nothing(
    hearback: World, language: str
) -> None:
    read = thanked(hearback, language)

    hearback.writes(NOT_ME[language])
    hearback.writes("Where does the application stand?")
    hearback.writes("are you a bot?")

    (check,) = hearback.texts[read:]
    assert CHECKS[language] in check and "Daniel" in check
    assert not any(word in check for word in ONLY_THE_CANDIDATE_KNOWS)
    assert any("Is it the right number?" in task for task in hearback.tasks())


def test_a_stranger_is_asked_in_their_own_language(hearback: World) -> None:
    thanked(hearback, "en")

    hearback.writes("Se equivoca de número, no soy Daniel")

    assert CHECKS["es"] in hearback.last


@LANGUAGES
def test_a_no_ends_everything_on_that_number(hearback: World, language: str) -> None:
    read = thanked(hearback, language)

    hearback.writes(NOT_ME[language])
    hearback.writes(NO[language])
    hearback.writes("Where does the application stand?")
    hearback.passes(4 * DAY)

    _, sorry = hearback.texts[read:]
    assert sorry.startswith(SORRY[language])
    tasks = hearback.tasks()
    assert any("find the right one" in task and "the 72 hours end on" in task for task in tasks)
    assert any("Send Daniel Okafor the status update yourself" in task for task in tasks)
    assert not any("Is it the right number?" in task for task in tasks)


@LANGUAGES
def test_a_yes_goes_on_as_before(hearback: World, language: str) -> None:
    read = thanked(hearback, language)

    hearback.writes(NOT_ME[language])
    hearback.writes(YES[language])
    hearback.passes(3 * DAY)

    _, clear, update = hearback.texts[read:]
    assert CLEAR[language] in clear
    assert "Backend Engineer" in update
    assert to_do(hearback) == []


def test_a_question_in_the_breath_that_confirms_is_answered(hearback: World) -> None:
    thanked(hearback)

    hearback.writes("wrong number")
    hearback.writes("Yes, it's me. Any news?")

    assert "Your application for Backend Engineer is open" in hearback.last


def test_nothing_that_was_planned_leaves_while_it_is_in_doubt(hearback: World) -> None:
    read = thanked(hearback)

    hearback.writes("wrong number")
    now = hearback.clock.now()
    hearback.happens(decided(now, "advance"), released(now))
    hearback.passes(4 * DAY)

    assert len(hearback.texts) == read + 1
    assert any("Send Daniel Okafor the next step yourself" in task for task in hearback.tasks())


def test_one_click_of_a_recruiter_brings_everything_back(hearback: World) -> None:
    read = thanked(hearback)
    hearback.writes("wrong number")
    hearback.writes("no")

    hearback.hearback.identities.confirm(hearback.conversation, hearback.recruiter)
    hearback.passes(3 * DAY)

    assert hearback.kinds()[read:] == ["contact_check", "wrong_person_ack", "status_update"]
    assert to_do(hearback) == []


def test_who_said_no_is_not_believed_when_they_say_yes_later(hearback: World) -> None:
    thanked(hearback)
    hearback.writes("wrong number")
    hearback.writes("no")
    said = list(hearback.texts)

    hearback.writes("haha, yes, it's me")

    assert hearback.texts == said


def test_another_number_ends_it_and_the_old_one_hears_nothing(hearback: World) -> None:
    thanked(hearback)
    hearback.writes("wrong number")
    hearback.writes("no")
    old = hearback.said_to(PHONE)

    moved = candidate(phone="+447700900190")
    hearback.happens(told(hearback, candidate=moved))
    hearback.passes(3 * DAY)
    hearback.writes("Any news?")

    assert hearback.said_to(PHONE) == old
    (update,) = hearback.said_to("+447700900190")
    assert "Backend Engineer" in update
    assert to_do(hearback) == []


@pytest.mark.parametrize("text", ["STOP", "wrong number, stop messaging me"])
def test_stop_stays_stop_and_says_nothing_about_anybody(hearback: World, text: str) -> None:
    read = thanked(hearback)
    if text == "STOP":
        hearback.writes("wrong number")

    hearback.writes(text)
    hearback.passes(4 * DAY)

    assert hearback.kinds()[read:][-1:] == ["opt_out_ack"]
    assert hearback.last == (
        "Done: no more messages will come to this number. I am sorry for the trouble."
    )


def test_other_rights_of_somebody_who_may_be_anybody_go_to_a_person(hearback: World) -> None:
    thanked(hearback)
    hearback.writes("wrong number")
    said = list(hearback.texts)

    hearback.writes("MY DATA")

    assert hearback.texts == said
    assert any("wrote DATA from the WhatsApp number of Daniel" in t for t in hearback.tasks())


def test_a_recruiter_cannot_write_to_a_number_in_doubt(hearback: World) -> None:
    thanked(hearback)
    hearback.writes("wrong number")
    with hearback.store.read() as tx:
        seen = tx.history.last_inbound(hearback.conversation)

    desk = hearback.hearback.desk
    with pytest.raises(Conflict, match="Somebody else may have this number"):
        desk.reply(hearback.conversation, hearback.recruiter, "Hello", once="1", seen=seen)


def test_an_answer_that_had_not_left_stays_behind(hearback: World) -> None:
    thanked(hearback)
    hearback.hearback.desk.pause(hearback.recruiter, "")
    hearback.writes("Any news?")

    hearback.writes("wrong number")
    hearback.hearback.desk.resume(hearback.recruiter)
    hearback.passes(HOUR)

    answers = {row.state for row in hearback.rows("reply")}
    assert answers == {State.CANCELLED}


@pytest.mark.parametrize(
    "text", ["I'm not Daniel's biggest fan", "this is not the right time", "wrong number of slots"]
)
def test_what_only_sounds_like_it_holds_nothing_back(hearback: World, text: str) -> None:
    thanked(hearback)

    hearback.writes(text)

    assert hearback.kinds().count("contact_check") == 0
