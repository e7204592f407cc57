"""What the weights see of a text: its meaning as an embedding, its wording as hashed pieces."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]

LETTERS, WORDS = 8192, 4096
"""Places that pieces of words, and words with their neighbours, are hashed into."""
WORDING = LETTERS + WORDS
SHORTEST, LONGEST = 2, 5
"""Letters of a piece."""
_WORD = re.compile(r"\w+|[^\w\s]")


def wording(text: str) -> Vector:
    """Return the shape of what was written: `WORDING` numbers, each half of length 1 or 0."""
    words = _WORD.findall(plain(text))
    letters = _hashed((piece for word in words for piece in _pieces(word)), LETTERS)
    neighbours = [*words, *(" ".join(pair) for pair in pairwise(["", *words, ""]))]
    return np.concatenate([letters, _hashed(iter(neighbours), WORDS)])


def plain(text: str) -> str:
    """Return `text` in lower case and without accents; numbers all look alike.

    >>> plain("¿A las 10:30?")
    '¿a las 00:00?'
    """
    spelled = unicodedata.normalize("NFKD", text.casefold())
    return "".join(
        "0" if letter.isdigit() else letter
        for letter in spelled
        if not unicodedata.combining(letter)
    )


def _pieces(word: str) -> Iterator[str]:
    padded = f" {word} "
    for length in range(SHORTEST, LONGEST + 1):
        for start in range(len(padded) - length + 1):
            yield padded[start : start + length]


def _hashed(pieces: Iterator[str], places: int) -> Vector:
    """Count pieces; about half of them downwards, so that those that meet cancel out."""
    counts = np.zeros(places, dtype=np.float32)
    for piece in pieces:
        hashed = crc32(piece.encode())
        counts[(hashed >> 1) % places] += 1 if hashed & 1 else -1
    length = float(np.linalg.norm(counts))
    return counts / length if length else counts
