"""Cal.com: appointments that candidates make by a link of ours. See `docs/sources.md`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.deliveries import UNKNOWN, Delivery, Known, Owner, Reading, Told
from bot.domain.events import EventType
from bot.sources.doors import Call, signed
from bot.sources.telling import event, language, link, moment, part, parts, text, time_zone

NAME = "calcom"
TOKEN = "hearback"  # noqa: S105 - the name of a field
"""Under which name our token travels, in a link and in what comes of it."""
SILENT = frozenset({"BOOKING_REQUESTED", "MEETING_STARTED", "MEETING_ENDED", "PING"})
"""A meeting ends there when its time is over, whoever came."""
NOBODYS = "it carries no link of ours, and nobody here knows it"

WhoseToken = Callable[[str], Owner | None]


class CalcomVendor:
    name = NAME

    def genuine(self, call: Call, told: Told, secrets: Sequence[str]) -> bool:
        return signed(secrets, call.body, call.headers.get("x-cal-signature-256", ""))

    def kind(self, told: Told) -> str:
        return text(told, "triggerEvent")

    def is_idle(self, told: Told) -> bool:
        return False


@dataclass(frozen=True, kw_only=True)
class Calcom:
    whose: WhoseToken
    name: str = NAME

    def read(self, delivery: Delivery, known: Known) -> Reading:
        if delivery.kind in SILENT:
            return Reading()
        read = _KINDS.get(delivery.kind)
        if read is None:
            return Reading(why=UNKNOWN)
        booking = part(delivery.raw, "payload")
        owner = self._owner(booking, known)
        at = min(moment(delivery.raw, "createdAt") or delivery.at, delivery.at)
        return read(booking, owner, at) if owner else Reading(why=NOBODYS)

    def _owner(self, booking: Told, known: Known) -> Owner | None:
        token = text(part(booking, "metadata"), TOKEN)
        owner = self.whose(token) if token else None
        earlier = (text(booking, name) for name in ("uid", "rescheduleUid", "bookingUid"))
        found = (known.interview(ref(uid)) for uid in earlier if uid)
        return owner or next(filter(None, found), None)


def ref(uid: str) -> str:
    return f"{NAME}:{uid}"


def _booked(booking: Told, owner: Owner, at: datetime) -> Reading:
    """A move has an id of its own, and names the old one."""
    begins, ends = moment(booking, "startTime"), moment(booking, "endTime")
    if begins is None or ends is None or ends <= begins:
        return Reading(why="it has no hours")
    if text(booking, "status") in ("PENDING", "REJECTED", "CANCELLED"):
        return Reading()
    new, old = ref(text(booking, "uid")), text(booking, "rescheduleUid")
    attendee = next(parts(booking, "attendees"), {})
    who = {
        "ref": owner.candidate,
        "time_zone": time_zone(attendee, "timeZone"),
        "language": language(part(attendee, "language"), "locale"),
    }
    type, about = EventType.INTERVIEW_SCHEDULED, _shown(new, booking)
    told = event(f"booked:{new}", type, at, who, owner.process, interview=about)
    return Reading((told, *([_off(ref(old), owner, at)] if old else [])))


def _cancelled(booking: Told, owner: Owner, at: datetime) -> Reading:
    return Reading((_off(ref(text(booking, "uid")), owner, at),))


def _off(interview: str, owner: Owner, at: datetime) -> Told:
    who, type = {"ref": owner.candidate}, EventType.INTERVIEW_CANCELLED
    return event(f"off:{interview}", type, at, who, owner.process, interview={"ref": interview})


def _missed(booking: Told, owner: Owner, at: datetime) -> Reading:
    """Only where an attendee is said to have missed it: the host may have, too."""
    if not any(one.get("noShow") is True for one in parts(booking, "attendees")):
        return Reading(why="nobody is said to have missed it")
    interview, who = ref(text(booking, "bookingUid")), {"ref": owner.candidate}
    type, about = EventType.INTERVIEW_NO_SHOW, {"ref": interview}
    return Reading((event(f"missed:{interview}", type, at, who, owner.process, interview=about),))


def _shown(interview: str, booking: Told) -> Told:
    where, host = text(booking, "location"), text(part(booking, "organizer"), "name")
    is_place = not where.startswith(("http", "integrations:"))
    return {
        "ref": interview,
        "kind": text(booking, "eventTitle"),
        "starts_at": text(booking, "startTime"),
        "ends_at": text(booking, "endTime"),
        "place": where if is_place else "",
        "meeting_link": link(part(booking, "metadata"), "videoCallUrl"),
        "interviewers": [host] if host else [],
    }


_KINDS: Mapping[str, Callable[[Told, Owner, datetime], Reading]] = {
    "BOOKING_CREATED": _booked,
    "BOOKING_RESCHEDULED": _booked,
    "BOOKING_CANCELLED": _cancelled,
    "BOOKING_REJECTED": _cancelled,
    "BOOKING_NO_SHOW_UPDATED": _missed,
}
