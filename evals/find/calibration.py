"""Whether a score says how good a match is, and how much is refused, on the development half.

    python -m evals.find.calibration [--plot FILE.svg]

A score can be believed when, of the matches that score about 0.6, six in ten are worth a call
(grade 2 or 3). All matches that are shown count, ten a need at most. A need that nobody answers
should get none.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from evals.linking.calibration import wilson
from msgspec import Struct
from numpy.typing import NDArray

from . import plots
from .finders import DEEP, Ground, prepare
from .needs import Need, read_judged, read_needs, take_sample
from .reference import Figures, Part
from .scoring import DEPTH

BINS: Final = 10
"""Equal bins over scores from 0 to 1."""

WORTH_A_CALL: Final = 2
"""The least grade that counts as right."""

_THRESHOLDS: Final = (0.0, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6)


class Shown(Struct, frozen=True):
    """All matches that were shown, and what each need's first one scored.

    Attributes:
        scores: of each match, shape (matches,), 0–1.
        grades: of each match, shape (matches,), 0–3.
        firsts: the best score of each answerable need, 0 for none, shape (answerable needs,).
        false_firsts: the same of the needs that nobody answers.
    """

    scores: NDArray[np.float64]
    grades: NDArray[np.int64]
    firsts: NDArray[np.float64]
    false_firsts: NDArray[np.float64]


class Bin(Struct, frozen=True):
    """Matches of about the same score.

    Attributes:
        low: the lowest score that belongs to it.
        high: the lowest that no longer does; the last bin holds 1 too.
        score: the mean score.
        counts: how many have grade 0, 1, 2 and 3.
    """

    low: float
    high: float
    score: float
    counts: tuple[int, int, int, int]

    @property
    def matches(self) -> int:
        """How many there are."""
        return sum(self.counts)

    @property
    def right(self) -> int:
        """How many are worth a call."""
        return sum(self.counts[WORTH_A_CALL:])


def show(ground: Ground, needs: Sequence[Need]) -> Shown:
    """Answer needs and keep scores and grades, of organisations that were graded."""
    scores: list[float] = []
    grades: list[int] = []
    firsts: dict[bool, list[float]] = {True: [], False: []}
    judged = read_judged()
    for need in needs:
        found = ground.matcher.find(need.text, limit=DEEP).matches
        matches = [match for match in found if match.id in judged][:DEPTH]
        scores += [match.score for match in matches]
        grades += [need.grades.get(match.id, 0) for match in matches]
        firsts[need.is_answerable].append(max((match.score for match in matches), default=0.0))
    return Shown(
        np.array(scores), np.array(grades), np.array(firsts[True]), np.array(firsts[False])
    )


def bin_up(shown: Shown) -> list[Bin]:
    """Sort matches into equal bins by score; bins without a match are left out."""
    places = np.minimum((shown.scores * BINS).astype(int), BINS - 1)
    found = []
    for place in np.unique(places):
        inside = places == place
        counts = np.bincount(shown.grades[inside], minlength=4).tolist()
        found.append(
            Bin(
                low=float(place) / BINS,
                high=float(place + 1) / BINS,
                score=float(shown.scores[inside].mean()),
                counts=(counts[0], counts[1], counts[2], counts[3]),
            )
        )
    return found


def summarise(shown: Shown) -> Figures:
    """Return how far scores can be believed.

    - expected error: mean distance of score and share right over the bins, by matches;
    - brier: mean squared distance of a match's score from 1 if right and 0 if not;
    - discrimination: how often a right match scores above one that is not (area under the curve);
    - refused: the share of needs that nobody answers which got no match;
    - answered: the share of the other needs which got one.
    """
    is_right = shown.grades >= WORTH_A_CALL
    bins = bin_up(shown)
    error = sum(abs(b.right - b.matches * b.score) for b in bins) / shown.scores.size
    right, wrong = shown.scores[is_right], shown.scores[~is_right]
    above = (right[:, None] > wrong).mean() + (right[:, None] == wrong).mean() / 2
    found = {
        "expected error": error,
        "brier": np.mean((shown.scores - is_right) ** 2),
        "discrimination": above,
        "answered": np.mean(shown.firsts > 0),
    }
    if shown.false_firsts.size:
        found["refused"] = np.mean(shown.false_firsts == 0)
    return {name: round(float(value), 4) for name, value in found.items()}


def freeze(ground: Ground, needs: Sequence[Need]) -> Part:
    """Measure what is frozen."""
    return Part(summarise(show(ground, needs)), freeze_sample(ground, needs))


def freeze_sample(ground: Ground, needs: Sequence[Need]) -> Figures:
    """Measure what is frozen of the fixed sample."""
    return summarise(show(ground, take_sample(needs)))


def table(shown: Shown) -> Iterator[str]:
    """Yield the lines of the tables, in Markdown."""
    yield "| score | matches | mean score | grade 3 | grade 2 | grade 1 | none | 2 or 3 | 95 % |"
    yield "|---|--:|--:|--:|--:|--:|--:|--:|---|"
    for b in bin_up(shown):
        none, one, two, three = (count / b.matches for count in b.counts)
        low, high = wilson(b.right, b.matches)
        yield (
            f"| {b.low:.1f}–{b.high:.1f} | {b.matches} | {b.score:.3f} | {three:.0%} | {two:.0%} "
            f"| {one:.0%} | {none:.0%} | {b.right / b.matches:.3f} | {low:.3f}–{high:.3f} |"
        )
    yield ""
    yield "; ".join(f"{name} {value:.3f}" for name, value in summarise(shown).items())
    yield ""
    yield "| shown from a first score of | unanswerable refused | answerable still answered |"
    yield "|--:|--:|--:|"
    for threshold in _THRESHOLDS:
        # What has no match scores 0 and is refused at any threshold.
        refused = int((shown.false_firsts <= max(0.0, threshold - 1e-9)).sum())
        kept = int((shown.firsts > max(0.0, threshold - 1e-9)).sum())
        yield (
            f"| {threshold:.2f} | {refused} of {shown.false_firsts.size} "
            f"| {kept} of {shown.firsts.size} |"
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables; draw when asked to."""
    parser = argparse.ArgumentParser(
        prog="python -m evals.find.calibration", description="Measure whether scores mean much."
    )
    parser.add_argument("--plot", type=Path, help="write a drawing to this file")
    chosen = parser.parse_args(arguments)
    needs = read_needs("dev")
    with prepare() as ground:
        shown = show(ground, needs)
        answered = [
            f"answered, though nobody can: {need.text} ({matches[0].id}, {matches[0].score:.2f})"
            for need in needs
            if not need.is_answerable and (matches := ground.matcher.find(need.text).matches)
        ]
    print("\n".join([*table(shown), "", *answered]))
    if chosen.plot:
        chosen.plot.write_text(plots.draw(bin_up(shown), summarise(shown)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
