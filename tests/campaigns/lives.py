"""What happens to one candidate in fourteen days, as a die decides. Pure: nothing is played yet.

Interviews are booked, moved, missed and proven late or never; decisions come, are let out and
recalled; candidates write at all hours, opt out and come back, move to another time zone;
systems report twice and late.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import cache
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from tests.factories import DAY, HOUR

MINUTE = timedelta(minutes=1)
SPAN = 14 * DAY
YEARS = (2026, 2028)
ZONES = (
    *("Europe/Madrid", "Europe/London", "Europe/Lisbon", "Europe/Athens", "Europe/Istanbul"),
    *("Europe/Dublin", "Europe/Kyiv", "Atlantic/Azores", "Atlantic/Reykjavik", "Africa/Cairo"),
    *("Africa/Casablanca", "Africa/Lagos", "Africa/Johannesburg", "Asia/Jerusalem", "Asia/Tehran"),
    *("Asia/Dubai", "Asia/Kabul", "Asia/Karachi", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Dhaka"),
    *("Asia/Shanghai", "Asia/Tokyo", "Australia/Perth", "Australia/Eucla", "Australia/Adelaide"),
    *("Australia/Sydney", "Australia/Lord_Howe", "Pacific/Auckland", "Pacific/Chatham"),
    *("Pacific/Kiritimati", "Pacific/Apia", "Pacific/Honolulu", "America/Los_Angeles"),
    *("America/Denver", "America/New_York", "America/St_Johns", "America/Sao_Paulo"),
    *("America/Santiago", "America/Asuncion"),
)
"""Forty: with and without changes of the clock, of an hour and of half of one, on both sides of
the equator and of the date line, and with odd minutes."""
QUESTIONS = ("What happens next?", "Any news?", "Thanks!", "Can I bring my parrot?", "Who decides?")
OFFICE = ZoneInfo("Europe/Madrid")
DANA = "dana@northwind.example"


@dataclass(frozen=True, kw_only=True)
class Reported:
    at: datetime
    event: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Written:
    at: datetime
    address: str
    text: str
    provider_id: str


Act = Reported | Written


@dataclass(frozen=True, kw_only=True)
class Life:
    zone: str
    acts: Sequence[Act]


@cache
def clock_changes() -> list[tuple[datetime, str]]:
    """Every change of a clock in these years, to the hour, and in which of the zones."""
    days = [datetime(YEARS[0], 1, 1, tzinfo=UTC) + n * DAY for n in range(365 * 3)]
    found = [
        (day + n * HOUR, name)
        for name in ZONES
        for day in days
        if _changes(day, DAY, name)
        for n in range(24)
        if _changes(day + n * HOUR, HOUR, name)
    ]
    return sorted(found)


def _changes(at: datetime, within: timedelta, zone: str) -> bool:
    before, after = (one.astimezone(ZoneInfo(zone)).utcoffset() for one in (at, at + within))
    return before != after


def life(number: int, start: datetime, zone: str, dice: Random) -> Life:
    return _Life(number, start, zone, dice).lived()


@dataclass
class _Life:
    number: int
    start: datetime
    zone: str
    dice: Random
    acts: list[Act] = field(default_factory=list)
    told: int = 0

    def lived(self) -> Life:
        self.moves_at = self.start + self._up_to(SPAN) if self._chance(0.02) else None
        self.moves_to = self.dice.choice(ZONES)
        self.by_mail = self._chance(0.3)
        ends = self._interviews()
        if ends is not None:
            self._outcome(ends)
        self._writing()
        return Life(zone=self.zone, acts=self.acts)

    # --- what systems and people of the team report -------------------------------------------

    def _interviews(self) -> datetime | None:
        """Book one; return when it ended, None where it did not take place."""
        booked = self.start + self._up_to(12 * HOUR)
        ends = self._working_hour(booked + (0.5 + 2.5 * self.dice.random()) * DAY)
        self._tells("interview.scheduled", booked, interview=self._interview(ends))
        if self._chance(0.1):
            moved = booked + self._up_to(ends - booked - HOUR)
            ends = self._working_hour(ends + self.dice.randint(1, 2) * DAY)
            self._tells("interview.moved", moved, interview=self._interview(ends))
        fate = self.dice.random()
        if fate < 0.03:
            at = ends - 2 * HOUR - self._up_to(5 * HOUR)
            self._tells("interview.cancelled", at, interview={"ref": self._ref("int")})
            return None
        if fate < 0.06:
            about = {"ref": self._ref("int")}
            self._tells("interview.no_show", ends + self._up_to(HOUR), interview=about)
            return None
        if fate < 0.99:
            late = 5 * MINUTE + self._up_to(50 * MINUTE if fate < 0.85 else 24 * HOUR)
            how = "scorecard.submitted" if fate < 0.5 else "interview.completed"
            self._tells(how, ends + late, interview=self._interview(ends))
        return ends

    def _outcome(self, ends: datetime) -> None:
        """Two of three decide before the fortnight is over."""
        if self._chance(0.03):
            self._tells("process.withdrawn", ends + self._up_to(8 * DAY))
        made = self._at_work(ends + self._up_to(16 * DAY))
        outcome = self.dice.choice(("advance", "advance", "reject", "reject", "offer"))
        told = {"link": "https://slots.example/1"} if outcome == "advance" else {}
        self._tells("decision.made", made, decision={"outcome": outcome, **told})
        out = self._at_work(made + self._up_to(DAY))
        self._tells("decision.released", out, decision={"released_by": DANA})
        if outcome == "offer":
            self._tells("offer.generated", out + self._up_to(HOUR), offer={"how": "by e-mail"})
        if self._chance(0.02):
            back = out + self._up_to(28 * MINUTE)
            self._tells("decision.recalled", back, decision={"recalled_by": DANA})
            self._tells("decision.released", back + DAY, decision={"released_by": DANA})

    def _tells(self, type: str, at: datetime, **about: Any) -> None:
        """Some reports come late, and some twice."""
        self.told += 1
        event = {
            "id": f"{self._ref('event')}-{self.told}",
            "type": type,
            "occurred_at": at.isoformat(),
            "candidate": self._candidate(at),
            "process": self._ref("app"),
            "job": {"ref": "job-1", "title": "Engineer", "recruiter": DANA},
            **about,
        }
        comes = at + (self._up_to(4 * HOUR) if self._chance(0.05) else MINUTE)
        self.acts.append(Reported(at=comes, event=event))
        if self._chance(0.2):
            self.acts.append(Reported(at=comes + self._up_to(2 * DAY), event=event))

    def _candidate(self, at: datetime) -> dict[str, Any]:
        moved = self.moves_at is not None and at >= self.moves_at
        agreed = {"source": "form", "at": self.start.isoformat(), "text_version": "1"}
        ways = ("whatsapp", "email") if self.by_mail else ("whatsapp",)
        return {
            "ref": self._ref("cand"),
            "name": f"Candidate {self.number}",
            "phone": self.phone,
            "email": f"candidate{self.number}@example.org" if self.by_mail else "",
            "language": ("en", "es", "pt")[self.number % 3],
            "time_zone": self.moves_to if moved else self.zone,
            "consents": [{"channel": way, **agreed} for way in ways],
        }

    def _interview(self, ends: datetime) -> dict[str, Any]:
        return {
            "ref": self._ref("int"),
            "starts_at": (ends - HOUR).isoformat(),
            "ends_at": ends.isoformat(),
            "interviewers": ["Ana Ruiz"],
        }

    # --- what the candidate writes -------------------------------------------------------------

    def _writing(self) -> None:
        for _ in range(self.dice.choice((0, 0, 1, 2, 3))):
            self._writes(self.dice.choice(QUESTIONS), self.start + self._up_to(SPAN))
        if self._chance(0.015):
            at = self.start + self._up_to(SPAN)
            self._writes("STOP", at)
            if self._chance(0.5):
                self._writes("START", at + self._up_to(2 * DAY))
        if self._chance(0.005):
            self._writes("HUMAN", self.start + self._up_to(SPAN))

    def _writes(self, text: str, at: datetime) -> None:
        """Carriers, too, say some things twice."""
        one = f"SM{self.number}-{len(self.acts)}"
        for later in (timedelta(), self._up_to(HOUR))[: 1 + self._chance(0.1)]:
            self.acts.append(Written(at=at + later, address=self.phone, text=text, provider_id=one))

    # --- dice ------------------------------------------------------------------------------------

    @property
    def phone(self) -> str:
        """Country code 888 has no subscribers."""
        return f"+8881000{1_000_000 + self.number}"

    def _ref(self, what: str) -> str:
        return f"{what}-{self.number}"

    def _chance(self, of: float) -> bool:
        return self.dice.random() < of

    def _up_to(self, longest: timedelta) -> timedelta:
        return timedelta(seconds=int(longest.total_seconds() * self.dice.random()))

    def _at_work(self, at: datetime) -> datetime:
        """A moment at which somebody of the team decides: one in ten decides at any hour."""
        local = at.astimezone(OFFICE)
        if self._chance(0.1) or (local.weekday() < 5 and 9 <= local.hour < 18):
            return at
        morning = datetime.combine(local.date() + DAY * (local.hour >= 9), time(9), OFFICE)
        while morning.weekday() >= 5:
            morning += DAY
        return morning.astimezone(UTC) + self._up_to(8 * HOUR)

    def _working_hour(self, at: datetime) -> datetime:
        """A full or half hour of a working day of the candidate's, at or after `at`'s day."""
        local = at.astimezone(ZoneInfo(self.zone))
        while local.weekday() >= 5:
            local += DAY
        clock = time(self.dice.randint(10, 18), self.dice.choice((0, 30)))
        return datetime.combine(local.date(), clock, local.tzinfo).astimezone(UTC)
