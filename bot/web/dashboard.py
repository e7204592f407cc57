"""The dashboard: what became of every message, what candidates say, and whether our word was
kept. Each figure leads to what is behind it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TypeVar

from flask import Blueprint, Response, abort, render_template, request

from bot.domain.figures import Score, Share, net_promoter
from bot.domain.model import Author
from bot.store import Tx
from bot.store.pages import Counts
from bot.store.pages.dashboard import (
    OFFERS,
    By,
    Cause,
    Comment,
    Decided,
    Flow,
    Kept,
    Needed,
    Scope,
    Sent,
    Step,
    answer_times,
    behind,
    choices,
    comments,
    decisions,
    failures,
    funnel,
    offers,
    people_needed,
    promises_kept,
    scores,
    writing_hours,
)
from bot.web.finding import counted
from bot.web.house import house
from bot.web.interviews import csv_file

DAYS = (7, 30, 90)
MOST_IN_FILE = 10_000

blueprint = Blueprint("dashboard", __name__)
Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """Everything on the page."""

    flows: Sequence[Flow]
    scores: Mapping[int, int]
    score: Score | None
    comments: Sequence[Comment]
    answers: Mapping[Author, Mapping[str, int]]
    hours: Counter[tuple[int, int]]
    kept: Sequence[Kept]
    needed: Sequence[Needed]
    failures: Sequence[Cause]
    decided: Decided
    offers: Mapping[str, int]

    @property
    def total(self) -> Mapping[Step, int]:
        return {step: sum(flow.counts[step] for flow in self.flows) for step in Step}

    @property
    def promises(self) -> Share:
        return Share(sum(one.kept for one in self.kept), sum(one.due for one in self.kept))

    @property
    def busiest(self) -> int:
        return max(self.hours.values(), default=0)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the address asks for."""

    days: int
    by: By
    scope: Scope

    def but(self, **changed: object) -> dict[str, object]:
        """Return the arguments of the same page with something changed."""
        told = {
            "days": self.days,
            "by": self.by.value,
            "job": self.scope.job or "",
            "team": self.scope.team,
            "language": self.scope.language,
        }
        return {name: value for name, value in {**told, **changed}.items() if value != ""}


@blueprint.get("/dashboard")
def index() -> str:
    asked = _asked()
    with house().store.read() as tx:
        told, narrow = _dashboard(tx, asked), choices(tx.connection)
        number = counted(tx)
    return _page("dashboard.html", asked, number, dashboard=told, choices=narrow)


@blueprint.get("/dashboard/messages")
def messages() -> str:
    """The messages behind a figure."""
    asked, name, step = _asked(), request.args.get("name", ""), _one(Step, "step", Step.PLANNED)
    with house().store.read() as tx:
        found = behind(tx.connection, asked.scope, _stages(), asked.by, name, step)
        number = counted(tx)
    return _page("behind.html", asked, number, messages=found, name=name, step=step)


@blueprint.get("/dashboard/messages.csv")
def messages_file() -> Response:
    asked, name, step = _asked(), request.args.get("name", ""), _one(Step, "step", Step.PLANNED)
    with house().store.read() as tx:
        found = behind(
            tx.connection, asked.scope, _stages(), asked.by, name, step, most=MOST_IN_FILE
        )
    head = ("candidate", "job", "stage", "text", "state", "why", "due", "left")
    return csv_file("messages.csv", head, map(_line, found))


@blueprint.get("/dashboard/flows.csv")
def flows_file() -> Response:
    asked = _asked()
    with house().store.read() as tx:
        flows = funnel(tx.connection, asked.scope, _stages(), asked.by)
    head = (asked.by.value, *(step.value for step in Step))
    lines = ((flow.name, *(str(flow.counts[step]) for step in Step)) for flow in flows)
    return csv_file("flows.csv", head, lines)


def _dashboard(tx: Tx, asked: Asked) -> Dashboard:
    connection, scope = tx.connection, asked.scope
    given = scores(connection, scope)
    return Dashboard(
        flows=funnel(connection, scope, _stages(), asked.by),
        scores=given,
        score=net_promoter(given),
        comments=comments(connection, scope),
        answers=answer_times(connection, scope),
        hours=writing_hours(connection, scope, house().company.office),
        kept=promises_kept(connection, scope),
        needed=people_needed(connection, scope),
        failures=failures(connection, scope),
        decided=decisions(connection, scope),
        offers=offers(connection, scope),
    )


def _page(template: str, asked: Asked, counted: Counts, **told: object) -> str:
    return render_template(
        template,
        asked=asked,
        counts=counted,
        Step=Step,
        By=By,
        DAYS=DAYS,
        OFFERS=OFFERS,
        Share=Share,
        **told,
    )


def _asked() -> Asked:
    args, now = request.args, house().clock.now()
    days = args.get("days", type=int)
    span = days if days in DAYS else DAYS[1]
    scope = Scope(
        since=now - timedelta(days=span),
        until=now,
        job=args.get("job", 0, type=int),
        team=args.get("team", ""),
        language=args.get("language", ""),
    )
    return Asked(days=span, by=_one(By, "by", By.STAGE), scope=scope)


def _one(of: type[Word], argument: str, otherwise: Word) -> Word:
    told = request.args.get(argument, otherwise.value)
    if told not in set(of):
        abort(404)
    return of(told)


def _stages() -> list[str]:
    return [stage.name for stage in house().desk.planner.stages]


# --- files --------------------------------------------------------------------------------


def _line(one: Sent) -> tuple[str, ...]:
    left = one.left_at.isoformat() if one.left_at else ""
    told = (one.name, one.job, one.stage, one.words, one.state.value, one.reason)
    return (*told, one.due_at.isoformat(), left)
