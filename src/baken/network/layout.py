"""Where organisations stand in a drawing: forces, from a fixed beginning, so that all see the same.

Fruchterman and Reingold, “Graph drawing by force-directed placement”, Software: Practice and
Experience 21 (1991), with gravity for parts that hang together with nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

_GOLDEN_ANGLE: Final = np.pi * (3 - np.sqrt(5))
_GRAVITY: Final = 0.055


def lay_out(
    nodes: Sequence[str], links: Iterable[tuple[str, str]], width: float, height: float
) -> dict[str, tuple[float, float]]:
    """Return a place for each node.

    The work grows with the square of the nodes: 1,000 take about a second, more than 3,000 are not
    meant to be drawn.

    Args:
        nodes: ids, the most connected first: these begin in the middle.
        links: pairs of ids; ids that are no nodes are left out.
        width: of the drawing, in its units.
        height: likewise.

    Returns:
        By id, distances from the left and the top, within the drawing, to a tenth of a unit.
    """
    count = len(nodes)
    if count == 0:
        return {}
    if count == 1:
        return {nodes[0]: (round(width / 2, 1), round(height / 2, 1))}
    at = {node: n for n, node in enumerate(nodes)}
    pairs = np.array(
        sorted({(min(at[a], at[b]), max(at[a], at[b])) for a, b in links if a in at and b in at})
    ).reshape(-1, 2)
    order = np.arange(count)
    # The seeds of a sunflower: even, and nobody starts where somebody else is.
    radius, angle = np.sqrt(order + 0.5), order * _GOLDEN_ANGLE
    x = (radius * np.cos(angle)).astype(np.float32)
    y = (radius * np.sin(angle)).astype(np.float32)
    degree = np.bincount(pairs.ravel(), minlength=count).astype(np.float32)
    # Hubs push harder, so that their many leaves do not lie on each other.
    mass = np.sqrt(1 + degree)
    # Small drawings come to rest early; of large ones, what is still unrest is below a dot's size.
    rounds = 70 if count <= 24 else 220 if count <= 300 else 110
    for heat in np.linspace(1.6, 0.02, rounds, dtype=np.float32):
        dx, dy = x[:, None] - x[None, :], y[:, None] - y[None, :]
        push = mass[:, None] * mass[None, :] / (dx * dx + dy * dy + 0.02)
        fx, fy = (push * dx).sum(axis=1), (push * dy).sum(axis=1)
        lx, ly = x[pairs[:, 0]] - x[pairs[:, 1]], y[pairs[:, 0]] - y[pairs[:, 1]]
        pull = np.sqrt(lx * lx + ly * ly)
        for end, sign in ((0, -1), (1, 1)):
            fx += sign * np.bincount(pairs[:, end], pull * lx, minlength=count)
            fy += sign * np.bincount(pairs[:, end], pull * ly, minlength=count)
        fx -= _GRAVITY * mass * x * np.sqrt(count)
        fy -= _GRAVITY * mass * y * np.sqrt(count)
        force = np.sqrt(fx * fx + fy * fy) + 1e-6
        step = np.minimum(force * 0.1, heat) / force
        x, y = (x + step * fx).astype(np.float32), (y + step * fy).astype(np.float32)
    # Wide drawings are filled by stretching, by no more than the eye forgives.
    spread_x, spread_y = max(float(np.ptp(x)), 1e-3), max(float(np.ptp(y)), 1e-3)
    scale_x, scale_y = width / spread_x, height / spread_y
    scale_x, scale_y = min(scale_x, 1.7 * scale_y), min(scale_y, 1.7 * scale_x)
    left = (width - spread_x * scale_x) / 2
    top = (height - spread_y * scale_y) / 2
    return {
        node: (
            round(left + (float(x[n]) - float(x.min())) * scale_x, 1),
            round(top + (float(y[n]) - float(y.min())) * scale_y, 1),
        )
        for n, node in enumerate(nodes)
    }
