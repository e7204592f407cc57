"""Events from a file: one JSON object, a list of them, or one per line."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.domain.errors import BadInput, Mistake

Raw = Mapping[str, Any]


def read_events(path: Path) -> list[Raw]:
    """Return the bodies in the order of the file. Raises BadInput, naming the line."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadInput([Mistake(str(path), error.strerror or "cannot be read")]) from None
    except UnicodeDecodeError:
        raise BadInput([Mistake(str(path), "is not UTF-8", "save it as UTF-8")]) from None
    told = _whole(text)
    return told if told is not None else _lines(path, text)


def _whole(text: str) -> list[Raw] | None:
    try:
        told = json.loads(text)
    except ValueError:
        return None
    return told if isinstance(told, list) else [told]


def _lines(path: Path, text: str) -> list[Raw]:
    events = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                events.append(json.loads(line))
            except ValueError as error:
                mend = "write one JSON object per line, or one list"
                raise BadInput([Mistake(f"{path}:{number}", f"no JSON: {error}", mend)]) from None
    return events


def shifted(events: Sequence[Raw], by: timedelta) -> list[Raw]:
    """Return the same events, with every moment in them moved: an example set in the present."""
    return [_shift(event, by) for event in events]


def _shift(value: Any, by: timedelta) -> Any:
    if isinstance(value, Mapping):
        return {name: _shift(part, by) for name, part in value.items()}
    if isinstance(value, list):
        return [_shift(part, by) for part in value]
    if isinstance(value, str) and "T" in value:
        try:
            return (datetime.fromisoformat(value) + by).isoformat()
        except ValueError:
            return value
    return value
