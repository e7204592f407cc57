"""Interviews from a table (CSV), for teams without an applicant tracking system: one row, one
interview. See `docs/tables.md`.

A table is told again and again, with more in it each time. So a row is compared with what was
told of it last, and only what is new becomes an event.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.errors import BadInput
from bot.domain.events import EventType
from bot.domain.model import Outcome
from bot.sources.api import read_event
from bot.sources.table import Columns, Line, Wrong, hosts, hosts_of, link_of, read_table

SOURCE = "table"
COLUMNS = Columns(
    needed=("process", "name", "job", "starts_at", "ends_at"),
    more=(
        *("email", "phone", "language", "time_zone", "consent", "consent_at", "consent_text"),
        *("recruiter", "hiring_manager", "interview", "kind", "interviewers", "place"),
        *("meeting_link", "status", "topics", "outcome", "next_step", "link"),
    ),
)
MOST = 5_000
"""Rows of one table."""
LONGEST = 80
"""Characters of what names an application or an interview."""

_SHORT = re.compile(r"(?<=\d[ T])(?=\d:)")
"""Where spreadsheets leave a zero out: `2026-11-27 9:00`."""
_MOMENT = "write it as 2026-11-27 10:00, in the office's time, or with an offset behind it"

Raw = dict[str, Any]


class Status(StrEnum):
    """How an interview went."""

    SCHEDULED = "scheduled"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


@dataclass(frozen=True)
class Row:
    """One interview, and what is known of its candidate and of the decision."""

    line: Line
    process: str
    interview: str
    status: Status
    appointment: Raw
    """Everything but how it went and what was decided, as an event tells it."""
    topics: Sequence[str]
    decision: Raw
    """Empty where there is none."""

    def news(self, told: Sequence[Raw], now: datetime) -> list[Raw]:
        """Return what the events that were `told` about the process by tables, oldest first, do
        not say yet. They happened in the order in which they stand there, by `now`."""
        row = self._of(told[0]["candidate"]["ref"]) if told else self
        mine = [one for one in told if _interview(one) in ("", self.interview)]
        fresh = list(row._fresh(mine))
        for left, event in enumerate(fresh[::-1]):
            event["occurred_at"] = (now - left * timedelta(microseconds=1)).isoformat()
        return fresh

    def _of(self, candidate: str) -> Row:
        """The same, of the candidate whose process it is: an address may have changed."""
        known = self.appointment["candidate"] | {"ref": candidate}
        return replace(self, appointment=self.appointment | {"candidate": known})

    def _fresh(self, told: Sequence[Raw]) -> Iterator[Raw]:
        planned, went, decided = (_last(told, types) for types in (_PLANNED, _WENT, _DECIDED))
        stands = _last(told, {*_PLANNED, *_WENT})
        reopened = self.status is Status.SCHEDULED and stands is not None and stands is went
        changed = not _alike(planned, self.appointment) or reopened
        if changed:
            type = EventType.INTERVIEW_MOVED if planned else EventType.INTERVIEW_SCHEDULED
            yield self._event(type, told, self.appointment)
        if self.status in _ENDS and (changed or not _alike(went, self._went)):
            yield self._event(_ENDS[self.status], told, self._went)
        if self.decision and not _alike(decided, self._decided):
            yield self._event(EventType.DECISION_MADE, told, self._decided)

    def _event(self, type: EventType, told: Sequence[Raw], body: Raw) -> Raw:
        number = sum(one["type"] == type for one in told) + 1
        id = f"{type}:{self.process}:{self.interview}:{number}"
        return {"id": id, **body, "type": type.value}

    @property
    def _went(self) -> Raw:
        interview: Raw = {"ref": self.interview}
        if self.status is Status.COMPLETED:
            interview |= {"topics": [*self.topics], "evidence": "the team's table"}
        return {**self._about, "type": _ENDS[self.status].value, "interview": interview}

    @property
    def _decided(self) -> Raw:
        return {**self._about, "decision": self.decision}

    @property
    def _about(self) -> Raw:
        return {"candidate": {"ref": self.appointment["candidate"]["ref"]}, "process": self.process}


_ENDS: Mapping[Status, EventType] = {
    Status.COMPLETED: EventType.INTERVIEW_COMPLETED,
    Status.CANCELLED: EventType.INTERVIEW_CANCELLED,
    Status.NO_SHOW: EventType.INTERVIEW_NO_SHOW,
}
_PLANNED = {EventType.INTERVIEW_SCHEDULED.value, EventType.INTERVIEW_MOVED.value}
_WENT = {one.value for one in _ENDS.values()}
_DECIDED = {EventType.DECISION_MADE.value}


def news(
    rows: Iterable[Row], told_of: Callable[[str], Sequence[Raw]], now: datetime
) -> Iterator[Raw]:
    """Yield what is new in a table; `told_of` returns the events that tables have told about a
    process, oldest first."""
    told: dict[str, list[Raw]] = {}
    for row in rows:
        known = told.setdefault(row.process, [*told_of(row.process)])
        fresh = row.news(known, now)
        known += fresh
        yield from fresh


def _last(told: Sequence[Raw], types: Set[str]) -> Raw | None:
    return next((one for one in reversed(told) if one["type"] in types), None)


def _alike(told: Raw | None, body: Raw) -> bool:
    """Whether an event says all of that, whenever and under whatever name it did."""
    return told is not None and {name: told.get(name) for name in body} == body


def _interview(event: Raw) -> str:
    """The interview that an event is about; empty for a decision."""
    told = event.get("interview") or {}
    return str(told.get("ref", ""))


# --- reading --------------------------------------------------------------------------


def read_interviews(text: str, name: str, office: ZoneInfo) -> list[Row]:
    """Return the rows of a table. Raises BadInput, naming each wrong field by its row: the heading
    is row 1. Times without an offset are the office's."""
    seen: Counter[tuple[str, str]] = Counter()

    def check(told: Mapping[str, str]) -> Iterator[Wrong]:
        seen[told["process"], told["interview"]] += 1
        if sum(seen.values()) > MOST:
            yield "process", f"is row {sum(seen.values()):,} of {MOST:,}", "split the table"
        elif seen[told["process"], told["interview"]] == 2:
            mend = "give each interview of an application a name of its own, such as onsite"
            yield "interview", "stands twice for this process", mend
        yield from _wrong(told, office)

    return read_table(text, name, COLUMNS, check, lambda line: _row(line, office))


def _wrong(told: Mapping[str, str], office: ZoneInfo) -> Iterator[Wrong]:
    wrong = list(_cells(told, office))
    yield from wrong
    if not wrong and all(told[field] for field in COLUMNS.needed):
        yield from _refused(_row(Line("", told), office))


def _cells(told: Mapping[str, str], office: ZoneInfo) -> Iterator[Wrong]:
    for field in ("process", "interview"):
        if len(told[field]) > LONGEST:
            yield field, f"has {len(told[field])} characters", f"{LONGEST} are enough for a name"
    if not told["email"] and not told["phone"]:
        yield "email", "is missing, and so is phone", "write one of them"
    if told["consent"] and not told["consent_at"]:
        yield "consent_at", "is missing", "write when they agreed to WhatsApp"
    for field in ("starts_at", "ends_at", "consent_at"):
        if told[field]:
            yield from _time(field, told[field], office)
    yield from _one_of(told, "status", Status)
    yield from _one_of(told, "outcome", Outcome)
    yield from link_of(told, "meeting_link")
    yield from link_of(told, "link")
    yield from hosts_of(told, "interviewers")


def _one_of(told: Mapping[str, str], field: str, known: type[StrEnum]) -> Iterator[Wrong]:
    if told[field] and told[field].lower() not in set(known):
        yield field, f"{told[field]!r} is none that we know", f"one of: {', '.join(known)}"


def _time(field: str, text: str, office: ZoneInfo) -> Iterator[Wrong]:
    at = _read(text)
    if at is None:
        yield field, f"{text!r} is no day with an hour", _MOMENT
    elif at.utcoffset() is None and (wrong := _odd(at, office)):
        yield field, f"{text!r} {wrong} in {office.key}", "write it with its offset"


def _read(text: str) -> datetime | None:
    """Return a day with an hour, with or without an offset; None for anything else."""
    try:
        return datetime.fromisoformat(_SHORT.sub("0", text)) if ":" in text else None
    except ValueError:
        return None


def _odd(at: datetime, office: ZoneInfo) -> str:
    """What a change of the clocks makes of an hour on the wall."""
    local = at.replace(tzinfo=office)
    if local.astimezone(UTC).astimezone(office).replace(tzinfo=None) != at:
        return "does not exist"
    return "is twice" if local.utcoffset() != local.replace(fold=1).utcoffset() else ""


def _refused(row: Row) -> Iterator[Wrong]:
    """What the events would be refused for, by column."""
    for event in row.news([], datetime.now(UTC)):
        try:
            read_event(event)
        except BadInput as refused:
            for one in refused.mistakes:
                yield _column(one.where), one.problem, one.mend


def _column(field: str) -> str:
    """The column that a field of an event came from.

    >>> _column("candidate.phone"), _column("job.recruiter.email"), _column("interview")
    ('phone', 'recruiter', 'ends_at')
    """
    parts = [part for part in field.split(".") if part in COLUMNS.all]
    people = [part for part in parts if part in ("recruiter", "hiring_manager", "interviewers")]
    column = [*parts, *people][-1]
    return "ends_at" if column == "interview" else column


def _row(line: Line, office: ZoneInfo) -> Row:
    told = line.told
    interview = told["interview"] or "interview"
    return Row(
        line=line,
        process=told["process"],
        interview=interview,
        status=Status(told["status"].lower() or Status.SCHEDULED),
        appointment={
            "candidate": _candidate(told, office),
            "process": told["process"],
            "job": _filled(told, "recruiter", "hiring_manager", ref=told["job"], title=told["job"]),
            "interview": _filled(
                told,
                *("kind", "place", "meeting_link"),
                ref=interview,
                starts_at=_moment(told["starts_at"], office),
                ends_at=_moment(told["ends_at"], office),
                interviewers=hosts(told["interviewers"]),
            ),
        },
        topics=[one.strip() for one in told["topics"].split(";") if one.strip()],
        decision=_decision(told),
    )


def _candidate(told: Mapping[str, str], office: ZoneInfo) -> Raw:
    """They are known by their address: the one that changes least."""
    consents = []
    if told["consent"]:
        agreed = _moment(told["consent_at"], office)
        version = told["consent_text"] or "not told"
        consents.append({"source": told["consent"], "at": agreed, "text_version": version})
    known = ("name", "email", "phone", "language", "time_zone")
    return _filled(told, *known, ref=told["email"].lower() or told["phone"], consents=consents)


def _decision(told: Mapping[str, str]) -> Raw:
    if not told["outcome"]:
        return {}
    return _filled(told, "next_step", "link", outcome=told["outcome"].lower())


def _moment(text: str, office: ZoneInfo) -> str:
    at = datetime.fromisoformat(_SHORT.sub("0", text))
    return (at if at.utcoffset() is not None else at.replace(tzinfo=office)).isoformat()


def _filled(told: Mapping[str, str], *columns: str, **known: Any) -> Raw:
    """What is left out keeps what was known."""
    return known | {column: told[column] for column in columns if told[column]}
