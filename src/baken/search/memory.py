"""What was read for another index is not read again: four fifths of the time of indexing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from .encoder import Vectors
from .files import Arrays, save

_SETS: Final = ("vectors", "themes.vectors", "words.vectors", "everyday.vectors")
"""Arrays of vectors; beside each lies what was read for it, as marks."""

_MARK_BYTES: Final = 16

Readings = Sequence[tuple[str, ...]]


class Memory:
    """Vectors by what was read for them."""

    def __init__(self) -> None:
        self._vectors: list[Vectors] = []
        self._places: dict[bytes, tuple[int, int]] = {}

    @classmethod
    def of(cls, indexes: Iterable[Arrays]) -> Self:
        """Return what indexes remember; their vectors have to be of the model in use."""
        memory = cls()
        for arrays in indexes:
            for name in _SETS:
                if (marks := arrays.get(f"{name}.read")) is None:
                    continue
                number = len(memory._vectors)
                memory._vectors.append(arrays[name])
                for row, mark in enumerate(marks):
                    memory._places[mark.tobytes()] = (number, row)
        return memory

    def __call__(self, readings: Readings) -> list[Vectors | None]:
        """Return the vector of each tuple of texts; None for one that was not read before."""
        if not self._places:
            return [None] * len(readings)
        places = (self._places.get(_mark(texts)) for texts in readings)
        return [place and self._vectors[place[0]][place[1]] for place in places]


def remember(folder: Path, name: str, readings: Readings) -> None:
    """Write what was read for an array of vectors.

    Args:
        folder: of the index.
        name: of the array.
        readings: the texts of each vector, in their order.
    """
    marks = b"".join(map(_mark, readings))
    rows: NDArray[np.uint8] = np.frombuffer(marks, dtype=np.uint8).reshape(-1, _MARK_BYTES)
    save(folder, {f"{name}.read": rows})


def _mark(texts: tuple[str, ...]) -> bytes:
    return blake2b("\0".join(texts).encode(), digest_size=_MARK_BYTES).digest()
