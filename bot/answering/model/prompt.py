"""What the model reads: the team's prompt first, the company after it, the candidate last.

Whatever a candidate wrote is a value in a JSON document. It cannot end the document, and what
nobody can see is taken out of it.
"""

import hashlib
import json
import unicodedata
from collections.abc import Sequence

from bot.domain.facts import Day, DayHour, Fact, Facts, Hour, Names
from bot.domain.ports import Line, Question
from bot.prompts import say

LONGEST_TEXT, LONGEST_LINE = 4000, 600
"""Characters of what was written now, and of each thing said before."""
AWAITED = "A colleague is to answer what was asked before. Answer only what is asked now."
_UNSEEN = {"Cc", "Cf", "Co", "Cs", "Cn"}


def clean(text: str) -> str:
    """Take out what cannot be seen: controls, tags, joiners, marks that turn the direction.

    >>> clean("Hi\\u200b\\U000e0041, Ana\\x07\\nbye")
    'Hi, Ana\\nbye'
    """
    seen = (char for char in unicodedata.normalize("NFC", text) if char == "\n" or _seen(char))
    return "".join(seen).strip()


def _seen(char: str) -> bool:
    variation = "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"
    return unicodedata.category(char) not in _UNSEEN and not variation


def fingerprint(prompt: str) -> str:
    return hashlib.sha256(prompt.encode()).hexdigest()[:12]


def system(prompt: str, company: str) -> str:
    return f"{prompt.strip()}\n\nThe company: {clean(company)}\n"


def document(question: Question, language: str) -> str:
    """Return everything about this candidate that a model may know."""
    told = {
        "answer_in": language,
        "stands": question.topic,
        "facts": {name: say(fact, language) for name, fact in question.facts.items()},
        "said_before": _said(question.said),
        **({"awaited": AWAITED} if question.awaited else {}),
        "candidate_writes": clean(question.text)[:LONGEST_TEXT],
    }
    return json.dumps(told, ensure_ascii=False, indent=1)


def _said(lines: Sequence[Line]) -> list[dict[str, str]]:
    return [{line.author.value: clean(line.text)[:LONGEST_LINE]} for line in lines]


def claimed(facts: Facts) -> dict[str, str | int | list[str]]:
    """Return the facts as the gate reads them: whole days instead of words for them."""
    return {name: _plain(fact) for name, fact in facts.items()}


def _plain(fact: Fact) -> str | int | list[str]:
    match fact:
        case Day(on):
            return on.isoformat()
        case Hour(at) | DayHour(at):
            return at.isoformat()
        case Names(names):
            return list(names)
        case _:
            return fact
