"""Says of each assertion whether it held, and if not, why."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.rights import fold
from bot.scenario import names
from bot.scenario.film import shown
from bot.scenario.grammar import (
    AlertAssertion,
    Assertion,
    AuditAssertion,
    Colleague,
    Counted,
    GapAssertion,
    MessageAssertion,
    OrderAssertion,
    Selected,
    StateAssertion,
    StoreAssertion,
    Words,
    read_moment,
)
from bot.scenario.playing import Played
from bot.store.scenes import Notice, Said

HUMAN = "person"
_PLAIN = re.compile(r"[^\W_]+")


@dataclass(frozen=True, kw_only=True)
class Failure:
    id: str
    kind: str
    why: str


def judge(played: Played) -> list[Failure]:
    """Return what did not hold."""
    told = played.scenario
    judges = [(one, Judge(played, forbids=False)) for one in told.must]
    judges += [(one, Judge(played, forbids=True)) for one in told.must_not]
    failures = []
    for one, by in judges:
        why = by.why_not(one)
        if why:
            tried = f" (refused: {'; '.join(played.refused)})" if played.refused else ""
            failures.append(Failure(id=one.id, kind=one.kind, why=why + tried))
    return failures


# --- words ------------------------------------------------------------------------------


def says(text: str, item: str) -> bool:
    """Whether `text` contains `item`, whatever case and accents; as a whole word where the
    item is only letters or digits.

    >>> says("Mañana a las 10", "manana"), says("the rejection", "reject"), says("24h", "24h")
    (True, False, True)
    """
    if _PLAIN.fullmatch(item):
        return f" {fold(item)} " in f" {fold(text)} "
    return _flat(item) in _flat(text)


def _flat(text: str) -> str:
    """Like `fold`, and what is neither letter nor digit stays."""
    words = re.split(r"([^\w]+)", text)
    return "".join(fold(word) or word for word in words if word).casefold()


def fits_words(text: str, told: Words) -> bool:
    return (
        (not told.contains_any or any(says(text, one) for one in told.contains_any))
        and all(says(text, one) for one in told.contains_all)
        and not any(says(text, one) for one in told.not_contains)
    )


# --- the judge --------------------------------------------------------------------------


@dataclass(frozen=True)
class Judge:
    played: Played
    forbids: bool
    """It judges what must not be."""

    def why_not(self, one: Assertion) -> str:
        """Return why the assertion does not hold, or nothing."""
        judges: Mapping[str, Callable[[Any], str]] = {
            "msg": self._messages,
            "state": self._state,
            "alert": self._alerts,
            "audit": self._audit,
            "gap": self._gap,
            "order": self._order,
            "store": self._store,
        }
        return judges[one.kind](getattr(one, one.kind))

    def _at(self, offset: timedelta | None, default: datetime) -> datetime:
        return default if offset is None else self.played.scenario.t0 + offset

    def _counted(self, count: int, told: Counted, what: str, seen: Iterable[str] = ()) -> str:
        found = "".join(f"; {one}" for one in seen)
        if self.forbids:
            least = told.min_count or 1
            return f"{count} {what}, and there must be fewer than {least}{found}" * (count >= least)
        least = told.min if told.min is not None else min(1, 1 if told.max is None else told.max)
        if count < least:
            return f"{count} {what}, and there must be at least {least}{found}"
        if told.max is not None and count > told.max:
            return f"{count} {what}, and there must be at most {told.max}{found}"
        return ""

    # --- messages ---------------------------------------------------------------------------

    def _messages(self, told: MessageAssertion) -> str:
        unknown = [kind for kind in told.kind if not names.KINDS[kind]]
        if unknown and len(unknown) == len(told.kind) and not self.forbids and told.max != 0:
            return f"{names.UNKNOWN}: messages of the kind {', '.join(unknown)}"
        found = self._selected(told)
        near = self._selected(Selected(to=told.to, kind=told.kind)) if not found else []
        return self._counted(len(found), told, "messages", map(self._line, found or near))

    def _line(self, row: Said) -> str:
        at = row.left_at or row.at
        offset = at - self.played.scenario.t0
        body = " ".join(row.body.split())
        return f"{row.kind} {row.channel} {shown(row)} at {_written(offset)}: {body[:160]}"

    def _selected(self, told: Selected) -> list[Said]:
        rows = self.played.film.said.values()
        fitting = [row for row in rows if self._fits(row, told)]
        return sorted(fitting, key=lambda row: (row.left_at or row.at, row.id))

    def _fits(self, row: Said, told: Selected) -> bool:
        status = shown(row)
        if status is None:
            return False
        at = row.left_at or row.at
        return (
            self._is_to(row, told.to)
            and told.channel in ("any", row.channel)
            and self._is_kind(row, told.kind)
            and told.by in ("any", "human" if row.author == HUMAN else "bot")
            and (not told.lang or told.lang == _language(row))
            and self._at(told.start, at) <= at <= self._at(told.until, at)
            and (not told.reply_to or self._answers(row, told.reply_to))
            and (not told.process or row.process == self._process(told.process))
            and told.mode in (None, "template" if row.form == "template" else "freeform")
            and (not told.template or row.template.startswith(told.template))
            and (not told.status or status in told.status)
            and fits_words(f"{row.subject}\n{row.body}", told)
            and self._within(at, told)
        )

    def _is_to(self, row: Said, to: str) -> bool:
        setup = self.played.scenario.setup
        person = setup.candidate
        mine = {"", "candidate", person.id, person.name, person.phone, person.email}
        if row.person_id == self.played.film.person:
            return to in mine
        return to != "" and to not in mine and self._is_colleague(row.person_id, to)

    def _is_colleague(self, person_id: int, to: str) -> bool:
        known = self.played.colleagues.get(person_id, set())
        role, _, name = to.partition(":")
        return bool(known & self._named(role, name)) or to in known

    def _named(self, role: str, name: str) -> set[str]:
        """Return the names and addresses that a role stands for."""
        found: set[str] = set()
        for process in self.played.scenario.setup.all_processes:
            people: Mapping[str, Sequence[Colleague | None]] = {
                names.RECRUITER: [process.job.recruiter],
                names.MANAGER: [process.job.hiring_manager],
                names.INTERVIEWER: process.interview.interviewers,
            }
            for one in people.get(role, []):
                if one is not None and name in ("", one.name, one.email, *one.name.split()[:1]):
                    found |= {one.name, one.email}
        return found - {""}

    def _is_kind(self, row: Said, kinds: Sequence[str]) -> bool:
        return not kinds or any(kind in kinds_of(row) for kind in kinds)

    def _answers(self, row: Said, step: str) -> bool:
        provider_id = self.played.wrote.get(step)
        handled = self.played.film.handled.get(provider_id or "")
        is_answer = row.author == "bot" and row.kind.endswith(("reply", "_ack", "handoff_notice"))
        return is_answer and handled == (row.conversation_id, row.at)

    def _within(self, at: datetime, told: Selected) -> bool:
        if told.local_time_between is None:
            return True
        start, end = told.local_time_between
        local = at.astimezone(ZoneInfo(self.played.zone)).time()
        return start <= local < end if start <= end else local >= start or local < end

    # --- states -----------------------------------------------------------------------------

    def _state(self, told: StateAssertion) -> str:
        path = self._path(told.path)
        scenes = self.played.film.scenes
        if not any(path in scene.states for scene in scenes):
            return f"{names.UNKNOWN}: {told.path}"
        if self.forbids and told.at is None:
            start = self._at(told.start, scenes[0].at)
            for scene in (*scenes, scenes[-1]):
                if scene.at >= start and self._is(scene.states.get(path), told):
                    when = _written(scene.at - self.played.scenario.t0)
                    return f"it was {scene.states.get(path)} at {when}"
            return ""
        moment = self._at(told.at, self.played.end)
        seen = [scene for scene in scenes if scene.at <= moment] or scenes[:1]
        value = seen[-1].states.get(path)
        return f"it is {value}" if self._is(value, told) == self.forbids else ""

    def _path(self, path: str) -> str:
        """Return a path in our own ids: those of interviews and offers stand for their process."""
        sort, _, rest = path.partition(".")
        for id, ref in self._ids().items():
            if rest == id or rest.startswith(f"{id}."):
                return f"{sort}.{ref}{rest[len(id) :]}"
        return path

    def _ids(self) -> Mapping[str, str]:
        setup = self.played.scenario.setup
        found = {setup.candidate.id: setup.candidate.id}
        for process in setup.all_processes:
            offer = process.offer.id if process.offer else ""
            for id in (process.interview.id, offer, process.id):
                if id:
                    found[id] = process.id
        return dict(sorted(found.items(), key=lambda pair: -len(pair[0])))

    def _process(self, id: str) -> str:
        return self._ids().get(id, id)

    def _is(self, value: Any, told: StateAssertion) -> bool:
        if "is_" in told.model_fields_set and not self._same(value, told.is_):
            return False
        if told.is_in is not None and not any(self._same(value, one) for one in told.is_in):
            return False
        return all(says(str(value or ""), one) for one in told.contains)

    def _same(self, value: Any, wanted: Any) -> bool:
        if isinstance(value, datetime):
            return wanted is not None and value == self._moment(wanted)
        if isinstance(wanted, bool):
            wanted = {True: "granted", False: "revoked"}[wanted]
        if value is None or wanted is None:
            return value is wanted
        return str(value).casefold() == str(wanted).casefold()

    def _moment(self, wanted: Any) -> datetime | None:
        moment = read_moment(wanted)
        return self.played.scenario.t0 + moment if isinstance(moment, timedelta) else moment

    # --- alerts and the ledger ----------------------------------------------------------------

    def _alerts(self, told: AlertAssertion) -> str:
        if told.severity:
            return f"{names.UNKNOWN}: the severity of an alert"
        unknown = [kind for kind in told.kind if kind not in names.ALERTS]
        if unknown and len(unknown) == len(told.kind):
            return f"{names.UNKNOWN}: an alert of the kind {', '.join(unknown)}"
        notices = list(self.played.film.notices.values())
        found = [one for one in notices if self._alerted(one, told)]
        seen = [f"{n.kind} at {_written(n.at - self.played.scenario.t0)}" for n in found or notices]
        return self._counted(len(found), told, "alerts", seen)

    def _alerted(self, one: Notice, told: AlertAssertion) -> bool:
        begins = [start for kind in told.kind for start in names.ALERTS.get(kind, ())]
        return (
            self._is_for(one, told.to)
            and (not told.kind or any(one.kind.startswith(start) for start in begins))
            and self._at(told.start, one.at) <= one.at <= self._at(told.until, one.at)
        )

    def _is_for(self, one: Notice, to: str) -> bool:
        if not to:
            return True
        if one.person_id is not None:
            return self._is_colleague(one.person_id, to)
        theirs = names.OPERATOR if one.kind in names.OPERATORS_TASKS else names.RECRUITER
        return to == theirs

    def _audit(self, told: AuditAssertion) -> str:
        if told.action not in names.AUDIT:
            return f"{names.UNKNOWN}: the action {told.action}"
        ours = names.EVENTS.get(told.action)
        action = ours.value.replace(".", "_") if ours else told.action
        count = self.played.film.ledger.count(action)
        if told.count is not None:
            right = (count == told.count) != self.forbids
            return "" if right else f"{count} rows, not {told.count}"
        return self._counted(count, told, "rows")

    # --- silence ------------------------------------------------------------------------------

    def _gap(self, told: GapAssertion) -> str:
        if told.to and not self._is_candidate(told.to):
            return f"{names.UNKNOWN}: the silence towards {told.to}"
        start, until = (
            self._at(told.start, self.played.scenario.t0),
            self._at(told.until, self.played.end),
        )
        longest, since = self._longest(told, start, until)
        if longest <= told.max:
            return ""
        when = _written(since - self.played.scenario.t0)
        return f"{_written(longest)} of silence from {when} on, longer than {_written(told.max)}"

    def _is_candidate(self, to: str) -> bool:
        person = self.played.scenario.setup.candidate
        return to in ("candidate", person.id, person.name, person.phone)

    def _longest(
        self, told: GapAssertion, start: datetime, until: datetime
    ) -> tuple[timedelta, datetime]:
        words = self._words_at()
        moments = sorted({start, until, *words, *self._turns()})
        longest, since, at = timedelta(), start, start
        silent_since: datetime | None = None
        for at, after in pairwise(moments):
            if not start <= at < until:
                continue
            if not self._holds(told.while_, at):
                silent_since = None
                continue
            if silent_since is None or at in words:
                silent_since = at
            if after - silent_since > longest:
                longest, since = after - silent_since, silent_since
        return longest, since

    def _words_at(self) -> set[datetime]:
        rows = [r for r in self.played.film.said.values() if r.person_id == self.played.film.person]
        return {row.left_at for row in rows if row.left_at and shown(row) in names.REALLY_LEFT}

    def _turns(self) -> set[datetime]:
        """Return the moments at which waiting may begin or end."""
        scenes = self.played.film.scenes
        ends = {end for scene in scenes for wait in scene.waits for _, end in wait.booked}
        return ends | {scene.at for scene in scenes}

    def _holds(self, word: str, at: datetime) -> bool:
        seen = [scene for scene in self.played.film.scenes if scene.at <= at]
        return bool(seen) and any(wait.holds(word, at) for wait in seen[-1].waits)

    # --- order, store -------------------------------------------------------------------------

    def _order(self, told: OrderAssertion) -> str:
        first, then = self._selected(told.first), self._selected(told.then)
        ordered = bool(first and then) and (first[0].left_at or first[0].at, first[0].id) < (
            then[0].left_at or then[0].at,
            then[0].id,
        )
        if ordered != self.forbids:
            return ""
        if not first or not then:
            return f"there is no {'first' if not first else 'then'}"
        return f"{self._line(first[0])}; {self._line(then[0])}"

    def _store(self, told: StoreAssertion) -> str:
        moment = self._at(told.start, self.played.end)
        found = fits_words(
            self.played.stored.get(moment, self.played.stored[self.played.end]), told
        )
        if found == self.forbids:
            return f"the text is {'still' if found else 'not'} there at {moment.isoformat()}"
        return ""


def kinds_of(row: Said) -> set[str]:
    """Return what scenarios call a message."""
    kind = row.kind
    is_notice = kind == "reply" and row.wording.startswith(names.NOTICES)
    found = {name for name, ours in names.KINDS.items() if kind in ours}
    return found | ({"handoff_notice"} if is_notice else set())


def _language(row: Said) -> str:
    return row.wording.rpartition(".")[2]


def _written(offset: timedelta) -> str:
    """Return an offset as scenarios write it.

    >>> _written(timedelta(days=2, hours=1)), _written(-timedelta(minutes=5))
    ('+49h', '-5m')
    """
    seconds = round(abs(offset).total_seconds())
    parts = ((seconds // 3600, "h"), (seconds // 60 % 60, "m"), (seconds % 60, "s"))
    text = "".join(f"{number}{unit}" for number, unit in parts if number)
    return ("-" if offset < timedelta() else "+") + (text or "0s")
