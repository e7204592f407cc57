"""Learns the weights from the examples. The one file that needs scikit-learn, and only then."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from bot.answering.understanding.embedding import Embed
from bot.answering.understanding.features import Vector, wording
from bot.answering.understanding.reading import URGENCY
from bot.answering.understanding.weights import Layer, Weights
from bot.domain.errors import BadConfig, Mistake
from bot.lines import read_lines
from bot.prompts import LANGUAGES
from bot.yamlfile import Strict, read

STRENGTH = 10.0
"""How closely the examples are followed, against simple weights (the C of scikit-learn)."""
Told = Callable[[str], None]


class Several(Strict):
    text: str
    intents: list[str]


class ExamplesFile(Strict):
    examples: dict[str, list[str]]
    several: list[Several] = Field(default=[])
    """Messages that hold several intents, the most urgent first. Learned from by the first."""


@dataclass(frozen=True)
class Example:
    text: str
    intent: str
    language: str


def load_examples(folder: Path) -> Sequence[Example]:
    """Return the examples of every language. Raises BadConfig: intents missing, or not ours."""
    found, mistakes = [], []
    for language in LANGUAGES:
        path = folder / f"{language}.yaml"
        file = read(path, ExamplesFile)
        for intent in sorted(set(URGENCY) ^ set(file.examples)):
            problem = "has no examples" if intent in URGENCY else "is no intent"
            mistakes.append(Mistake(f"{path.name}: {intent}", problem))
        for intent, texts in file.examples.items():
            found += [Example(text, intent, language) for text in texts]
        found += [Example(one.text, one.intents[0], language) for one in file.several]
    if mistakes:
        raise BadConfig(mistakes)
    return found


def load_more(path: Path) -> Sequence[Example]:
    """Return the examples of a file of JSON lines with `text`, `label` and `lang`. Lines about
    intents or in languages that are not ours are left out. Raises BadConfig, naming the line."""
    found = []
    for line in read_lines(path.read_text(encoding="utf-8").splitlines()):
        if isinstance(line.record, Mistake):
            raise BadConfig([replace(line.record, where=f"{path.name}: {line.record.where}")])
        text, label, language = (str(line.record.get(key)) for key in ("text", "label", "lang"))
        if label in URGENCY and language in LANGUAGES:
            found.append(Example(text, label, language))
    return found


def fingerprint(examples: Sequence[Example]) -> str:
    """Return what tells whether weights were learned from these examples."""
    told = sorted((one.language, one.intent, one.text) for one in examples)
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


def learn(
    examples: Sequence[Example], more: Sequence[Example], embed: Embed, tell: Told
) -> Weights:
    """Return the weights; `tell` hears how far it is. What is learned from `more` is not asked
    for when examples and weights are compared."""
    every = [*examples, *more]
    meanings = []
    for number, one in enumerate(every):
        if number % 500 == 0:
            tell(f"reading example {number} of {len(every)}")
        meanings.append(embed(one.text))
    return replace(fitted(every, np.array(meanings), tell), learned_from=fingerprint(examples))


def fitted(examples: Sequence[Example], meanings: NDArray[np.float32], tell: Told) -> Weights:
    """Return weights for examples whose embeddings are known."""
    centre: Vector = meanings.mean(axis=0)
    shapes = np.array([wording(one.text) for one in examples])
    empty = Layer((), shapes[:0], shapes[0, :0])
    bare = Weights(centre, empty, empty, fingerprint(examples))
    seen = np.hstack([np.array([bare.meaning(one) for one in meanings]), shapes])
    tell("learning languages")
    languages = _layer(shapes, [one.language for one in examples])
    tell("learning intents: a minute or two")
    intents = _layer(seen, [one.intent for one in examples])
    return Weights(centre, intents, languages, bare.learned_from)


def _layer(seen: NDArray[np.float32], labels: Sequence[str]) -> Layer:
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=STRENGTH, max_iter=500, class_weight="balanced")
    model.fit(csr_matrix(seen), list(labels))
    return Layer(
        labels=[str(label) for label in model.classes_],
        matrix=model.coef_.astype(np.float32),
        bias=model.intercept_.astype(np.float32),
    )
