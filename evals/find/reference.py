"""The frozen runs that present ones are held against."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from .scoring import Scores

REFERENCE: Final = Path(__file__).parent / "reference.json"

Figures = dict[str, float]
"""Named figures of 0–1, of which higher is better unless `LOWER_IS_BETTER` has the name."""

LOWER_IS_BETTER: Final = frozenset({"expected error", "brier"})


class Part(Struct, frozen=True):
    """One evaluation's figures: over a whole split, and over the fixed sample of it."""

    whole: Figures
    sample: Figures


class Frozen(Struct, frozen=True):
    """What was measured of one split.

    Attributes:
        scores: Baken's by group of needs.
        peers: nDCG@5 of each baseline.
        parts: each other evaluation by its name.
        top: the first five ids by need; of the test split none is kept.
    """

    scores: dict[str, Scores]
    peers: Figures
    parts: dict[str, Part] = {}
    top: dict[str, tuple[str, ...]] = {}


def read_reference(split: str, path: Path = REFERENCE) -> Frozen:
    """Read what was frozen of a split."""
    return _read(path)[split]


def write_reference(split: str, frozen: Frozen, path: Path = REFERENCE) -> None:
    """Put what was measured of a split in place of what was frozen of it before."""
    kept = _read(path) if path.exists() else {}
    encoded = msgspec.json.format(msgspec.json.encode({**kept, split: frozen}), indent=1)
    path.write_bytes(encoded + b"\n")


def losses(now: Figures, frozen: Figures, slack: float) -> Iterator[str]:
    """Yield a sentence for each figure that is worse than was frozen, or is not there."""
    for name, then in frozen.items():
        figure = now.get(name)
        if figure is None:
            yield f"“{name}” is not measured any more; freeze the reference again if that is meant."
            continue
        worse = figure - then if name in LOWER_IS_BETTER else then - figure
        if worse > slack:
            yield f"“{name}” is {figure:.3f}, was {then:.3f}."


def _read(path: Path) -> dict[str, Frozen]:
    return msgspec.json.decode(path.read_bytes(), type=dict[str, Frozen])
