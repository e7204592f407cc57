"""The command `chat`: a candidate's conversation in the terminal, in memory, with time to spare."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from bot.assembly import Actions
from bot.domain.errors import HearbackError
from bot.scenario.grammar import Story
from bot.scenario.house import Street, street
from bot.scenario.playing import Players
from bot.scenario.prologue import Prologue, settings_of
from bot.scenario.timeline import Step
from bot.yamlfile import duration

T0 = datetime.fromisoformat("2026-11-24T11:00:00+00:00")
"""A Tuesday: the interview has just ended."""
A_PAUSE = timedelta(seconds=7)
"""So long after a line the answer is there: several lines at once are one breath."""

WHO: Mapping[str, Mapping[str, str]] = {
    "en": {"name": "Daniel Okafor", "phone": "+447700900101", "time_zone": "Europe/London"},
    "es": {"name": "Lucía Ferrer", "phone": "+34600000001", "time_zone": "Europe/Madrid"},
    "pt": {"name": "Rafael Nunes", "phone": "+5511900000001", "time_zone": "America/Sao_Paulo"},
}
ROLES = {"en": "Senior Backend Engineer", "es": "Analista de Datos", "pt": "Analista de Dados"}
NEXT = {"en": "panel interview", "es": "entrevista con el equipo", "pt": "conversa com a equipe"}

Told = Mapping[str, Any]
_DONE: Told = {"at": "+5m", "event": "interview_completed"}
_RELEASED: Told = {"at": "+26h", "recruiter": "release_decision"}
STAGES: Mapping[str, Sequence[Told]] = {
    "booked": ({"at": "-26h", "clock": "tick"},),
    "after_thank_you": (_DONE, {"at": "+4h", "clock": "tick"}),
    "after_update": (_DONE, {"at": "+52h", "clock": "tick"}),
    "after_next_step": (_DONE, {"at": "+25h", "decide": "advance"}, _RELEASED, {"at": "+30h"}),
    "after_rejection": (_DONE, {"at": "+25h", "decide": "reject"}, _RELEASED, {"at": "+30h"}),
    "after_offer": (_DONE, {"at": "+25h", "decide": "offer"}, _RELEASED, {"at": "+30h"}),
    "survey": (_DONE, {"at": "+25h", "decide": "reject"}, _RELEASED, {"at": "+10d"}),
}
"""Where a conversation may begin, and what happened until then."""
HELP = "/wait 2d   /decide advance|reject|offer   /release   /quit"


@dataclass(frozen=True, kw_only=True)
class Line:
    """Something to show."""

    at: datetime
    who: str
    """`bot`, `person`, `house` for what colleagues are told, `error`."""
    kind: str
    text: str
    channel: str = ""

    def as_json(self) -> str:
        told = {"at": self.at.isoformat(), "from": self.who, "kind": self.kind}
        channel = {"channel": self.channel} if self.channel else {}
        return json.dumps({**told, **channel, "text": self.text}, ensure_ascii=False)

    def plain(self) -> str:
        if self.who in ("house", "error"):
            return f"    [{self.kind}: {self.text}]" if self.text else f"    [{self.kind}]"
        by = f", {self.channel}" if self.channel == "email" else ""
        head = f"{self.at:%a %d %b %H:%M}  {self.kind}{by}"
        return f"{head}\n" + "\n".join(f"    {line}" for line in self.text.splitlines())


def chat(said: Iterable[str], actions: Actions, *, language: str, stage: str) -> Iterator[Line]:
    """Yield what is to be shown, as it comes. `said` are the lines of the candidate."""
    with street(actions) as houses:
        yield from talk(said, houses, language=language, stage=stage)


def talk(said: Iterable[str], houses: Street, *, language: str, stage: str) -> Iterator[Line]:
    """The same in a house of this street."""
    prologue = Prologue(_story(language))
    with houses.house(settings_of(prologue.story), prologue.begins) as house:
        one = Chat(Players(prologue, house), language)
        yield from one.begin(STAGES[stage])
        for line in said:
            if line.strip() == "/quit":
                return
            if line.strip():
                yield from one.take(line.strip())


def _story(language: str) -> Story:
    who = {**WHO[language], "email": "candidate@example.org"}
    setup = {"candidate": who, "job": {"title": ROLES[language]}, "consents": ["whatsapp", "email"]}
    return Story.model_validate(
        {
            "name": "chat",
            "language": language,
            "t0": T0,
            "setup": setup,
            "timeline": [{"at": "-26h", "clock": "tick"}],
        }
    )


@dataclass
class Chat:
    players: Players
    language: str
    shown: set[object] = field(default_factory=set)

    def begin(self, told: Sequence[Told]) -> Iterator[Line]:
        self.players.enter()
        for step in told:
            at = Step.model_validate({"at": step["at"], "clock": "tick"}).at
            self.players.wait_until(T0 + at)
            yield from self._decide(step["decide"]) if "decide" in step else self._act(step)
        yield from self._news()

    def take(self, line: str) -> Iterator[Line]:
        """Take in what the candidate wrote, or a command."""
        command, _, argument = line.partition(" ")
        try:
            match command:
                case "/wait":
                    yield from self._wait(duration(argument))
                case "/decide":
                    yield from self._decide(argument.strip())
                case "/release" if not argument:
                    yield from self._release()
                case _ if command.startswith("/"):
                    yield self._problem(f"there is no {line}; {HELP}")
                case _:
                    yield from self._act({"candidate": {"text": line}})
                    yield from self._wait(A_PAUSE)
        except (ValidationError, ValueError):
            yield self._problem(f"{command} does not take {argument!r}; {HELP}")

    @property
    def _now(self) -> datetime:
        return self.players.house.clock.now()

    def _wait(self, by: timedelta) -> Iterator[Line]:
        self.players.wait_until(self._now + by)
        yield from self._news()

    def _decide(self, outcome: str) -> Iterator[Line]:
        step = {"type": "decision_recorded", "decision": self._decision(outcome)}
        yield from self._act({"event": step})
        if outcome == "offer":
            yield from self._act({"event": "offer_generated"})

    def _release(self) -> Iterator[Line]:
        if self.players.film.scenes[-1].states["decision.p1.state"] == "none":
            yield self._problem("nothing is decided yet: /decide advance|reject|offer")
        else:
            yield from self._act({"recruiter": "release_decision"})

    def _decision(self, outcome: str) -> Told:
        if outcome != "advance":
            return {"outcome": outcome}
        link = "https://meet.northwind.example/slots/p1"
        return {"outcome": outcome, "next_step": NEXT[self.language], "link": link}

    def _act(self, told: Told) -> Iterator[Line]:
        kinds = {key: value for key, value in told.items() if key != "at"} or {"clock": "tick"}
        before = len(self.players.refused)
        try:
            self.players.act(Step.model_validate({"at": 0, **kinds}))
        except HearbackError as error:
            yield self._problem(str(error))
        for refused in self.players.refused[before:]:
            yield self._problem(refused)
        yield from self._news()

    def _problem(self, text: str) -> Line:
        return Line(at=self._now, who="error", kind="error", text=text)

    def _news(self) -> Iterator[Line]:
        """Return what came up since the last look, in order."""
        film = self.players.film
        film.look()
        film.look_around()
        lines = [*self._messages(), *self._notices()]
        yield from sorted(lines, key=lambda line: line.at)

    def _messages(self) -> Iterator[Line]:
        zone = ZoneInfo(WHO[self.language]["time_zone"])
        for row in self.players.film.said.values():
            mine = row.person_id == self.players.film.person
            if mine and row.left_at is not None and self._is_new(row.id):
                at, who = row.left_at.astimezone(zone), row.author
                yield Line(at=at, who=who, kind=row.kind, text=row.body, channel=row.channel)

    def _notices(self) -> Iterator[Line]:
        for key, one in self.players.film.notices.items():
            if self._is_new(key):
                yield Line(at=one.at, who="house", kind=one.kind, text=one.what)

    def _is_new(self, key: object) -> bool:
        new = key not in self.shown
        self.shown.add(key)
        return new
