"""JSON lines in, JSON lines out: how the bot is tried on somebody's own data."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ValidationError

from bot.domain.errors import Mistake


@dataclass(frozen=True)
class Line:
    """One line that is not empty."""

    number: int
    record: Mapping[str, object] | Mistake


def read_lines(stream: Iterable[str]) -> Iterator[Line]:
    """Yield the object of each line, or what is wrong with the line."""
    for number, text in enumerate(stream, 1):
        if text.strip():
            yield Line(number, _record(number, text))


def _record(number: int, text: str) -> Mapping[str, object] | Mistake:
    try:
        value = json.loads(text)
    except ValueError as error:
        return Mistake(f"line {number}", f"is not JSON: {error}", "write one object a line")
    if not isinstance(value, dict):
        return Mistake(f"line {number}", "is not an object", 'write {"text": "..."}')
    return value


def misfits(number: int, error: ValidationError) -> Mistake:
    """Return the first thing that is wrong in a record, by its field."""
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"])
    problem = str(first["msg"]).removeprefix("Value error, ")
    return Mistake(f"line {number}: {field}", problem)


def written(record: BaseModel | Mapping[str, object] | Mistake) -> str:
    """Return one line. A mistake is an object with `error`, so that lines still match lines."""
    if isinstance(record, Mistake):
        return json.dumps({"error": str(record)}, ensure_ascii=False)
    if isinstance(record, BaseModel):
        return record.model_dump_json(by_alias=True)
    return json.dumps(record, ensure_ascii=False)
