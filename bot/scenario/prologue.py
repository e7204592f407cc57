"""What was so before a scenario begins: settings, and the events that told it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.scenario.grammar import Story
from bot.scenario.names import EVENTS
from bot.scenario.setup import Colleague, Decision, Interview, Job, Offer, Process
from bot.scenario.timeline import EventStep, Slot, Step
from bot.scenario.values import Moment
from bot.settings import (
    Candidates,
    Company,
    ConfigFile,
    Decisions,
    HandoffSettings,
    Rights,
    Secrets,
    Settings,
    WordingChoices,
)

BEFORE = timedelta(hours=1)
"""How long before the first thing that happens the appointment is known."""
AN_INTERVIEW = timedelta(hours=1)
CONSENTED = timedelta(days=10)
OFFICE = "Europe/Madrid"

Raw = dict[str, Any]


def settings_of(story: Story) -> Settings:
    """Return the shipped choices, but for what the story says otherwise."""
    company, policy = story.setup.company, story.setup.policy
    zone = company.time_zone or story.setup.candidate.time_zone or OFFICE
    config = ConfigFile(
        company=Company(
            name=company.name,
            recruiter=company.recruiter,
            language=company.language or story.language,
            time_zone=zone,
        ),
        candidates=_but(Candidates(), quiet_hours=policy.quiet_hours, holidays=policy.holidays),
        handoff=_but(
            HandoffSettings(),
            office_hours=policy.office_hours,
            answer_within=policy.answer_within,
        ),
        wording=_but(WordingChoices(), tone=policy.tone),
        decisions=_but(Decisions(), undo=policy.undo, call_first=policy.call_first),
        rights=_but(Rights(), requests_due=policy.requests_due),
    )
    return Settings(config, Secrets(database_url=""))


def _but(model: Any, **told: object) -> Any:
    return model.model_copy(update={k: v for k, v in told.items() if v is not None})


@dataclass(frozen=True)
class Prologue:
    """Turns what a story says into events, as an applicant tracking system would post them."""

    story: Story

    @property
    def begins(self) -> datetime:
        offsets = [step.at for step in self.story.timeline]
        starts = [self._times(process)[0] for process in self.story.setup.all_processes]
        return min([self.at(min(offsets)), *starts]) - BEFORE

    def at(self, moment: Moment) -> datetime:
        return self.story.t0 + moment if isinstance(moment, timedelta) else moment

    def steps(self) -> list[Step]:
        """Return the timeline in order, with the decisions that only the setup tells."""
        told = [*self.story.timeline]
        for process in self.story.setup.all_processes:
            decision = process.decision
            if decision is not None and decision.recorded_at is not None:
                at = self.at(decision.recorded_at) - self.story.t0
                event = EventStep(type="decision_recorded", process=process.id)
                told.append(Step.model_construct(at=at, event=event))
        return sorted(told, key=lambda step: step.at)

    def events(self) -> list[Raw]:
        """Return what was told before: who is invited to which interviews."""
        return [self._scheduled(process) for process in self.story.setup.all_processes]

    def _scheduled(self, process: Process) -> Raw:
        raw = self._event("interview.scheduled", process, self.begins, f"scheduled-{process.id}")
        start, end = self._times(process)
        times = {"starts_at": start.isoformat(), "ends_at": end.isoformat()}
        told = process.interview
        details = {
            "kind": told.kind,
            "visit": told.visit,
            "interviewers": [_interviewer(one) for one in told.interviewers],
            "place": told.place,
            "meeting_link": told.meeting_link,
        }
        candidate = {**self._candidate(), "consents": self._consents()}
        interview = {"ref": told.id, **times, **details}
        return {**raw, "candidate": candidate, "job": _job(process.job), "interview": interview}

    def _times(self, process: Process) -> tuple[datetime, datetime]:
        told = process.interview
        end = self.at(told.ends_at) if told.ends_at is not None else self.story.t0
        start = self.at(told.starts_at) if told.starts_at is not None else end - AN_INTERVIEW
        return start, end

    def _candidate(self) -> Raw:
        told = self.story.setup.candidate
        return {
            "ref": told.id,
            "name": told.name,
            "phone": told.phone,
            "email": told.email,
            "language": told.language or self.story.language,
            "time_zone": told.time_zone or "",
        }

    def _consents(self) -> list[Raw]:
        """A refusal has no event: it is recorded by the house itself, see `playing`."""
        given = self.story.setup.consents
        agreed = {"source": "application form", "text_version": "1"}
        at = (self.begins - CONSENTED).isoformat()
        return [
            {"channel": way, "at": at, **agreed}
            for way in ("whatsapp", "email")
            if getattr(given, way) == "granted"
        ]

    # --- events of the timeline ---------------------------------------------------------

    def told_by(self, step: EventStep, now: datetime, id: str) -> Raw:
        """Return the event of a step."""
        type = EVENTS[step.type]
        process = self.process(step.process)
        at = self.at(step.occurred_at) if step.occurred_at is not None else now
        raw = self._event(type.value, process, at, step.event_id or id)
        if type.value.startswith("slots."):
            return self._slots(step, raw)
        if type.value.startswith("interview."):
            raw["interview"] = self._interview(step, process)
        elif type.value.startswith("decision."):
            raw["decision"] = self._decision(step.decision or process.decision, type.value, process)
        elif type.value.startswith("offer."):
            raw |= self._offer(step.offer or process.offer or Offer(), type.value, process)
        return raw

    def _slots(self, step: EventStep, raw: Raw) -> Raw:
        head = {name: raw[name] for name in ("id", "type", "occurred_at")}
        return {**head, "slots": [self._slot(one) for one in step.slots]}

    def _slot(self, told: Slot) -> Raw:
        raw: Raw = {name: getattr(told, name) for name in ("ref", "process", "job", "place")}
        raw |= {"meeting_link": told.meeting_link}
        raw["interviewers"] = [_interviewer(one) for one in told.interviewers]
        if told.starts_at is not None:
            start = self.at(told.starts_at)
            end = self.at(told.ends_at) if told.ends_at is not None else start + AN_INTERVIEW
            raw |= {"starts_at": start.isoformat(), "ends_at": end.isoformat()}
        return raw

    def process(self, id: str) -> Process:
        known = self.story.setup.all_processes
        return next((one for one in known if one.id == id), known[0])

    def _event(self, type: str, process: Process, at: datetime, id: str) -> Raw:
        return {
            "id": id,
            "type": type,
            "occurred_at": at.isoformat(),
            "candidate": {"ref": self.story.setup.candidate.id},
            "process": process.id,
            "job": {"ref": process.job.id},
        }

    def _interview(self, step: EventStep, process: Process) -> Raw:
        told = step.interview or Interview(id=process.interview.id)
        start = step.starts_at if step.starts_at is not None else told.starts_at
        end = step.ends_at if step.ends_at is not None else told.ends_at
        starts_at = self.at(start) if start is not None else None
        ends_at = self.at(end) if end is not None else starts_at and starts_at + AN_INTERVIEW
        topics = step.topics or told.topics or process.interview.topics
        raw: Raw = {"ref": told.id, "topics": topics[:3]}
        if step.interview is not None:
            raw["kind"] = told.kind
        if starts_at and ends_at:
            raw |= {"starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat()}
        return raw

    def _decision(self, told: Decision | None, type: str, process: Process) -> Raw:
        told = told or Decision()
        signed = {"released": "released_by", "recalled": "recalled_by"}.get(type.split(".")[1])
        raw: Raw = {name: getattr(told, name) for name in ("next_step", "link", "reason")}
        raw["outcome"] = told.outcome or (None if signed else "advance")
        if told.expected_by is not None:
            raw["expected_by"] = self.at(told.expected_by).isoformat()
        if type == "decision.expected":
            raw["outcome"] = None
        return raw | ({signed: recruiter_of(process)} if signed else {})

    def _offer(self, told: Offer, type: str, process: Process) -> Raw:
        if type != "offer.generated":
            return {}
        when = {"expected_at": self.at(told.expected_at).isoformat()} if told.expected_at else {}
        return {"offer": {"how": told.how, **when}}

    def releases(self, process: Process, now: datetime, id: str, by: str, word: str) -> Raw:
        """Return what a recruiter's release, or its recall, tells."""
        raw = self._event(f"decision.{word}", process, now, id)
        told = process.decision
        outcome = {"outcome": told.outcome} if told and told.outcome and word == "released" else {}
        return raw | {"decision": {f"{word}_by": by, **outcome}}

    def erases(self, now: datetime, id: str) -> Raw:
        candidate = {"ref": self.story.setup.candidate.id}
        at = now.isoformat()
        return {"id": id, "type": "candidate.erased", "occurred_at": at, "candidate": candidate}


def recruiter_of(process: Process) -> str:
    told = process.job.recruiter
    return _address(told) if told else "dana@northwind.example"


def _job(job: Job) -> Mapping[str, Any]:
    recruiter = job.recruiter or Colleague(email="dana@northwind.example")
    manager = {"hiring_manager": _member(job.hiring_manager)} if job.hiring_manager else {}
    return {
        "ref": job.id,
        "title": job.title,
        "level": job.level,
        "department": job.department,
        "recruiter": _address(recruiter),
        **manager,
    }


def _member(told: Colleague) -> Raw:
    return {"email": _address(told), **({"name": told.name} if told.name else {})}


def _address(told: Colleague) -> str:
    return told.email or f"{told.name.split()[0].lower()}@northwind.example"


def _interviewer(told: Colleague) -> str | Raw:
    return {"name": told.name, "email": told.email} if told.email else told.name
