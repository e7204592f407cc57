"""Which passages answer a question: by what it means and by its words, or by its words alone.

The numbers were measured on the examples of `prompts/understanding/` that are none of our
business (`python -m tests.campaigns.knowledge --tune`), not on the questions that judge them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from bot.answering.knowledge.pages import Passage, Section
from bot.answering.knowledge.vectors import Matrix, Vectors
from bot.answering.knowledge.words import Words, stems
from bot.answering.understanding.reading import sentences

OF_ANSWER = 0.5
"""What it counts that a question is like the answer, next to being like a question to it."""
OF_WORDS = 0.4
"""What it counts that they share words that tell."""
NEAR = 0.85
"""From which nearness on a passage is an answer."""
NEAR_BY_WORDS = 0.4
"""The same where there is no embedding on this machine."""
FOR_PAY = 0.1
"""How much nearer a passage must be where they ask about money: what they would earn is told by
a person, and questions about it are worded like those about holidays and benefits."""
FOR_THE_ROLE = 0.1
"""By how much what was written for the role stands before what was written for all."""

Score = Callable[[str], Sequence[float]]
"""Text -> how near each section of a shelf is."""


@dataclass(frozen=True)
class Knowledge:
    sections: Sequence[Section]
    vectors: Vectors | None
    """None leaves everything to the words."""
    shelves: dict[str, Shelf] = field(default_factory=dict)
    """By language, each made when it is first asked for."""

    def search(
        self,
        text: str,
        *,
        language: str = "",
        role: str = "",
        stage: str = "",
        about_pay: bool = False,
    ) -> Sequence[Passage]:
        """Return the passages that answer `text`, the best first; empty where none is near.

        `role` is the title and level of the job; without one, only what holds for every role
        is found. The same goes for `stage`, where the process stands. Without `language`, the
        answer may come in any. Where they ask `about_pay`, only what may answer that is found.
        """
        enough = (NEAR if self.vectors else NEAR_BY_WORDS) + FOR_PAY * about_pay
        near = self.ranked(text, language=language, role=role, stage=stage)
        found = [passage for nearness, passage in near if nearness >= enough]
        return [passage for passage in found if passage.pay or not about_pay]

    def ranked(
        self, text: str, *, language: str = "", role: str = "", stage: str = ""
    ) -> Sequence[tuple[float, Passage]]:
        """Return every passage that holds, with its nearness, the nearest first."""
        shelf = self._shelf(language)
        found = [
            (near, section)
            for near, section in zip(self._near(text, shelf), shelf.sections, strict=True)
            if section.holds(role, stage)
        ]
        found.sort(key=lambda one: one[0] + FOR_THE_ROLE * bool(one[1].roles), reverse=True)
        return [(near, section.passage) for near, section in found]

    def _near(self, text: str, shelf: Shelf) -> Sequence[float]:
        """Return how near each section is to what is asked, or to the text and its sentences
        where nothing is: "thanks for the interview" asks nothing about it."""
        said = sentences(text)
        asked = [one for one in said if "?" in one]
        near = [shelf.near(one) for one in asked or (text, *said)]
        return [max(one) for one in zip(*near, strict=True)]

    def _shelf(self, language: str) -> Shelf:
        if language not in self.shelves:
            told = [one for one in self.sections if language in ("", one.language)]
            self.shelves[language] = shelf_of(told, self.vectors)
        return self.shelves[language]


@dataclass(frozen=True)
class Shelf:
    """The sections of a language, as they are compared."""

    sections: Sequence[Section]
    near: Score


def shelf_of(sections: Sequence[Section], vectors: Vectors | None) -> Shelf:
    words = Words.of(" ".join([*one.asked, one.passage.text]) for one in sections)
    if vectors is None or not sections:
        return Shelf(sections, lambda text: _by_words(words, text))
    answers = vectors.of_all([one.passage.text for one in sections])
    every = vectors.of_all([asked for one in sections for asked in one.asked])
    ends = np.cumsum([len(one.asked) for one in sections])
    questions = np.split(every, ends[:-1])

    def near(text: str) -> Sequence[float]:
        return _by_meaning(words, questions, answers, vectors, text)

    return Shelf(sections, near)


def _by_words(words: Words, text: str) -> Sequence[float]:
    """Both must hold: the words tell much, and little was asked besides."""
    asked = stems(text)
    return [
        words.shared(asked, number) * words.covered(asked, number)
        for number in range(len(words.sections))
    ]


def _by_meaning(
    words: Words, questions: Sequence[Matrix], answers: Matrix, vectors: Vectors, text: str
) -> Sequence[float]:
    asked, meant = stems(text), vectors.of(text)
    return [
        float((questions[number] @ meant).max())
        + OF_ANSWER * float(answers[number] @ meant)
        + OF_WORDS * words.shared(asked, number)
        for number in range(len(questions))
    ]
