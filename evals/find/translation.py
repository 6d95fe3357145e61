"""Whether the same need in four languages gets the same shortlist: overlap of the first five.

python -m evals.find.translation [--split test]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from itertools import combinations
from statistics import fmean
from typing import Final

import numpy as np

from baken.model import LANGUAGES

from .finders import Ground, answer, baken, prepare
from .needs import SPLITS, Need, clusters, read_needs, take_sample
from .reference import Figures, Part
from .scoring import Answers, Estimate, estimate, ndcg, overlap

ALL_PAIRS: Final = "all pairs"
_SAMPLE: Final = 16
"""Four needs in four languages."""


def quadruples(needs: Sequence[Need]) -> list[dict[str, Need]]:
    """Return the needs that stand in every language, by language."""
    found = [{need.language: need for need in part} for part in clusters(needs).values()]
    return [quadruple for quadruple in found if len(quadruple) == len(LANGUAGES)]


def agree(needs: Sequence[Need], answers: Answers) -> dict[str, Estimate]:
    """Return the mean overlap@5 of each pair of languages and of all pairs, over quadruples."""
    pairs = list(combinations(LANGUAGES, 2))
    rows = [
        [overlap(answers[four[a].id], answers[four[b].id]) for a, b in pairs]
        for four in quadruples(needs)
    ]
    if not rows:
        return {}
    values = np.array(rows)
    every = np.column_stack([values.mean(axis=1), values])
    names = [ALL_PAIRS, *(f"{a}–{b}" for a, b in pairs)]
    found = estimate(every, [str(row) for row in range(len(rows))])
    return dict(zip(names, found, strict=True))


def figures(ground: Ground, needs: Sequence[Need]) -> Figures:
    """Return the mean overlaps."""
    four = wordings(needs)
    found = agree(four, answer(baken(ground.matcher), four))
    return {name: overlaps.mean for name, overlaps in found.items()}


def freeze(ground: Ground, needs: Sequence[Need]) -> Part:
    """Measure what is frozen."""
    return Part(figures(ground, needs), freeze_sample(ground, needs))


def freeze_sample(ground: Ground, needs: Sequence[Need]) -> Figures:
    """Measure what is frozen of the fixed sample: what all pairs of languages share."""
    return {ALL_PAIRS: figures(ground, take_sample(wordings(needs), _SAMPLE))[ALL_PAIRS]}


def table(needs: Sequence[Need], answers: Answers) -> Iterator[str]:
    """Yield the lines of the tables, in Markdown."""
    yield "| languages | overlap@5 |"
    yield "|---|---|"
    for name, overlaps in agree(needs, answers).items():
        yield f"| {name} | {overlaps} |"
    yield ""
    yield f"| nDCG@5 of the {len(quadruples(needs))} needs in | |"
    yield "|---|---|"
    for language in LANGUAGES:
        wordings = [four[language] for four in quadruples(needs)]
        mean = fmean(ndcg(answers[need.id], need.grades) for need in wordings)
        yield f"| {language} | {mean:.3f} |"


def one_by_one(needs: Sequence[Need], answers: Answers) -> Iterator[str]:
    """Yield each quadruple's mean overlap, for the split one may look at."""
    for four in quadruples(needs):
        shown = {code: answers[need.id][:5] for code, need in four.items()}
        mean = fmean(overlap(a, b) for a, b in combinations(shown.values(), 2))
        yield f"\n{four['en'].cluster} {mean:.2f} {four['en'].text}"
        yield from (f"  {code} {' '.join(ids)}" for code, ids in shown.items())


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables; of the development half also each need."""
    parser = argparse.ArgumentParser(
        prog="python -m evals.find.translation",
        description="Measure whether languages get the same shortlist.",
    )
    parser.add_argument("--split", choices=SPLITS, default="dev")
    chosen = parser.parse_args(arguments)
    needs = read_needs(chosen.split)
    four = wordings(needs)
    with prepare() as ground:
        answers = answer(baken(ground.matcher), four)
    print("\n".join(table(four, answers)))
    if chosen.split == "dev":
        print("\n".join(one_by_one(four, answers)))
    return 0


def wordings(needs: Sequence[Need]) -> list[Need]:
    """Return the needs that stand in all four languages."""
    return [need for quadruple in quadruples(needs) for need in quadruple.values()]


if __name__ == "__main__":
    sys.exit(main())
