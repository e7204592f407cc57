"""What texts mean, each computed once and remembered in a file.

A text takes some 20 ms, the questions and answers of a language some seconds: too long for the
first candidate who asks.
"""

from __future__ import annotations

import hashlib
import os
import threading
import zipfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.answering.understanding.embedding import Embed
from bot.answering.understanding.features import Vector

Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class Vectors:
    embed: Embed
    centred: Callable[[Vector], Vector]
    """Takes away what all texts have in common."""
    path: Path | None
    """Where they are remembered, by the fingerprint of their texts."""
    known: dict[str, Vector] = field(default_factory=dict)

    def of(self, text: str) -> Vector:
        """Return the meaning of what somebody wrote, of length 1; nothing is remembered."""
        return self.centred(self.embed(text))

    def of_all(self, texts: Sequence[str]) -> Matrix:
        """Return a row for each text; what was not known is computed and remembered."""
        if not self.known:
            self.known.update(self._stored())
        new = [text for text in texts if _fingerprint(text) not in self.known]
        self.known.update({_fingerprint(text): _short(self.embed(text)) for text in new})
        if new:
            self._store()
        return np.array([self.centred(self.known[_fingerprint(text)]) for text in texts])

    def _stored(self) -> Mapping[str, Vector]:
        """A file that cannot be read is as good as none: it is written anew."""
        if self.path is None:
            return {}
        try:
            with self.path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                vectors = stored["vectors"].astype(np.float32)
                return dict(zip(map(str, stored["texts"]), vectors, strict=True))
        except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile):
            return {}

    def _store(self) -> None:
        """Write beside the file and then in its place: other processes read and write it too.
        Where nothing may be written, every process computes for itself."""
        if self.path is None:
            return
        with suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            fresh = self.path.with_suffix(f".{os.getpid()}-{threading.get_ident()}.npz")
            known = dict(self.known)
            vectors = np.array(list(known.values()), dtype=np.float16)
            np.savez_compressed(fresh, texts=np.array(list(known)), vectors=vectors)
            fresh.replace(self.path)


def _short(vector: Vector) -> Vector:
    """Round as the file does, so that the first process finds what all later ones find."""
    return vector.astype(np.float16).astype(np.float32)


def _fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]
