"""Values as scenarios write them: offsets, moments, times of day, one or many."""

import re
from datetime import datetime, time, timedelta
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, AwareDatetime, BeforeValidator, Field, TypeAdapter

_OFFSET = re.compile(r"([+-]?)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


def _offset(value: object) -> timedelta:
    text = str(value).replace(" ", "")
    found = _OFFSET.fullmatch("0s" if text in ("0", "+0", "-0") else text)
    if isinstance(value, timedelta):
        return value
    if found is None or not any(found.groups()[1:]):
        raise ValueError("write how far from t0 it is, such as -26h, +72h or +7d1h5m")
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:])
    length = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -length if found[1] == "-" else length


def _moment(value: object) -> object:
    is_time = isinstance(value, datetime) or (isinstance(value, str) and "T" in value)
    return value if is_time else _offset(value)


def _clock_time(value: object) -> time:
    """YAML reads 21:00 without quotes as 1260 minutes."""
    if isinstance(value, int):
        return time(*divmod(value, 60))
    return time.fromisoformat(str(value).strip().zfill(5))


def span(value: object) -> object:
    return value.split("-") if isinstance(value, str) else value


def many(value: object) -> object:
    return [value] if isinstance(value, str) else value


def known_in(table: Any, what: str) -> BeforeValidator:
    def check(value: object) -> object:
        if value not in table:
            raise ValueError(f"is no {what}; known: {', '.join(sorted(table))}")
        return value

    return BeforeValidator(check)


def called(*others: str, **options: Any) -> Any:
    """A field that goes by other names, too."""
    return Field(validation_alias=AliasChoices(*others), **options)


Offset = Annotated[timedelta, BeforeValidator(_offset)]
"""Elapsed time from t0."""
Moment = Annotated[timedelta | AwareDatetime, BeforeValidator(_moment)]
ClockTime = Annotated[time, BeforeValidator(_clock_time)]
Texts = Annotated[list[str], BeforeValidator(many)]
Language = Literal["en", "es", "pt"]


def read_moment(value: object) -> timedelta | datetime | None:
    """Return what a state says of a time, or None where it says none."""
    try:
        return _READS_MOMENTS.validate_python(value)
    except ValueError:
        return None


_READS_MOMENTS: TypeAdapter[timedelta | datetime] = TypeAdapter(Moment)
