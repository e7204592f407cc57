"""What the script for moving an interview reads, as plain values that a tracker can hold.

Times are those on the candidate's wall, in ISO 8601 and without an offset.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.availability import Availability, Interval
from bot.domain.booking import Diary, Opening, Slot, openings

INTERVIEW = "interview"
"""The ref of the interview that can be moved; without it there is nothing to move."""
FREE = "free_slots"
SHOWN = "shown_slots"
NOW = "now"
ZONE = "time_zone"
TIMES = "free_times"
"""The entity that holds when somebody can talk."""
CHOSEN = "slot_chosen"
"""Set by the script: the id of the slot to ask for."""

Slots = Mapping[str, Any]


def slots_of(diary: Diary) -> dict[str, Any]:
    local = diary.now.astimezone(diary.zone).replace(tzinfo=None)
    return {
        INTERVIEW: diary.interview,
        FREE: _listed(diary.free, diary.zone),
        SHOWN: _listed(diary.shown, diary.zone),
        NOW: local.isoformat(),
        ZONE: diary.zone.key,
    }


def _listed(slots: Iterable[Slot], zone: ZoneInfo) -> list[dict[str, Any]]:
    return [{"id": one.id, **_told(one.on_wall)} for one in openings(slots, zone)]


def free(slots: Slots) -> list[Opening]:
    return [Opening(one["id"], _read(one)) for one in slots.get(FREE) or ()]


def offered(slots: Slots) -> list[Opening]:
    """Return what was shown last, in that order; some of it may be gone."""
    return [Opening(one["id"], _read(one)) for one in slots.get(SHOWN) or ()]


def check(slots: Slots, entities: Sequence[Mapping[str, Any]]) -> None:
    """Raises AttributeError, KeyError, TypeError, ValueError: they hold no diary of ours."""
    free(slots), offered(slots), times(entities)


@dataclass(frozen=True, kw_only=True)
class Times:
    """When somebody can talk, by what they wrote."""

    free: Sequence[Interval] = ()
    closed: Sequence[Interval] = ()
    ask: str = ""
    """The question that has to be asked first, in their language."""
    wording: str = ""
    """Its name."""


def told(said: Availability, ask: str, wording: str) -> dict[str, Any]:
    return {
        "free": [_told(one) for one in said.free],
        "not": [_told(one) for one in said.not_],
        "ask": ask,
        "wording": wording,
    }


def times(entities: Sequence[Mapping[str, Any]]) -> Times:
    """Return what a text says about times; nothing where nobody read it."""
    found = next((one["value"] for one in entities if one.get("entity") == TIMES), None)
    if found is None:
        return Times()
    return Times(
        free=[_read(one) for one in found["free"]],
        closed=[_read(one) for one in found["not"]],
        ask=found["ask"],
        wording=found["wording"],
    )


def _told(interval: Interval) -> dict[str, str]:
    return {"start": interval.start.isoformat(), "end": interval.end.isoformat()}


def _read(one: Mapping[str, str]) -> Interval:
    return Interval(datetime.fromisoformat(one["start"]), datetime.fromisoformat(one["end"]))
