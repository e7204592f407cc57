"""The command `understand`: what candidates write in, what they mean out, line by line."""

from collections.abc import Iterable, Iterator
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ValidationError

from bot.answering.understanding import Understanding, load_understanding
from bot.assembly import PROMPTS
from bot.domain.errors import Mistake
from bot.lines import Line, misfits, read_lines, written
from bot.prompts import spoken


class Asked(BaseModel):
    """One line that comes in. Other fields may stand in it, and are ignored."""

    text: str
    lang: Annotated[str, BeforeValidator(spoken)] = "en"
    after: str = ""


def answers(stream: Iterable[str]) -> Iterator[str]:
    """Yield a line for each line that is not empty; what is wrong with one does not stop it."""
    understanding = load_understanding(PROMPTS)
    for line in read_lines(stream):
        yield written(_answer(understanding, line))


def _answer(understanding: Understanding, line: Line) -> dict[str, object] | Mistake:
    if isinstance(line.record, Mistake):
        return line.record
    try:
        asked = Asked.model_validate(line.record)
    except ValidationError as error:
        return misfits(line.number, error)
    if asked.after and asked.after not in understanding.after:
        known = ", ".join(understanding.after)
        return Mistake(f"line {line.number}: after", f"{asked.after!r} is no message", known)
    meaning = understanding.read(asked.text, asked.lang, asked.after)
    told = [{"intent": i.name, "confidence": round(i.confidence, 3)} for i in meaning.intents]
    return {
        **told[0],
        "intents": told,
        "out_of_scope": round(meaning.out_of_scope, 3),
        "language": meaning.language,
    }
