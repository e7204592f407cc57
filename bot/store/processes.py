"""Jobs, processes (one application each) and their interviews, as pages show them.

What is true is folded from the events; these rows are its picture, redrawn after each.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.domain.events import JobReport
from bot.domain.model import Job, PersonId, ProcessId, ProcessStatus
from bot.domain.story import Interview, Story
from bot.store.schema import interviews, jobs, processes, users
from bot.store.sql import insert, prepared

REHINT = timedelta(seconds=5)
"""A rung alarm rings again after this, in case the hint or its worker was lost."""


@dataclass(frozen=True, kw_only=True)
class ProcessRow:
    id: ProcessId
    ref: str
    person_id: PersonId
    status: ProcessStatus


class Processes:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def find(self, process_id: ProcessId) -> ProcessRow | None:
        row = self._connection.execute(*_one(process_id)).first()
        return _row(row) if row else None

    def of_person(self, person_id: PersonId) -> list[ProcessRow]:
        """Return the person's processes, the newest first."""
        return [_row(row) for row in self._connection.execute(*_of_person(person_id))]

    def all_ids(self) -> list[ProcessId]:
        query = sa.select(processes.c.id).order_by(processes.c.id)
        return [ProcessId(found) for found in self._connection.execute(query).scalars()]

    def save(self, ref: str, person_id: PersonId, job: int | None, story: Story) -> ProcessId:
        """Draw the picture of a story. The process's row is locked until the end."""
        decision = story.decision
        picture: dict[str, Any] = {
            "person_id": person_id,
            "status": story.status.value,
            "outcome": decision.outcome.value if decision else "",
            "decided_at": decision.made_at if decision else None,
            "released_at": decision.released_at if decision else None,
            "released_by": decision.released_by if decision else "",
            "opened_at": story.opened_at,
        }
        if job is not None:
            picture["job_id"] = job
        found = self._connection.execute(
            insert(self._connection, processes)
            .values(ref=ref, **picture)
            .on_conflict_do_update(index_elements=["ref"], set_=picture)
            .returning(processes.c.id)
        ).scalar_one()
        process_id = ProcessId(found)
        self._save_interviews(process_id, [i for v in story.visits for i in v.interviews])
        return process_id

    def _save_interviews(self, process_id: ProcessId, told: Sequence[Interview]) -> None:
        for interview in told:
            picture = {
                "visit": interview.visit,
                "kind": interview.kind,
                "status": interview.status.value,
                "starts_at": interview.starts_at,
                "ends_at": interview.ends_at,
                "interviewers": list(interview.interviewers),
                "topics": list(interview.topics),
                "place": interview.place,
                "meeting_link": interview.meeting_link,
                "evidence": interview.evidence,
            }
            self._connection.execute(
                insert(self._connection, interviews)
                .values(process_id=process_id, ref=interview.ref, **picture)
                .on_conflict_do_update(index_elements=["process_id", "ref"], set_=picture)
            )

    # --- the alarm ------------------------------------------------------------------

    def wake(self, process_id: ProcessId, at: datetime | None) -> None:
        """Set when the process is to be looked at again; None where nothing is ahead."""
        self._connection.execute(*_waking(process_id, at))

    def ring(self, now: datetime, room: int) -> list[ProcessId]:
        """Return processes whose alarm rang, and put them off by REHINT."""
        ids = list(self._connection.execute(*_ringing(now, room)).scalars())
        if ids:
            self._connection.execute(
                sa.update(processes).where(processes.c.id.in_(ids)).values(wake_at=now + REHINT)
            )
        return [ProcessId(one) for one in ids]

    def next_ring(self) -> datetime | None:
        """Return the earliest alarm of all processes."""
        at: datetime | None = self._connection.execute(*_next()).scalar()
        return at

    def save_job(self, told: JobReport) -> int:
        """Note what was told about a job; silence keeps what was known."""
        known = {
            name: value
            for name in ("title", "level", "department", "recruiter", "hiring_manager")
            if (value := getattr(told, name))
        }
        statement = insert(self._connection, jobs).values(ref=told.ref, **known)
        changed = statement.on_conflict_do_update(
            index_elements=["ref"], set_=known or {"ref": told.ref}
        )
        return int(self._connection.execute(changed.returning(jobs.c.id)).scalar_one())

    def job(self, process_id: ProcessId) -> Job:
        """Return the job of a process, with the name of its recruiter where we know one."""
        row = self._connection.execute(*_job_of(process_id)).one()
        return Job(
            ref=row.ref or "",
            title=row.title or "",
            recruiter=row.name or "",
            level=row.level or "",
            recruiter_email=row.recruiter or "",
            hiring_manager_email=row.hiring_manager or "",
        )


def _row(row: Any) -> ProcessRow:
    return ProcessRow(
        id=ProcessId(row.id),
        ref=row.ref,
        person_id=PersonId(row.person_id),
        status=ProcessStatus(row.status),
    )


# --- the statements of every round, made once ---------------------------------------------


@prepared
def _one(of: ProcessId) -> sa.Select[Any]:
    return sa.select(processes).where(processes.c.id == of)


@prepared
def _of_person(person: PersonId) -> sa.Select[Any]:
    p = processes.c
    query = sa.select(processes).where(p.person_id == person)
    return query.order_by(p.opened_at.desc(), p.id.desc())


@prepared
def _job_of(of: ProcessId) -> sa.Select[Any]:
    return (
        sa.select(jobs, users.c.name)
        .select_from(processes)
        .outerjoin(jobs, jobs.c.id == processes.c.job_id)
        .outerjoin(users, users.c.email == jobs.c.recruiter)
        .where(processes.c.id == of)
    )


@prepared
def _waking(of: ProcessId, at: datetime | None) -> sa.Update:
    return sa.update(processes).where(processes.c.id == of).values(wake_at=at)


@prepared
def _ringing(now: datetime, room: int) -> sa.Select[tuple[int]]:
    p = processes.c
    query = sa.select(p.id).where(p.wake_at <= now).order_by(p.wake_at).limit(room)
    return query.with_for_update(skip_locked=True)


@prepared
def _next() -> sa.Select[Any]:
    return sa.select(sa.func.min(processes.c.wake_at, type_=processes.c.wake_at.type))
