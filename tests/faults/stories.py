"""Short stories that a process may die in, each with the scene that it begins in.

What others do in a story they do again when they got no answer: a system posts the same event,
a carrier the same webhook, a person clicks once more. So every story can be told twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.channels.moods import Behaviour, Mood
from bot.domain.model import MessageId, State
from bot.domain.ports import Report
from tests.factories import DAY, HOUR, NOON, completed, decided, event, interview, released
from tests.world import World

MINUTE = timedelta(minutes=1)
NEXT_WEEK = NOON + 6 * DAY


@dataclass(frozen=True, kw_only=True)
class Story:
    before: Callable[[World], object]
    """What has happened when it begins."""
    happens: Callable[[World], object]
    """What others do, each of it safe to repeat."""
    takes: timedelta
    """How long it is watched."""
    says: str
    """The kind of the message that it is about; empty where nothing is to leave."""

    def play(self, world: World) -> None:
        self.happens(world)
        world.passes(self.takes)


def _nothing(world: World) -> None:
    """Time passes, and that is all."""


def _thanked(world: World) -> None:
    world.happens(completed())
    world.passes(HOUR)


def _released(outcome: str, **told: str) -> Callable[[World], None]:
    def before(world: World) -> None:
        _thanked(world)
        world.passes(20 * HOUR)
        world.happens(decided(world.clock.now(), outcome, **told), released(world.clock.now()))
        if outcome == "reject":
            world.approves("rejection")
        if outcome == "offer":
            at = world.clock.now()
            world.happens(event("offer.generated", at, offer={"how": "by e-mail"}))
        world.passes(20 * MINUTE)

    return before


def _told(*, link: str, then: timedelta) -> Callable[[World], None]:
    def before(world: World) -> None:
        _released("advance", link=link)(world)
        world.passes(then)
        assert world.kinds()[-1] == "next_step"

    return before


def _booked(world: World) -> None:
    booked = interview(NEXT_WEEK)
    world.happens(event("interview.scheduled", NOON, interview=booked))
    world.passes(NEXT_WEEK - HOUR - DAY - NOON - MINUTE)


def _held(world: World) -> None:
    _thanked(world)
    world.receives("Can I bring my parrot?", provider_id="SMparrot")
    world.passes(MINUTE)
    world.hearback.desk.take(world.conversation, world.recruiter)


def _replies(world: World) -> None:
    with world.store.read() as tx:
        seen = tx.history.last_inbound(world.conversation)
    desk, dana = world.hearback.desk, world.recruiter
    desk.reply(world.conversation, dana, "Yes, if it is quiet.", once="parrot", seen=seen)


def _on_its_way(world: World) -> None:
    world.carrier.next_moods(Mood(behaviour=Behaviour.LOSES))
    _thanked(world)


def _reported(world: World) -> None:
    took = world.carrier.log[0]
    for status in (State.SENT, State.DELIVERED, State.READ):
        world.hearback.settler.report(
            Report(
                provider_id=took.provider_id,
                reference=MessageId(took.reference),
                status=status,
                at=world.clock.now(),
            )
        )


def _lost(world: World) -> None:
    world.carrier.next_moods(Mood(behaviour=Behaviour.VANISHES))
    world.happens(completed())


def _writes(text: str) -> Callable[[World], None]:
    return lambda world: world.receives(text, provider_id="SMonce")


def _stage(kind: str, before: Callable[[World], object], takes: timedelta) -> Story:
    """A stage whose moment comes while nobody does anything."""
    return Story(before=before, happens=_nothing, takes=takes, says=kind)


STORIES = {
    "thank_you": Story(
        before=_nothing,
        happens=lambda world: world.happens(completed()),
        takes=2 * HOUR,
        says="thank_you",
    ),
    "status_update": _stage(
        "status_update", lambda world: (_thanked(world), world.passes(46 * HOUR)), 12 * HOUR
    ),
    "next_step": _stage("next_step", _released("advance"), HOUR),
    "rejection": _stage("rejection", _released("reject"), 30 * HOUR),
    "offer": _stage("offer", _released("offer"), HOUR),
    "link_reminder": _stage(
        "link_reminder", _told(link="https://slots.example/1", then=46 * HOUR), 30 * HOUR
    ),
    "appointment": _stage("appointment", _booked, 5 * HOUR),
    "survey": _stage("survey", _told(link="", then=7 * DAY - HOUR), DAY),
    "reply": Story(
        before=_thanked, happens=_writes("What happens next?"), takes=MINUTE, says="reply"
    ),
    "STOP": Story(
        before=lambda world: (_thanked(world), world.passes(47 * HOUR + 35 * MINUTE)),
        happens=_writes("STOP"),
        takes=2 * HOUR,
        says="opt_out_ack",
    ),
    "human": Story(before=_held, happens=_replies, takes=MINUTE, says="human"),
    "doubt": Story(before=_nothing, happens=_lost, takes=2 * HOUR, says="thank_you"),
    "status": Story(before=_on_its_way, happens=_reported, takes=MINUTE, says=""),
    "erase": Story(
        before=_thanked,
        happens=lambda world: world.happens(event("candidate.erased", NOON + 2 * HOUR, process="")),
        takes=MINUTE,
        says="",
    ),
}
