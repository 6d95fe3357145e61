"""Writes down how many organisations of a registry hold each common word.

    python -m evals.linking.common_words --registry DIR

A small index (a landscape's own organisations, a sample) cannot tell that "university" is common;
`baken.linker` reads it from this table. Do it again when words are made one in another way
(`baken.text.names`) or when there is a much larger registry.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import Final

import baken.linker
from baken.linker.index import Index, open_index

TABLE: Final = Path(baken.linker.__file__).parent / "common_words.tsv"
FEWEST: Final = 30
"""Organisations that a word must be in to count as common."""


def common_words(index: Index) -> list[tuple[str, int]]:
    """Return (word, organisations that hold it), the most common first."""
    number = {h: i for i, h in enumerate(index.word_hash.tolist())}
    organisations = len(index.organisation_country)
    first, found = index.form_first, []
    for form, hashed in enumerate(index.form_hash.tolist()):
        if hashed in number:
            weight = float(index.word_weight[number[hashed]])
            holders = round((organisations + 1) / math.exp(weight) - 0.5)
            if holders >= FEWEST:
                text = index.form_text[first[form] : first[form + 1]].tobytes().decode()
                found.append((text, holders))
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))


def main() -> None:
    """Write the table from the index of a whole registry."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--registry", type=Path, required=True, help="Made by baken registry build."
    )
    index, _ = open_index(parser.parse_args().registry)
    lines = [f"{text}\t{holders}\n" for text, holders in common_words(index)]
    TABLE.write_text("".join(lines), encoding="utf-8")
    print(f"{len(lines)} words written to {TABLE}")


if __name__ == "__main__":
    main()
