"""The labelled needs, and a small fixed sample of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

NEEDS: Final = Path(__file__).parent / "needs.jsonl"
JUDGED: Final = Path(__file__).parent / "judged.txt"
SPLITS: Final = ("dev", "test")
SAMPLE: Final = 24
"""How many needs the fixed sample holds at least: what a test can afford to answer many times."""


class Need(Struct, frozen=True):
    """A labelled need.

    Attributes:
        id: unique; ``t07-fr`` is the French wording of the seventh need that stands in all four.
        split: ``dev`` or ``test``.
        language: what it is written in.
        text: the need in the visitor's words.
        grades: 3 (the partner to call), 2 (a good one), 1 (worth knowing) by organisation id; any
            other is 0. Empty when nobody in the landscape answers it.
        role: the role wanted above all, or ``any``; empty where nobody said.
        sector: who asks; empty where nobody said.
        type: short, sentence, role, place, kind, long, typo, name, negation or hard-negative; empty
            where nobody said.
    """

    id: str
    split: str
    language: str
    text: str
    grades: dict[str, int]
    role: str = ""
    sector: str = ""
    type: str = ""

    @property
    def cluster(self) -> str:
        """What was judged once: the wordings of one need in four languages are one cluster."""
        return self.id.split("-")[0]

    @property
    def is_answerable(self) -> bool:
        """Whether anybody in the landscape answers it."""
        return bool(self.grades)


def read_needs(split: str, path: Path = NEEDS) -> list[Need]:
    """Read the needs of one split.

    Raises:
        FileNotFoundError: there is no such file.
        msgspec.ValidationError: a line is not a need.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    needs = [msgspec.json.decode(line, type=Need) for line in lines if line.strip()]
    return [need for need in needs if need.split == split]


def read_judged(path: Path = JUDGED) -> frozenset[str]:
    """Read the ids of the organisations that the graders weighed for every need.

    One that the landscape gained since has no grade, which is not the grade 0.

    Raises:
        FileNotFoundError: there is no such file.
    """
    return frozenset(path.read_text(encoding="utf-8").split())


def take_sample(needs: Sequence[Need], least: int = SAMPLE) -> list[Need]:
    """Take whole clusters in the order of a hash of their names until there are `least` needs.

    A need that is added later joins or replaces others, but which ones depends on its id alone.
    """
    chosen: list[Need] = []
    for _, members in sorted(clusters(needs).items(), key=lambda item: _digest(item[0])):
        if len(chosen) >= least:
            break
        chosen += members
    return chosen


def clusters(needs: Iterable[Need]) -> dict[str, list[Need]]:
    """Group needs by what was judged once."""
    found: dict[str, list[Need]] = {}
    for need in needs:
        found.setdefault(need.cluster, []).append(need)
    return found


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
