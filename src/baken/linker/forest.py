"""Decision trees as flat arrays: a small text file, and its compiled evaluation."""

from __future__ import annotations

from itertools import pairwise
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
    """The same as arrays. A leaf leads to itself, so that all rows take as many steps.

    Attributes:
        roots: int32, first node of each tree.
        depth: int32, steps from a tree's root to its lowest leaf.
        column: int32, what a node looks at; of a leaf, 0.
        threshold: float32; of a leaf, infinity.
        ways: int32 (nodes, 2), the next node for at most the threshold, and for more.
        adds: float32, what a leaf adds; of another node, 0.
    """

    roots: NDArray[np.int32]
    depth: NDArray[np.int32]
    column: NDArray[np.int32]
    threshold: NDArray[np.float32]
    ways: NDArray[np.int32]
    adds: NDArray[np.float32]


def make_forest(file: ForestFile) -> Forest:
    """Return the arrays of a forest."""
    column = np.array(file.column, np.int32)
    value = np.array(file.threshold, np.float32)
    is_leaf = column < 0
    node = np.arange(len(column), dtype=np.int32)
    trees = np.diff(file.roots)
    root = np.repeat(np.array(file.roots[:-1], np.int32), trees)
    ways = np.stack([node + 1, root + np.array(file.right, np.int32)], axis=1)
    ways[is_leaf] = node[is_leaf, None]
    depths = np.zeros(len(column), np.int32)  # a node stands after the one that leads to it
    for at in np.flatnonzero(~is_leaf).tolist():
        depths[ways[at]] = depths[at] + 1
    return Forest(
        np.array(file.roots[:-1], np.int32),
        np.array([depths[a:b].max() for a, b in pairwise(file.roots)], np.int32),
        np.where(is_leaf, 0, column),
        np.where(is_leaf, np.float32(np.inf), value),
        ways.astype(np.int32),
        np.where(is_leaf, value, np.float32(0)),
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
def predict(rows, roots, depth, column, threshold, ways, adds, out):  # type: ignore[no-untyped-def]
    """Fill `out` with the probability of each row, from the sum of its leaves.

    No step depends on how a comparison comes out but where it leads, so that the processor never
    guesses wrong, and works on the steps of several rows at once.
    """
    nodes = np.empty(_BLOCK, np.int32)
    for first in range(0, len(rows), _BLOCK):
        size = min(_BLOCK, len(rows) - first)
        for r in range(size):
            out[first + r] = 0
        for tree in range(len(roots)):
            for r in range(size):
                nodes[r] = roots[tree]
            for _ in range(depth[tree]):
                for r in range(size):
                    node = nodes[r]
                    is_more = rows[first + r, column[node]] > threshold[node]
                    nodes[r] = ways[node, 1 if is_more else 0]
            for r in range(size):
                out[first + r] += adds[nodes[r]]
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
