"""The one place that reads what a team writes: a file and a model in, a checked value out.

Every mistake is reported at once, each with file, line, key and the mend.
"""

import difflib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from yaml.constructor import SafeConstructor

from bot.domain.errors import BadConfig, Mistake

M = TypeVar("M", bound=BaseModel)
Key = str | int
Lines = dict[tuple[Key, ...], int]

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""By libyaml, where PyYAML was built with it: what every start reads is then read in no time."""
_TEXT = "tag:yaml.org,2002:str"
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def duration(value: object) -> timedelta:
    """Return how long `30m`, `2h` or `3d` is. Raises ValueError."""
    if isinstance(value, timedelta):
        return value
    found = re.fullmatch(r"(\d+)([smhd])", str(value).strip())
    if found is None:
        raise ValueError("write a duration such as 30m, 2h or 3d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


Duration = Annotated[timedelta, BeforeValidator(duration)]
"""Written as `30s`, `30m`, `2h` or `3d`."""


class Strict(BaseModel):
    """A part of a file in which every key must be known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def read(path: Path, model: type[M]) -> M:
    """Return the file at `path` as a `model`.

    Raises BadConfig: the file is missing, is not YAML, repeats a key, or does not fit.
    """
    return _validated(path, text_of(path), model)


def read_front(path: Path, model: type[M]) -> tuple[M, str]:
    """Return what stands between the two lines of dashes at the top of a file as a `model`, and
    the rest of the file with its lines where they were. Raises BadConfig."""
    text = text_of(path)
    found = re.match(r"---\n(.*?)^---$", text, re.DOTALL | re.MULTILINE)
    if found is None:
        mend = "begin with a line ---, then `title: ...` and `language: ...`, then ---"
        raise BadConfig([Mistake(f"{path}:1", "does not say what it is about", mend)])
    front = _validated(path, "\n" + found[1], model)
    return front, "\n" * found[0].count("\n") + text[found.end() :]


def _validated(path: Path, text: str, model: type[M]) -> M:
    node = _compose(path, text)
    lines: Lines = {}
    value = _construct(node, (), lines, path) if node is not None else {}
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise BadConfig([_mistake(path, lines, e, model) for e in error.errors()]) from None


def read_all(path: Path, model: type[M]) -> list[M | BadConfig]:
    """Return every document of a file as a `model`, or what is wrong with it: YAML documents,
    or one JSON object a line where the name ends in `.jsonl`. Raises BadConfig: no such file.
    """
    found: list[M | BadConfig] = []
    for load in _json_lines(path) if path.suffix == ".jsonl" else _documents(path):
        try:
            lines: Lines = {}
            value = load(lines)
            found.append(model.model_validate(value))
        except BadConfig as error:
            found.append(error)
        except ValidationError as error:
            found.append(BadConfig([_mistake(path, lines, e, model) for e in error.errors()]))
    return found


Load = Callable[[Lines], Any]
"""Constructs a value, and notes the lines of its keys."""


def _documents(path: Path) -> list[Load]:
    with _readable(path):
        nodes = list(yaml.compose_all(text_of(path), Loader=_LOADER))
    return [partial(_construct, node, (), path=path) for node in nodes]


def _json_lines(path: Path) -> list[Load]:
    told = enumerate(text_of(path).splitlines(), 1)
    return [partial(_json, text, number, path) for number, text in told if text.strip()]


def _json(text: str, number: int, path: Path, lines: Lines) -> Any:
    lines[()] = number
    try:
        return json.loads(text)
    except ValueError as error:
        mend = "write one JSON object a line"
        raise BadConfig([Mistake(f"{path}:{number}", f"no JSON: {error}", mend)]) from None


def line_of(path: Path, *key: Key) -> str:
    """Return `file:line: key` for a key of a file that has already been read."""
    lines: Lines = {}
    node = _compose(path, text_of(path))
    if node is not None:
        _construct(node, (), lines, path)
    return _where(path, lines, key)


def _compose(path: Path, text: str) -> yaml.Node | None:
    with _readable(path):
        return yaml.compose(text, Loader=_LOADER)


def text_of(path: Path) -> str:
    """Return what stands in a file. Raises BadConfig: it is missing, or is no UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BadConfig(
            [Mistake(str(path), "no such file", "create it, or start from the shipped one")]
        ) from None
    except UnicodeDecodeError:
        raise BadConfig([Mistake(str(path), "is not UTF-8", "save it as UTF-8")]) from None


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
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
    return _scalar(node)


def _scalar(node: yaml.Node) -> Any:
    return node.value if node.tag == _TEXT else SafeConstructor().construct_object(node)


def _mapping(
    node: yaml.MappingNode, at: tuple[Key, ...], lines: Lines, path: Path
) -> dict[Any, Any]:
    values: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = _scalar(key_node)
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
    current: type[BaseModel] | None = model
    for part in loc:
        if isinstance(part, int):
            continue  # of a list of the same
        field = current.model_fields.get(part) if current else None
        current = _model_in(field.annotation) if field else None
    return list(current.model_fields) if current else []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the model that a field holds: itself, one or none of it, a list of it."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for one in get_args(annotation) if (found := _model_in(one))), None)
