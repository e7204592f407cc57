"""Finding a conversation among many, and putting one off."""

import re
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.domain.model import UserId
from bot.handoff.snoozing import Until
from bot.store import pages
from bot.store.pages import Only, Standing, Tab, Wanted
from bot.store.schema import jobs
from bot.store.words import wanted
from tests.factories import DAY, HOUR, NOON, PHONE, candidate, completed, event, interview, job
from tests.web.conftest import Visitor
from tests.world import World, world

DANIEL, LUCIA = "Daniel Okafor", "Lucía Fernández"


def arrives(home: World) -> None:
    """Two candidates: one writes English and asks for a person, the other one writes Spanish."""
    home.happens(completed())
    lucia = candidate(
        ref="cand-2",
        name=LUCIA,
        phone="+34600000002",
        email="lucia@mail.example",
        language="es",
        time_zone="Europe/Madrid",
    )
    told = {
        "candidate": lucia,
        "process": "app-2",
        "job": job(ref="job-2", title="Diseñadora UX"),
        "interview": interview(NOON - HOUR, topics=["accesibilidad"]),
    }
    home.happens(event("interview.completed", NOON - HOUR, id="done-2", **told))
    home.passes(2 * HOUR)


@pytest.fixture
def two(database_url: str):  # type: ignore[no-untyped-def]
    with world(database_url) as home:
        arrives(home)
        yield home


def found(home: World, **asked: object) -> list[str]:
    with home.store.read() as tx:
        wish = Wanted(**asked)  # type: ignore[arg-type]
        rows = pages.inbox(tx.connection, wish, home.recruiter.id, home.clock.now())
    return sorted(row.name for row in rows)


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("lucia", [LUCIA]),
        ("LUCÍA FERN", [LUCIA]),
        ("fern luc", [LUCIA]),
        ("okafor", [DANIEL]),
        ("kafor", []),
        ("disenadora", [LUCIA]),
        ("event-driven", [DANIEL]),
        ("600 000 002", [LUCIA]),
        (PHONE, [DANIEL]),
        ("Lucia@Mail.example", [LUCIA]),
        ("& | ! :* '", [DANIEL, LUCIA]),
        ("<script>alert", []),
        ("%", [DANIEL, LUCIA]),
        ("\N{GRINNING FACE}", [DANIEL, LUCIA]),
        ("x" * 200, []),
    ],
)
def test_words_find_names_jobs_messages_and_addresses(
    two: World, words: str, names: list[str]
) -> None:
    assert found(two, words=words) == names


def test_what_was_found_shows_the_message_with_the_words(two: World) -> None:
    two.writes("Is the kitchen vegan?")
    two.writes("And what about dogs?")
    two.passes(HOUR)

    with two.store.read() as tx:
        now = two.clock.now()
        (row,) = pages.inbox(tx.connection, Wanted(words="vegan"), UserId(0), now)
        everything = pages.inbox(tx.connection, Wanted(), UserId(0), now)

    assert row.text == "Is the kitchen vegan?"
    assert all(row.text != "Is the kitchen vegan?" for row in everything)


def test_what_was_never_sent_is_not_found(two: World) -> None:
    two.passes(DAY)

    with two.store.read() as tx:
        query = sa.select(sa.func.count()).select_from(jobs)
        assert tx.connection.execute(query).scalar_one() == 2
    assert found(two, words="status") == []


def test_filters_say_whose_it_is_and_what_it_needs(two: World) -> None:
    assert found(two, standing=Standing.BOT) == [DANIEL, LUCIA]
    assert found(two, only=Only.WAITING) == found(two, standing=Standing.PERSON) == []

    two.writes("HUMAN")

    assert found(two, standing=Standing.PERSON) == found(two, only=Only.WAITING) == [DANIEL]
    assert found(two, standing=Standing.BOT) == [LUCIA]


def test_filters_narrow_by_language_job_and_next_message(two: World) -> None:
    with two.store.read() as tx:
        query = sa.select(jobs.c.id).where(jobs.c.ref == "job-2")
        number = tx.connection.execute(query).scalar_one()

    assert found(two, language="es") == found(two, job=number) == [LUCIA]
    assert found(two, stage="status_update") == [DANIEL, LUCIA]
    assert found(two, stage="survey") == []
    assert found(two, language="es", words="okafor") == []
    assert found(two, tab=Tab.UNASSIGNED, language="es") == []


def test_who_has_no_open_application_is_done(two: World) -> None:
    two.happens(event("process.withdrawn", NOON + HOUR, id="gone"))

    assert found(two, standing=Standing.DONE) == [DANIEL]


def test_silence_that_nobody_may_break_is_found(home: World) -> None:
    home.happens(completed())
    home.passes(2 * HOUR)
    with home.store.begin() as tx:
        person = tx.conversations.find(home.conversation).person_id
        process = tx.processes.of_person(person)[0]
        tx.tasks.open(
            kind="duty",
            key=f"{process}:silence:1",
            what="write to them",
            now=home.clock.now(),
            person_id=person,
        )

    assert found(home, only=Only.SILENCE) == [DANIEL]


def test_one_search_field_keeps_the_list_through_every_link(
    home: World, recruiter: Visitor
) -> None:
    arrives(home)

    page = recruiter.page("/inbox?words=fern&language=es&odd=1&stage=nothing&job=x")
    (link,) = re.findall(r'class="row-link" href="([^"]+)"', page)
    there = recruiter.page(link.replace("&amp;", "&"))

    assert "1 found." in page and "Daniel Okafor" not in page
    assert 'value="fern"' in there and "1 found." in there
    assert "Nothing here has all of that." in recruiter.page("/inbox?words=nobody+says+this")


def test_a_snoozed_conversation_leaves_my_list_until_its_time(
    home: World, recruiter: Visitor
) -> None:
    arrives(home)
    recruiter.send("PUT", "/conversations/1/handoff")
    assert recruiter.send("PUT", "/conversations/1/snooze", until="soon").status_code == 200

    assert found(home, tab=Tab.MINE) == []
    assert "Snoozed until today, 18:00" in recruiter.page("/inbox")
    assert "You hold no conversation." in recruiter.page("/inbox?tab=mine")
    home.passes(timedelta(hours=3, minutes=1))

    assert "Daniel Okafor" in recruiter.page("/inbox?tab=mine")
    assert "Snoozed until" not in recruiter.page("/inbox")


def test_a_word_of_the_candidate_ends_a_snooze(home: World, recruiter: Visitor) -> None:
    arrives(home)
    recruiter.send("PUT", "/conversations/1/handoff")
    recruiter.send("PUT", "/conversations/1/snooze", until="answer")
    assert "Daniel Okafor" not in recruiter.page("/inbox?tab=mine")

    home.passes(timedelta(minutes=1))
    home.writes("I found the time after all")

    assert "Daniel Okafor" in recruiter.page("/inbox?tab=mine")


def test_a_snooze_can_be_taken_back(home: World, recruiter: Visitor) -> None:
    arrives(home)
    recruiter.send("PUT", "/conversations/1/handoff")
    recruiter.send("PUT", "/conversations/1/snooze", until="next_week")

    assert recruiter.send("DELETE", "/conversations/1/snooze").status_code == 200

    assert "Daniel Okafor" in recruiter.page("/inbox?tab=mine")


def test_only_who_holds_a_conversation_puts_it_off(home: World, recruiter: Visitor) -> None:
    arrives(home)

    assert recruiter.send("PUT", "/conversations/1/snooze", until="soon").status_code == 409
    recruiter.send("PUT", "/conversations/1/handoff")
    odd = recruiter.send("PUT", "/conversations/1/snooze", until="doomsday")

    assert odd.status_code == 422 and "Until: says nothing" in odd.text


@pytest.mark.parametrize(
    ("until", "moment"),
    [
        (Until.SOON, datetime(2026, 11, 24, 16, 0)),
        (Until.TOMORROW, datetime(2026, 11, 25, 9, 0)),
        (Until.NEXT_WEEK, datetime(2026, 11, 30, 9, 0)),
        (Until.ANSWER, datetime(2026, 12, 1, 13, 0)),
    ],
)
def test_a_snooze_ends_in_the_morning_of_a_working_day(
    home: World, until: Until, moment: datetime
) -> None:
    office = home.hearback.company.office

    ends = home.hearback.snoozing.ends(until).astimezone(office)

    assert ends.replace(tzinfo=None) == moment


def test_words_are_taken_apart_alike_on_both_databases() -> None:
    assert wanted("  São-Paulo, 2026! ") == "sao:* & paulo:* & 2026:*"
    assert wanted("'; drop table") == "drop:* & table:*"
    assert wanted("?!") == ""
