"""Moving an interview: which times are offered, which one is meant, and what became of a wish.

A booking is `requested` until the calendar or an interviewer confirms it; until then the old
appointment stands, and nobody is told anything else.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType
from zoneinfo import ZoneInfo

from bot.domain.availability.intervals import Interval
from bot.domain.facts import Day, DayHour, Fact, Facts, Hour
from bot.domain.model import (
    ConversationId,
    Host,
    InterviewStatus,
    ProcessId,
    ProcessStatus,
)
from bot.domain.story import Interview, Story

SlotId = NewType("SlotId", int)
BookingId = NewType("BookingId", int)

MOST_OFFERED = 3
"""At a time; more would be a list to work through."""
SHORT_NOTICE = timedelta(hours=3)
"""An interview that begins sooner is moved by a person: nobody could confirm another time."""
BEFORE_IT_BEGINS = timedelta(hours=1)
"""Until then at the latest a candidate knows which appointment stands."""
TO_ANSWER = timedelta(hours=1)
"""So long an interviewer is given at least."""
OFFERED = "slots_offered"
"""Where a conversation keeps the ids of the slots that were shown last, in their order."""
NOTICE = "booking"
"""The message kind that tells a candidate what became of a wish."""
INVITATION = "invitation"
"""The message kind that brings an interviewer what goes into their calendar."""


class BookingState(StrEnum):
    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    """The interviewer cannot, nobody said so in time, or the slot was taken out."""
    RELEASED = "released"
    """It was confirmed, and then moved again or cancelled."""
    DROPPED = "dropped"
    """Overtaken before anybody had confirmed it."""


STANDING = frozenset({BookingState.REQUESTED, BookingState.CONFIRMED})
"""They hold their slot."""


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A time that the team offers for an interview."""

    id: SlotId
    starts_at: datetime
    ends_at: datetime
    hosts: tuple[Host, ...] = ()
    place: str = ""
    meeting_link: str = ""
    withdrawn: bool = False

    @property
    def emails(self) -> list[str]:
        return [host.email for host in self.hosts if host.email]


@dataclass(frozen=True, kw_only=True)
class Booking:
    """A slot that somebody asked for, and what it is to take the place of."""

    id: BookingId
    slot: Slot
    process_id: ProcessId
    conversation_id: ConversationId
    """Where it was asked for."""
    interview: str
    """The ref of the interview that is to be moved."""
    starts_at: datetime
    ends_at: datetime
    """The slot's when it was asked for."""
    stands_at: datetime
    """When that interview was to begin."""
    requested_at: datetime
    confirm_by: datetime
    """By when the candidate was promised to hear."""
    state: BookingState = BookingState.REQUESTED
    settled_at: datetime | None = None
    """When it came to stand as it does, where that is no longer as it was asked for."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """The slot that a candidate chose; nothing is asked for yet."""

    slot: SlotId
    interview: str


@dataclass(frozen=True, kw_only=True)
class Diary:
    """What somebody with an appointment ahead can choose from."""

    now: datetime
    zone: ZoneInfo
    interview: str
    stands_at: datetime
    free: tuple[Slot, ...] = ()
    shown: tuple[Slot, ...] = ()
    """Those that they were shown last, in that order, free or not: "the second one" stays the
    second when the first one is gone."""
    requested: Booking | None = None

    def grants(self, wish: "Wish") -> bool:
        """Whether what was chosen a while ago can still be asked for."""
        return wish.interview == self.interview and bool(self.found([wish.slot]))

    def found(self, ids: Iterable[int]) -> list[Slot]:
        """Return those of these slots that are free."""
        free = {slot.id: slot for slot in self.free}
        return [free[SlotId(one)] for one in ids if SlotId(one) in free]


@dataclass(frozen=True)
class Opening:
    """A free slot on the candidate's wall."""

    id: int
    on_wall: Interval


def listed(slots: Iterable[Slot]) -> str:
    """Return slots as a conversation keeps them."""
    return ",".join(str(slot.id) for slot in slots)


def shown(kept: Mapping[str, str]) -> list[int]:
    """Return the ids of the slots that a conversation was shown last."""
    return [int(one) for one in kept.get(OFFERED, "").split(",") if one.isdigit()]


def openings(slots: Iterable[Slot], zone: ZoneInfo) -> list[Opening]:
    return [Opening(slot.id, on_wall(slot, zone)) for slot in slots]


def on_wall(slot: Slot, zone: ZoneInfo) -> Interval:
    start, end = (at.astimezone(zone).replace(tzinfo=None) for at in (slot.starts_at, slot.ends_at))
    return Interval(start, max(start, end))


# --- what is offered, and what is meant ---------------------------------------------------


def movable(story: Story, now: datetime) -> Interview | None:
    """Return the interview that can be moved: one that stands alone and lies far enough ahead.

    A day with several interviews, and what is about to begin, is a person's business.
    """
    visit = story.booked(now)
    if visit is None or story.status is not ProcessStatus.OPEN:
        return None
    live = [i for i in visit.interviews if i.status in _LIVE]
    one = live[0] if len(live) == 1 else None
    if one is None or one.status is not InterviewStatus.SCHEDULED or one.starts_at is None:
        return None
    return one if one.starts_at - now >= SHORT_NOTICE else None


_LIVE = (InterviewStatus.SCHEDULED, InterviewStatus.COMPLETED)


def offers(
    openings: Sequence[Opening],
    free: Sequence[Interval] = (),
    closed: Sequence[Interval] = (),
    but: Collection[int] = (),
) -> list[Opening]:
    """Return up to three openings that fit what somebody said, in order of time.

    Those they asked for first come first, and one of each day before a second one. Without
    anything `free`, every opening fits that is not `closed`.
    """
    left = [
        one
        for one in openings
        if one.id not in but and not any(one.on_wall.meets(shut) for shut in closed)
    ]
    fitting = list(dict.fromkeys(_within(free, left))) if free else left
    chosen = [*_first_of_each_day(fitting), *fitting]
    return sorted(list(dict.fromkeys(chosen))[:MOST_OFFERED], key=lambda one: one.on_wall)


def _within(free: Sequence[Interval], openings: Sequence[Opening]) -> Iterator[Opening]:
    for stretch in free:
        for one in openings:
            if stretch.start <= one.on_wall.start < stretch.end:
                yield one


def _first_of_each_day(openings: Sequence[Opening]) -> list[Opening]:
    first: dict[object, Opening] = {}
    for one in openings:
        first.setdefault(one.on_wall.start.date(), one)
    return list(first.values())


def picked(choice: Sequence[Opening], free: Sequence[Interval]) -> list[Opening]:
    """Return which of the openings that were shown are meant; none where a text speaks of
    other times."""
    meant = [one for stretch in free for one in choice if one.on_wall == stretch]
    return meant if len(meant) == len(free) else []


def named(slots: Sequence[Slot], zone: ZoneInfo) -> dict[str, Fact]:
    """Return the facts that an offer is made of."""
    return {
        f"slot_{number}": DayHour(slot.starts_at.astimezone(zone))
        for number, slot in enumerate(slots[:MOST_OFFERED], 1)
    }


def asked_for(booking: Booking, zone: ZoneInfo) -> dict[str, Fact]:
    """Return the facts of a wish: its time, and the one that stands until it is confirmed."""
    local, stands = booking.starts_at.astimezone(zone), booking.stands_at.astimezone(zone)
    return {
        "slot_day": Day(local.date()),
        "slot_time": Hour(local),
        "confirm_by": DayHour(booking.confirm_by.astimezone(zone)),
        "interview_day": Day(stands.date()),
        "interview_time": Hour(stands),
    }


def wanted(booking: Booking, zone: ZoneInfo) -> dict[str, Fact]:
    """Return the facts of the question to those who interview: the time, and the one it is to
    take the place of."""
    stands = booking.stands_at.astimezone(zone)
    return {
        "slot": DayHour(booking.starts_at.astimezone(zone)),
        "interview_day": Day(stands.date()),
        "interview_time": Hour(stands),
    }


def on_offer(diary: Diary) -> Facts:
    """Return what an answer may say of times that are offered or asked for. `slot_state` says
    beside them that none of them stands."""
    facts = named(diary.found(slot.id for slot in diary.shown), diary.zone)
    if diary.requested is not None:
        asked = asked_for(diary.requested, diary.zone)
        facts |= {name: asked[name] for name in ("slot_day", "slot_time", "confirm_by")}
    state = "requested" if diary.requested else "proposed"
    return {**facts, "slot_state": state} if facts else facts


# --- what becomes of it --------------------------------------------------------------------


def promised_by(office_says: datetime, stands_at: datetime) -> datetime:
    """Return by when the candidate hears: by office hours, and before the old time comes."""
    return min(office_says, stands_at - BEFORE_IT_BEGINS)


def time_to_ask(opens_at: datetime, by: datetime) -> bool:
    """Whether those who are asked once the office `opens` can answer until then."""
    return by - opens_at >= TO_ANSWER


def verdict(booking: Booking, story: Story, now: datetime) -> BookingState:
    """Return how a booking that holds its slot is to stand from now on."""
    told = [one for visit in story.visits for one in visit.interviews]
    if any(one.starts_at == booking.starts_at and one.status in _LIVE for one in told):
        return BookingState.CONFIRMED
    if booking.state is BookingState.CONFIRMED:
        return BookingState.RELEASED
    old = next((one for one in told if one.ref == booking.interview), None)
    if story.status is not ProcessStatus.OPEN or old is None or not _may_be_moved(booking, old):
        return BookingState.DROPPED
    if now < booking.confirm_by and not _is_gone(booking):
        return booking.state
    stands = old.status is InterviewStatus.SCHEDULED
    return BookingState.DECLINED if stands else BookingState.DROPPED


def _may_be_moved(booking: Booking, old: Interview) -> bool:
    """Whether it is where it was. Some calendars cancel it before they make it anew."""
    return old.starts_at == booking.stands_at and old.status in _NOT_HELD


def _is_gone(booking: Booking) -> bool:
    return booking.slot.withdrawn or booking.slot.starts_at != booking.starts_at


_NOT_HELD = (InterviewStatus.SCHEDULED, InterviewStatus.CANCELLED)


# --- the keys of rows that are about a booking ---------------------------------------------


def key_of(booking: BookingId, *what: object) -> str:
    return ":".join(["booking", str(booking), *map(str, what)])


def booking_of(key: str) -> BookingId:
    """Return the booking that the row of this key is about."""
    return BookingId(int(key.split(":")[1]))


def promise_of(key: str) -> str:
    """Return the key of the promise that the row of this key keeps."""
    return key_of(booking_of(key))
