"""Sentences by their meaning: one vector a passage, and cells of vectors that lie close.

A few hundred thousand vectors are too many to compare each with a need in a few milliseconds, so
they are sorted into cells around centres (an inverted file, as in Jégou, Douze and Schmid, 2011,
without their compression), and a need looks into the cells that are nearest to it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from .encoder import Vectors
from .files import Arrays, Lists, Rows, parts, save

FEWEST_IN_CELLS: Final = 20_000
"""Vectors from which cells are made; fewer are compared one and all."""

_ROUNDS: Final = 4
_SAMPLE: Final = 40
"""Vectors a centre from which the centres are worked out."""

_LOOKED_AT: Final = 4_000
"""Vectors that are compared with a need at the least."""

_CHUNK: Final = 16_384


class Meaning:
    """Vectors of passages, compared with those of a need; safe to share between threads."""

    def __init__(self, arrays: Arrays) -> None:
        self._vectors: NDArray[Any] = arrays["vectors"]
        self._scales: Vectors = arrays["vectors.scales"]
        self._passages = arrays["vectors.passages"]
        self._row_of = arrays["passages.vectors"]
        self._cells = arrays.lists("cells") if "centres" in arrays else None
        self._centres = arrays.get("centres")
        self._blas = ThreadpoolController()

    def compare(self, vectors: Vectors, positions: Rows | None = None) -> Vectors:
        """Return the cosine of texts with passages, 0 for those without a sentence.

        Args:
            vectors: of the texts, shape (texts, dimensions).
            positions: which passages; None for all.

        Returns:
            Shape (texts, passages).
        """
        rows = self._row_of if positions is None else self._row_of[positions]
        has_one = np.flatnonzero(rows >= 0)
        cosines = np.zeros((len(vectors), len(rows)), dtype=np.float32)
        if len(has_one):
            # Chunks, so that all of a large index is never in memory as float32.
            for first in range(0, len(has_one), _CHUNK):
                some = has_one[first : first + _CHUNK]
                cosines[:, some] = self._cosines(vectors, rows[some])
        return cosines

    def near(self, vectors: Vectors) -> tuple[Rows, Vectors]:
        """Return the passages that are probably closest to any of the texts, with their cosines.

        Args:
            vectors: of the texts, shape (texts, dimensions).
        """
        if self._cells is None or self._centres is None:
            rows = np.arange(len(self._vectors))
        else:
            closeness = self.multiply(vectors, self._centres).max(axis=0)
            order = np.argsort(-closeness)
            held = np.cumsum(np.diff(self._cells.starts)[order])
            cells = order[: int(np.searchsorted(held, _LOOKED_AT)) + 1]
            rows = np.sort(self._cells.gather(cells)[0])
        best = self._cosines(vectors, rows).max(axis=0, initial=0.0)
        return np.asarray(self._passages[rows], dtype=np.int64), best

    def _cosines(self, vectors: Vectors, rows: Rows) -> Vectors:
        return self.multiply(vectors, self._vectors[rows]) * self._scales[rows]

    def multiply(self, texts: Vectors, others: NDArray[Any]) -> Vectors:
        """Multiply on one thread: for so small a product, waking a second takes 50 times longer."""
        with self._blas.limit(limits=1, user_api="blas"):
            return np.asarray(texts @ others.astype(np.float32, copy=False).T, dtype=np.float32)


def write_meaning(
    folder: Path, passages: Rows, vectors: NDArray[Any], scales: Vectors, count: int
) -> None:
    """Write the vectors of passages, and cells where they are many.

    Args:
        folder: of the index.
        passages: those that have a vector, ascending.
        vectors: theirs, shape (passages, dimensions).
        scales: what to multiply each by to make its length 1, shape (passages,).
        count: of all passages.
    """
    row_of = np.full(count, -1, dtype=np.int32)
    row_of[passages] = np.arange(len(passages), dtype=np.int32)
    save(folder, {"vectors.passages": passages.astype(np.int32), "passages.vectors": row_of})
    save(folder, {"vectors": vectors, "vectors.scales": scales})
    if len(vectors) >= FEWEST_IN_CELLS:
        centres = _centres(vectors)
        cell = _nearest(vectors, centres)
        rows = np.arange(len(vectors), dtype=np.int32)
        save(folder, {"centres": centres})
        save(folder, parts("cells", Lists.of(cell, rows, len(centres))))


def _centres(vectors: NDArray[Any]) -> Vectors:
    """Return as many centres as the square root of the vectors, by spherical k-means."""
    count = int(len(vectors) ** 0.5)
    chance = np.random.default_rng(2026)
    some = np.sort(chance.choice(len(vectors), min(len(vectors), _SAMPLE * count), replace=False))
    sample = vectors[some].astype(np.float32)
    sample /= np.maximum(np.linalg.norm(sample, axis=1, keepdims=True), 1e-9)
    centres = sample[chance.choice(len(sample), count, replace=False)]
    for _ in range(_ROUNDS):
        cell = _nearest(sample, centres)
        order = np.argsort(cell, kind="stable")
        firsts = np.flatnonzero(np.diff(cell[order], prepend=-1))
        centres[cell[order][firsts]] = np.add.reduceat(sample[order], firsts, axis=0)
        centres /= np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-9)
    return centres


def _nearest(vectors: NDArray[Any], centres: Vectors) -> Rows:
    cell = np.empty(len(vectors), dtype=np.int64)
    for first in range(0, len(vectors), _CHUNK):
        some = vectors[first : first + _CHUNK].astype(np.float32, copy=False)
        cell[first : first + _CHUNK] = (some @ centres.T).argmax(axis=1)
    return cell
