"""Greenhouse's Harvest API, version 3: what webhooks leave out is asked for here.

A new token ends the old one, so all processes share one. Of scorecards we take when they were
handed in, and nothing of what is in them.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from bot.domain.deliveries import Delivery, Token, Tokens, Told
from bot.domain.errors import SourceAway
from bot.domain.ports import Clock
from bot.sources.doors import kept
from bot.sources.greenhouse.application import withheld
from bot.sources.greenhouse.reading import INTERVIEW, SCORECARD
from bot.sources.greenhouse.vendor import NAME
from bot.sources.telling import moment, text
from bot.sources.wire import Answer, Wire

API, AUTH = "https://harvest.greenhouse.io", "https://auth.greenhouse.io"
PER_PAGE = "500"
"""The most that Greenhouse gives."""
AT_ONCE = 50
"""Ids in one request: its address must not grow too long."""
MOST_PAGES = 200
OF_A_CARD = ("id", "application_id", "interviewer_id", "status", "submitted_at", "interviewed_at")
"""All that we take of a scorecard."""


class Harvest:
    name = NAME

    def __init__(
        self,
        client: tuple[str, str],
        tokens: Tokens,
        clock: Clock,
        *,
        api: str = "",
        auth: str = "",
    ) -> None:
        """`client` is the id and the secret of the OAuth client."""
        self._credentials = b64encode(":".join(client).encode()).decode()
        self._tokens = tokens
        self._clock = clock
        self._api, self._auth = Wire(api or API), Wire(auth or AUTH)

    def application(self, id: str) -> Told | None:
        """Return an application in the shape of webhooks, or None where there is none.

        Raises SourceAway.
        """
        return self._applications([id]).get(id)

    def news(self, since: datetime) -> Iterator[Delivery]:
        """Yield the interviews and scorecards of every application in which either changed."""
        changed = {"updated_at": f"gte|{since.isoformat()}"}
        touched = [*self._list("interviews", changed), *self._list("scorecards", changed)]
        ids = sorted({text(one, "application_id") for one in touched} - {""})
        for some in _batches(ids):
            yield from self._news_of(some)

    def check(self) -> None:
        """Ask for one interview. Raises SourceAway, saying what is wrong."""
        self._get("/v3/interviews", {"per_page": "1"})

    def _news_of(self, ids: Sequence[str]) -> Iterator[Delivery]:
        applications = self._applications(ids)
        interviews = self._of("interviews", "application_ids", ids)
        cards = [_bare(card) for card in self._of("scorecards", "application_ids", ids)]
        users = self._by_id("users", {text(card, "interviewer_id") for card in cards})
        for interview in interviews:
            application = applications.get(text(interview, "application_id"))
            if application is not None and not withheld(application):
                yield from self._told(application, interview, cards, users)

    def _told(
        self, application: Told, interview: Told, cards: Sequence[Told], users: Told
    ) -> Iterator[Delivery]:
        """An interview, and the scorecards about it: theirs says when it was, not which."""
        mine = [card for card in cards if _belongs(card, interview)]
        ids = dict.fromkeys(text(card, "interviewer_id") for card in mine)
        told = {
            "application": application,
            "interview": kept(interview),
            "interviewers": [users[id] for id in ids if id in users],
        }
        id, version = text(interview, "id"), text(interview, "updated_at")
        yield self._delivery(f"interview:{id}:{version}", INTERVIEW, told)
        for card in mine:
            if text(card, "status") == "complete":
                told_too = told | {"scorecard": card}
                yield self._delivery(f"scorecard:{text(card, 'id')}", SCORECARD, told_too)

    def _delivery(self, id: str, kind: str, payload: Told) -> Delivery:
        raw = {"action": kind, "payload": payload}
        return Delivery(id=id, kind=kind, raw=raw, at=self._clock.now())

    # --- what is asked --------------------------------------------------------------------

    def _applications(self, ids: Sequence[str]) -> dict[str, Told]:
        found = self._by_id("applications", ids)
        people = self._by_id("candidates", {text(one, "candidate_id") for one in found.values()})
        jobs = self._by_id("jobs", {text(one, "job_id") for one in found.values()})
        users = self._by_id("users", {text(one, "recruiter_id") for one in found.values()})
        return {
            id: _as_in_webhooks(
                one,
                people.get(text(one, "candidate_id"), {}),
                jobs.get(text(one, "job_id")),
                users.get(text(one, "recruiter_id"), {}),
            )
            for id, one in found.items()
        }

    def _by_id(self, what: str, ids: Iterable[str]) -> dict[str, Told]:
        wanted = sorted(set(ids) - {""})
        found = (one for some in _batches(wanted) for one in self._of(what, "ids", some))
        return {text(one, "id"): kept(one) for one in found}

    def _of(self, what: str, name: str, ids: Sequence[str]) -> list[Told]:
        return list(self._list(what, {name: ",".join(ids)}))

    def _list(self, what: str, filters: dict[str, str]) -> Iterator[Told]:
        """Yield all pages. A next page's address holds all that it needs, and takes nothing
        besides."""
        answer = self._get(f"/v3/{what}", filters | {"per_page": PER_PAGE})
        for _ in range(MOST_PAGES):
            yield from (one for one in _rows(answer.body) if isinstance(one, dict))
            if not answer.next_page:
                return
            answer = self._get(answer.next_page)
        raise SourceAway(f"{what}: more than {MOST_PAGES} pages")

    def _get(self, path: str, params: dict[str, str] | None = None) -> Answer:
        token = self._token()
        answer = self._asked(path, token, params)
        if answer.status == 401:  # somebody asked for another one since
            self._tokens.drop(token)
            answer = self._asked(path, self._token(), params)
        if answer.status != 200:
            raise SourceAway(f"HTTP {answer.status}: {path.partition('?')[0]}")
        return answer

    def _asked(self, path: str, token: str, params: dict[str, str] | None) -> Answer:
        return self._api.get(path, {"Authorization": f"Bearer {token}"}, params)

    # --- the token ------------------------------------------------------------------------

    def _token(self) -> str:
        token = self._tokens.find()
        if token is None:
            if not self._tokens.lease():
                raise SourceAway("another process asks for a token", 5)
            token = self._new_token()
            self._tokens.save(token)
        return token.value

    def _new_token(self) -> Token:
        answer = self._auth.post(
            "/token",
            {"Authorization": f"Basic {self._credentials}"},
            data={"grant_type": "client_credentials"},
        )
        told = answer.body if isinstance(answer.body, dict) else {}
        value, until = str(told.get("access_token") or ""), moment(told, "expires_at")
        if answer.status != 200 or not value or until is None:
            raise SourceAway(f"no token: HTTP {answer.status}")
        return Token(value=value, expires_at=until)


def _as_in_webhooks(application: Told, candidate: Told, job: Told | None, recruiter: Told) -> Told:
    person = {
        **candidate,
        "first_name": text(candidate, "preferred_name") or text(candidate, "first_name"),
        "is_private": candidate.get("private", False),
        "recruiter": {
            "name": text(recruiter, "name"),
            "email": text(recruiter, "primary_email"),
        },
    }
    return {**application, "candidate": person, "jobs": [job] if job else []}


def _belongs(card: Told, interview: Told) -> bool:
    same = text(card, "application_id") == text(interview, "application_id")
    at = moment(card, "interviewed_at")
    return same and at is not None and at == moment(interview, "starts_at")


def _bare(card: Told) -> Told:
    return {name: card.get(name) for name in OF_A_CARD}


def _rows(body: Any) -> Sequence[Any]:
    return body if isinstance(body, list) else []


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield them some at a time."""
    left = iter(ids)
    while some := list(islice(left, AT_ONCE)):
        yield some
