"""The labelled strings and the registry: where they lie, and which of them are looked at.

The data are no part of the repository. They lie in the folder ``shared/data`` beside the checkout,
or in any other of the same layout:

- ``affiliations/dev/SET.jsonl``: rows ``{"affiliation", "ror_ids", "source"}``; no id means that
  nothing should be found;
- ``affiliations/peers-dev/dev.SET.gold.jsonl`` and ``dev.SET.peer_NAME.jsonl``: the rows that
  others were run on, and what each of them answered, in the same order;
- ``ror/ror_union.jsonl.gz``: the registry, one record of ROR's schema v2 a line.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from baken.model import Link, Linked

ROOT: Final = Path(__file__).parents[2]
DATA: Final = ROOT.parent / "shared" / "data"
"""Where the data are when nothing else is said."""

CACHE: Final = ROOT / ".baken" / "linking"
"""Where the built index is kept between runs; git does not see it."""

FIRST_ONLY: Final = frozenset({"exp_crossref_pub_2023"})
"""Sets that label one organisation a string by construction: only the first answer counts."""

SAMPLED_ROWS: Final = 150
"""Rows a set gives to the fixed sample, as far as it has them."""


_Kind = TypeVar("_Kind", bound=Struct)


class Target(Struct, frozen=True):
    """What a set must reach; ``None`` asks nothing.

    Attributes:
        precision: at least, 0-1.
        recall: at least, 0-1.
        f1: at least, 0-1.
        null_false: at most, as a share of the rows without an id, 0-1.
    """

    precision: float | None = None
    recall: float | None = None
    f1: float | None = None
    null_false: float | None = None


TARGETS: Final = {
    "ror_crossref_2024": Target(precision=0.95, recall=0.85),
    "ror_springer_2023": Target(precision=0.95, recall=0.85),
    "exp_crossref_pub_2023": Target(f1=0.885),
    "exp_logs_2023": Target(f1=0.89, null_false=0.08),
    "exp_springer_2023": Target(f1=0.92),
    "s2aff": Target(f1=0.90),
    "ag_cordis": Target(f1=0.88),
    "ag_openalex": Target(f1=0.80),
    "ag_nrmo": Target(f1=0.75),
    "ag_french": Target(f1=0.65),
    "ror_names": Target(f1=0.95),
    "ror_api_2019": Target(),
}
"""The sets in the order in which they are shown, with what was asked of the linker."""


class Row(Struct, frozen=True):
    """A labelled string: every id the string should be linked to, or none."""

    affiliation: str
    ror_ids: tuple[str, ...]


class Answer(Struct, frozen=True):
    """What was answered for a row; a peer's answers say no more than the ids."""

    ror_ids: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()


class Peer(Struct, frozen=True):
    """Another system's answers.

    Attributes:
        name: as in the file's name, in words.
        rows: those it was run on.
        answers: one for each of them.
    """

    name: str
    rows: list[Row]
    answers: list[Answer]


class MissingDataError(Exception):
    """The labelled strings or the registry are not where they were looked for."""


def set_names(data: Path = DATA) -> list[str]:
    """Return the names of the development sets, those with targets first.

    Raises:
        MissingDataError: the folder holds none.
    """
    found = {path.stem for path in (data / "affiliations" / "dev").glob("*.jsonl")}
    if not found:
        raise MissingDataError(
            f"There are no labelled strings in {data / 'affiliations' / 'dev'}: "
            "say with --data which folder holds affiliations/dev."
        )
    return [name for name in TARGETS if name in found] + sorted(found - set(TARGETS))


def read_rows(name: str, data: Path = DATA) -> list[Row]:
    """Read a development set.

    Raises:
        MissingDataError: there is no set of that name.
    """
    path = data / "affiliations" / "dev" / f"{name}.jsonl"
    if not path.is_file():
        raise MissingDataError(
            f"There is no set {name!r}. There are: {', '.join(set_names(data))}."
        )
    return _decode_lines(path, Row)


def read_answers(path: Path) -> list[Answer]:
    """Read answers as ``baken link`` writes them, or a peer's.

    Raises:
        MissingDataError: there is no such file.
    """
    if not path.is_file():
        raise MissingDataError(f"There is no file of predictions {path}.")
    return _decode_lines(path, Answer)


def read_peers(name: str, data: Path = DATA) -> list[Peer]:
    """Read what others answered on rows of a set; nothing if nobody did."""
    folder = data / "affiliations" / "peers-dev"
    marker = f"dev.{name}.peer_"
    paths = sorted(folder.glob(f"{marker}*.jsonl"))
    if not paths:
        return []
    rows = _decode_lines(folder / f"dev.{name}.gold.jsonl", Row)
    return [
        Peer(path.stem.removeprefix(marker).replace("_", " "), rows, _decode_lines(path, Answer))
        for path in paths
    ]


def align(rows: Sequence[Row], answers: Sequence[Answer], wanted: Sequence[Row]) -> list[Answer]:
    """Return the answers to the rows `wanted`, found by their strings among `rows`.

    A peer was sometimes run on part of a set, and in another order.

    Raises:
        KeyError: a wanted string is not among the rows.
    """
    known = {row.affiliation: answer for row, answer in zip(rows, answers, strict=True)}
    return [known[row.affiliation] for row in wanted]


def sample(name: str, count: int) -> list[int]:
    """Return the numbers of a set's rows that belong to the fixed sample, in rising order.

    A row is chosen by a hash of set and number, so the choice has nothing to do with what a linker
    answers, and stays as it is when other sets are added.

    Args:
        name: the set.
        count: how many rows it has.
    """

    def lot(number: int) -> bytes:
        return hashlib.sha256(f"{name}:{number}".encode()).digest()

    return sorted(sorted(range(count), key=lot)[:SAMPLED_ROWS])


def registry_file(data: Path = DATA) -> Path:
    """Return the registry's file.

    Raises:
        MissingDataError: it is not there.
    """
    path = data / "ror" / "ror_union.jsonl.gz"
    if not path.is_file():
        raise MissingDataError(
            f"There is no registry at {path}: say with --data which folder holds ror/{path.name}."
        )
    return path


def answers_of(linked: Sequence[Linked]) -> list[Answer]:
    """Return the linker's answers as rows of a file of predictions would be."""
    return [Answer(one.ror_ids, one.links) for one in linked]


def _decode_lines(path: Path, kind: type[_Kind]) -> list[_Kind]:
    decoder = msgspec.json.Decoder(kind)
    with path.open("rb") as lines:
        return [decoder.decode(line) for line in lines if line.strip()]
