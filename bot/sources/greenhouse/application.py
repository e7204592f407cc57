"""An application at Greenhouse, in the shape that its webhooks have."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.deliveries import Owner, Told
from bot.domain.events import EventType
from bot.sources.greenhouse.vendor import NAME
from bot.sources.telling import Habits, email, event, part, parts, phone, text

PRIVATE = "the candidate or the job is private"
PROSPECT = "a prospect, who has not applied"
NOBODY = "it names no application"
Events = tuple[Told, ...]


def ref(id: str) -> str:
    """Return an id as ours: other systems count from one as well."""
    return f"{NAME}:{id}"


def withheld(application: Told) -> str:
    """Return why nothing about this application may come in, or an empty string."""
    candidate, jobs = part(application, "candidate"), list(parts(application, "jobs"))
    if not text(application, "id") or not text(candidate, "id"):
        return NOBODY
    if candidate.get("is_private") or any(job.get("confidential") for job in jobs):
        return PRIVATE
    return PROSPECT if application.get("prospect") else ""


@dataclass(frozen=True)
class Application:
    told: Told
    habits: Habits

    @property
    def id(self) -> str:
        return text(self.told, "id")

    @property
    def owner(self) -> Owner:
        return Owner(candidate=ref(text(self._candidate, "id")), process=ref(self.id))

    @property
    def next_step(self) -> str:
        """What the stage it is in means to the candidate, where the team has words for it."""
        return str(self.habits.stages.get(text(part(self.told, "current_stage"), "name"), ""))

    def event(self, id: str, type: EventType, at: datetime, **about: Any) -> Told:
        return event(id, type, at, self.candidate(), self.owner.process, job=self.job(), **about)

    def candidate(self) -> Told:
        """Name and addresses. Whoever must not be mailed has no address here."""
        told = self._candidate
        may_mail = told.get("can_email") is not False
        return {
            "ref": self.owner.candidate,
            "name": f"{text(told, 'first_name')} {text(told, 'last_name')}".strip(),
            "phone": phone(told, self.habits),
            "email": _mailbox(told) if may_mail else "",
        }

    def job(self) -> Told | None:
        told = next(parts(self.told, "jobs"), None)
        if told is None:
            return None
        department = next(parts(told, "departments"), {})
        return {
            "ref": ref(text(told, "id")),
            "title": text(told, "name"),
            "department": text(department, "name"),
            "recruiter": _colleague(part(self._candidate, "recruiter")),
        }

    @property
    def _candidate(self) -> Told:
        return part(self.told, "candidate")


def _mailbox(candidate: Told) -> str:
    """The address that is the candidate's own, else any but that of the office they work in."""
    by_kind = {
        text(one, "type"): email(one, "value") for one in parts(candidate, "email_addresses")
    }
    return next((by_kind[kind] for kind in ("personal", "other", "work") if by_kind.get(kind)), "")


def _colleague(told: Told) -> Told | None:
    address = email(told, "email")
    return {"email": address, "name": text(told, "name")} if address else None
