"""How a shortlist is scored, and how sure a mean of scores is.

Gains are exponential (2^grade - 1), as in Burges et al. (2005). Where nobody answers a need, the
right shortlist is an empty one: every measure is then 1 for none and 0 for any.

Intervals are 95 % percentile bootstraps (Efron, 1979) over clusters of needs rather than needs:
the four wordings of one need were judged once and are drawn together.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from .needs import Need

CUT: Final = 5
DEPTH: Final = 10
DRAWS: Final = 10_000
_SEED: Final = 20261123

Answers = Mapping[str, Sequence[str]]
"""At most ten organisation ids, best first, by id of the need."""

Array = NDArray[np.float64]


class Estimate(Struct, frozen=True):
    """A mean over needs and its 95 % interval."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:.3f} [{self.low:.3f}, {self.high:.3f}]"


class Scores(Struct, frozen=True):
    """What some needs score together, each measure 0–1."""

    ndcg5: Estimate
    success1: Estimate
    recall10: Estimate
    needs: int


class Difference(Struct, frozen=True):
    """How much better one finder is than another on the same needs.

    Attributes:
        ndcg5: the mean difference of nDCG@5.
        ahead: the share of draws in which the first is ahead, 0–1.
    """

    ndcg5: Estimate
    ahead: float


def ndcg(ranked: Sequence[str], grades: Mapping[str, int], cut: int = CUT) -> float:
    """Return the normalised discounted cumulative gain, 0–1, with exponential gains."""
    if not grades:
        return float(not ranked)

    def gain(values: Iterable[int]) -> float:
        return math.fsum(
            (2.0**value - 1) / math.log2(rank + 2) for rank, value in enumerate(values)
        )

    ideal = gain(sorted(grades.values(), reverse=True)[:cut])
    return gain(grades.get(identity, 0) for identity in ranked[:cut]) / ideal


def success(ranked: Sequence[str], grades: Mapping[str, int]) -> float:
    """Return 1 if the first match has grade 2 or more, or the best grade that there is."""
    if not grades:
        return float(not ranked)
    enough = min(2, max(grades.values()))
    return float(bool(ranked) and grades.get(ranked[0], 0) >= enough)


def recall(ranked: Sequence[str], grades: Mapping[str, int], cut: int = DEPTH) -> float:
    """Return the share of graded organisations among the first matches, as far as they fit."""
    if not grades:
        return float(not ranked)
    return len(set(ranked[:cut]) & set(grades)) / min(cut, len(grades))


def overlap(first: Sequence[str], second: Sequence[str], cut: int = CUT) -> float:
    """Return the share of the first matches that two shortlists have in common, 0–1.

    Of the longer one where they are shorter than `cut`; two empty ones agree.
    """
    longest = max(len(first[:cut]), len(second[:cut]))
    return len(set(first[:cut]) & set(second[:cut])) / longest if longest else 1.0


def measure(needs: Sequence[Need], answers: Answers) -> Array:
    """Return nDCG@5, success@1 and recall@10 of each need, shape (needs, 3)."""
    return np.array(
        [
            [score(answers[need.id], need.grades) for score in (ndcg, success, recall)]
            for need in needs
        ],
        dtype=float,
    ).reshape(len(needs), 3)


def summarise(needs: Sequence[Need], answers: Answers) -> Scores:
    """Return the means over needs with their intervals."""
    first, second, third = estimate(measure(needs, answers), [need.cluster for need in needs])
    return Scores(ndcg5=first, success1=second, recall10=third, needs=len(needs))


def compare(needs: Sequence[Need], ours: Answers, theirs: Answers) -> Difference:
    """Hold one finder against another need by need: a paired bootstrap of nDCG@5."""
    gap = (measure(needs, ours) - measure(needs, theirs))[:, :1]
    names = [need.cluster for need in needs]
    drawn = _draw(gap, names)
    return Difference(estimate(gap, names)[0], float(np.mean(drawn > 0)))


def estimate(values: Array, names: Sequence[str]) -> list[Estimate]:
    """Return the mean of each column with its 95 % interval.

    Args:
        values: one row a need, shape (needs, columns).
        names: the cluster of each row.
    """
    lows, highs = np.percentile(_draw(values, names), (2.5, 97.5), axis=0)
    return [
        Estimate(*(round(float(number), 4) for number in numbers))
        for numbers in zip(values.mean(axis=0), lows, highs, strict=True)
    ]


def _draw(values: Array, names: Sequence[str]) -> Array:
    """Return the means of as many needs, drawn by cluster, shape (draws, columns)."""
    groups, rows = np.unique(np.array(names), return_inverse=True)
    sums = np.zeros((len(groups), values.shape[1]))
    np.add.at(sums, rows, values)
    sizes = np.bincount(rows).astype(float)
    drawn = np.random.default_rng(_SEED).multinomial(
        len(groups), np.full(len(groups), 1 / len(groups)), size=DRAWS
    )
    return np.asarray((drawn @ sums) / (drawn @ sizes)[:, None])
