"""The one place that reads YAML: a file and a model in, a checked value out.

Every mistake is reported at once, each with file, line, key and the mend.
"""

import difflib
import re
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from bot.domain.errors import BadConfig, Mistake

M = TypeVar("M", bound=BaseModel)
Key = str | int
Lines = dict[tuple[Key, ...], int]

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def _duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    found = re.fullmatch(r"(\d+)([smhd])", str(value).strip())
    if found is None:
        raise ValueError("write a duration such as 30m, 2h or 3d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


Duration = Annotated[timedelta, BeforeValidator(_duration)]
"""Written as `30s`, `30m`, `2h` or `3d`."""


class Strict(BaseModel):
    """A part of a file in which every key must be known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def read(path: Path, model: type[M]) -> M:
    """Return the file at `path` as a `model`.

    Raises BadConfig: the file is missing, is not YAML, repeats a key, or does not fit.
    """
    node = _compose(path)
    lines: Lines = {}
    value = _construct(node, (), lines, path) if node is not None else {}
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise BadConfig([_mistake(path, lines, e, model) for e in error.errors()]) from None


def line_of(path: Path, *key: Key) -> str:
    """Return `file:line: key` for a key of a file that has already been read."""
    lines: Lines = {}
    node = _compose(path)
    if node is not None:
        _construct(node, (), lines, path)
    return _where(path, lines, key)


def _compose(path: Path) -> yaml.Node | None:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BadConfig(
            [Mistake(str(path), "no such file", "create it, or start from the shipped one")]
        ) from None
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = error.problem or "not valid YAML"
        raise BadConfig(
            [Mistake(f"{path}:{line}", problem, "check indentation, colons and quotes")]
        ) from None


def _construct(node: yaml.Node, at: tuple[Key, ...], lines: Lines, path: Path) -> Any:
    lines.setdefault(at, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, at, lines, path)
    if isinstance(node, yaml.SequenceNode):
        return [_construct(n, (*at, i), lines, path) for i, n in enumerate(node.value)]
    return yaml.SafeLoader("").construct_object(node)


def _mapping(
    node: yaml.MappingNode, at: tuple[Key, ...], lines: Lines, path: Path
) -> dict[Any, Any]:
    values: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = yaml.SafeLoader("").construct_object(key_node)
        line = key_node.start_mark.line + 1
        if key in values:
            raise BadConfig(
                [Mistake(f"{path}:{line}: {key}", "the key stands here twice", "remove one")]
            )
        lines[(*at, key)] = line
        values[key] = _construct(value_node, (*at, key), lines, path)
    return values


def _mistake(path: Path, lines: Lines, error: Any, model: type[BaseModel]) -> Mistake:
    loc: Sequence[Key] = error["loc"]
    where = _where(path, lines, loc)
    if error["type"] == "extra_forbidden":
        mend = _did_you_mean(str(loc[-1]), model, loc[:-1])
        return Mistake(where, "there is no such setting", mend)
    if error["type"] == "missing":
        return Mistake(where, "is missing", f"add `{loc[-1]}: ...` here")
    return Mistake(where, error["msg"].removeprefix("Value error, "), _given(error["input"]))


def _where(path: Path, lines: Lines, loc: Sequence[Key]) -> str:
    """The innermost part of `loc` that stands in the file names the line."""
    for end in range(len(loc), -1, -1):
        if tuple(loc[:end]) in lines:
            dotted = ".".join(str(part) for part in loc)
            return f"{path}:{lines[tuple(loc[:end])]}: {dotted}".removesuffix(": ")
    return str(path)


def _given(value: object) -> str:
    if isinstance(value, str | int | float | bool) or value is None:
        return f"it says {value!r}"
    return ""


def _did_you_mean(name: str, model: type[BaseModel], loc: Sequence[Key]) -> str:
    known = _fields(model, loc)
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        return f"did you mean `{near[0]}`?"
    return f"known here: {', '.join(sorted(known))}" if known else "remove it"


def _fields(model: type[BaseModel], loc: Sequence[Key]) -> list[str]:
    current: Any = model
    for part in loc:
        if not (isinstance(current, type) and issubclass(current, BaseModel)):
            return []
        field = current.model_fields.get(str(part))
        current = field.annotation if field else None
    if isinstance(current, type) and issubclass(current, BaseModel):
        return list(current.model_fields)
    return []
