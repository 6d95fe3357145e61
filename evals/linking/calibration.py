"""Whether a link's score says how likely it is right, and what a higher threshold would cost."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from .rows import Answer, Row
from .scoring import bare

BINS: Final = 20
"""Equal bins over scores from 0 to 1."""

_Z: Final = 1.959964  # two-sided 95 %


class Judged(Struct, frozen=True):
    """Scored links of one or more sets, and what there was to find.

    Attributes:
        scores: of each link, shape (links,), 0-1.
        is_right: whether it is labelled, shape (links,).
        labelled: how many pairs are.
    """

    scores: NDArray[np.float64]
    is_right: NDArray[np.bool_]
    labelled: int


class Bin(Struct, frozen=True):
    """Links of about the same score.

    Attributes:
        low: the lowest score that belongs to it.
        high: the lowest that no longer does; the last bin holds 1 too.
        links: how many there are.
        score: their mean score.
        right: the share that is right.
        interval: 95 % Wilson interval of that share.
    """

    low: float
    high: float
    links: int
    score: float
    right: float
    interval: tuple[float, float]


class Calibration(Struct, frozen=True):
    """How far scores can be read as probabilities.

    Attributes:
        bins: those that hold a link, from low to high.
        expected_error: mean distance between score and share right over the bins, by links.
        brier: mean squared distance between a link's score and 1 if right, 0 if wrong.
    """

    bins: tuple[Bin, ...]
    expected_error: float
    brier: float


class Step(Struct, frozen=True):
    """What is left when only links of at least `threshold` are kept; shares are 0-1."""

    threshold: float
    links: int
    precision: float
    recall: float
    f1: float


def judge(rows: Sequence[Row], answers: Sequence[Answer], *, is_first_only: bool = False) -> Judged:
    """Say of every scored link to the registry whether it is labelled.

    Links to organisations that only a landscape knows are left out: nothing is labelled with them.
    """
    scores: list[float] = []
    is_right: list[bool] = []
    labelled = 0
    for row, answer in zip(rows, answers, strict=True):
        gold = {bare(identity) for identity in row.ror_ids}
        counted = {bare(identity) for identity in answer.ror_ids}
        links = [link for link in answer.links if bare(link.id) in counted]
        labelled += len(gold)
        for link in links[:1] if is_first_only else links:
            scores.append(link.score)
            is_right.append(bare(link.id) in gold)
    return Judged(np.array(scores, dtype=float), np.array(is_right, dtype=bool), labelled)


def pool(judged: Sequence[Judged]) -> Judged:
    """Put the links of several sets together."""
    return Judged(
        np.concatenate([np.zeros(0), *(one.scores for one in judged)]),
        np.concatenate([np.zeros(0, dtype=bool), *(one.is_right for one in judged)]),
        sum(one.labelled for one in judged),
    )


def calibrate(judged: Judged) -> Calibration:
    """Hold scores against shares right."""
    if not judged.scores.size:
        return Calibration((), 0.0, 0.0)
    places = np.minimum((judged.scores * BINS).astype(int), BINS - 1)
    bins = []
    for place in np.unique(places):
        inside = places == place
        links, right = int(inside.sum()), int(judged.is_right[inside].sum())
        bins.append(
            Bin(
                low=float(place) / BINS,
                high=float(place + 1) / BINS,
                links=links,
                score=float(judged.scores[inside].mean()),
                right=right / links,
                interval=wilson(right, links),
            )
        )
    total = judged.scores.size
    return Calibration(
        bins=tuple(bins),
        expected_error=sum(b.links * abs(b.right - b.score) for b in bins) / total,
        brier=float(np.mean((judged.scores - judged.is_right) ** 2)),
    )


def steps(judged: Judged, thresholds: Sequence[float]) -> list[Step]:
    """Return what each threshold leaves."""
    found = []
    for threshold in thresholds:
        kept = judged.scores >= threshold
        links, right = int(kept.sum()), int(judged.is_right[kept].sum())
        precision = right / links if links else 1.0
        recall = right / judged.labelled if judged.labelled else 1.0
        both = precision + recall
        found.append(
            Step(
                threshold=threshold,
                links=links,
                precision=precision,
                recall=recall,
                f1=2 * precision * recall / both if both else 0.0,
            )
        )
    return found


def wilson(right: int, of: int) -> tuple[float, float]:
    """Return the 95 % interval of a share, 0-1 (Wilson, 1927)."""
    share, spread = right / of, _Z**2 / of
    middle = (share + spread / 2) / (1 + spread)
    half = _Z * math.sqrt(share * (1 - share) / of + spread / of / 4) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)
