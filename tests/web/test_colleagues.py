"""What colleagues do together in a conversation: notes, handing it to each other, ready words."""

import html
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.assembly import PROMPTS
from bot.domain.errors import BadConfig
from bot.domain.model import Role, User, UserId
from bot.handoff.noting import mentioned
from bot.prompts import LANGUAGES
from bot.ready import load_ready
from bot.store.schema import messages, notes, tasks
from tests.factories import HOUR, NOON, completed, event
from tests.web.conftest import Visitor
from tests.world import World

HERE = "/conversations/1"


@pytest.fixture
def told(home: World) -> World:
    """The candidate has been thanked, and has asked for a person."""
    home.happens(completed())
    home.passes(2 * HOUR)
    home.writes("HUMAN")
    return home


def user(home: World, role: Role) -> User:
    with home.store.read() as tx:
        found = tx.users.with_email(f"{role.value}@northwind.example")
    assert found is not None
    return found


def open_tasks(home: World) -> list[str]:
    with home.store.read() as tx:
        query = sa.select(tasks.c.what).where(tasks.c.kind == "note", tasks.c.done_at.is_(None))
        return list(tx.connection.execute(query).scalars())


# --- notes ----------------------------------------------------------------------------


def test_a_note_stands_in_the_thread_and_goes_to_nobody(told: World, recruiter: Visitor) -> None:
    recruiter.send("POST", f"{HERE}/notes", note="Sounds <b>tired</b> of waiting", once="one")
    told.passes(HOUR)

    page = recruiter.page(HERE)

    assert "a note, for colleagues only" in page
    assert "Sounds &lt;b&gt;tired&lt;/b&gt; of waiting" in page
    assert all("tired" not in message.text for message in told.carrier.taken)
    with told.store.read() as tx:
        bodies = list(tx.connection.execute(sa.select(messages.c.body)).scalars())
    assert all("tired" not in body for body in bodies)


def test_a_note_that_is_sent_twice_stands_once(told: World, recruiter: Visitor) -> None:
    for _ in range(2):
        answer = recruiter.send("POST", f"{HERE}/notes", note="@admin: look?", once="one")
        assert answer.status_code == 200

    assert recruiter.page(HERE).count("@admin: look?") == 1
    assert len(open_tasks(told)) == 1


@pytest.mark.parametrize("text", ["", "   ", "x" * 4001])
def test_an_empty_or_endless_note_is_refused(told: World, recruiter: Visitor, text: str) -> None:
    answer = recruiter.send("POST", f"{HERE}/notes", note=text)

    assert answer.status_code == 422 and "Note: has" in answer.text


def test_who_may_not_reply_leaves_no_notes(
    told: World, signed_in: Callable[[Role], Visitor]
) -> None:
    viewer = signed_in(Role.VIEWER)

    assert viewer.send("POST", f"{HERE}/notes", note="Hello").status_code == 403


def test_who_is_mentioned_gets_a_task(told: World, recruiter: Visitor) -> None:
    recruiter.send(
        "POST",
        f"{HERE}/notes",
        note="@admin, is there a budget? I, @recruiter, ask, not a@viewer.example",
    )

    assert open_tasks(told) == ["Admin: Recruiter asks you something about Daniel Okafor"]


def test_a_mention_is_by_first_name_or_by_address() -> None:
    def named(id: int, name: str, email: str) -> User:
        return User(id=UserId(id), name=name, email=email, role=Role.RECRUITER)

    dana, tom = named(1, "Dana Weiss", "dw@a.example"), named(2, "Tom Hale", "t.hale@a.example")
    other = named(3, "Tom Berg", "berg@a.example")

    assert mentioned("@DANA can you?", [dana, tom, other]) == [dana]
    assert mentioned("ask @tom.", [dana, tom, other]) == [tom, other]
    assert mentioned("ask @t.hale.", [dana, tom, other]) == [tom]
    assert mentioned("mail dana@a.example, Dana", [dana, tom, other]) == []
    assert mentioned("@danai", [dana]) == []


def test_notes_go_with_the_person(told: World, recruiter: Visitor) -> None:
    recruiter.send("POST", f"{HERE}/notes", note="Sounds tired")

    told.happens(event("candidate.erased", NOON + HOUR, id="gone"))

    with told.store.read() as tx:
        assert list(tx.connection.execute(sa.select(notes.c.body)).scalars()) == [""]
    assert "for colleagues only" not in recruiter.page(HERE).split("<form")[0]


# --- handing it to each other ---------------------------------------------------------


def test_a_conversation_is_given_to_a_colleague(told: World, recruiter: Visitor) -> None:
    admin = user(told, Role.ADMIN)

    assert recruiter.send("PUT", f"{HERE}/holder", user=admin.id).status_code == 200

    assert "Admin holds this conversation. The bot is silent." in recruiter.page(HERE)
    assert recruiter.send("PUT", f"{HERE}/handoff").status_code == 409


def test_who_holds_it_passes_it_on_with_what_was_promised(told: World, recruiter: Visitor) -> None:
    recruiter.send("PUT", f"{HERE}/handoff")
    with told.store.read() as tx:
        before = tx.handoffs.current(told.conversation)

    recruiter.send("PUT", f"{HERE}/holder", user=user(told, Role.ADMIN).id)

    with told.store.read() as tx:
        after = tx.handoffs.current(told.conversation)
    assert before is not None and after is not None
    assert (after.holder, after.reason) == ("Admin", before.reason)
    assert after.answer_by == before.answer_by is not None
    assert "gave the conversation back" not in recruiter.page(HERE)
    assert "Recruiter passed it on to Admin" in recruiter.page(HERE)


def test_nobody_passes_on_what_a_colleague_holds(told: World, recruiter: Visitor) -> None:
    admin = user(told, Role.ADMIN)
    recruiter.send("PUT", f"{HERE}/holder", user=admin.id)

    answer = recruiter.send("PUT", f"{HERE}/holder", user=user(told, Role.RECRUITER).id)

    assert answer.status_code == 409 and "Admin" in answer.text


@pytest.mark.parametrize("number", ["999", "", "x", "viewer"])
def test_it_is_given_only_to_who_may_answer(told: World, recruiter: Visitor, number: str) -> None:
    asked = user(told, Role.VIEWER).id if number == "viewer" else number

    answer = recruiter.send("PUT", f"{HERE}/holder", user=asked)

    assert answer.status_code == 422 and "choose a colleague who may reply" in answer.text


# --- ready words ----------------------------------------------------------------------


def test_ready_words_come_filled_in_and_in_the_candidates_language(
    told: World, recruiter: Visitor
) -> None:
    english = html.unescape(recruiter.page(HERE))
    with told.store.begin() as tx:
        person = tx.conversations.find(told.conversation).person_id
        tx.people.update(person, language="es")

    spanish = html.unescape(recruiter.page(HERE))

    assert "Hi Daniel, this is Recruiter from Northwind Labs." in english
    assert "Hola, Daniel, soy Recruiter, de Northwind Labs." in spanish


def test_what_is_not_known_is_not_offered() -> None:
    ready = load_ready(PROMPTS)

    everything = {"first_name": "Ana", "company": "Acme", "role": "Cook", "me": "Tom"}
    for language in LANGUAGES:
        full = ready.filled(language, everything)
        assert len(full) >= 5 and all("{" not in text for _, text in full)
        assert len(ready.filled(language, everything | {"role": ""})) == len(full) - 1


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("- {name: A, en: a, es: b}", "pt"),
        ("- {name: A, en: 'Hi {salary}', es: b, pt: c}", "{salary} is not a variable"),
        ("- {name: '', en: a, es: b, pt: c}", "name"),
    ],
)
def test_a_mistake_in_ready_words_is_named(tmp_path: Path, words: str, complaint: str) -> None:
    (tmp_path / "ready.yaml").write_text(words)

    with pytest.raises(BadConfig) as refused:
        load_ready(tmp_path)

    assert complaint in str(refused.value) and "ready.yaml:1" in str(refused.value)
