"""Everything that can happen to two candidates and a house that dies, in any order.

Hypothesis plays: systems report twice, late and out of order, candidates write, recruiters
take over, the carrier has moods, hours pass, and processes die at any named place. Whatever
it plays, the invariants hold; and once the faults stop, everything that is due comes to an end.
"""

from __future__ import annotations

import atexit
import itertools
import shutil
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from bot.channels.moods import Behaviour, Mood
from bot.domain import failpoints
from bot.domain.errors import HearbackError
from bot.domain.events import EventType
from bot.domain.model import ConversationId, MessageId, State
from bot.domain.ports import Report
from bot.store.schema import conversations, identities
from tests.factories import DAY, HOUR, candidate, consent, event
from tests.faults.dying import Bomb, insisted, watched
from tests.faults.scenes import empty_house

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
PHONES = {"1": "+447700900101", "2": "+34600000002"}
ZONES = {"1": "Europe/London", "2": ""}
BY_MAIL = {"2": {"email": "ines@example.org"}}
"""The second candidate can also be reached by e-mail."""
WORDS = (
    *("What happens next?", "Any news?", "Thanks!", "Can I bring my parrot?"),
    *("STOP", "START", "HUMAN", "EMAIL", "MY DATA", "CANCEL", "9", "It was fine, 7", ""),
)
MOODS = (
    *(Mood(behaviour=kind) for kind in (Behaviour.DROPS_ANSWER, Behaviour.VANISHES)),
    *(Mood(behaviour=Behaviour.REFUSES, code=code) for code in ("20429", "63024", "21610")),
    *(Mood(behaviour=Behaviour.FAILS, code=code) for code in ("63024", "63032")),
    Mood(behaviour=Behaviour.LOSES),
)
USUAL = (
    *(EventType.INTERVIEW_SCHEDULED, EventType.INTERVIEW_MOVED, EventType.INTERVIEW_COMPLETED),
    *(EventType.DECISION_MADE, EventType.DECISION_RELEASED, EventType.DECISION_RECALLED),
    *(EventType.OFFER_GENERATED, EventType.SCORECARD_SUBMITTED, EventType.INTERVIEW_COMPLETED),
)
ENDINGS = (EventType.CANDIDATE_ERASED, EventType.CANDIDATE_MERGED)
DEEDS = ("take", "reply", "release", "cancel", "approve", "approve", "pause", "resume")
AGO = (timedelta(), timedelta(), MINUTE, HOUR, DAY)
DURATIONS = (SECOND, 30 * SECOND, 10 * MINUTE, HOUR, 5 * HOUR, DAY, 3 * DAY, 8 * DAY)

who = st.sampled_from(sorted(PHONES))


@cache
def stage() -> Path:
    """The folder of the scene that every story begins with, and of the one that is played."""
    memory = Path("/dev/shm")
    folder = tempfile.mkdtemp(prefix="hearback-", dir=memory if memory.is_dir() else None)
    atexit.register(shutil.rmtree, folder)
    return Path(folder)


class Machine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.world = empty_house(stage())
        self.numbers = itertools.count(1)
        self.bomb = Bomb()
        self.told: list[dict[str, Any]] = []
        self.held_back: list[dict[str, Any]] = []
        self.hasty = False

    # --- what others do -------------------------------------------------------------------

    @rule(
        who=who,
        type=st.one_of(st.sampled_from(USUAL), st.sampled_from(EventType)),
        ago=st.sampled_from(AGO),
        held_back=st.booleans(),
        which=st.sampled_from(("int-1", "int-2")),
        outcome=st.sampled_from(("advance", "reject", "offer")),
    )
    def a_system_reports(
        self, who: str, type: EventType, ago: timedelta, held_back: bool, which: str, outcome: str
    ) -> None:
        raw = self._event(who, type, self.world.clock.now() - ago, which, outcome)
        if held_back:
            self.held_back.append(raw)
        else:
            self._post(raw)

    @precondition(lambda self: self.held_back)
    @rule(which=st.integers(0, 9))
    def what_was_held_back_comes(self, which: int) -> None:
        self._post(self.held_back.pop(which % len(self.held_back)))

    @precondition(lambda self: self.told)
    @rule(which=st.integers(0, 9))
    def a_report_comes_again(self, which: int) -> None:
        self._post(self.told[which % len(self.told)])

    @rule(
        who=who,
        words=st.sampled_from(WORDS),
        late=st.sampled_from((timedelta(), timedelta(), timedelta(), 2 * DAY)),
        twice=st.booleans(),
        waits=st.booleans(),
    )
    def a_candidate_writes(
        self, who: str, words: str, late: timedelta, twice: bool, waits: bool
    ) -> None:
        told = {
            "provider_id": f"SM{next(self.numbers)}",
            "at": self.world.clock.now() - late,
            "media": () if words else ("audio/ogg",),
        }
        for _ in range(1 + twice):
            self._does(lambda: self.world.receives(words, address=PHONES[who], **told))
        if waits:
            self._passes(7 * SECOND)

    @rule(who=who, deed=st.sampled_from(DEEDS))
    def a_recruiter_acts(self, who: str, deed: str) -> None:
        conversation = self._conversation(who)
        if conversation is not None:
            self._does(lambda: self._deed(deed, conversation))
            self._passes(SECOND)

    @rule(
        moods=st.lists(st.sampled_from(MOODS), min_size=1, max_size=3),
        hasty=st.booleans(),
        by_mail=st.booleans(),
    )
    def a_carrier_has_moods(self, moods: list[Mood], hasty: bool, by_mail: bool) -> None:
        carrier = self.world.mail if by_mail else self.world.carrier
        carrier.next_moods(*moods)  # type: ignore[union-attr]
        self.hasty = hasty

    @precondition(lambda self: self.world.carrier.log)
    @rule(
        which=st.integers(0, 20),
        status=st.sampled_from((State.SENT, State.DELIVERED, State.READ, State.FAILED)),
        named=st.booleans(),
    )
    def the_carrier_reports(self, which: int, status: State, named: bool) -> None:
        """Late, out of order, again: whatever it says about what it has taken."""
        took = self.world.carrier.log[which % len(self.world.carrier.log)]
        report = Report(
            provider_id=took.provider_id,
            reference=MessageId(took.reference) if named else None,
            status=status,
            at=self.world.clock.now(),
            code="63024" if status is State.FAILED else "",
        )
        self._does(lambda: self.world.hearback.settler.report(report))

    # --- time and death -------------------------------------------------------------------

    @rule(time=st.sampled_from(DURATIONS))
    def time_passes(self, time: timedelta) -> None:
        self._passes(time)

    @rule(place=st.sampled_from(failpoints.NAMES), nth=st.integers(1, 3))
    def death_waits(self, place: str, nth: int) -> None:
        self.bomb.arm(place, nth)

    @rule(time=st.sampled_from((MINUTE, HOUR, 8 * HOUR, 2 * DAY)))
    def the_house_is_down(self, time: timedelta) -> None:
        self.world.restarts(after=time)
        self._passes(SECOND)

    # --- the end ----------------------------------------------------------------------------

    def teardown(self) -> None:
        """The faults stop; what is due gets its time; nothing may be left over or broken."""
        try:
            self.bomb.disarm()
            self.world.carrier.calm()
            self.world.mail.calm()  # type: ignore[union-attr]
            self._does(lambda: self.world.hearback.desk.resume(self.world.recruiter))
            self._passes(HOUR)
            self._passes(DAY)
            self.world.must_hold(at_rest=True)
        finally:
            self.world.store.close()

    # --- how --------------------------------------------------------------------------------

    def _does(self, act: Callable[[], object]) -> None:
        """Somebody does something, two seconds after whatever was before; who gets no answer
        asks again, and who is told off does not."""
        self.world.clock.move_to(self.world.clock.now() + 2 * SECOND)
        with watched(self._reached):
            try:
                insisted(act, self.world.restarts)
            except HearbackError:
                return

    def _passes(self, time: timedelta) -> None:
        until = self.world.clock.now() + time
        self._does(lambda: self.world.stepper.run_until(until))

    def _reached(self, place: str) -> None:
        if self.hasty and place == "carrier.answered":
            self.world.carrier.settle()
        self.bomb(place)

    def _post(self, raw: dict[str, Any]) -> None:
        if raw["type"] in ENDINGS:
            self.world.must_hold()  # what was before is hard to tell afterwards
        self.told.append(raw)
        self._does(lambda: self.world.hearback.receive_event("test", raw))
        self._passes(SECOND)

    def _deed(self, deed: str, conversation: ConversationId) -> None:
        desk, dana = self.world.hearback.desk, self.world.recruiter
        with self.world.store.read() as tx:
            seen = tx.history.last_inbound(conversation)
            waiting = tx.messages.waiting_in(conversation)
        if deed == "take":
            desk.take(conversation, dana)
        elif deed == "reply":
            once = f"{conversation}:{len(self.world.carrier.log)}"
            desk.reply(conversation, dana, "Let me ask.", once=once, seen=seen)
        elif deed == "release":
            desk.release(conversation, dana, "done")
        elif deed == "pause":
            desk.pause(dana, "too much at once")
        elif deed == "resume":
            desk.resume(dana)
        for row in waiting[:1]:
            if deed == "cancel":
                desk.cancel(row.id, dana)
            elif deed == "approve" and row.body:
                desk.approve(row.id, dana, words_hash=row.words_hash)

    def _conversation(self, who: str) -> ConversationId | None:
        query = (
            sa.select(conversations.c.id)
            .join(identities, identities.c.person_id == conversations.c.person_id)
            .where(identities.c.value == PHONES[who])
        )
        with self.world.store.read() as tx:
            found = tx.connection.execute(query).scalars().first()
        return ConversationId(found) if found is not None else None

    def _event(
        self, who: str, type: EventType, at: datetime, which: str, outcome: str
    ) -> dict[str, Any]:
        number = next(self.numbers)
        dana = self.world.recruiter.email
        booked = type in (EventType.INTERVIEW_SCHEDULED, EventType.INTERVIEW_MOVED)
        starts = at + (1 + number % 5) * DAY if booked else at - HOUR
        told: dict[str, Any] = {
            "interview": {
                "ref": f"{which}-{who}",
                "starts_at": starts.isoformat(),
                "ends_at": (starts + HOUR).isoformat(),
                "interviewers": ["Ana Ruiz"],
                "topics": ["event-driven design"],
            },
            "decision": {"outcome": outcome, "released_by": dana, "recalled_by": dana},
            "offer": {"how": "by e-mail"},
        }
        if type is EventType.DECISION_EXPECTED:
            told["decision"] = {"expected_by": (at + 5 * DAY).isoformat(), "told_by": "Dana Weiss"}
        about = type.value.split(".")[0].replace("scorecard", "interview")
        parts = {about: told[about]} if about in told else {}
        if type is EventType.CANDIDATE_MERGED:
            parts = {"into": {"ref": f"cand-{3 - int(who)}"}}
        agreed = [consent(), {**consent(), "channel": "email"}][: 1 + (who in BY_MAIL)]
        person = candidate(
            f"cand-{who}",
            phone=PHONES[who],
            time_zone=ZONES[who],
            consents=agreed,
            **BY_MAIL.get(who, {}),
        )
        raw = event(type.value, at, candidate=person, process=f"app-{who}", **parts)
        return raw | {"id": f"event-{number}"}
