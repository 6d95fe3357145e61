"""The counting rule: what of an answer is right, wrong and missing.

A predicted id is right when it is exactly one of the row's labelled ids: nothing is given for a
parent, a successor or a neighbour. Figures are micro averages over (row, id) pairs:

- precision: right pairs / predicted pairs; recall: right pairs / labelled pairs;
- a wrong id therefore costs twice: one pair too many, and the labelled one is still missing;
- rows labelled with nothing add nothing to recall, but every id predicted there costs precision.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from .rows import Answer, Row

_ROR_ID: Final = re.compile(r"(0[0-9a-z]{8})/?$")
_RIGHT, _PREDICTED, _LABELLED, _EXACT, _NULL, _NULL_FALSE = range(6)
_RESAMPLES: Final = 1000


class Scores(Struct, frozen=True):
    """How well a list of rows was answered; all shares are 0-1.

    Attributes:
        rows: how many there are.
        right: predicted pairs that are labelled.
        predicted: predicted pairs.
        labelled: labelled pairs.
        precision: of the predicted pairs, the right ones; 1 when nothing is labelled or predicted.
        recall: of the labelled pairs, the right ones; 1 when nothing is labelled.
        f1: the harmonic mean of both.
        f_half: the same, with precision counting twice as much as recall.
        f1_interval: 95 % percentile bootstrap over rows; ``None`` when not asked for.
        exact: rows answered with precisely the labelled ids.
        null_rows: rows labelled with nothing.
        null_false: of those, the share with an id predicted; ``None`` when there are none.
    """

    rows: int
    right: int
    predicted: int
    labelled: int
    precision: float
    recall: float
    f1: float
    f_half: float
    f1_interval: tuple[float, float] | None
    exact: float
    null_rows: int
    null_false: float | None


def bare(ror_id: str) -> str:
    """Return the nine characters of a ROR id, however it is written; else all in lower case."""
    plain = ror_id.strip().lower()
    found = _ROR_ID.search(plain)
    return found.group(1) if found else plain


def predicted_ids(answer: Answer, *, is_first_only: bool = False) -> tuple[str, ...]:
    """Return the ids of an answer that count, bare, best first, each once."""
    counted = answer.ror_ids[:1] if is_first_only else answer.ror_ids
    return tuple(dict.fromkeys(bare(identity) for identity in counted))


def score(
    rows: Sequence[Row],
    answers: Sequence[Answer],
    *,
    is_first_only: bool = False,
    resamples: int = _RESAMPLES,
) -> Scores:
    """Score the answers to `rows`.

    Args:
        rows: the labelled rows.
        answers: one a row, in the same order.
        is_first_only: count only the first id of an answer.
        resamples: of the bootstrap; 0 leaves the interval out.

    Raises:
        ValueError: there are more or fewer answers than rows.
    """
    return summarise(count(rows, answers, is_first_only=is_first_only), resamples=resamples)


def count(
    rows: Sequence[Row], answers: Sequence[Answer], *, is_first_only: bool = False
) -> NDArray[np.float64]:
    """Count each row: right, predicted and labelled pairs, exact, null, null with an answer.

    Counts of several sets, each by its own rule, can be put together and summarised as one.

    Raises:
        ValueError: there are more or fewer answers than rows.
    """
    counts = np.zeros((len(rows), 6))
    for at, (row, answer) in enumerate(zip(rows, answers, strict=True)):
        labelled = {bare(identity) for identity in row.ror_ids}
        predicted = set(predicted_ids(answer, is_first_only=is_first_only))
        counts[at] = (
            len(labelled & predicted),
            len(predicted),
            len(labelled),
            labelled == predicted,
            not labelled,
            not labelled and bool(predicted),
        )
    return counts


def summarise(counts: NDArray[np.float64], *, resamples: int = _RESAMPLES) -> Scores:
    """Turn counts of rows, shape (rows, 6), into scores."""
    totals = counts.sum(axis=0)
    precision, recall, f1, f_half = (float(share) for share in shares(totals))
    rows, null_rows = len(counts), int(totals[_NULL])
    return Scores(
        rows=rows,
        right=int(totals[_RIGHT]),
        predicted=int(totals[_PREDICTED]),
        labelled=int(totals[_LABELLED]),
        precision=precision,
        recall=recall,
        f1=f1,
        f_half=f_half,
        f1_interval=_interval(counts, resamples) if resamples and rows else None,
        exact=float(totals[_EXACT] / rows) if rows else 1.0,
        null_rows=null_rows,
        null_false=float(totals[_NULL_FALSE] / null_rows) if null_rows else None,
    )


def together(parts: Iterable[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Put counts of several sets under one another."""
    return np.concatenate([np.zeros((0, 6)), *parts])


def shares(totals: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return precision, recall, F1 and F0.5 for summed counts of shape (..., 6); first axis 4."""
    right, predicted, labelled = (totals[..., of] for of in (_RIGHT, _PREDICTED, _LABELLED))
    empty = np.where(labelled > 0, 0.0, 1.0)
    precision = np.divide(right, predicted, out=empty, where=predicted > 0)
    recall = np.divide(right, labelled, out=np.ones_like(right), where=labelled > 0)

    def weigh(beta: float) -> NDArray[np.float64]:
        below = beta**2 * precision + recall
        above = (1 + beta**2) * precision * recall
        return np.divide(above, below, out=np.zeros_like(above), where=below > 0)

    return np.stack([precision, recall, weigh(1.0), weigh(0.5)])


def _interval(counts: NDArray[np.float64], resamples: int) -> tuple[float, float]:
    """Draw rows with replacement and return the 2.5th and 97.5th percentile of F1."""
    draws = np.random.default_rng(1)
    rows = len(counts)
    totals = np.stack(
        [
            np.bincount(draws.integers(0, rows, rows), minlength=rows) @ counts
            for _ in range(resamples)
        ]
    )
    low, high = np.percentile(shares(totals)[2], [2.5, 97.5])
    return float(low), float(high)
