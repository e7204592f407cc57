"""Says of each assertion whether it held, and if not, why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.scenario import names
from bot.scenario.assertions import (
    AlertAssertion,
    Assertion,
    AuditAssertion,
    Counted,
    GapAssertion,
    MessageAssertion,
    OrderAssertion,
    Selected,
    StateAssertion,
    StoreAssertion,
)
from bot.scenario.log import Log, place
from bot.scenario.playing import Played
from bot.scenario.silence import Silence
from bot.scenario.values import read_moment
from bot.scenario.wording import fits_words, says, written
from bot.store.scenes import Notice


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


@dataclass(frozen=True)
class Judge:
    played: Played
    forbids: bool
    """It judges what must not be."""

    @property
    def log(self) -> Log:
        return Log(self.played)

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
        found = self.log.selected(told)
        near = self.log.selected(Selected(to=told.to, kind=told.kind)) if not found else []
        return self._counted(len(found), told, "messages", map(self.log.line, found or near))

    # --- states -----------------------------------------------------------------------------

    def _state(self, told: StateAssertion) -> str:
        path = self._path(told.path)
        scenes = self.played.film.scenes
        if not any(path in scene.states for scene in scenes):
            return f"{names.UNKNOWN}: {told.path}"
        if self.forbids and told.at is None:
            return self._ever(path, told)
        moment = self.log.at(told.at, self.played.end)
        seen = [scene for scene in scenes if scene.at <= moment] or scenes[:1]
        value = seen[-1].states.get(path)
        return f"it is {value}" if self._is(value, told) == self.forbids else ""

    def _ever(self, path: str, told: StateAssertion) -> str:
        scenes = self.played.film.scenes
        start = self.log.at(told.start, scenes[0].at)
        before = [scene for scene in scenes if scene.at < start]
        for scene in (*before[-1:], *scenes[len(before) :]):
            if self._is(scene.states.get(path), told):
                when = written(scene.at - self.played.scenario.t0)
                return f"it was {scene.states.get(path)} from {when} on"
        return ""

    def _path(self, path: str) -> str:
        """Return a path in our own ids: those of interviews and offers stand for their process."""
        sort, _, rest = path.partition(".")
        for id, ref in self.log.ids().items():
            if rest == id or rest.startswith(f"{id}."):
                return f"{sort}.{ref}{rest[len(id) :]}"
        return path

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
        seen = [f"{n.kind} at {written(n.at - self.played.scenario.t0)}" for n in found or notices]
        return self._counted(len(found), told, "alerts", seen)

    def _alerted(self, one: Notice, told: AlertAssertion) -> bool:
        begins = [start for kind in told.kind for start in names.ALERTS.get(kind, ())]
        return (
            self._is_for(one, told.to)
            and (not told.kind or any(one.kind.startswith(start) for start in begins))
            and self.log.at(told.start, one.at) <= one.at <= self.log.at(told.until, one.at)
        )

    def _is_for(self, one: Notice, to: str) -> bool:
        if not to:
            return True
        if one.person_id is not None:
            return self.log.is_colleague(one.person_id, to)
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
        start = self.log.at(told.start, self.played.scenario.t0)
        until = self.log.at(told.until, self.played.end)
        longest, since = Silence(self.played).longest(told, start, until)
        if longest <= told.max:
            return ""
        when = written(since - self.played.scenario.t0)
        return f"{written(longest)} of silence from {when} on, longer than {written(told.max)}"

    def _is_candidate(self, to: str) -> bool:
        person = self.played.scenario.setup.candidate
        return to in ("candidate", person.id, person.name, person.phone)

    # --- order, store -------------------------------------------------------------------------

    def _order(self, told: OrderAssertion) -> str:
        first, then = self.log.selected(told.first), self.log.selected(told.then)
        ordered = bool(first and then) and place(first[0]) < place(then[0])
        if ordered != self.forbids:
            return ""
        if not first or not then:
            return f"there is no {'first' if not first else 'then'}"
        return f"{self.log.line(first[0])}; {self.log.line(then[0])}"

    def _store(self, told: StoreAssertion) -> str:
        moment = self.log.at(told.start, self.played.end)
        found = fits_words(self.played.stored[moment], told)
        if found == self.forbids:
            return f"the text is {'still' if found else 'not'} there at {moment.isoformat()}"
        return ""
