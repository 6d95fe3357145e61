"""Words that many organisations hold, and how many: what a small index cannot tell by itself."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from typing import Final

REGISTRY: Final = 126_913
"""Organisations of the registry that the words were counted in."""


def read_common_words() -> Iterator[tuple[str, float]]:
    """Yield (word, share of organisations that hold it).

    The table comes from ROR's registry: ``python -m evals.linking.common_words``. It has the words,
    folded, that at least 30 organisations hold.
    """
    table = (files(__package__) / "common_words.tsv").read_text(encoding="utf-8")
    for line in table.splitlines():
        word, holders = line.split("\t")
        yield word, int(holders) / REGISTRY
