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

from bot.answering.availability import AvailabilityReader, load_availability
from bot.answering.knowledge import Knowledge, Passage, load_knowledge
from bot.answering.offline import OfflineAnswerer
from bot.answering.rasa_bridge import RasaFlows
from bot.answering.understanding import Understanding, load_understanding
from bot.channels.meta_settings import GRAPH, LANGUAGES, MetaSettings
from bot.channels.simulator import Simulator
from bot.channels.twilio_settings import TwilioSettings
from bot.dialogue.budget import Budget
from bot.dialogue.catch_up import CatchUp
from bot.dialogue.colleagues import Answering, ColleagueDesk
from bot.dialogue.identity import Identities
from bot.dialogue.moving import Moving
from bot.dialogue.receive import Receiver
from bot.dialogue.respond import Responder
from bot.dialogue.rights import RightsDesk
from bot.domain.addresses import Mailbox
from bot.domain.claims import Gate
from bot.domain.errors import BadConfig, Mistake
from bot.domain.links import Links
from bot.domain.manner import Culture
from bot.domain.model import Channel, Company, ConversationId, ProcessId
from bot.domain.pacing import EMAIL, WHATSAPP, Pace
from bot.domain.ports import Answerer, Clock, Flows, Hints, Question, Rewording
from bot.domain.ports import Channel as Carrier
from bot.domain.rights import RightsWords
from bot.domain.second_look import SecondLook
from bot.domain.silence import breaking_example
from bot.domain.stages import Stage
from bot.handoff.desk import Desk
from bot.handoff.echoes import Echoes
from bot.handoff.mending import Mending
from bot.handoff.notices import Notices
from bot.handoff.noting import Noting
from bot.handoff.snoozing import Snoozing
from bot.importing import Importing
from bot.lexicon import load_lexicon
from bot.listening import Listening, listening_to
from bot.outreach.answers import Answers
from bot.outreach.appointments import Appointments
from bot.outreach.asker import Asker
from bot.outreach.batches import Batches
from bot.outreach.bookings import Bookings
from bot.outreach.candidacies import Candidacies
from bot.outreach.choices import Choices
from bot.outreach.clearance import Clearance
from bot.outreach.compose import Composer
from bot.outreach.deliver import Delivery
from bot.outreach.habits import Habits
from bot.outreach.intake import Intake
from bot.outreach.ledger import Ledger
from bot.outreach.lookup import Lookup
from bot.outreach.orphans import Orphans
from bot.outreach.pacing import Pacer
from bot.outreach.phrasing import Phrasing
from bot.outreach.planning import Planner
from bot.outreach.preview import Previews
from bot.outreach.settle import Settler
from bot.outreach.sheets import Sheets
from bot.outreach.tombstones import Tombstones
from bot.outreach.watch import Watch
from bot.prompts import PromptBook, load_instructions, load_prompts, load_rights, say
from bot.questions import QuestionBook, load_questions
from bot.ready import ReadyWords, load_ready
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

    from bot.answering.model import Means
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
    appointments: Appointments
    choices: Choices
    mending: Mending
    snoozing: Snoozing
    notices: Notices
    echoes: Echoes
    receiver: Receiver
    desk: Desk
    noting: Noting
    ready: ReadyWords
    identities: Identities
    composer: Composer
    previews: Previews
    flows: RasaFlows
    ledger: Ledger
    turn: Turn
    catching_up: tuple[Round, ...]
    """The rounds that fetch what candidates wrote."""
    rounds: tuple[Round, ...]
    importing: Importing
    listening: Listening
    """To applicant tracking systems and calendars."""

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
        culture=Culture(
            tone=told.wording.tone,
            levels={level.casefold(): tone for level, tone in told.wording.levels.items()},
        ),
    )


def calendars_of(settings: Settings) -> Calendars:
    return Calendars(settings.office, settings.config.candidates.holidays)


@dataclass(frozen=True, kw_only=True)
class Script:
    """What the team wrote in `flows/` and `prompts/`, read and checked."""

    stages: tuple[Stage, ...]
    words: PromptBook
    questions: QuestionBook
    ready: ReadyWords
    rights: RightsWords
    understanding: Understanding
    availability: AvailabilityReader
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
        ready=load_ready(prompts),
        rights=load_rights(prompts),
        gate=Gate(load_lexicon(prompts / "claims.yaml")),
        understanding=understanding,
        availability=load_availability(prompts),
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
    links = links_of(settings, secret or cache(lambda: secrets.token_hex(32)))
    candidacies = Candidacies(
        company,
        read_event,
        zone_of,
        calendars_of(settings).where,
        Habits(zone_of, company.office),
        links.booking,
    )
    senders = {channel: one.sender for channel, one in carriers.items()}
    batches = Batches(
        phrasing=Phrasing(candidacies, script.questions, links),
        sender=carrier.sender,
        email_sender=senders.get(Channel.EMAIL, ""),
        new_id=lambda: uuid.uuid4().hex,
    )
    asker = Asker(batches)
    planner = Planner(
        candidacies,
        script.stages,
        Watch(script.stages, asker),
        frozenset(carriers),
        settings.config.decisions.undo,
    )
    appointments = Appointments(store, words, batches, links)
    moving = settings.config.moving
    bookings = Bookings(planner, appointments, moving.notice, moving.confirm_within)
    answers = Answers(asker, bookings)
    paces = paces_of(settings)
    pacer = Pacer(store, clock, paces)
    settler = Settler(store, clock, planner, batches, pacer)
    lookup = Lookup(store, clock, carriers, settler, links)
    means = means_of(settings, store, clock)
    composer = Composer(
        store,
        clock,
        words,
        candidacies,
        planner,
        batches,
        links,
        approved=carrier.has_template,
        rewording=rewording_of(settings, script, means),
    )
    clearance = Clearance(store, clock, carriers, composer, settler, paces)
    delivery = Delivery(
        store, clock, carriers, composer, clearance, pacer, settler, lookup, links, appointments
    )
    desk = Desk(store, clock, hints, candidacies, planner, SecondLook(script.gate))
    flows = RasaFlows(actions, understanding, script.availability)
    identities = Identities(store, clock, words, candidacies, planner)
    responder = Responder(
        store,
        clock,
        words,
        script.rights,
        flows,
        answerer_of(settings, script, store, clock, flows, search, means),
        desk,
        RightsDesk(store, clock, words, desk),
        Moving(bookings),
        identities,
    )
    colleagues = ColleagueDesk(store, clock, script.rights, answers)
    answering = Answering(store, responder, colleagues)
    receiver = Receiver(store, clock, hints, script.rights)
    catching_up = tuple(CatchUp(store, one, receiver.receive) for one in carriers.values())
    buried = (Tombstones(store, tombstones, links.seal),) if tombstones else ()
    intake = Intake(store, clock, hints, candidacies, planner, asker, bookings, senders, links.seal)
    listening = listening_to(settings, store, clock, links, intake.receive)
    return Hearback(
        settings=settings,
        store=store,
        clock=clock,
        carrier=carrier,
        words=words,
        company=company,
        stages=script.stages,
        intake=intake,
        planner=planner,
        settler=settler,
        asker=asker,
        sheets=Sheets(store, clock, answers),
        appointments=appointments,
        choices=Choices(store, clock, words, candidacies, planner, links),
        mending=Mending(store, clock, hints, settler),
        snoozing=Snoozing(store, clock, company),
        notices=Notices(store, clock),
        echoes=Echoes(store, desk, settler),
        receiver=receiver,
        desk=desk,
        noting=Noting(store, clock),
        ready=script.ready,
        identities=identities,
        composer=composer,
        previews=Previews(composer, say),
        flows=flows,
        ledger=Ledger(store, clock, candidacies, script.stages),
        turn=Turn(store, clock, (answering.respond, delivery.deliver)),
        importing=Importing(store, clock, company, intake.receive),
        catching_up=catching_up,
        rounds=(*catching_up, Orphans(store), *buried, *listening.rounds),
        listening=listening,
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
    match settings.config.whatsapp.carrier:
        case "simulator":
            return simulator(clock)
        case "twilio":
            from bot.channels.twilio import Twilio

            return Twilio(twilio_settings(settings))
        case "meta":
            from bot.channels.meta import Meta

            return Meta(meta_settings(settings))


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
    means: Means | None = None,
) -> Answerer:
    """Return who answers candidates: the facts alone, or behind them the model of the settings.
    What a model needs takes a second and 75 MB, and is loaded only where there is one."""
    offline = OfflineAnswerer(script.understanding, script.knowledge)
    means = means or means_of(settings, store, clock)
    if means is None:
        return offline
    from bot.answering.model import Door, ModelAnswerer
    from bot.answering.model.mind import LangchainMind

    return ModelAnswerer(
        offline=offline,
        mind=LangchainMind(
            model=model_of(settings),
            prompt=load_instructions(PROMPTS, "agent"),
            company=settings.config.company.name,
            flows=flows,
            search=search or _search_in(script.knowledge),
        ),
        door=Door(script.gate, script.understanding),
        means=means,
    )


def rewording_of(settings: Settings, script: Script, means: Means | None) -> Rewording | None:
    """Return who says stages in words for one candidate; nobody does without a model."""
    if means is None:
        return None
    from bot.answering.model import Door, ModelRewording
    from bot.answering.model.pen import LangchainPen

    return ModelRewording(
        pen=LangchainPen(
            model=model_of(settings),
            prompt=load_instructions(PROMPTS, "personal"),
            company=settings.config.company.name,
        ),
        door=Door(script.gate, script.understanding),
        means=means,
    )


def means_of(settings: Settings, store: Store, clock: Clock) -> Means | None:
    """Return what asking the model takes, the same for whoever asks; None without a model."""
    told = settings.config.model
    if not told.name:
        return None
    from bot.answering.model import Breaker, Means

    return Means(
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


def meta_settings(settings: Settings) -> MetaSettings:
    told, secrets = settings.config.meta, settings.secrets
    return MetaSettings(
        sender=told.sender,
        phone_number_id=told.phone_number_id,
        account_id=told.account_id,
        access_token=secrets.meta_access_token,
        app_secret=secrets.meta_app_secret,
        previous_app_secret=secrets.meta_previous_app_secret,
        verify_token=secrets.meta_verify_token,
        public_url=settings.config.web.public_url,
        templates=tuple(told.templates),
        languages={**LANGUAGES, **dict[str, str](told.languages.items())},
        version=told.version,
        api_url=secrets.meta_api_url or GRAPH,
    )
