"""The command `availability`: texts in, free times out, one JSON object a line."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from bot.answering.availability import AvailabilityReader, load_availability, month_first
from bot.assembly import PROMPTS
from bot.domain.availability import Interval, Message
from bot.domain.errors import Mistake
from bot.lines import Line, misfits, read_lines, written
from bot.prompts import spoken

AN_HOUR = timedelta(hours=1)
"""How long a slot is of which only the start is given."""


def _zone(value: object) -> ZoneInfo:
    if isinstance(value, ZoneInfo):
        return value
    try:
        return ZoneInfo(str(value))
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{value!r} is no time zone; write one such as Europe/Madrid") from None


def _slot(value: object) -> object:
    return {"start": value} if isinstance(value, str) else value


class Slot(BaseModel):
    start: datetime
    end: datetime | None = None

    def on_wall(self, zone: ZoneInfo) -> Interval:
        start = on_wall(self.start, zone)
        return Interval(start, on_wall(self.end, zone) if self.end else start + AN_HOUR)


class Asked(BaseModel):
    """One line that comes in. Other fields may stand in it, and are ignored."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    text: str
    lang: Annotated[str, BeforeValidator(spoken)]
    now: datetime
    tz: Annotated[ZoneInfo, BeforeValidator(_zone)]
    offered: list[Annotated[Slot, BeforeValidator(_slot)]] = Field(default=[])

    def message(self) -> Message:
        return Message(
            text=self.text,
            now=on_wall(self.now, self.tz),
            zone=self.tz,
            month_first=month_first(self.lang, self.tz),
            offered=[slot.on_wall(self.tz) for slot in self.offered],
        )


def answers(stream: Iterable[str]) -> Iterator[str]:
    """Yield a line for each line that is not empty; what is wrong with one does not stop it."""
    reader = load_availability(PROMPTS)
    for line in read_lines(stream):
        yield written(_answer(reader, line))


def _answer(reader: AvailabilityReader, line: Line) -> dict[str, object] | Mistake:
    if isinstance(line.record, Mistake):
        return line.record
    try:
        asked = Asked.model_validate(line.record)
    except ValidationError as error:
        return misfits(line.number, error)
    found = reader.read(asked.message(), asked.lang)
    return {
        "free": [_told(one) for one in found.free],
        "not": [_told(one) for one in found.not_],
        "ask": reader.ask(found.ask, asked.lang) if found.ask else None,
    }


def _told(interval: Interval) -> dict[str, str]:
    return {"start": f"{interval.start:%Y-%m-%dT%H:%M}", "end": f"{interval.end:%Y-%m-%dT%H:%M}"}


def on_wall(at: datetime, zone: ZoneInfo) -> datetime:
    """Return what the clock on the wall shows. A time without an offset is that already."""
    return (at if at.tzinfo is None else at.astimezone(zone)).replace(tzinfo=None)
