from collections.abc import Callable

import pytest
from flask import Flask

from bot.domain.model import MAY_RELEASE, MAY_REPLY, Role
from bot.web.access import ALLOWED, OPEN
from bot.web.security import POLICY
from tests.factories import DAY, NOON, completed, decided
from tests.web.conftest import OpenHouse, Visitor
from tests.world import World

PAGES = ["/inbox", "/inbox?tab=mine", "/inbox?tab=unassigned", "/inbox?tab=odd", "/tasks"]
PAGES += ["/dashboard", "/dashboard/messages", "/dashboard/messages.csv", "/dashboard/flows.csv"]
DEMO = ["/phone/1"]
CHANGES = [
    ("PUT", "/conversations/1/handoff", MAY_REPLY),
    ("POST", "/conversations/1/messages", MAY_REPLY),
    ("DELETE", "/conversations/1/handoff", MAY_REPLY),
    ("DELETE", "/messages/1", MAY_REPLY),
    ("PUT", "/messages/1/arrival", MAY_REPLY),
    ("POST", "/conversations/1/attempts", MAY_REPLY),
    ("POST", "/events/1/attempts", MAY_REPLY),
    ("PUT", "/messages/1/approval", MAY_REPLY),
    ("PUT", "/messages/1/promise", MAY_REPLY),
    ("DELETE", "/processes/1/topics", MAY_REPLY),
    ("PUT", "/processes/1/release", MAY_RELEASE),
    ("DELETE", "/processes/1/release", MAY_RELEASE),
    ("PUT", "/pause", MAY_REPLY),
    ("DELETE", "/pause", MAY_REPLY),
    ("PUT", "/tasks/1/completion", MAY_REPLY),
]


@pytest.mark.parametrize("role", Role)
def test_everybody_of_the_team_may_read(
    home: World, signed_in: Callable[[Role], Visitor], role: Role
) -> None:
    home.happens(completed(), decided(NOON))
    visitor = signed_in(role)

    for path in [*PAGES, *DEMO, "/conversations/1", "/conversations/1?pane=about"]:
        assert visitor.get(path).status_code == 200, path
    assert visitor.get("/").headers["Location"] == "/inbox"
    assert visitor.get("/phone").headers["Location"] == "/phone/1"


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(
    ("method", "path", "allowed"), CHANGES, ids=[f"{method} {path}" for method, path, _ in CHANGES]
)
def test_only_some_may_change_anything(
    home: World,
    signed_in: Callable[[Role], Visitor],
    method: str,
    path: str,
    allowed: frozenset[Role],
    role: Role,
) -> None:
    home.happens(completed(), decided(NOON))

    answer = signed_in(role).send(method, path, outcome="advance")

    assert (answer.status_code == 403) is (role not in allowed)


@pytest.mark.parametrize("path", [*PAGES, *DEMO, "/", "/phone", "/conversations/1"])
def test_strangers_are_led_to_the_door(stranger: Visitor, path: str) -> None:
    answer = stranger.get(path)

    assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in")


@pytest.mark.parametrize(("method", "path"), [(method, path) for method, path, _ in CHANGES])
def test_strangers_change_nothing(stranger: Visitor, method: str, path: str) -> None:
    assert stranger.client.open(path, method=method).status_code == 302
    answer = stranger.client.open(path, method=method, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/sign-in")


@pytest.mark.parametrize(("method", "path"), [(method, path) for method, path, _ in CHANGES])
def test_no_change_without_a_token(recruiter: Visitor, method: str, path: str) -> None:
    assert recruiter.client.open(path, method=method).status_code == 400


def test_every_route_says_who_may_use_it(site: Flask) -> None:
    machines = {"api.events"}
    named = {rule.endpoint for rule in site.url_map.iter_rules()}

    assert named == set(ALLOWED) | OPEN | machines


def test_phone_and_clock_are_only_in_the_demo(open_house: OpenHouse) -> None:
    visitor = Visitor(open_house(demo=None))
    visitor.sign_in("recruiter@northwind.example")

    assert visitor.get("/phone/1").status_code == 404
    assert visitor.send("POST", "/clock/jumps", hours=1).status_code == 404
    assert "Phone" not in visitor.page("/inbox")


@pytest.mark.parametrize("path", ["/sign-in", "/inbox", "/nothing", "/healthz", "/tasks"])
def test_every_answer_is_guarded(recruiter: Visitor, path: str) -> None:
    headers = recruiter.get(path).headers

    assert headers["Content-Security-Policy"] == POLICY
    assert "unsafe" not in POLICY and "default-src 'self'" in POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


def test_pages_have_no_inline_scripts_or_styles(home: World, recruiter: Visitor) -> None:
    home.happens(completed(), decided(NOON + DAY))
    home.writes("Hello")

    for path in [*PAGES, *DEMO, "/conversations/1", "/sign-in"]:
        html = recruiter.get(path).text
        assert "<script>" not in html and "<style" not in html and " style=" not in html
        assert "http://" not in html.replace("http://www.w3.org", "")


def test_a_page_that_is_not_there_says_so_plainly(recruiter: Visitor) -> None:
    answer = recruiter.get("/conversations/99")

    assert answer.status_code == 404
    assert "There is no conversation 99." in answer.text
