"""Write the tables of ``docs/finding-measured.md`` anew, as the evaluations find them.

    python -m evals.find.document

A table stands between ``<!-- table: NAME -->`` and ``<!-- end -->``; what is said around it is
written by hand. A test holds the tables against the frozen figures, so that neither is changed
alone. Takes two minutes; without a PostgreSQL server its row is left out.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from baken.model import LANGUAGES

from . import ablation, calibration, robustness, translation
from .finders import answer, baken, prepare
from .needs import Need, read_needs
from .run import OURS, answer_all, groups
from .scoring import Answers, compare, summarise

DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "finding-measured.md"
_TABLE: Final = re.compile(r"(<!-- table: ([a-z]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)
_LEADING_ZERO: Final = re.compile(r"(?<![\d.])0\.(?=\d)")
_LAST_OF_SECOND_ROUND: Final = {"n": 142, "t": 8}
"""Needs with a higher number were written later, where the others were thin."""


def read_tables(text: str) -> dict[str, list[list[str]]]:
    """Return the cells of each table of the document, the head left out, by its name."""
    return {
        name: [
            [cell.strip() for cell in line.strip("|").split("|")]
            for line in body.strip().splitlines()[2:]
            if line.startswith("|")
        ]
        for _, name, body, _ in _TABLE.findall(text)
    }


def write_tables(text: str, tables: Mapping[str, Sequence[str]]) -> str:
    """Return the document with some tables in place of those of their names."""

    def written(found: re.Match[str]) -> str:
        lines = tables.get(found[2])
        if lines is None:
            return found[0]
        body = _LEADING_ZERO.sub(".", "\n".join(lines)).replace("-.", "−.")
        return f"{found[1]}\n{body}\n\n{found[4]}"

    return _TABLE.sub(written, text)


def beside(needs: Sequence[Need], answers: Mapping[str, Answers]) -> Iterator[str]:
    """Yield the table of all finders."""
    yield "| | nDCG@5 | success@1 | recall@10 | Baken ahead by | in draws |"
    yield "|---|---|---|---|---|--:|"
    for name, found in answers.items():
        scores = summarise(needs, found)
        gap = None if name == OURS else compare(needs, answers[OURS], found)
        ahead = f"{gap.ndcg5} | {gap.ahead:.0%}" if gap else "|"
        yield f"| {name} | {scores.ndcg5} | {scores.success1} | {scores.recall10} | {ahead} |"


def by_language(needs: Sequence[Need], answers: Mapping[str, Answers]) -> Iterator[str]:
    """Yield nDCG@5 of all finders by the language of the need."""
    yield f"| | {' | '.join(LANGUAGES)} |"
    yield "|---" * (1 + len(LANGUAGES)) + "|"
    parts = groups(needs)
    for name, found in answers.items():
        means = [summarise(parts[code], found).ndcg5.mean for code in LANGUAGES]
        yield f"| {name} | {' | '.join(f'{mean:.3f}' for mean in means)} |"


def by_role(needs: Sequence[Need], found: Answers) -> Iterator[str]:
    """Yield what Baken scores by the role that is wanted, most needs first."""
    yield "| Baken, needs whose role is | needs | nDCG@5 | success@1 | recall@10 |"
    yield "|---|--:|---|---|---|"
    parts = {name: part for name, part in groups(needs).items() if name.startswith("role: ")}
    for name, part in sorted(parts.items(), key=lambda item: -len(item[1])):
        scores = summarise(part, found)
        yield (
            f"| {name.removeprefix('role: ')} | {scores.needs} | {scores.ndcg5} "
            f"| {scores.success1.mean:.3f} | {scores.recall10.mean:.3f} |"
        )


def by_round(needs: Sequence[Need], found: Answers) -> Iterator[str]:
    """Yield what Baken scores on the older and on the later needs."""
    yield "| Baken, by round | needs | nDCG@5 | success@1 |"
    yield "|---|--:|---|---|"
    later = [need for need in needs if _is_later(need)]
    for name, part in (
        ("the first two rounds", [need for need in needs if not _is_later(need)]),
        ("the third, written where the others were thin", later),
        ("of these, those that somebody answers", [need for need in later if need.is_answerable]),
    ):
        scores = summarise(part, found)
        yield f"| {name} | {scores.needs} | {scores.ndcg5} | {scores.success1.mean:.3f} |"


def _is_later(need: Need) -> bool:
    kind, number = need.cluster[0], int(need.cluster[1:])
    return number > _LAST_OF_SECOND_ROUND[kind]


def _first_table(lines: Iterator[str]) -> list[str]:
    """Return the lines up to the first empty one."""
    found = []
    for line in lines:
        if not line:
            break
        found.append(line)
    return found


def main() -> int:
    """Measure the development half and write its tables."""
    needs = read_needs("dev")
    with prepare() as ground:
        answers = answer_all(ground, needs)
        four = translation.wordings(needs)
        tables = {
            "beside": list(beside(needs, answers)),
            "languages": list(by_language(needs, answers)),
            "roles": list(by_role(needs, answers[OURS])),
            "rounds": list(by_round(needs, answers[OURS])),
            "ablation": list(ablation.table(needs, ablation.ablate(ground, needs))),
            "calibration": _first_table(calibration.table(calibration.show(ground, needs))),
            "robustness": list(robustness.table(needs, robustness.disturb(ground, needs))),
            "translation": _first_table(
                translation.table(four, answer(baken(ground.matcher), four))
            ),
        }
    DOCUMENT.write_text(write_tables(DOCUMENT.read_text(encoding="utf-8"), tables), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
