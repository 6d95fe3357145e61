"""Does Baken find the right partners? nDCG@5, success@1 and recall@10 beside four baselines.

    python -m evals.find.run                     # the development half
    python -m evals.find.run --misses            # and its needs below 0.9, one by one
    python -m evals.find.run --split test        # totals only
    python -m evals.find.run --write-reference   # freeze every evaluation of the half

``README-needs.md`` says where the needs come from, ``scoring.py`` how an answer is scored and
``baselines.py`` what Baken is held against. Rows of the split "test" are for the last word only:
no program here prints them one by one.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack

from baken.model import LANGUAGES

from . import ablation, baselines, calibration, robustness, translation
from .finders import Ground, answer, baken, load, prepare
from .needs import SPLITS, Need, read_needs
from .reference import Frozen, Part, write_reference
from .scoring import CUT, Answers, compare, ndcg, summarise

__all__ = ["Answers", "groups", "load", "main", "read_needs"]

OURS = "Baken"


def groups(needs: Sequence[Need]) -> dict[str, list[Need]]:
    """Return the parts of a split that are scored apart, those that hold a need."""
    roles = sorted({need.role for need in needs if need.role and need.is_answerable})
    parts = {
        "all": list(needs),
        **{code: [need for need in needs if need.language == code] for code in LANGUAGES},
        "answerable": [need for need in needs if need.is_answerable],
        "unanswerable": [need for need in needs if not need.is_answerable],
        **{
            f"role: {role}": [need for need in needs if need.role == role and need.is_answerable]
            for role in roles
        },
    }
    return {name: part for name, part in parts.items() if part}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; write the reference when asked to."""
    chosen = _parser().parse_args(arguments)
    needs = read_needs(chosen.split)
    with prepare() as ground:
        answers = answer_all(ground, needs)
        print("\n".join(table(chosen.split, needs, answers)))
        if chosen.misses and chosen.split == "dev":
            print("\n".join(misses(needs, answers[OURS])))
        if chosen.write_reference:
            frozen = freeze(ground, needs, answers, with_details=chosen.split == "dev")
            write_reference(chosen.split, frozen)
    return 0


def answer_all(ground: Ground, needs: Sequence[Need]) -> dict[str, Answers]:
    """Answer needs by Baken and by every baseline that can be had, by name."""
    words, meant = baselines.bm25(ground.store), baselines.meaning(ground.index)
    finders = {
        OURS: baken(ground.matcher),
        "BM25 + meaning": baselines.fuse((words, meant)),
        "meaning": meant,
        "BM25": words,
    }
    with ExitStack() as stack:
        try:
            finders["PostgreSQL"] = stack.enter_context(baselines.postgres(ground.store))
        except baselines.MissingServerError as error:
            print(error, file=sys.stderr)
        return {
            name: {i: ranked[:10] for i, ranked in answer(finder, needs).items()}
            for name, finder in finders.items()
        }


def table(split: str, needs: Sequence[Need], answers: Mapping[str, Answers]) -> Iterator[str]:
    """Yield the lines of the tables, in Markdown."""
    yield f"| {split} | needs | nDCG@5 | success@1 | recall@10 |"
    yield "|---|--:|---|---|---|"
    for name, found in answers.items():
        for group, part in groups(needs).items():
            if name == OURS or not group.startswith("role"):
                scores = summarise(part, found)
                yield (
                    f"| {name}, {group} | {scores.needs} | {scores.ndcg5} | {scores.success1} "
                    f"| {scores.recall10} |"
                )
    yield ""
    yield f"| {OURS} against | nDCG@5 | ahead in draws |"
    yield "|---|---|--:|"
    for name, found in answers.items():
        if name != OURS:
            gap = compare(needs, answers[OURS], found)
            yield f"| {name} | {gap.ndcg5} | {gap.ahead:.2%} |"


def misses(needs: Sequence[Need], answers: Answers) -> Iterator[str]:
    """Yield the needs that are not answered well, for the split one may look at."""
    for need in needs:
        ranked = answers[need.id]
        score = ndcg(ranked, need.grades)
        if score < 0.9:
            graded = [f"{identity}={need.grades.get(identity, 0)}" for identity in ranked[:CUT]]
            lost = [f"{i}={g}" for i, g in need.grades.items() if i not in ranked[:CUT] and g > 1]
            yield f"\n{need.id} {score:.2f} {need.text}\n  found {graded}\n  lost  {lost}"


def freeze(
    ground: Ground, needs: Sequence[Need], answers: Mapping[str, Answers], *, with_details: bool
) -> Frozen:
    """Measure all that is frozen of a split.

    Args:
        ground: what answers.
        needs: all of the split.
        answers: theirs.
        with_details: also what only the development half is asked, and its first matches.
    """
    scores = {name: summarise(part, answers[OURS]) for name, part in groups(needs).items()}
    peers = {
        name: summarise(needs, found).ndcg5.mean for name, found in answers.items() if name != OURS
    }
    parts: dict[str, Part] = {"translation": translation.freeze(ground, needs)}
    if with_details:
        for name, evaluation in (
            ("ablation", ablation.freeze),
            ("calibration", calibration.freeze),
            ("robustness", robustness.freeze),
        ):
            parts[name] = evaluation(ground, needs)
    top = {i: tuple(ranked[:CUT]) for i, ranked in answers[OURS].items()} if with_details else {}
    return Frozen(scores=scores, peers=peers, parts=parts, top=top)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m evals.find.run", description="Measure how well Baken finds partners."
    )
    parser.add_argument("--split", choices=SPLITS, default="dev")
    parser.add_argument("--misses", action="store_true", help="list dev needs below 0.9")
    parser.add_argument("--write-reference", action="store_true", help="freeze this split")
    return parser


if __name__ == "__main__":
    sys.exit(main())
