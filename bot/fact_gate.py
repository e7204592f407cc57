"""The command `check-facts`: texts and facts in, what nothing backs out, one JSON object a line."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from bot.assembly import PROMPTS
from bot.domain.claims import Gate
from bot.domain.errors import Mistake
from bot.lexicon import load_lexicon
from bot.lines import Line, misfits, read_lines, written


class Asked(BaseModel):
    """One line that comes in. Other fields may stand in it, and are ignored."""

    text: str
    facts: Mapping[str, Any]


def answers(stream: Iterable[str]) -> Iterator[str]:
    """Yield a line for each line that is not empty; what is wrong with one does not stop it."""
    gate = Gate(load_lexicon(PROMPTS / "claims.yaml"))
    for line in read_lines(stream):
        yield written(_answer(gate, line))


def _answer(gate: Gate, line: Line) -> dict[str, object] | Mistake:
    if isinstance(line.record, Mistake):
        return line.record
    try:
        asked = Asked.model_validate(line.record)
    except ValidationError as error:
        return misfits(line.number, error)
    found = gate.check(asked.text, asked.facts)
    violations = [{"span": one.span, "kind": one.kind.value} for one in found]
    return {"ok": not found, "violations": violations}
