"""A stage in words for one candidate: a text of ours, said by a model, and checked like an answer.

Only the body is up for other words. What the text asks, its links, and who writes stay ours, and
so does every promise: a day, an hour, a place or a name that the body gives must stand in the new
words, letter by letter.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from pydantic import BaseModel, Field

from bot.answering.model.door import Door
from bot.answering.model.draft import Bill, NoAnswer
from bot.answering.model.means import Means
from bot.answering.model.prompt import claimed, clean
from bot.domain.manner import Length, Tone
from bot.domain.ports import Base, Personal
from bot.prompts import say

LONGEST_BODY = 600
"""Characters; a template of ours has half of that."""
MAY_GO = frozenset({"first_name", "company", "interviewer", "topic"})
"""Facts that new words may leave out. All others are what the text is for."""
_ASKS = re.compile(r"[?¿]|https?://|www\.|\b[A-ZÀ-Þ]{4,}\b")
"""A question, a link, or a word to send: a text asks for one thing, and that stands below it."""
_MARKUP = re.compile(r"[*_`#<>\[\]{}]|\n")
_WRONG_TONE: Mapping[tuple[str, Tone], re.Pattern[str]] = {
    ("es", Tone.FORMAL): re.compile(r"\b(?:tú|tu|tus|te|ti|contigo|vos)\b", re.IGNORECASE),
    ("es", Tone.WARM): re.compile(r"\busted(?:es)?\b", re.IGNORECASE),
    ("pt", Tone.FORMAL): re.compile(r"\b(?:você|vocês|tu|te|ti|a gente)\b", re.IGNORECASE),
    ("pt", Tone.WARM): re.compile(r"\b(?:o senhor|a senhora)\b", re.IGNORECASE),
    ("en", Tone.FORMAL): re.compile(r"\b(?:hi|hey)\b|\w+'(?:s|re|ll|ve|t)\b", re.IGNORECASE),
}


class Worded(BaseModel):
    """Say the text so. Call it once."""

    text: str = Field(description="The new words of `our_text`, and nothing else.")
    language: Literal["en", "es", "pt"] = Field(description="The language of the text.")
    facts: list[str] = Field(
        default_factory=list, description="The names of the facts that the text is made of."
    )


class Pen(Protocol):
    """A language model that words texts. Raises NoAnswer, and nothing else."""

    @property
    def name(self) -> str: ...

    @property
    def source(self) -> str:
        """`model:<name>:<hash of its prompt>`."""

    def write(self, told: Sequence[str], bill: Bill) -> Worded: ...


@dataclass(frozen=True, kw_only=True)
class ModelRewording:
    """Implements `Rewording`."""

    pen: Pen
    door: Door
    means: Means

    def personal(self, base: Base) -> Personal:
        if why := self.means.refused(base.person_id):
            return _as_it_is(why)
        bill = Bill()
        try:
            worded = self.means.in_time(base.person_id, bill, lambda: self._worded(base, bill))
        except NoAnswer as failure:
            return _as_it_is(failure.why)
        calls = "1 call" if bill.calls == 1 else f"{bill.calls} calls"
        return Personal(
            body=worded.text,
            source=self.pen.source,
            facts=frozenset(worded.facts).intersection(base.facts),
            worded=f"by {self.pen.name}, {calls}, {bill.tokens} tokens",
        )

    def _worded(self, base: Base, bill: Bill) -> Worded:
        told = [document(base)]
        worded = _cleaned(self.pen.write(told, bill))
        objections = list(self.objections(worded, base))
        if not objections:
            return worded
        mended = _cleaned(self.pen.write([*told, _mend(worded, objections)], bill))
        if any(self.objections(mended, base)):
            raise NoAnswer("the facts do not back what the model said")
        return mended

    # --- what may not leave -----------------------------------------------------------------

    def objections(self, worded: Worded, base: Base) -> Iterator[str]:
        """Yield what is wrong with the words, each for the model to mend."""
        text = worded.text
        longest = LONGEST_BODY if base.manner.length is Length.FULL else len(base.body) + 40
        if not text or len(text) > longest:
            yield f"not between 1 and {longest} characters"
            return
        yield from self.door.form(text, worded.language, base.language, base.facts)
        if _ASKS.search(text) or _MARKUP.search(text) or any(map(_is_picture, text)):
            yield "only plain sentences: no question, link, capitals, emoji or line break"
        if wrong := _WRONG_TONE.get((base.language, base.manner.tone)):
            yield from (f"{found[0]!r} is not {base.manner.tone}" for found in wrong.finditer(text))
        yield from (f"leaves out {told!r}" for told in kept(base).values() if told not in text)
        for one in self.door.gate.check(text, {**claimed(base.facts), "our_text": base.body}):
            yield f"no fact says {one.span!r} ({one.kind})"


def kept(base: Base) -> Mapping[str, str]:
    """Return what the new words must say, too, letter by letter: by the names of the facts."""
    told = {name: say(fact, base.language) for name, fact in base.facts.items()}
    return {n: words for n, words in told.items() if n not in MAY_GO and words in base.body}


def document(base: Base) -> str:
    """Return everything that the model may know."""
    told = {
        "say_in": base.language,
        "tone": base.manner.tone,
        "length": base.manner.length,
        "occasion": base.stage,
        "our_text": base.body,
        "keep_word_for_word": list(kept(base).values()),
        "facts": {name: say(fact, base.language) for name, fact in base.facts.items()},
    }
    return json.dumps(told, ensure_ascii=False, indent=1)


def _mend(worded: Worded, objections: Sequence[str]) -> str:
    said = worded.model_dump_json()
    return f"{said}\n\nThat cannot be sent. {'; '.join(objections)}\nSay it again without that."


def _as_it_is(why: str) -> Personal:
    return Personal(worded=f"in the words of the file: {why}")


def _cleaned(worded: Worded) -> Worded:
    return worded.model_copy(update={"text": clean(worded.text)})


def _is_picture(char: str) -> bool:
    return unicodedata.category(char) in ("So", "Sk")
