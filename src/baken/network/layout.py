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
    # The seeds of a sunflower: even, and nobody starts where somebody else is. Places are complex
    # numbers, x + yj: for the few of a neighbourhood, the time is that of starting each operation.
    radius, angle = np.sqrt(order + 0.5), order * _GOLDEN_ANGLE
    places = (radius * np.exp(1j * angle)).astype(np.complex64)
    degree = np.bincount(pairs.ravel(), minlength=count).astype(np.float32)
    # Hubs push harder, so that their many leaves do not lie on each other.
    mass = np.sqrt(1 + degree)
    masses = mass[:, None] * mass
    linked = np.zeros((count, count), np.float32)
    linked[pairs[:, 0], pairs[:, 1]] = linked[pairs[:, 1], pairs[:, 0]] = 1
    gravity = np.float32(_GRAVITY * np.sqrt(count)) * mass
    # Small drawings come to rest early; of large ones, what is still unrest is below a dot's size.
    rounds = 70 if count <= 24 else 220 if count <= 300 else 110
    for heat in np.linspace(1.6, 0.02, rounds, dtype=np.float32):
        apart = places[:, None] - places
        squared = apart.real**2 + apart.imag**2
        # All push each other; who is linked pulls.
        strength = masses / (squared + np.float32(0.02)) - linked * np.sqrt(squared)
        force = (strength * apart).sum(axis=1) - gravity * places
        size = np.abs(force) + np.float32(1e-6)
        places += np.minimum(np.float32(0.1), heat / size) * force
    x, y = places.real, places.imag
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
