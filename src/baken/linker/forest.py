"""Decision trees as flat arrays: a small text file, and its compiled evaluation."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from .compiling import njit


class ForestFile(Struct, frozen=True):
    """A forest as the model file holds it; node 0 of a tree is its root.

    Attributes:
        signals: names of the columns it was trained on, in order.
        roots: first node of each tree; one more than trees.
        column: what a node looks at; -1 for a leaf.
        threshold: at most this goes to the left, which is the next node; of a leaf, what it adds.
        right: where the others go, counted from the root of the tree.
    """

    signals: list[str]
    roots: list[int]
    column: list[int]
    threshold: list[float]
    right: list[int]


class Forest(NamedTuple):
    """The same as arrays."""

    roots: NDArray[np.int32]
    column: NDArray[np.int16]
    threshold: NDArray[np.float32]
    right: NDArray[np.int16]


def make_forest(file: ForestFile) -> Forest:
    """Return the arrays of a forest."""
    return Forest(
        np.array(file.roots, np.int32),
        np.array(file.column, np.int16),
        np.array(file.threshold, np.float32),
        np.array(file.right, np.int16),
    )


def from_lightgbm(dump: dict[str, Any], signals: list[str]) -> ForestFile:
    """Return the forest of LightGBM's ``Booster.dump_model()``."""
    file = ForestFile(signals, [0], [], [], [])
    for tree in dump["tree_info"]:
        nodes: list[tuple[int, float, int]] = []
        _add(tree["tree_structure"], nodes)
        for column, threshold, right in nodes:
            file.column.append(column)
            file.threshold.append(threshold)
            file.right.append(right)
        file.roots.append(len(file.column))
    return file


def _add(node: dict[str, Any], nodes: list[tuple[int, float, int]]) -> int:
    """Append a node and what hangs on it, left before right; return its number."""
    at = len(nodes)
    if "leaf_value" in node:
        nodes.append((-1, _short(node["leaf_value"]), 0))
        return at
    nodes.append((0, 0.0, 0))
    _add(node["left_child"], nodes)
    right = _add(node["right_child"], nodes)
    nodes[at] = (node["split_feature"], _short(node["threshold"]), right)
    return at


def _short(value: float) -> float:
    """Return the value with the digits that matter, to keep the file small."""
    return float(f"{value:.5g}")


_BLOCK: Final = 64
"""Rows that go through a tree together: tree and rows stay in the processor's fastest cache."""


@njit(cache=True)
def predict(rows, roots, column, threshold, right, out):  # type: ignore[no-untyped-def]
    """Fill `out` with the probability of each row, from the sum of its leaves."""
    trees = len(roots) - 1
    for first in range(0, len(rows), _BLOCK):
        last = min(first + _BLOCK, len(rows))
        for r in range(first, last):
            out[r] = 0
        for tree in range(trees):
            root = roots[tree]
            for r in range(first, last):
                node = root
                while column[node] >= 0:
                    # Both ways are worked out, so that the processor need not guess one.
                    left = node + 1
                    other = root + right[node]
                    node = left if rows[r, column[node]] <= threshold[node] else other
                out[r] += threshold[node]
    for r in range(len(rows)):
        out[r] = np.float32(1) / (np.float32(1) + np.exp(-out[r]))


class Model(Struct, frozen=True):
    """The model file.

    Attributes:
        version: grows with each training that is kept.
        trained: on what, when, and how well, in words.
        first, second: the forests.
        most: candidates of a text that the second forest sees.
        least: score of the first forest below which a candidate is not looked at again.
        one: score from which the best candidate is a link.
        more: score from which a further one is.
    """

    version: int
    trained: str
    first: ForestFile
    second: ForestFile
    most: int
    least: float
    one: float
    more: float


MODEL: Final = Path(__file__).with_name("model.json")


def read_model(path: Path = MODEL) -> Model:
    """Read the model file."""
    return msgspec.json.decode(path.read_bytes(), type=Model)
