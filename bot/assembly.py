"""The composition root: settings in, a house with every verb of the product out."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.answering.knowledge import Knowledge, Passage, load_knowledge
from bot.answering.offline import OfflineAnswerer
from bot.answering.rasa_bridge import RasaFlows
from bot.answering.understanding import Understanding, load_understanding
from bot.channels.simulator import Simulator
from bot.channels.twilio_settings import TwilioSettings
from bot.dialogue.budget import Budget
from bot.dialogue.catch_up import CatchUp
from bot.dialogue.colleagues import Answering, ColleagueDesk
from bot.dialogue.receive import Receiver
from bot.dialogue.respond import Responder
from bot.dialogue.rights import RightsDesk
from bot.domain.addresses import Mailbox
from bot.domain.claims import Gate
from bot.domain.errors import BadConfig, Mistake
from bot.domain.links import Links
from bot.domain.model import Channel, Company, ConversationId, ProcessId
from bot.domain.pacing import EMAIL, WHATSAPP, Pace
from bot.domain.ports import Answerer, Clock, Flows, Hints, Question
from bot.domain.ports import Channel as Carrier
from bot.domain.rights import RightsWords
from bot.domain.second_look import SecondLook
from bot.domain.silence import breaking_example
from bot.domain.stages import Stage
from bot.handoff.desk import Desk
from bot.handoff.mending import Mending
from bot.lexicon import load_lexicon
from bot.outreach.answers import Answers
from bot.outreach.asker import Asker
from bot.outreach.batches import Batches
from bot.outreach.candidacies import Candidacies
from bot.outreach.clearance import Clearance
from bot.outreach.compose import Composer
from bot.outreach.deliver import Delivery
from bot.outreach.habits import Habits
from bot.outreach.intake import Intake
from bot.outreach.invitations import Invitations
from bot.outreach.ledger import Ledger
from bot.outreach.lookup import Lookup
from bot.outreach.orphans import Orphans
from bot.outreach.pacing import Pacer
from bot.outreach.phrasing import Phrasing
from bot.outreach.planning import Planner
from bot.outreach.settle import Settler
from bot.outreach.sheets import Sheets
from bot.outreach.tombstones import Tombstones
from bot.outreach.watch import Watch
from bot.prompts import PromptBook, load_prompts, load_rights
from bot.questions import QuestionBook, load_questions
from bot.settings import ROOT, Settings
from bot.sources.api import read_event
from bot.sources.calendars import Calendars
from bot.sources.phones import zone_of
from bot.stages import load_stages
from bot.store import Store
from bot.work.rounds import Round
from bot.work.turn import Turn

if TYPE_CHECKING:
    from langchain_openai import ChatOpenAI
    from rasa_sdk import Action

    from bot.answering.model.tools import Search

FLOWS = ROOT / "flows"
PROMPTS = ROOT / "prompts"
KNOWLEDGE = FLOWS / "knowledge"
REMEMBERED = ROOT / "var" / "knowledge.npz"
"""What the knowledge means to the machine; may be deleted at any time."""
SIMULATED_SENDER = "+12025550100"

Actions = Callable[[], Sequence["Action"]]


class NoHints:
    """Nobody listens: alarms alone drive the work, as in a rehearsal."""

    def turn(self, conversation: ConversationId, *, urgent: bool) -> None: ...

    def plan(self, event: int) -> None: ...

    def watch(self, process: ProcessId) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Hearback:
    """Every verb of the product, ready to be called."""

    settings: Settings
    store: Store
    clock: Clock
    carrier: Carrier
    words: PromptBook
    company: Company
    stages: tuple[Stage, ...]
    intake: Intake
    planner: Planner
    settler: Settler
    asker: Asker
    sheets: Sheets
    invitations: Invitations
    mending: Mending
    receiver: Receiver
    desk: Desk
    composer: Composer
    flows: RasaFlows
    ledger: Ledger
    turn: Turn
    catching_up: tuple[Round, ...]
    """The rounds that fetch what candidates wrote."""
    rounds: tuple[Round, ...]

    def receive_event(self, source: str, raw: Mapping[str, Any]) -> bool:
        """Check and store one event. Returns False for a replay. Raises BadInput, StoreDown."""
        return self.intake.receive(source, read_event(raw), raw)


def company_of(settings: Settings) -> Company:
    told = settings.config
    opens, closes = told.handoff.office_hours
    return Company(
        name=told.company.name,
        recruiter=told.company.recruiter,
        language=told.company.language,
        office=settings.office,
        opens=opens,
        closes=closes,
        free=calendars_of(settings).where("", settings.office),
        quiet=settings.quiet,
        answer_within=told.handoff.answer_within,
        requests_due=told.rights.requests_due,
        call_first=frozenset(level.casefold() for level in told.decisions.call_first),
    )


def calendars_of(settings: Settings) -> Calendars:
    return Calendars(settings.office, settings.config.candidates.holidays)


@dataclass(frozen=True, kw_only=True)
class Script:
    """What the team wrote in `flows/` and `prompts/`, read and checked."""

    stages: tuple[Stage, ...]
    words: PromptBook
    questions: QuestionBook
    rights: RightsWords
    understanding: Understanding
    gate: Gate
    knowledge: Knowledge


def read_script(flows: Path = FLOWS, prompts: Path = PROMPTS) -> Script:
    """Raises BadConfig: a flow, a prompt or a page of knowledge is wrong."""
    stages = load_stages(flows / "post_interview.yaml")
    understanding = load_understanding(prompts)
    return Script(
        stages=stages,
        words=load_prompts(prompts, stages),
        questions=load_questions(prompts),
        rights=load_rights(prompts),
        gate=Gate(load_lexicon(prompts / "claims.yaml")),
        understanding=understanding,
        knowledge=load_knowledge(flows / "knowledge", understanding, REMEMBERED),
    )


def build(
    settings: Settings,
    store: Store,
    clock: Clock,
    carrier: Carrier,
    actions: Actions,
    hints: Hints | None = None,
    script: Script | None = None,
    mail: Carrier | None = None,
    secret: Callable[[], str] | None = None,
    tombstones: Path | None = None,
    search: Search | None = None,
) -> Hearback:
    """Put the parts together. Raises BadConfig: a flow or a prompt is wrong.

    `actions` returns the scripted conversations; it is called when the first one runs.
    `secret` returns what links are made with, the same in every process; without it, links
    work only as long as this process does. `tombstones` is the file that outlives backups.
    `search` finds what the team wrote, for a model to read.
    """
    hints = hints or NoHints()
    script = script or read_script()
    refuse_silence(settings, script.stages)
    words, understanding = script.words, script.understanding
    company = company_of(settings)

    carriers = {Channel.WHATSAPP: carrier} | ({Channel.EMAIL: mail} if mail else {})
    candidacies = Candidacies(
        company, read_event, zone_of, calendars_of(settings).where, Habits(zone_of, company.office)
    )
    senders = {channel: one.sender for channel, one in carriers.items()}
    links = links_of(settings, secret or cache(lambda: secrets.token_hex(32)))
    batches = Batches(
        phrasing=Phrasing(candidacies, script.questions, links),
        sender=carrier.sender,
        email_sender=senders.get(Channel.EMAIL, ""),
        new_id=lambda: uuid.uuid4().hex,
    )
    asker = Asker(batches)
    answers = Answers(asker)
    planner = Planner(
        candidacies,
        script.stages,
        Watch(script.stages, asker),
        frozenset(carriers),
        settings.config.decisions.undo,
    )
    paces = paces_of(settings)
    pacer = Pacer(store, clock, paces)
    settler = Settler(store, clock, planner, batches, pacer)
    lookup = Lookup(store, clock, carriers, settler, links)
    composer = Composer(store, clock, words, candidacies, planner, batches, links)
    clearance = Clearance(store, clock, carriers, composer, settler, paces)
    delivery = Delivery(store, clock, carriers, composer, clearance, pacer, settler, lookup, links)
    desk = Desk(store, clock, hints, candidacies, planner, SecondLook(script.gate))
    flows = RasaFlows(actions, understanding)
    responder = Responder(
        store,
        clock,
        words,
        script.rights,
        flows,
        answerer_of(settings, script, store, clock, flows, search),
        desk,
        RightsDesk(store, clock, words, desk),
    )
    colleagues = ColleagueDesk(store, clock, script.rights, answers)
    answering = Answering(store, responder, colleagues)
    receiver = Receiver(store, clock, hints, script.rights)
    catching_up = tuple(CatchUp(store, one, receiver.receive) for one in carriers.values())
    buried = (Tombstones(store, tombstones, links.seal),) if tombstones else ()
    return Hearback(
        settings=settings,
        store=store,
        clock=clock,
        carrier=carrier,
        words=words,
        company=company,
        stages=script.stages,
        intake=Intake(store, clock, hints, candidacies, planner, asker, senders, links.seal),
        planner=planner,
        settler=settler,
        asker=asker,
        sheets=Sheets(store, clock, answers),
        invitations=Invitations(store, clock, words, candidacies, planner, links),
        mending=Mending(store, clock, hints, settler),
        receiver=receiver,
        desk=desk,
        composer=composer,
        flows=flows,
        ledger=Ledger(store, clock, candidacies, script.stages),
        turn=Turn(store, clock, (answering.respond, delivery.deliver)),
        catching_up=catching_up,
        rounds=(*catching_up, Orphans(store), *buried),
    )


def refuse_silence(settings: Settings, stages: Sequence[Stage]) -> None:
    """Raises BadConfig, with an example, where no update could end a silence in time."""
    example = breaking_example(stages, settings.quiet)
    if example:
        mend = "widen the window of the status update, or shorten candidates.quiet_hours"
        where = str(FLOWS / "post_interview.yaml")
        raise BadConfig([Mistake(where, f"breaks the 72 hours: {example}", mend)])


def links_of(settings: Settings, secret: Callable[[], str]) -> Links:
    web = settings.config.web
    return Links(web.public_url or f"http://{web.host}:{web.port}", secret)


def paces_of(settings: Settings) -> Mapping[Channel, Pace]:
    told = settings.config.whatsapp
    whatsapp = replace(WHATSAPP, per_second=told.per_second, per_recipient=told.per_recipient)
    return {Channel.WHATSAPP: whatsapp, Channel.EMAIL: EMAIL}


def carrier_of(settings: Settings, clock: Clock) -> Carrier:
    """Return the way to candidates' phones that the settings choose."""
    if settings.config.whatsapp.carrier == "simulator":
        return simulator(clock)
    from bot.channels.twilio import Twilio

    return Twilio(twilio_settings(settings))


def mail_of(settings: Settings, clock: Clock) -> Carrier | None:
    """Return the way to candidates' mailboxes; None where the settings name no sender."""
    told, secrets = settings.config.email, settings.secrets
    if told.sender is None:
        return None
    from bot.channels.email import Email, EmailSettings, Security

    name = told.sender.name or settings.config.company.name
    return Email(
        EmailSettings(
            sender=Mailbox(name, told.sender.address),
            host=told.host,
            port=told.port,
            security=Security(told.security),
            username=secrets.smtp_username,
            password=secrets.smtp_password,
            authorities=secrets.smtp_ca,
        ),
        clock,
    )


def answerer_of(
    settings: Settings,
    script: Script,
    store: Store,
    clock: Clock,
    flows: Flows,
    search: Search | None = None,
) -> Answerer:
    """Return who answers candidates: the facts alone, or behind them the model of the settings.
    What a model needs takes a second and 75 MB, and is loaded only where there is one."""
    offline = OfflineAnswerer(script.understanding, script.knowledge)
    told = settings.config.model
    if not told.name:
        return offline
    from bot.answering.model import Breaker, Door, ModelAnswerer
    from bot.answering.model.mind import LangchainMind

    return ModelAnswerer(
        offline=offline,
        mind=LangchainMind(
            model=model_of(settings),
            prompt=(PROMPTS / "agent.md").read_text(encoding="utf-8"),
            company=settings.config.company.name,
            flows=flows,
            search=search or _search_in(script.knowledge),
        ),
        door=Door(script.gate, script.understanding),
        budget=Budget(
            store=store,
            clock=clock,
            office=settings.office,
            per_candidate=told.tokens_per_candidate,
            per_day=told.tokens_per_day,
        ),
        breaker=Breaker(clock),
        threads=ThreadPoolExecutor(settings.config.engine.threads, "model"),
        seconds=told.seconds,
    )


def _search_in(knowledge: Knowledge) -> Search:
    def search(text: str, question: Question) -> Sequence[Passage]:
        return knowledge.search(
            text, language=question.language, role=question.role, stage=question.topic
        )

    return search


def model_of(settings: Settings) -> ChatOpenAI:
    from bot.answering.model.mind import connect

    told, key = settings.config.model, settings.secrets.openai_api_key
    return connect(name=told.name, base_url=told.base_url, key=key, seconds=told.seconds)


def simulator(clock: Clock) -> Simulator:
    """Return a carrier in memory, on a number that exists only in fiction."""
    return Simulator(SIMULATED_SENDER, clock, lambda: uuid.uuid4().hex)


def twilio_settings(settings: Settings) -> TwilioSettings:
    return TwilioSettings(
        account_sid=settings.secrets.twilio_account_sid,
        auth_token=settings.secrets.twilio_auth_token,
        previous_auth_token=settings.secrets.twilio_previous_auth_token,
        sender=settings.config.twilio.sender,
        public_url=settings.config.web.public_url,
        contents=settings.config.twilio.contents,
        api_url=settings.secrets.twilio_api_url,
    )
