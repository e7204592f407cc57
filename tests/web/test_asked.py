"""The page behind a link: who looks changes nothing, who answers does so once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from bot.domain.asks import Kind
from bot.domain.model import Role
from bot.store.schema import asks, events, tasks
from tests.factories import DAY, HOUR, NOON, candidate, colleague, event, interview
from tests.web.conftest import OpenHouse, Visitor
from tests.world import World

ANA, TOM = "ana@northwind.example", "tom@northwind.example"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def asked(home: World) -> World:
    """A process in which nothing is owed by itself; Ana and Tom can be asked by a link."""
    ana = colleague(consents=[])
    tom = colleague("Tom Baker", consents=[], phone="")
    home.happens(
        event(
            "interview.cancelled",
            NOON - DAY,
            interview=interview(interviewers=[ana, tom], topics=[]),
        )
    )
    return home


def page_of(world: World) -> str:
    """Return the path of the page that the newest message leads to."""
    rows = [*world.rows("question"), *world.rows("questions")]
    return f"/a/{world.link(max(rows, key=lambda row: row.id))}"


def press(
    visitor: Visitor, path: str, choice: str, /, number: int = 0, **form: str
) -> TestResponse:
    """Press a button of the page, in its question with this number."""
    html = visitor.client.get(path).text
    nonce = re.search(r'name="nonce" value="([^"]+)', html)
    found = list(dict.fromkeys(re.findall(r'name="ask" value="(\d+)', html)))
    assert nonce and found
    told = {"nonce": nonce[1], "ask": found[number], "choice": choice, **form}
    return visitor.client.post(path, data=told)


def told_by_the_team(world: World) -> list[dict[str, object]]:
    with world.store.read() as tx:
        query = sa.select(events.c.raw).where(events.c.source == "team").order_by(events.c.id)
        return list(tx.connection.execute(query).scalars())


def test_one_tap_answers_and_the_page_says_who_did_and_when(
    asked: World, stranger: Visitor
) -> None:
    asked.asks(Kind.INTERVIEW_DONE, ANA)
    path = page_of(asked)

    answer = press(stranger, path, "done", topic="event-driven  design")

    assert (answer.status_code, answer.headers["Location"]) == (303, path)
    page = stranger.page(path)
    assert "Ana Ruiz, Tuesday, 24 November, 12:00: it took place; you talked about" in page
    assert "<form" not in page
    (told,) = told_by_the_team(asked)
    assert told["type"] == "interview.completed"
    assert told["interview"] == {
        "ref": "int-1",
        "topics": ["event-driven design"],
        "evidence": "the interviewer's tap",
    }


def test_looking_changes_nothing(asked: World, stranger: Visitor) -> None:
    """Mail scanners follow every link, several times, and by every harmless method."""
    asked.asks(Kind.INTERVIEW_DONE, ANA)
    path = page_of(asked)
    with asked.store.read() as tx:
        before = tx.connection.execute(sa.select(asks)).all()

    for method in ("GET", "HEAD", "GET", "OPTIONS"):
        assert stranger.client.open(path, method=method).status_code == 200
    assert stranger.client.get(f"{path}?choice=done&ask=1").status_code == 200

    with asked.store.read() as tx:
        assert tx.connection.execute(sa.select(asks)).all() == before
    assert told_by_the_team(asked) == []


@pytest.mark.parametrize("nonce", ["", "made up", "InRva2VuIg.aSLq2g.forged"])
def test_only_a_form_that_the_page_gave_out_answers(
    asked: World, stranger: Visitor, nonce: str
) -> None:
    asked.asks(Kind.INTERVIEW_DONE, ANA)

    form = {"nonce": nonce, "ask": "1", "choice": "done"}
    answer = stranger.client.post(page_of(asked), data=form)

    assert answer.status_code == 400
    assert "choose once more" in answer.text
    assert told_by_the_team(asked) == []


def test_a_nonce_is_good_for_its_own_page_only(asked: World, stranger: Visitor) -> None:
    asked.asks(Kind.INTERVIEW_DONE, ANA)
    anas = page_of(asked)
    asked.asks(Kind.INTERVIEW_DONE, TOM, about="int-2")
    toms = page_of(asked)
    nonce = re.search(r'name="nonce" value="([^"]+)', stranger.page(anas))
    assert nonce

    form = {"nonce": nonce[1], "ask": "2", "choice": "done"}

    assert stranger.client.post(toms, data=form).status_code == 400
    assert stranger.client.post(anas, data=form).status_code == 404
    assert told_by_the_team(asked) == []


def test_the_second_answer_changes_nothing(asked: World, stranger: Visitor) -> None:
    asked.asks(Kind.INTERVIEW_DONE, ANA)
    path = page_of(asked)
    html = stranger.page(path)
    nonce = re.search(r'name="nonce" value="([^"]+)', html)
    assert nonce
    form = {"nonce": nonce[1], "ask": "1"}

    stranger.client.post(path, data={**form, "choice": "no_show"})
    again = stranger.client.post(path, data={**form, "choice": "done"})

    assert again.status_code == 303
    assert "it did not take place" in stranger.page(path)
    assert [told["type"] for told in told_by_the_team(asked)] == ["interview.no_show"]


def test_a_colleagues_answer_shows_on_the_other_ones_page(asked: World, stranger: Visitor) -> None:
    asked.asks(Kind.INTERVIEW_DONE, ANA, TOM)
    anas, toms = (f"/a/{asked.link(row)}" for row in asked.rows("question"))

    press(stranger, anas, "done")

    assert "Ana Ruiz, Tuesday, 24 November, 12:00: it took place" in stranger.page(toms)


def test_a_batch_is_one_page_and_each_question_is_answered_by_itself(
    asked: World, stranger: Visitor
) -> None:
    for number in (1, 2, 3):
        asked.asks(Kind.REASON, ANA, about=f"update-{number}")
    asked.passes(20 * MINUTE)
    path = page_of(asked)
    assert "3 questions for you" in stranger.page(path)

    press(stranger, path, "interviews", number=1)
    page = stranger.page(path)
    assert "2 questions for you" in page
    assert "the reason: other interviews for this role had to be held as well" in page

    press(stranger, path, "by", number=1, day="2026-12-03")
    press(stranger, path, "words", words=" The panel meets\ton Monday. ".replace("\t", " "))
    assert "Everything here is answered" in stranger.page(path)
    told = [one["decision"] for one in told_by_the_team(asked)]
    assert told == [
        {"reason": "other interviews for this role had to be held as well", "told_by": "Ana Ruiz"},
        {"expected_by": "2026-12-03T17:00:00+00:00", "told_by": "Ana Ruiz"},
        {"reason": "The panel meets on Monday", "told_by": "Ana Ruiz"},
    ]


def test_a_decision_has_the_next_working_days_on_offer(asked: World, stranger: Visitor) -> None:
    asked.asks(Kind.DECISION, TOM, about="onsite", number=2)
    path = page_of(asked)
    asked.passes(2 * DAY)

    page = stranger.page(path)

    days = re.findall(r'value="by:([^"]+)', page)
    assert days == ["2026-11-27", "2026-11-30", "2026-12-01"]
    assert "By Friday, 27 November" in page
    press(stranger, path, f"by:{days[0]}")
    assert "a decision by Friday, 27 November" in stranger.page(path)


@pytest.mark.parametrize(
    ("kind", "choice", "form", "says"),
    [
        (Kind.INTERVIEW_DONE, "done", {"topic": "a 3 out of 5"}, "without numbers"),
        (Kind.INTERVIEW_DONE, "done", {"topic": "see www.x.example"}, "without numbers"),
        (Kind.INTERVIEW_DONE, "done", {"topic": "design\nand pay"}, "without numbers"),
        (Kind.INTERVIEW_DONE, "done", {"topic": "x" * 61}, "without numbers"),
        (Kind.INTERVIEW_DONE, "call", {}, "does not belong"),
        (Kind.INTERVIEW_DONE, "hire", {}, "does not belong"),
        (Kind.INTERVIEW_DONE, "", {}, "does not belong"),
        (Kind.DECISION, "by", {"day": ""}, "Choose a day"),
        (Kind.DECISION, "by:2026-11-23", {}, "Choose a day"),
        (Kind.DECISION, "by", {"day": "2027-11-23"}, "Choose a day"),
        (Kind.DECISION, "later", {}, "does not belong"),
        (Kind.REASON, "words", {"words": "  "}, "without links"),
        (Kind.REASON, "words", {"words": "https://x.example"}, "without links"),
        (Kind.REASON, "words", {"words": "x" * 201}, "without links"),
    ],
)
def test_what_cannot_be_used_is_named_and_nothing_is_lost(
    asked: World,
    stranger: Visitor,
    kind: Kind,
    choice: str,
    form: dict[str, str],
    says: str,
) -> None:
    asked.asks(kind, ANA)
    asked.passes(20 * MINUTE)

    answer = press(stranger, page_of(asked), choice, **form)

    assert answer.status_code == 422
    assert says in answer.text
    for given in form.values():
        assert "\n" in given or not given.strip() or f'value="{given}"' in answer.text
    assert told_by_the_team(asked) == []


@pytest.mark.parametrize("token", ["x", "x" * 43, "a" * 5000, "%00", "..%2F", "é"])
def test_a_wrong_link_leads_to_a_clear_page(stranger: Visitor, token: str) -> None:
    answer = stranger.client.get(f"/a/{token}", headers={"Accept-Language": "pt-BR,en;q=0.5"})

    assert answer.status_code == 404
    if "/" not in token and "%2F" not in token:
        assert "Este link não leva a lugar nenhum" in answer.text
        assert stranger.client.post(f"/a/{token}").status_code == 404


def test_an_expired_link_says_so(asked: World, stranger: Visitor) -> None:
    asked.asks(Kind.INTERVIEW_DONE, ANA)
    path = page_of(asked)
    html = stranger.page(path)
    nonce = re.search(r'name="nonce" value="([^"]+)', html)
    assert nonce
    asked.passes(8 * DAY)

    answer = stranger.get(path)
    late = stranger.client.post(path, data={"nonce": nonce[1], "ask": "1", "choice": "done"})

    assert answer.status_code == 410
    assert "This link has run out" in answer.text
    assert late.status_code == 303
    assert told_by_the_team(asked) == []


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("en", "A question for you"),
        ("es", "Una pregunta para ti"),
        ("pt", "Uma pergunta para você"),
    ],
)
def test_the_page_speaks_its_readers_language(
    asked: World, stranger: Visitor, language: str, title: str
) -> None:
    asked.happens(
        event(
            "interview.cancelled",
            NOON,
            interview=interview(interviewers=[colleague(language=language)], topics=[]),
        )
    )
    asked.asks(Kind.INTERVIEW_DONE, ANA)

    page = stranger.page(page_of(asked))

    assert f'<html lang="{language}">' in page
    assert title in page
    assert ("in English" in page or "inglés" in page or "inglês" in page) is (language != "en")


def test_the_page_tells_of_the_candidate_only_first_name_role_and_time(
    asked: World, stranger: Visitor
) -> None:
    for kind in set(Kind) - {Kind.BOOKING}:
        asked.asks(kind, ANA)
    asked.passes(20 * MINUTE)

    for row in [*asked.rows("question"), *asked.rows("questions")]:
        page = stranger.page(f"/a/{asked.link(row)}")
        assert "Daniel" in page
        for secret in ("Okafor", "447700900101", "app-1", "cand-1", "technical interview"):
            assert secret not in page and secret not in row.body


def test_nothing_leaks_to_others(asked: World, stranger: Visitor) -> None:
    asked.asks(Kind.INTERVIEW_DONE, ANA)

    for path in (page_of(asked), "/a/nothing"):
        answer = stranger.get(path)
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers
        assert '<meta name="robots" content="noindex, nofollow">' in answer.text
        assert "http" not in re.sub(r"<meta[^>]*>", "", answer.text)
        assert "<script>" not in answer.text and " style=" not in answer.text


def test_guessing_is_slow(stranger: Visitor) -> None:
    answers = [stranger.get(f"/a/{number}") for number in range(31)]

    assert [answer.status_code for answer in answers[-2:]] == [404, 429]
    assert "Wait a minute" in answers[-1].text


def test_words_with_markup_stay_words(asked: World, stranger: Visitor) -> None:
    asked.happens(
        event(
            "interview.cancelled",
            NOON,
            candidate=candidate(name="<script>alert(1)</script>"),
            interview=interview(interviewers=[], topics=[]),
        )
    )
    asked.asks(Kind.REASON, ANA)
    asked.passes(20 * MINUTE)

    assert "<script>alert" not in stranger.page(page_of(asked))


def test_an_erased_candidate_leaves_nothing_behind_the_link(
    asked: World, stranger: Visitor
) -> None:
    asked.asks(Kind.INTERVIEW_DONE, ANA)
    path = page_of(asked)

    asked.happens(event("candidate.erased", NOON + HOUR))

    assert stranger.get(path).status_code == 404


# --- what recruiters see ------------------------------------------------------------------


def test_who_may_write_sees_the_link_to_pass_on_and_others_do_not(
    asked: World, site: Flask, recruiter: Visitor, signed_in: object
) -> None:
    asked.asks(Kind.INTERVIEW_DONE, ANA)

    assert page_of(asked) in recruiter.page("/tasks")
    viewer = signed_in(Role.VIEWER)  # type: ignore[operator]
    assert "Pass the link on to Ana Ruiz" in viewer.page("/tasks")
    assert "/a/" not in viewer.page("/tasks")


def test_questions_and_answers_stand_beside_the_conversation(
    asked: World, stranger: Visitor, recruiter: Visitor
) -> None:
    asked.asks(Kind.INTERVIEW_DONE, ANA, TOM)
    talk = re.search(r"/conversations/\d+", recruiter.page("/inbox"))
    assert talk
    beside = recruiter.page(talk[0])
    assert "Ana Ruiz and Tom Baker were asked whether the interview took place" in beside
    assert "no answer yet · wanted by today, 14:00" in beside

    press(stranger, page_of(asked), "done", topic="event-driven design")

    beside = recruiter.page(talk[0])
    assert "Tom Baker: it took place, they talked about event-driven design · today" in beside


def test_colleagues_are_not_in_the_list_of_candidates(asked: World, recruiter: Visitor) -> None:
    asked.asks(Kind.INTERVIEW_DONE, ANA)

    page = recruiter.page("/inbox")

    assert "Daniel Okafor" in page and "Ana Ruiz" not in page
    assert 'All <span class="count">1</span>' in page
    task = re.search(r'href="(/conversations/\d+)"><bdi>Ana Ruiz', recruiter.page("/tasks"))
    assert task
    assert "About the colleague" in recruiter.page(task[1])


def test_a_colleague_can_be_played_on_the_phone(home: World, recruiter: Visitor) -> None:
    home.happens(
        event("interview.scheduled", NOON - DAY, interview=interview(interviewers=[colleague()]))
    )
    phone = re.search(r'href="(/phone/\d+)"[^>]*><bdi>Ana Ruiz', recruiter.page("/phone/1"))
    assert phone
    page = recruiter.page(phone[1])
    replied_to = re.search(r'name="replied_to" value="([^"]+)', page)
    assert replied_to and 'name="payload" value="done"' in page
    assert "What happens next?" not in page

    form = {"text": "It took place", "payload": "done", "replied_to": replied_to[1]}
    recruiter.send("POST", f"{phone[1]}/messages", **form)
    home.passes(MINUTE)

    assert [told["type"] for told in told_by_the_team(home)] == ["interview.completed"]
    with home.store.read() as tx:
        assert tx.connection.execute(sa.select(sa.func.count()).select_from(tasks)).scalar() == 0


def test_the_first_production_house_has_the_page_too(open_house: OpenHouse, asked: World) -> None:
    asked.asks(Kind.INTERVIEW_DONE, ANA)
    visitor = Visitor(open_house(demo=None, public_url="https://hr.example.com"))

    answer = visitor.client.get(page_of(asked), base_url="https://hr.example.com")

    assert answer.status_code == 200
    assert "A question for you" in answer.text
