"""What every channel must do, whoever carries the message."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Protocol

import pytest

from bot.channels.meta import Meta
from bot.channels.moods import Behaviour, Mood
from bot.channels.simulator import Simulator
from bot.channels.twilio import Twilio, TwilioSettings
from bot.clock import VirtualClock
from bot.domain.errors import StoreDown
from bot.domain.model import MessageId, State, Template
from bot.domain.ports import (
    Accepted,
    CannotTell,
    Channel,
    Inbound,
    Outgoing,
    Refused,
    Report,
    Unclear,
)
from bot.domain.retrying import Reaction
from tests.fakes.answers import Answer, Kind, refuse
from tests.fakes.carrier import Carrier
from tests.fakes.listener import Listener
from tests.fakes.meta import FakeMeta
from tests.fakes.meta_batches import SETTINGS
from tests.fakes.twilio_forms import ACCOUNT, SENDER, TOKEN

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
ANA = "+34600111222"
THANKS = Template(name="thank_you.1.en", language="en", variables={"1": "Ana", "2": "Baker"})
TEXT = Outgoing(reference=MessageId(17), sender=SENDER, to=ANA, text="See you on Friday?")


@dataclass(frozen=True)
class Rules:
    """What a carrier calls the same things."""

    nobody: str
    """There is nobody at this address."""
    later: str
    too_long: str
    longest: int


TWILIO = Rules("63003", "63018", "21617", 1600)
META = Rules("131026", "130429", "131009", 4096)


class Rig(Protocol):
    """A channel, and the carrier behind it."""

    channel: Channel

    @property
    def rules(self) -> Rules: ...

    def carrier_will(self, behaviour: Behaviour, code: str = "") -> None: ...

    def carrier_reports(self) -> Sequence[Report]:
        """Let the carrier report on what it took, and return all reports so far."""

    def carrier_took(self) -> Sequence[int]:
        """The references of what it really took."""

    def candidate_writes(self, text: str, at: datetime) -> None:
        """Ana writes to us, and no webhook tells."""


class SimulatedRig:
    rules = TWILIO

    def __init__(self) -> None:
        ids = (f"{number:032x}" for number in count())
        self.channel = Simulator(SENDER, VirtualClock(NOW), lambda: next(ids))
        self._reports: list[Report] = []
        self.channel.connect(self._reports.append)

    def carrier_will(self, behaviour: Behaviour, code: str = "") -> None:
        self.channel.next_moods(Mood(behaviour=behaviour, code=code))

    def carrier_reports(self) -> Sequence[Report]:
        self.channel.settle()
        return self._reports

    def carrier_took(self) -> Sequence[int]:
        return [message.reference for message in self.channel.taken]

    def candidate_writes(self, text: str, at: datetime) -> None:
        self.channel.kept_back.append(
            Inbound(provider_id=f"SIMIN{text}", address=ANA, sender=SENDER, text=text, at=at)
        )


@dataclass(frozen=True)
class TwilioRig:
    channel: Channel
    carrier: Carrier
    listener: Listener
    rules: Rules = TWILIO

    def carrier_will(self, behaviour: Behaviour, code: str = "") -> None:
        self.carrier.will(over_http(behaviour, code))

    def carrier_reports(self) -> Sequence[Report]:
        for taken in self.carrier.taken:
            assert self.carrier.report(taken, "sent", "delivered") == [200, 200]
        return self.listener.reports

    def carrier_took(self) -> Sequence[int]:
        return [int(taken.reference) for taken in self.carrier.taken]

    def candidate_writes(self, text: str, at: datetime) -> None:
        self.carrier.writes(ANA, text, at=at)


@dataclass(frozen=True)
class MetaRig:
    channel: Channel
    carrier: FakeMeta
    listener: Listener
    rules: Rules = META

    def carrier_will(self, behaviour: Behaviour, code: str = "") -> None:
        self.carrier.will(over_http(behaviour, code))

    def carrier_reports(self) -> Sequence[Report]:
        for taken in self.carrier.taken:
            assert self.carrier.report(taken, "sent", "delivered") == 200
        return self.listener.reports

    def carrier_took(self) -> Sequence[int]:
        return [taken.reference for taken in self.carrier.taken]

    def candidate_writes(self, text: str, at: datetime) -> None:
        """Meta keeps nothing that could be fetched."""


def over_http(behaviour: Behaviour, code: str) -> Answer:
    kinds = {Behaviour.DROPS_ANSWER: Kind.DROP, Behaviour.VANISHES: Kind.VANISH}
    refused = behaviour is Behaviour.REFUSES
    return refuse(int(code)) if refused else Answer(kind=kinds[behaviour])


@pytest.fixture
def simulated() -> SimulatedRig:
    return SimulatedRig()


@pytest.fixture
def twilio() -> Iterator[TwilioRig]:
    with Carrier(now=lambda: NOW) as carrier, Listener(VirtualClock(NOW)) as listener:
        settings = TwilioSettings(
            account_sid=ACCOUNT,
            auth_token=TOKEN,
            sender=SENDER,
            public_url=listener.url,
            contents={THANKS.name: "HX" + "a" * 32},
            api_url=carrier.url,
        )
        listener.believe(settings)
        yield TwilioRig(Twilio(settings), carrier, listener)


@pytest.fixture
def meta() -> Iterator[MetaRig]:
    with FakeMeta() as carrier, Listener(VirtualClock(NOW)) as listener:
        settings = replace(SETTINGS, api_url=carrier.url, public_url=listener.url)
        carrier.webhook = settings.webhook_url
        listener.believe_meta(settings)
        yield MetaRig(Meta(settings), carrier, listener)


@pytest.fixture(params=["simulated", "twilio", "meta"])
def rig(request: pytest.FixtureRequest) -> Rig:
    chosen: Rig = request.getfixturevalue(request.param)
    return chosen


@pytest.fixture(params=["simulated", "twilio"])
def remembering(request: pytest.FixtureRequest) -> Rig:
    """A carrier that can be asked what it took and what it was told."""
    chosen: Rig = request.getfixturevalue(request.param)
    return chosen


def test_it_sends_from_its_own_number(rig: Rig) -> None:
    assert rig.channel.sender == SENDER


def test_an_accepted_text_has_the_carriers_id(rig: Rig) -> None:
    outcome = rig.channel.send(TEXT)

    assert isinstance(outcome, Accepted)
    assert len(outcome.provider_id) >= 34
    assert rig.carrier_took() == [17]


def test_an_approved_template_is_accepted(rig: Rig) -> None:
    assert rig.channel.has_template(THANKS.name)

    outcome = rig.channel.send(replace(TEXT, template=THANKS))

    assert isinstance(outcome, Accepted)
    assert rig.carrier_took() == [17]


def test_a_permanent_refusal_says_why_and_is_not_tried_again(rig: Rig) -> None:
    rig.carrier_will(Behaviour.REFUSES, code=rig.rules.nobody)

    outcome = rig.channel.send(TEXT)

    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.reaction) == (rig.rules.nobody, Reaction.PERMANENT)
    assert outcome.reason.startswith("WhatsApp did not take it: this number ")
    assert rig.carrier_took() == []


def test_a_refusal_for_now_may_be_tried_again(rig: Rig) -> None:
    rig.carrier_will(Behaviour.REFUSES, code=rig.rules.later)

    first, second = rig.channel.send(TEXT), rig.channel.send(TEXT)

    assert isinstance(first, Refused)
    assert first.reaction is Reaction.RETRY
    assert isinstance(second, Accepted)


def test_a_dropped_answer_is_unclear_although_it_was_taken(rig: Rig) -> None:
    rig.carrier_will(Behaviour.DROPS_ANSWER)

    outcome = rig.channel.send(TEXT)

    assert isinstance(outcome, Unclear)
    assert rig.carrier_took() == [17]


def test_a_request_that_vanished_is_unclear_too(rig: Rig) -> None:
    rig.carrier_will(Behaviour.VANISHES)

    outcome = rig.channel.send(TEXT)

    assert isinstance(outcome, Unclear)
    assert rig.carrier_took() == []


def test_reports_carry_our_reference_and_the_carriers_id(rig: Rig) -> None:
    outcome = rig.channel.send(TEXT)

    reports = rig.carrier_reports()

    assert isinstance(outcome, Accepted)
    assert [report.status for report in reports] == [State.SENT, State.DELIVERED]
    assert {report.reference for report in reports} == {MessageId(17)}
    assert {report.provider_id for report in reports} == {outcome.provider_id}
    assert {report.at for report in reports} == {NOW}


def test_reports_settle_a_send_whose_answer_was_dropped(rig: Rig) -> None:
    rig.carrier_will(Behaviour.DROPS_ANSWER)
    rig.channel.send(TEXT)

    reports = rig.carrier_reports()

    assert [(report.reference, report.status) for report in reports] == [
        (17, State.SENT),
        (17, State.DELIVERED),
    ]


def test_text_over_the_limit_is_refused_before_it_is_taken(rig: Rig) -> None:
    longest = "é" * rig.rules.longest

    refused = rig.channel.send(replace(TEXT, text=longest + "é"))
    accepted = rig.channel.send(replace(TEXT, text=longest))

    assert isinstance(refused, Refused)
    assert refused.code == rig.rules.too_long
    assert isinstance(accepted, Accepted)


def test_the_same_message_sent_twice_is_taken_twice(rig: Rig) -> None:
    """No carrier has idempotency keys: whoever sends again, sends again."""
    rig.channel.send(TEXT)
    rig.channel.send(TEXT)

    assert rig.carrier_took() == [17, 17]


def test_a_candidate_who_blocked_us_is_told_apart(remembering: Rig) -> None:
    remembering.carrier_will(Behaviour.REFUSES, code="63014")

    outcome = remembering.channel.send(TEXT)

    assert isinstance(outcome, Refused)
    assert outcome.reaction is Reaction.OPT_OUT


# --- what it remembers --------------------------------------------------------------------


def test_a_message_whose_answer_was_dropped_is_found_by_its_words(remembering: Rig) -> None:
    remembering.carrier_will(Behaviour.DROPS_ANSWER)
    remembering.channel.send(TEXT)
    remembering.channel.send(replace(TEXT, text="Something else", reference=MessageId(18)))

    found = remembering.channel.find(TEXT, NOW)

    assert not isinstance(found, CannotTell)
    assert [one.same_words for one in found] == [True]
    assert len(found[0].provider_id) >= 34


def test_a_message_that_vanished_is_not_found(remembering: Rig) -> None:
    remembering.carrier_will(Behaviour.VANISHES)
    remembering.channel.send(TEXT)

    assert remembering.channel.find(TEXT, NOW) == []


def test_a_message_to_somebody_else_or_of_long_ago_is_not_it(remembering: Rig) -> None:
    remembering.channel.send(replace(TEXT, to="+34600999888"))
    remembering.channel.send(TEXT)

    assert remembering.channel.find(TEXT, NOW + timedelta(hours=1)) == []
    found = remembering.channel.find(TEXT, NOW)
    assert not isinstance(found, CannotTell) and len(found) == 1


def test_what_was_written_to_us_can_be_fetched_the_newest_first(remembering: Rig) -> None:
    for number in range(3):
        remembering.candidate_writes(f"Hello {number}", NOW + timedelta(minutes=number))

    told = list(remembering.channel.received(NOW + timedelta(minutes=1)))

    assert [(one.text, one.address) for one in told] == [("Hello 2", ANA), ("Hello 1", ANA)]
    assert told[0].at == NOW + timedelta(minutes=2)
    assert told[0].sender == SENDER


def test_a_carrier_that_keeps_no_list_says_so(meta: MetaRig) -> None:
    meta.channel.send(TEXT)

    assert isinstance(meta.channel.find(TEXT, NOW), CannotTell)
    assert list(meta.channel.received(NOW)) == []


# --- what only the simulated carrier does -------------------------------------------------


def statuses(rig: SimulatedRig) -> list[str]:
    return [report.status.value for report in rig.carrier_reports()]


def test_a_mood_holds_until_it_is_changed_and_the_next_one_goes_first(
    simulated: SimulatedRig,
) -> None:
    simulated.channel.mood = Mood(behaviour=Behaviour.REFUSES, code="63003")
    simulated.channel.next_moods(Mood())

    outcomes = [type(simulated.channel.send(TEXT)) for _ in range(3)]

    assert outcomes == [Accepted, Refused, Refused]


def test_a_lost_message_never_arrives(simulated: SimulatedRig) -> None:
    simulated.carrier_will(Behaviour.LOSES)
    simulated.channel.send(TEXT)

    assert statuses(simulated) == ["sent"]
    simulated.channel.read(ANA)
    assert statuses(simulated) == ["sent"]


def test_a_message_may_fail_after_it_was_taken(simulated: SimulatedRig) -> None:
    simulated.carrier_will(Behaviour.FAILS, code="63024")

    outcome = simulated.channel.send(TEXT)
    [report] = simulated.carrier_reports()

    assert isinstance(outcome, Accepted)
    assert (report.status, report.code) == (State.FAILED, "63024")
    assert report.detail == "this number cannot receive WhatsApp messages"


def test_opening_the_phone_reads_what_was_delivered_to_it_once(simulated: SimulatedRig) -> None:
    simulated.channel.send(TEXT)
    simulated.channel.send(replace(TEXT, to="+34600999888", reference=MessageId(18)))
    simulated.channel.read(ANA)
    assert statuses(simulated) == ["sent", "delivered", "sent", "delivered"]

    simulated.channel.read(ANA)
    simulated.channel.read(ANA)

    assert [(r.reference, r.status) for r in simulated.carrier_reports()[4:]] == [(17, State.READ)]


def test_without_read_receipts_nobody_learns_of_it(simulated: SimulatedRig) -> None:
    simulated.channel.read_receipts = False
    simulated.channel.send(TEXT)
    simulated.channel.settle()

    simulated.channel.read(ANA)
    simulated.channel.read_receipts = True
    simulated.channel.read(ANA)

    assert statuses(simulated) == ["sent", "delivered"]


def test_a_slow_carrier_waits_before_it_answers() -> None:
    waited: list[float] = []
    slow = Simulator(SENDER, VirtualClock(NOW), lambda: "0" * 32, sleep=waited.append)
    slow.mood = Mood(answers_after=3.5)

    slow.send(TEXT)

    assert waited == [3.5]


def test_what_could_not_be_reported_is_reported_next_time(simulated: SimulatedRig) -> None:
    def down(report: Report) -> None:
        raise StoreDown

    heard: list[Report] = []
    simulated.channel.send(TEXT)
    simulated.channel.connect(down)
    with pytest.raises(StoreDown):
        simulated.channel.settle()
    simulated.channel.connect(heard.append)
    simulated.channel.settle()

    assert [report.status for report in heard] == [State.SENT, State.DELIVERED]


def test_reports_wait_until_somebody_is_connected() -> None:
    channel = Simulator(SENDER, VirtualClock(NOW), lambda: "0" * 32)
    heard: list[Report] = []
    channel.send(TEXT)
    channel.settle()

    channel.connect(heard.append)
    channel.settle()

    assert [report.status for report in heard] == [State.SENT, State.DELIVERED]


def test_its_thread_reports_in_order_slowly_and_through_an_outage() -> None:
    heard: list[Report] = []
    done = threading.Event()
    outages = [StoreDown(), StoreDown()]

    def listen(report: Report) -> None:
        if outages:
            raise outages.pop()
        heard.append(report)
        if len(heard) == 2:
            done.set()

    channel = Simulator(SENDER, VirtualClock(NOW), lambda: "0" * 32, pace=0.01)
    channel.mood = Mood(reports_after=0.05)
    channel.connect(listen)
    channel.send(TEXT)
    channel.start()
    channel.start()

    assert done.wait(timeout=10)
    channel.stop()
    channel.stop()
    assert [report.status for report in heard] == [State.SENT, State.DELIVERED]


def test_threads_may_send_and_settle_at_the_same_time(simulated: SimulatedRig) -> None:
    def send(number: int) -> None:
        simulated.channel.send(replace(TEXT, reference=MessageId(number)))
        simulated.channel.settle()

    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(send, range(200)))

    reports = simulated.carrier_reports()
    assert sorted(simulated.carrier_took()) == list(range(200))
    for number in range(200):
        of_one = [report.status for report in reports if report.reference == number]
        assert of_one == [State.SENT, State.DELIVERED]
