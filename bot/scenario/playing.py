"""Plays the timeline of a scenario and films what happens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.ask_answers import Answer
from bot.domain.asks import AskId, Choice
from bot.domain.errors import Conflict, NotAllowed, NotFound
from bot.domain.model import WAITING, Channel, State, User
from bot.scenario import names
from bot.scenario.carrier import Foretold
from bot.scenario.film import Film, Watched
from bot.scenario.grammar import Scenario, Story
from bot.scenario.house import House, Street
from bot.scenario.prologue import Prologue, recruiter_of, settings_of
from bot.scenario.setup import Candidate
from bot.scenario.timeline import (
    CandidateStep,
    CarrierStep,
    EventStep,
    ManagerStep,
    RecruiterStep,
    Step,
)
from bot.scenario.wording import written
from bot.store import scenes

AFTERWARDS = timedelta(seconds=10)
"""After the last step: whoever has just written gets an answer."""
MEDIA = {"image": "image/jpeg", "audio": "audio/ogg", "voice": "audio/ogg", "video": "video/mp4"}
MEDIA |= {"document": "application/pdf", "sticker": "image/webp"}


@dataclass(frozen=True, kw_only=True)
class Played:
    """Everything that a judge looks at."""

    scenario: Scenario
    film: Film
    wrote: Mapping[str, str]
    """By the id of a candidate's step: the message's id at the carrier."""
    stored: Mapping[datetime, str]
    """What database, logs and queues held at the moments that are asked about."""
    refused: tuple[str, ...]
    """What people tried and were not let do."""
    zone: str
    colleagues: Mapping[int, set[str]]
    """By person: names and addresses."""

    @property
    def end(self) -> datetime:
        return self.film.scenes[-1].at


def play(scenario: Scenario, street: Street) -> Played:
    """Raises BadInput: an event of the timeline cannot be used."""
    prologue = Prologue(scenario)
    with street.house(settings_of(scenario), prologue.begins) as house:
        players = Players(prologue, house, [prologue.at(one) for one in scenario.searches])
        players.enter()
        for step in prologue.steps():
            players.wait_until(prologue.at(step.at))
            players.act(step)
        named = [prologue.at(offset) for offset in scenario.offsets]
        players.wait_until(max([house.clock.now() + AFTERWARDS, *named]))
        return players.played(scenario)


@dataclass
class Players:
    """The candidate, the team, the carrier and the clock."""

    prologue: Prologue
    house: House
    searches: list[datetime] = field(default_factory=list)
    """When everything that is stored is kept to be searched; in order."""
    wrote: dict[str, str] = field(default_factory=dict)
    stored: dict[datetime, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        refs = [one.id for one in self.story.setup.all_processes]
        self.film = Film(self.house, self.candidate.id, refs)
        self.stepper = self.house.watched(Watched(self.house.clock, self.film))
        told = (self._foretold(step) for step in self.story.timeline)
        self.house.line.foretold = [one for one in told if one is not None]
        self.house.line.candidates = lambda: frozenset({self.candidate.phone})

    @property
    def story(self) -> Story:
        return self.prologue.story

    @property
    def candidate(self) -> Candidate:
        return self.story.setup.candidate

    # --- time -----------------------------------------------------------------------------

    def wait_until(self, at: datetime) -> None:
        while self.searches and self.searches[0] <= at:
            search = self.searches.pop(0)
            self.stepper.run_until(search)
            self.stored[search] = self._everything()
        self.stepper.run_until(at)

    def _everything(self) -> str:
        with self.house.store.read() as tx:
            return scenes.everything(tx.connection) + str(self.house.logs)

    # --- before ---------------------------------------------------------------------------

    def enter(self) -> None:
        company = self.story.setup.company
        for process in self.story.setup.all_processes:
            told = process.job.recruiter
            self.house.admit(recruiter_of(process), (told and told.name) or company.recruiter)
        for raw in self.prologue.events():
            self.house.hearback.receive_event("scenario", raw)
        self.stepper.settle_now()
        self._refuse()

    def _refuse(self) -> None:
        """Note what the candidate had refused before."""
        given = self.story.setup.consents
        with self.house.store.begin() as tx:
            person = tx.people.known_as("ref", self.candidate.id)
            for way in Channel:
                if getattr(given, way.value) == "revoked" and person is not None:
                    at = self.house.clock.now()
                    tx.people.record_consent(person, way, granted=False, source="setup", at=at)

    # --- steps ----------------------------------------------------------------------------

    def act(self, step: Step) -> None:
        try:
            self._act(step)
        except (Conflict, NotAllowed, NotFound) as error:
            self.refused.append(f"at {written(step.at)}: {error}")
        self.stepper.settle_now()
        self.film.look()

    def _act(self, step: Step) -> None:
        if step.event is not None:
            self._event(step.event)
        elif step.candidate is not None:
            self._writes(step.candidate, step.id)
        elif step.recruiter is not None:
            self._recruiter(step.recruiter)
        elif step.manager is not None:
            self._taps(step.manager)
        elif step.carrier is not None:
            self._carrier(step.carrier)

    def _event(self, told: EventStep) -> None:
        raw = self.prologue.told_by(told, self.house.clock.now(), self.house.number("event-"))
        self._post(raw)
        if told.type == "decision_released":
            self._approve(self._user(told.process))

    def _post(self, raw: Mapping[str, object]) -> None:
        self.house.hearback.receive_event("scenario", raw)
        self.stepper.settle_now()

    def _writes(self, told: CandidateStep, id: str) -> None:
        media = tuple(MEDIA.get(one, one) for one in told.media)
        at = self.prologue.at(told.sent_at) if told.sent_at is not None else None
        address = told.phone or self.candidate.phone
        provider_id = self.house.receive(address, told.text, media=media, wamid=told.wamid, at=at)
        if id:
            self.wrote[id] = provider_id

    # --- the recruiter ----------------------------------------------------------------------

    def _user(self, process: str, by: str = "") -> User:
        email = by or recruiter_of(self.prologue.process(process))
        return self.house.admit(email, email.split("@")[0].title())

    def _recruiter(self, told: RecruiterStep) -> None:
        user, now = self._user(told.process, told.by), self.house.clock.now()
        process, id = self.prologue.process(told.process), self.house.number("event-")
        match told.act:
            case "release_decision":
                self._post(self.prologue.releases(process, now, id, user.email, "released"))
                self._approve(user)
            case "recall_decision":
                self._post(self.prologue.releases(process, now, id, user.email, "recalled"))
            case "approve_erasure":
                self._post(self.prologue.erases(now, id))
            case _:
                self._converse(told, user)

    def _approve(self, user: User) -> None:
        """Who releases a decision has read the words that tell it."""
        with self.house.store.read() as tx:
            rows = [one for one in scenes.said(tx.connection) if one.state in WAITING and one.body]
            read = [tx.messages.find(one.id) for one in rows]
        for row in read:
            if (
                row is not None
                and row.author.value == "bot"
                and row.state in (State.HELD, State.READY)
            ):
                self.house.hearback.desk.approve(row.id, user, words_hash=row.words_hash)

    def _converse(self, told: RecruiterStep, user: User) -> None:
        desk = self.house.hearback.desk
        conversation = self.house.conversation(self.candidate.id)
        if conversation is None:
            raise NotFound("Nobody talks with this candidate on WhatsApp")
        match told.act:
            case "take_over":
                desk.take(conversation, user)
            case "release_to_bot":
                desk.release(conversation, user, told.text)
            case _:
                with self.house.store.read() as tx:
                    seen = tx.history.last_inbound(conversation)
                once = self.house.number("said-")
                desk.reply(conversation, user, told.text, once=once, seen=seen)

    # --- the manager ------------------------------------------------------------------------

    def _taps(self, told: ManagerStep) -> None:
        """Answer the newest question that this choice fits, on the page behind its link."""
        links = self.house.hearback.asker.batches.phrasing.links
        with self.house.store.read() as tx:
            open_ = scenes.open_asks(tx.connection)
            mine = [one for one in open_ if self._is(scenes.names_of(tx.connection, one[0]), told)]
        day = self.prologue.at(told.day).date() if told.day is not None else None
        answer = Answer(choice=Choice(told.tap), day=day, topic=told.topic, words=told.words)
        problems = [
            self.house.hearback.sheets.answer(links.token(key), AskId(number), answer)
            for _, _, key, number in reversed(mine)
        ]
        if all(problems):
            why = problems[0] if problems else "nobody was asked"
            raise NotFound(f"{told.tap} answers nothing: {why}")

    def _is(self, known: Iterable[str], told: ManagerStep) -> bool:
        return not told.who or told.who in known

    # --- the carrier ------------------------------------------------------------------------

    def _foretold(self, step: Step) -> Foretold | None:
        told = step.carrier
        if told is None or told.template:
            return None
        return self._report(told, self.prologue.at(step.at))

    def _report(self, told: CarrierStep, at: datetime) -> Foretold:
        kinds = names.KINDS.get(told.kind, frozenset({told.kind} if told.kind else ()))
        status = names.STATUSES[told.status]
        return Foretold(at=at, kinds=kinds, status=status, code=told.code)

    def _carrier(self, told: CarrierStep) -> None:
        line = self.house.line
        if told.template:
            (line.unapproved.discard if told.approved else line.unapproved.add)(told.template)
            return
        line.tell(self._report(told, self.house.clock.now()), only_if_sent=told.only_if_sent)

    # --- after ----------------------------------------------------------------------------------

    def played(self, scenario: Scenario) -> Played:
        film = self.film
        film.look()
        film.look_around()
        self.stored[film.scenes[-1].at] = self._everything()
        with self.house.store.read() as tx:
            people = {row.person_id for row in film.said.values()}
            people |= {one.person_id for one in film.notices.values() if one.person_id is not None}
            known = {int(one): scenes.names_of(tx.connection, one) for one in people}
            person = film.person
            candidacies = self.house.hearback.planner.candidacies
            zone = candidacies.zone(tx, person, self.candidate.time_zone or "") if person else None
        return Played(
            scenario=scenario,
            film=film,
            wrote=self.wrote,
            stored=self.stored,
            refused=tuple(self.refused),
            zone=zone.key if zone else "UTC",
            colleagues=known,
        )
