"""The messages of a scenario, and which of them an assertion means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.scenario import names
from bot.scenario.assertions import Selected
from bot.scenario.film import shown
from bot.scenario.playing import Played
from bot.scenario.setup import Colleague
from bot.scenario.wording import fits_words, written
from bot.store.scenes import Said

HUMAN = "person"


@dataclass(frozen=True)
class Log:
    played: Played

    def at(self, offset: timedelta | None, default: datetime) -> datetime:
        return default if offset is None else self.played.scenario.t0 + offset

    def line(self, row: Said) -> str:
        at = row.left_at or row.at
        offset = at - self.played.scenario.t0
        body = " ".join(row.body.split())
        return f"{row.kind} {row.channel} {shown(row)} at {written(offset)}: {body[:160]}"

    def selected(self, told: Selected) -> list[Said]:
        rows = self.played.film.said.values()
        fitting = [row for row in rows if self._fits(row, told)]
        return sorted(fitting, key=place)

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
            and self.at(told.start, at) <= at <= self.at(told.until, at)
            and (not told.reply_to or self._answers(row, told.reply_to))
            and (not told.process or row.process == self.process(told.process))
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
        return to != "" and to not in mine and self.is_colleague(row.person_id, to)

    def is_colleague(self, person_id: int, to: str) -> bool:
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
        provider_id = self.played.wrote.get(step, "")
        kinds = ("reply", "_ack", "_check", "handoff_notice")
        is_answer = row.author == "bot" and row.kind.endswith(kinds)
        return is_answer and row.id in self.played.film.answers.get(provider_id, ())

    def _within(self, at: datetime, told: Selected) -> bool:
        if told.local_time_between is None:
            return True
        start, end = told.local_time_between
        local = at.astimezone(ZoneInfo(self.played.zone)).time()
        return start <= local < end if start <= end else local >= start or local < end

    def ids(self) -> Mapping[str, str]:
        """Return the process, or the candidate, that an id stands for; the longest ids first."""
        setup = self.played.scenario.setup
        found = {setup.candidate.id: setup.candidate.id}
        for process in setup.all_processes:
            offer = process.offer.id if process.offer else ""
            for id in (process.interview.id, offer, process.id):
                if id:
                    found[id] = process.id
        return dict(sorted(found.items(), key=lambda pair: -len(pair[0])))

    def process(self, id: str) -> str:
        return self.ids().get(id, id)


def place(row: Said) -> tuple[datetime, int]:
    """Return what sorts messages by when they left."""
    return row.left_at or row.at, row.id


def kinds_of(row: Said) -> set[str]:
    """Return what scenarios call a message."""
    kind = row.kind
    is_notice = kind == "reply" and row.wording.startswith(names.NOTICES)
    found = {name for name, ours in names.KINDS.items() if kind in ours}
    offers = {"slots", "reschedule_offer"} if row.wording.startswith(names.OFFERS) else set()
    return found | offers | ({"handoff_notice"} if is_notice else set())


def _language(row: Said) -> str:
    return row.wording.rpartition(".")[2]
