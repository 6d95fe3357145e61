"""What each signal is worth: nDCG@5 with its weight set to 0, on the development half.

    python -m evals.find.ablation

The weights that remain are scaled up by the matcher itself, as for a need that gives no occasion
for the signal. They are not tuned again: a signal that another one could replace costs little here.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final
from unittest.mock import patch

from msgspec.structs import replace

from baken.partners import ranking
from baken.partners.signals import SIGNALS

from .finders import Ground, answer, baken, prepare
from .needs import Need, read_needs, take_sample
from .reference import Figures, Part
from .scoring import Answers, compare, measure, summarise

FULL: Final = "all signals"
SIGNAL_NAMES: Final = tuple(signal.name for signal in SIGNALS)


@contextmanager
def without(name: str) -> Iterator[None]:
    """Set one signal's weight to 0 for as long as the context lasts."""
    table = tuple(
        replace(signal, weight=0.0) if signal.name == name else signal for signal in SIGNALS
    )
    with patch.object(ranking, "SIGNALS", table):
        yield


def ablate(
    ground: Ground, needs: Sequence[Need], names: Sequence[str] = SIGNAL_NAMES
) -> dict[str, Answers]:
    """Answer needs with all signals, and then without each of some in turn."""
    finder = baken(ground.matcher)
    answers: dict[str, Answers] = {FULL: answer(finder, needs)}
    for name in names:
        with without(name):
            answers[f"without {name}"] = answer(finder, needs)
    return answers


def figures(ground: Ground, needs: Sequence[Need], names: Sequence[str] = SIGNAL_NAMES) -> Figures:
    """Return nDCG@5 with all signals and without each of some."""
    return {
        name: round(float(measure(needs, found)[:, 0].mean()), 4)
        for name, found in ablate(ground, needs, names).items()
    }


def freeze(ground: Ground, needs: Sequence[Need]) -> Part:
    """Measure what is frozen."""
    return Part(figures(ground, needs), freeze_sample(ground, needs))


def freeze_sample(ground: Ground, needs: Sequence[Need]) -> Figures:
    """Measure what is frozen of the fixed sample.

    That is the score with every signal: a better finder may lean more on one of them.
    """
    return {FULL: figures(ground, take_sample(needs), ())[FULL]}


def table(needs: Sequence[Need], answers: dict[str, Answers]) -> Iterator[str]:
    """Yield the lines of the table, in Markdown."""
    yield "| | nDCG@5 | success@1 | recall@10 | costs | needs worse | better |"
    yield "|---|---|---|---|---|--:|--:|"
    whole = measure(needs, answers[FULL])[:, 0]
    for name, found in answers.items():
        scores = summarise(needs, found)
        cells = f"| {name} | {scores.ndcg5} | {scores.success1} | {scores.recall10} |"
        if name == FULL:
            yield f"{cells} | | |"
            continue
        gap = measure(needs, found)[:, 0] - whole
        cost = compare(needs, answers[FULL], found).ndcg5
        yield f"{cells} {cost} | {(gap < -0.01).sum()} | {(gap > 0.01).sum()} |"


def main() -> int:
    """Print the table."""
    needs = read_needs("dev")
    with prepare() as ground:
        print("\n".join(table(needs, ablate(ground, needs))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
