"""Calendly: appointments that candidates make by a link of ours. See `docs/sources.md`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.deliveries import UNKNOWN, Delivery, Known, Owner, Reading, Told
from bot.domain.events import EventType
from bot.sources.doors import Call, signed
from bot.sources.telling import event, link, moment, part, parts, text, time_zone

NAME = "calendly"
NEWEST = 180
"""Seconds that a call may be old: who has seen one cannot repeat it later."""
NOBODYS = "it carries no link of ours, and nobody here knows it"

WhoseToken = Callable[[str], Owner | None]


class CalendlyVendor:
    name = NAME

    def genuine(self, call: Call, told: Told, secrets: Sequence[str]) -> bool:
        header = call.headers.get("calendly-webhook-signature", "")
        parts_told = dict(one.strip().partition("=")[::2] for one in header.split(","))
        at, claimed = parts_told.get("t", ""), parts_told.get("v1", "")
        if not (at.isascii() and at.isdigit() and len(at) < 12):
            return False
        is_new = abs(call.at.timestamp() - int(at)) <= NEWEST
        return is_new and signed(secrets, at.encode() + b"." + call.body, claimed)

    def kind(self, told: Told) -> str:
        return text(told, "event")

    def is_idle(self, told: Told) -> bool:
        return False


@dataclass(frozen=True, kw_only=True)
class Calendly:
    whose: WhoseToken
    name: str = NAME

    def read(self, delivery: Delivery, known: Known) -> Reading:
        read = _KINDS.get(delivery.kind)
        if read is None:
            return Reading(why=UNKNOWN)
        invitee = part(delivery.raw, "payload")
        owner = self._owner(invitee, known)
        return read(invitee, owner, delivery.at) if owner else Reading(why=NOBODYS)

    def _owner(self, invitee: Told, known: Known) -> Owner | None:
        token = text(part(invitee, "tracking"), "utm_content")
        owner = self.whose(token) if token else None
        earlier = (text(invitee, name) for name in ("uri", "old_invitee", "invitee"))
        found = (known.interview(ref(uri)) for uri in earlier if uri)
        return owner or next(filter(None, found), None)


def ref(uri: str) -> str:
    """Return the interview that an invitee of Calendly is to us."""
    return f"{NAME}:{uri.rstrip('/').rpartition('/')[2]}"


def _booked(invitee: Told, owner: Owner, at: datetime) -> Reading:
    """The new booking of a move brings the end of the old one: in whatever order the two
    webhooks of a move come, nobody is told in between that all is off."""
    booked = part(invitee, "scheduled_event")
    begins, ends = moment(booked, "start_time"), moment(booked, "end_time")
    if begins is None or ends is None or ends <= begins:
        return Reading(why="it has no hours")
    new, old = ref(text(invitee, "uri")), text(invitee, "old_invitee")
    who = {"ref": owner.candidate, "time_zone": time_zone(invitee, "timezone")}
    when = min(moment(invitee, "created_at") or at, at)
    type = EventType.INTERVIEW_SCHEDULED
    told = event(f"booked:{new}", type, when, who, owner.process, interview=_shown(new, booked))
    return Reading((told, *([_off(ref(old), owner, when)] if old else [])))


def _cancelled(invitee: Told, owner: Owner, at: datetime) -> Reading:
    """One half of a move says nothing: the other half tells of both."""
    if invitee.get("rescheduled"):
        return Reading()
    when = min(moment(part(invitee, "cancellation"), "created_at") or at, at)
    return Reading((_off(ref(text(invitee, "uri")), owner, when),))


def _off(interview: str, owner: Owner, at: datetime) -> Told:
    who, type = {"ref": owner.candidate}, EventType.INTERVIEW_CANCELLED
    return event(f"off:{interview}", type, at, who, owner.process, interview={"ref": interview})


def _missed(no_show: Told, owner: Owner, at: datetime) -> Reading:
    interview, who = ref(text(no_show, "invitee")), {"ref": owner.candidate}
    when = min(moment(no_show, "created_at") or at, at)
    type = EventType.INTERVIEW_NO_SHOW
    about = {"ref": interview}
    return Reading((event(f"missed:{interview}", type, when, who, owner.process, interview=about),))


def _shown(interview: str, booked: Told) -> Told:
    place = part(booked, "location")
    where = text(place, "location")
    return {
        "ref": interview,
        "kind": text(booked, "name"),
        "starts_at": text(booked, "start_time"),
        "ends_at": text(booked, "end_time"),
        "place": "" if where.startswith("http") else where,
        "meeting_link": link(place, "join_url"),
        "interviewers": [
            text(one, "user_name")
            for one in parts(booked, "event_memberships")
            if text(one, "user_name")
        ],
    }


_KINDS: Mapping[str, Callable[[Told, Owner, datetime], Reading]] = {
    "invitee.created": _booked,
    "invitee.canceled": _cancelled,
    "invitee_no_show.created": _missed,
}
