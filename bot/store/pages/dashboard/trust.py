"""Whether our word was kept: promises, handoffs, failures, and how long decisions took."""

from dataclasses import dataclass

import sqlalchemy as sa

from bot.domain.figures import median
from bot.domain.model import Direction, InterviewStatus, State
from bot.store.pages.dashboard.scope import Scope, seconds_between
from bot.store.schema import events, handoffs, interviews, messages, processes, promises

MOST_CAUSES = 12
LOST = (State.FAILED.value, State.EXPIRED.value, State.UNKNOWN.value)
OFFERS = ("offer.generated", "offer.accepted", "offer.declined")


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What became of the promises of one kind that fell due."""

    kind: str
    kept: int
    late: int
    broken: int

    @property
    def due(self) -> int:
        return self.kept + self.late + self.broken


@dataclass(frozen=True, kw_only=True)
class Needed:
    """How often a person was needed for one reason."""

    reason: str
    times: int
    waiting: int
    """Nobody has taken it yet."""
    in_time: int
    """Somebody took it before the hour that the candidate was told."""
    timed: int
    """Those for which an hour was told, and that hour is over or was kept."""


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Why messages did not arrive."""

    reason: str
    code: str
    times: int


@dataclass(frozen=True, kw_only=True)
class Decided:
    """From the end of the last interview to the release of a decision."""

    decisions: int
    days: float | None
    """The median."""


def promises_kept(connection: sa.Connection, scope: Scope) -> list[Kept]:
    p = promises.c
    kept, late = p.kept_at <= p.due_at, p.kept_at > p.due_at
    query = (
        sa.select(
            p.kind,
            sa.func.count().filter(kept).label("kept"),
            sa.func.count().filter(late).label("late"),
            sa.func.count().filter(p.kept_at.is_(None)).label("broken"),
        )
        .where(scope.days(p.due_at), p.void_at.is_(None), scope.of_processes(p.process_id))
        .group_by(p.kind)
        .order_by(p.kind)
    )
    return [
        Kept(kind=row.kind, kept=row.kept, late=row.late, broken=row.broken)
        for row in connection.execute(query)
    ]


def people_needed(connection: sa.Connection, scope: Scope) -> list[Needed]:
    """Return why people were needed, the most frequent reason first."""
    h = handoffs.c
    over = h.answer_by.is_not(None) & (h.taken_at.is_not(None) | (h.answer_by < scope.until))
    open_ = h.taken_at.is_(None) & h.released_at.is_(None)
    query = (
        sa.select(
            h.reason,
            sa.func.count().label("times"),
            sa.func.count().filter(open_).label("waiting"),
            sa.func.count().filter(over & (h.taken_at <= h.answer_by)).label("in_time"),
            sa.func.count().filter(over).label("timed"),
        )
        .where(scope.days(h.opened_at), scope.of_conversations(h.conversation_id))
        .group_by(h.reason)
        .order_by(sa.func.count().desc(), h.reason)
    )
    return [
        Needed(
            reason=row.reason,
            times=row.times,
            waiting=row.waiting,
            in_time=row.in_time,
            timed=row.timed,
        )
        for row in connection.execute(query)
    ]


def failures(connection: sa.Connection, scope: Scope) -> list[Cause]:
    """Return why messages did not arrive, the most frequent cause first."""
    m = messages.c
    # Literal: a partial index serves no condition whose values come later.
    lost = m.state.in_(sa.bindparam("lost", LOST, expanding=True, literal_execute=True))
    query = (
        sa.select(m.reason, m.error_code, sa.func.count().label("times"))
        .where(m.direction == Direction.OUT, lost, scope.days(m.due_at))
        .where(scope.of_conversations(m.conversation_id))
        .group_by(m.reason, m.error_code)
        .order_by(sa.func.count().desc(), m.reason)
        .limit(MOST_CAUSES)
    )
    return [
        Cause(reason=row.reason, code=row.error_code, times=row.times)
        for row in connection.execute(query)
    ]


def decisions(connection: sa.Connection, scope: Scope) -> Decided:
    over = (
        sa.select(interviews.c.process_id, sa.func.max(interviews.c.ends_at).label("at"))
        .where(interviews.c.status == InterviewStatus.COMPLETED)
        .group_by(interviews.c.process_id)
        .subquery()
    )
    query = (
        sa.select(seconds_between(over.c.at, processes.c.released_at))
        .join(over, over.c.process_id == processes.c.id)
        .where(scope.days(processes.c.released_at), scope.of_processes(processes.c.id))
        .where(processes.c.released_at > over.c.at)
    )
    waits = list(connection.execute(query).scalars())
    found = median(waits)
    return Decided(decisions=len(waits), days=found / 86_400 if found is not None else None)


def offers(connection: sa.Connection, scope: Scope) -> dict[str, int]:
    """Return in how many processes an offer was generated, accepted and declined."""
    refs = sa.select(processes.c.ref).where(scope.of_processes(processes.c.id))
    query = (
        sa.select(events.c.type, sa.func.count(events.c.process_ref.distinct()))
        .where(events.c.type.in_(OFFERS), scope.days(events.c.received_at))
        .where(events.c.process_ref.in_(refs))
        .group_by(events.c.type)
    )
    told: dict[str, int] = dict.fromkeys(OFFERS, 0)
    return told | {type: count for type, count in connection.execute(query)}
