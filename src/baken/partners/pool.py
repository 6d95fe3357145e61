"""Whom to look at: a few hundred candidates out of however many organisations there are.

A small landscape is looked at whole. In a large one, everything that is cheap to know of all
organisations together (words, themes, roles, places, kinds, names) and the nearest sentences make
an estimate of the score, and the best of it are candidates. Only who is looked at depends on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from baken.search import Index, Rows, spans

from .signals import (
    Question,
    fit_kinds,
    fit_names,
    fit_roles,
    fit_stage,
    mix,
    ramp,
    specialists_bonus,
)
from .thesaurus import CLOSE, Array, Thesaurus

LARGEST_POOL: Final = 500
"""Organisations that are looked at whole; of more than this, the best by estimate are."""

CHOSEN: Final = 400
_READ: Final = 1500
"""Of how many all sentences are compared before the best are chosen. 2026-11-23, 100,000
organisations, 91 needs of the dev split: of the first five that looking at everybody finds, 99.3 %
are found (87 % with none, all with 3,000, which take 4 ms more), and the first one always."""

_OF_STATEMENT: Final = 0.3
"""The part of the signal `statements` that is about meaning."""

_LEADING: Final = 40
_MOST_UNITS: Final = 5
_NONE: Final = np.float32(0)


def choose(
    index: Index,
    thesaurus: Thesaurus,
    question: Question,
    weights: Mapping[str, float],
    is_eligible: NDArray[np.bool_] | None = None,
) -> Rows:
    """Return the rows of the organisations to look at, ascending.

    What belongs together is looked at together: what a candidate is part of, and of the best, some
    of their units.

    Args:
        index: all of them.
        thesaurus: of the same index.
        question: what the need asks for.
        weights: of the signals that apply.
        is_eligible: which may be shown, shape (organisations,); None for all.
    """
    roster = index.roster
    if len(roster) <= LARGEST_POOL:
        rows = np.arange(len(roster), dtype=np.int64)
        return rows if is_eligible is None else rows[is_eligible]
    scores, closest = _estimated(index, thesaurus, question, weights)
    if is_eligible is not None:
        scores[~is_eligible] = -1
    best = np.sort(_highest(scores, _READ))
    scores = scores[best] + _missed_meaning(index, question, weights, best, closest[best])
    best = best[_highest(scores, CHOSEN)]
    above, _ = roster.ancestors.gather(best)
    units = [roster.units[row][:_MOST_UNITS] for row in best[:_LEADING].tolist()]
    rows = np.unique(np.concatenate([best, above[above < len(roster)], *units]).astype(np.int64))
    return rows if is_eligible is None else rows[is_eligible[rows]]


def _estimated(
    index: Index, thesaurus: Thesaurus, question: Question, weights: Mapping[str, float]
) -> tuple[Array, Array]:
    """Return everybody's estimate, and what is known for it of the meaning of their sentences."""
    brief, roster, everybody = question.brief, index.roster, slice(None)
    weight = {name: np.float32(value) for name, value in weights.items()}
    spoken = index.estimate(question.sought)
    scores = weight.get("words", _NONE) * ramp(spoken, 0.0, 0.5)
    positions, cosines = index.near(brief.vectors)
    closest = np.zeros(len(roster), dtype=np.float32)
    np.maximum.at(closest, index.owners(positions), ramp(cosines, 0.2, 0.55))
    scores += _by_meaning(weights) * closest
    is_near = np.ones(len(roster), dtype=np.bool_)
    if "themes" in weight:
        held = np.zeros(len(roster), dtype=np.float32)
        is_near[:] = False
        for theme, share in question.weights.items():
            near = thesaurus.holders(theme)
            held += np.float32(share) * near
            is_near |= near >= CLOSE
        scores += weight["themes"] * held * specialists_bonus(roster.themes_held)
    if "role" in weight:
        fits = [fit_roles(roster, everybody, wanted) for wanted in brief.roles]
        fits = [np.where(is_near, fit, np.minimum(fit, np.float32(0.6))) for fit in fits]
        scores += weight["role"] * mix(brief.roles.values(), fits)
    if "place" in weight:
        scores += weight["place"] * question.nearby[roster.place]
    if "kind" in weight:
        scores += weight["kind"] * fit_kinds(roster, everybody, brief.kinds)
    if "stage" in weight:
        scores += weight["stage"] * fit_stage(roster, everybody, brief.stage)
    if "name" in weight:
        scores += weight["name"] * fit_names(roster, everybody, brief.names)
    return scores, closest


def _missed_meaning(
    index: Index, question: Question, weights: Mapping[str, float], rows: Rows, known: Array
) -> Array:
    """Return what the estimates of some gain when all of their sentences are read."""
    positions, counts = spans(index.bounds, rows)
    cosines = index.compare(question.brief.vectors, positions).max(axis=0)
    best = np.maximum.reduceat(ramp(cosines, 0.2, 0.55), np.cumsum(counts) - counts)
    return np.asarray(_by_meaning(weights) * (best - known), dtype=np.float32)


def _by_meaning(weights: Mapping[str, float]) -> np.float32:
    return np.float32(weights.get("meaning", 0.0) + _OF_STATEMENT * weights.get("statements", 0.0))


def _highest(scores: Array, count: int) -> Rows:
    """Return the places of the highest scores, the highest first."""
    count = min(count, len(scores))
    best = np.argpartition(-scores, count - 1)[:count]
    return best[np.argsort(-scores[best], kind="stable")]
