"""The numbers that tell what a text wants, learned from `prompts/understanding/`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.answering.understanding.features import Vector
from bot.domain.errors import BadConfig, Mistake

STEPS = 127
"""A number is stored in one byte: so many steps each way, up to the largest of its row."""


@dataclass(frozen=True)
class Layer:
    """A linear classifier."""

    labels: Sequence[str]
    matrix: NDArray[np.float32]
    """A row for each label."""
    bias: Vector

    def probabilities(self, features: Vector) -> Mapping[str, float]:
        scores = self.matrix @ features + self.bias
        raised = np.exp(scores - scores.max())
        shares = raised / raised.sum()
        return dict(zip(self.labels, map(float, shares), strict=True))


@dataclass(frozen=True)
class Weights:
    centre: Vector
    """The mean of all embeddings, which says nothing."""
    intents: Layer
    """Over meaning and wording."""
    languages: Layer
    """Over wording alone."""
    learned_from: str
    """The fingerprint of the examples."""

    def meaning(self, embedding: Vector) -> Vector:
        away = embedding - self.centre
        return (away / (np.linalg.norm(away) or 1)).astype(np.float32)

    def save(self, path: Path) -> None:
        """Write about 200 kB, the same bytes for the same weights."""
        stored: dict[str, Any] = {
            "centre": self.centre.astype(np.float16),
            "learned_from": np.array(self.learned_from),
            **_packed("intents", self.intents),
            **_packed("languages", self.languages),
        }
        np.savez_compressed(path, **stored)


def load_weights(path: Path) -> Weights:
    """Raises BadConfig where the file is missing or was not written by `app.py train`."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            return Weights(
                centre=stored["centre"].astype(np.float32),
                intents=_unpacked("intents", stored),
                languages=_unpacked("languages", stored),
                learned_from=str(stored["learned_from"]),
            )
    except (OSError, KeyError, ValueError) as error:
        mend = "get it back from the repository, or run: python app.py train"
        raise BadConfig([Mistake(str(path), f"cannot be read: {error}", mend)]) from error


def _packed(name: str, layer: Layer) -> dict[str, Any]:
    largest = np.abs(layer.matrix).max(axis=1, keepdims=True)
    steps = np.round(layer.matrix / largest * STEPS).astype(np.int8)
    return {
        f"{name}.labels": np.array(layer.labels),
        f"{name}.steps": steps,
        f"{name}.largest": largest.astype(np.float32),
        f"{name}.bias": layer.bias.astype(np.float32),
    }


def _unpacked(name: str, stored: Mapping[str, Any]) -> Layer:
    steps = stored[f"{name}.steps"].astype(np.float32)
    return Layer(
        labels=[str(label) for label in stored[f"{name}.labels"]],
        matrix=steps * (stored[f"{name}.largest"] / np.float32(STEPS)),
        bias=stored[f"{name}.bias"].astype(np.float32),
    )
