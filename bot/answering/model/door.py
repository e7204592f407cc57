"""What may not leave in a model's words, whatever it was asked and by whom."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.answering.model.draft import Answer, Draft
from bot.answering.model.prompt import claimed
from bot.answering.model.tongue import spoken_in
from bot.answering.understanding import Understanding
from bot.domain.claims import Gate, Kind
from bot.domain.facts import Facts

LONGEST = 1024
"""Characters; a longer one is no answer but an essay."""
NEXT_WORD = "hear_by"
_NEVER_GENERAL = frozenset({Kind.STATUS, Kind.ASSESSMENT, Kind.OTHERS, Kind.PRIVATE})
"""What a text about every candidate cannot make true of this one."""
_A_PERSON = re.compile(
    r"\b(?:i am|i'm|soy|sou)\s+(?:not an? (?:bot|robot|machine|ai)\b|(?:an? |una? |uma? )?"
    r"(?:real |actual )?(?:human|person|persona|pessoa|humano|humana)\b)"
    r"|\bn(?:o|ão)\s+(?:soy|sou)\s+(?:una? |uma? |um )?(?:bot|robot|robô|máquina)\b",
    re.IGNORECASE,
)
_ORDINALS = "ªº"


@dataclass(frozen=True)
class Door:
    gate: Gate
    understanding: Understanding

    def objections(self, answer: Answer, draft: Draft) -> list[str]:
        """Return what is wrong with the words, each for the model to mend."""
        if len(answer.text) > LONGEST:
            return [f"longer than {LONGEST} characters"]
        return [*self._form(answer, draft), *self._claims(answer.text, draft)]

    def gives_next_word(self, text: str, draft: Draft) -> bool:
        """Whether the text says by when the candidate hears from us: nothing else backs it."""
        facts = claimed(draft.question.facts)
        without = {name: fact for name, fact in facts.items() if name != NEXT_WORD}
        return NEXT_WORD in facts and bool(self.gate.check(text, without))

    def _form(self, answer: Answer, draft: Draft) -> Iterator[str]:
        yield from self.form(answer.text, answer.language, draft.language, draft.question.facts)

    def form(self, text: str, told_in: str, language: str, facts: Facts) -> Iterator[str]:
        """Yield what is wrong with the look of words that say to be in a language."""
        if text and not (told_in == language == self._told_in(text, language)):
            yield f"not in the language {language}"
        if _A_PERSON.search(text):
            yield "claims that a person writes; you are an automated assistant"
        known = str(claimed(facts))
        if foreign := {char for char in text if _foreign(char) and char not in known}:
            yield f"letters of another script: {''.join(sorted(foreign))[:20]}"

    def _told_in(self, text: str, language: str) -> str:
        return self.understanding.language(text, language) if spoken_in(text, language) else ""

    def _claims(self, text: str, draft: Draft) -> Iterator[str]:
        facts: Mapping[str, str | int | list[str]] = claimed(draft.question.facts)
        general = [f"{one.title}. {one.text}" for one in draft.passages]
        found = self.gate.check(text, {**facts, "about_everybody": general})
        if general:
            found += [one for one in self.gate.check(text, facts) if one.kind in _NEVER_GENERAL]
        for one in dict.fromkeys(found):
            yield f"no fact says {one.span!r} ({one.kind})"


def _foreign(char: str) -> bool:
    if char.isascii() or not char.isalnum() or char in _ORDINALS:
        return False
    return not unicodedata.name(char, "").startswith("LATIN ")
