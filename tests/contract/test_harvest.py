"""Our client against Greenhouse's API as its documentation has it, on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.clock import VirtualClock
from bot.domain.deliveries import Delivery, Token
from bot.domain.errors import SourceAway
from bot.sources.greenhouse import Harvest
from bot.sources.wire import Wire
from tests.factories import NOON
from tests.fakes.harvest import CLIENT, HarvestServer, filled
from tests.fakes.vendor_server import Says

YESTERDAY = NOON - timedelta(days=1)


@dataclass
class Drawer:
    """Keeps a token, as the database does for all processes."""

    token: Token | None = None
    is_taken: bool = False
    dropped: list[str] = field(default_factory=list)

    def find(self) -> Token | None:
        return self.token

    def lease(self) -> bool:
        return not self.is_taken

    def save(self, token: Token) -> None:
        self.token = token

    def drop(self, value: str) -> None:
        self.dropped.append(value)
        if self.token and self.token.value == value:
            self.token = None


@pytest.fixture
def server() -> Iterator[HarvestServer]:
    with HarvestServer(per_page=2) as one:
        yield one


def harvest(server: HarvestServer, tokens: Drawer | None = None, **told: Any) -> Harvest:
    client = told.get("client", CLIENT)
    clock = VirtualClock(NOON)
    return Harvest(client, tokens or Drawer(), clock, api=server.url, auth=server.url)


def news(one: Harvest, since: datetime = YESTERDAY) -> list[Delivery]:
    return list(one.news(since))


def test_one_token_serves_for_everything(server: HarvestServer) -> None:
    filled(server)
    tokens = Drawer()

    news(harvest(server, tokens))
    news(harvest(server, tokens))

    assert server.paths().count("/token") == 1
    assert tokens.token == Token(value="token-1", expires_at=datetime(2030, 1, 1, tzinfo=UTC))


def test_a_token_that_another_process_ended_is_asked_for_once_more(server: HarvestServer) -> None:
    filled(server)
    tokens = Drawer()
    one = harvest(server, tokens)
    one.check()
    server.revoke()

    assert news(one)
    assert tokens.dropped == ["token-1"]
    assert server.paths().count("/token") == 2


def test_while_another_process_asks_for_a_token_nobody_else_does(server: HarvestServer) -> None:
    with pytest.raises(SourceAway) as raised:
        news(harvest(server, Drawer(is_taken=True)))

    assert raised.value.after == 5
    assert server.asked == []


def test_a_client_that_is_not_known_is_named(server: HarvestServer) -> None:
    with pytest.raises(SourceAway, match="no token: HTTP 401"):
        harvest(server, client=("other", "secret")).check()


def test_a_next_page_is_asked_for_by_its_address_alone(server: HarvestServer) -> None:
    for number in range(1, 6):
        filled(server, number)

    told = news(harvest(server))

    assert {one.id for one in told if one.kind == "polled_interview"} == {
        f"interview:{30 + number}:2026-11-24T11:30:00.000Z" for number in range(1, 6)
    }
    cursors = [asked.query for asked in server.asked if "cursor" in asked.query]
    assert cursors and all(len(query) == 1 for query in cursors)


def test_only_what_changed_is_asked_for(server: HarvestServer) -> None:
    filled(server)

    assert news(harvest(server), NOON + timedelta(hours=1)) == []
    lists = [asked.path for asked in server.asked if asked.path != "/token"]
    assert lists == ["/v3/interviews", "/v3/scorecards"]


def test_an_interview_brings_everybody_who_has_a_scorecard_for_it(server: HarvestServer) -> None:
    filled(server)

    interview, _ = news(harvest(server))

    payload = interview.raw["payload"]
    assert [one["name"] for one in payload["interviewers"]] == ["Ana Ruiz", "Tom Baker"]
    assert payload["application"]["candidate"]["last_name"] == "Okafor"
    assert payload["application"]["candidate"]["recruiter"]["name"] == "Dana Weiss"
    assert payload["application"]["jobs"][0]["name"] == "Backend Engineer"


def test_of_a_scorecard_nothing_comes_in_but_when_it_was_handed_in(server: HarvestServer) -> None:
    filled(server)

    told = news(harvest(server))

    assert [one.id for one in told][1:] == ["scorecard:71"]  # the draft is none yet
    text = json.dumps([one.raw for one in told])
    for word in ("fine mind", '"yes"', "rating", "notes", "90000", "urgent"):
        assert word not in text


def test_a_scorecard_of_another_hour_is_about_another_interview(server: HarvestServer) -> None:
    filled(server)
    server.rows["scorecards"][0]["interviewed_at"] = "2026-11-23T10:00:00.000Z"

    assert [one.kind for one in news(harvest(server))] == ["polled_interview"]


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("candidates", {"private": True}),
        ("jobs", {"confidential": True}),
        ("applications", {"prospect": True}),
    ],
)
def test_what_is_private_is_not_even_stored(
    server: HarvestServer, what: str, change: dict[str, bool]
) -> None:
    filled(server)
    server.rows[what][0] |= change

    assert news(harvest(server)) == []


def test_too_many_requests_are_put_off_for_as_long_as_greenhouse_asks(
    server: HarvestServer,
) -> None:
    one = harvest(server)
    one.check()
    server.trouble = [Says(429, {"message": "slow down"}, {"Retry-After": "17"})]

    with pytest.raises(SourceAway, match="HTTP 429") as raised:
        news(one)

    assert raised.value.after == 17


@pytest.mark.parametrize(
    ("says", "why"),
    [
        (Says(500, b"<html>sorry</html>"), "HTTP 500"),
        (Says(200, b"<html>sorry</html>"), "without JSON"),
        (Says(403, {"message": "no scope"}), "HTTP 403: /v3/interviews"),
        (Says(302, b"", {"Location": "http://127.0.0.1:1/"}), "HTTP 302"),
        (
            Says(200, [], {"Link": '<http://127.0.0.1:1/v3/interviews?cursor=x>; rel="next"'}),
            "another server",
        ),
    ],
)
def test_what_goes_wrong_is_named(server: HarvestServer, says: Says, why: str) -> None:
    one = harvest(server)
    one.check()
    server.trouble = [says]

    with pytest.raises(SourceAway, match=why):
        news(one)


def test_a_server_that_is_not_there_is_named() -> None:
    with pytest.raises(SourceAway, match="no answer: ConnectError"):
        Wire("http://127.0.0.1:1").get("/", {})
