"""Outlines of municipalities, for maps that need nobody's tiles.

They belong to a country, not to a landscape: a landscape gets those of the country whose codes its
places carry. One without has a map too, of points alone.

The file is TopoJSON (https://github.com/topojson/topojson-specification): borders are arcs that
neighbours share, so a province's outline is what is left of its municipalities' borders when those
between two of them are taken away. ``scripts/build-outlines`` makes it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from importlib.resources import files
from itertools import pairwise
from typing import Any, Final

import msgspec

from baken.model import Landscape

Point = tuple[float, float]
"""Longitude and latitude in degrees (WGS 84)."""

_FILES: Final = {"nis": "be.json"}
"""The file of outlines for each scheme of codes that places may carry."""


def outline_files() -> dict[str, bytes]:
    """Return every file of outlines, by the name under which a site serves it."""
    return {
        f"outlines-{name}": (files(__package__) / name).read_bytes() for name in _FILES.values()
    }


class Outlines:
    """The municipalities of a country, by official code.

    Attributes:
        scheme: of the codes, such as ``nis``.
        file: the name under which a site serves them.
        home: codes of the landscape's own provinces; of all there are when it names none of them.
    """

    def __init__(self, scheme: str, topology: dict[str, Any], home: Iterable[str] = ()) -> None:
        """Wrap a topology; `of` finds the one for a landscape."""
        self.scheme = scheme
        self.file = f"outlines-{_FILES[scheme]}"
        self._topology = topology
        shapes = topology["objects"]["municipalities"]["geometries"]
        self._rings: dict[str, list[list[int]]] = {one["id"]: _rings(one) for one in shapes}
        self._within: dict[str, str] = {one["id"]: one["properties"]["within"] for one in shapes}
        self._centres: dict[str, Point | None] = {}  # the same few are asked for by every page
        self.home = tuple(code for code in home if code in self.provinces) or self.provinces

    @classmethod
    def of(cls, landscape: Landscape) -> Outlines | None:
        """Return the outlines of the country whose codes a landscape's places carry, or None."""
        for scheme, name in _FILES.items():
            codes = {i: p.codes[scheme] for i, p in landscape.places.items() if scheme in p.codes}
            if codes:
                topology = msgspec.json.decode((files(__package__) / name).read_bytes())
                home = (codes[p] for p in landscape.provinces if p in codes)
                outlines = cls(scheme, topology, home)
                if outlines.codes & set(codes.values()) or outlines.home != outlines.provinces:
                    return outlines
        return None

    @property
    def codes(self) -> frozenset[str]:
        """The code of every municipality."""
        return frozenset(self._rings)

    @cached_property
    def provinces(self) -> tuple[str, ...]:
        """The code of every province, and of a region that has none."""
        return tuple(sorted(set(self._within.values())))

    def rings(self, codes: Iterable[str]) -> list[list[Point]]:
        """Return the outline of municipalities and provinces together, as closed rings.

        Args:
            codes: those that are not known add nothing.
        """
        wanted = set(codes)
        chosen = [c for c in self._rings if c in wanted or self._within[c] in wanted]
        arcs = {arc for code in chosen for ring in self._rings[code] for arc in ring}
        # A border between two of them is walked once each way.
        outer = [arc for arc in arcs if ~arc not in arcs]
        return [self._walked(ring) for ring in _joined(outer, self._ends)]

    def centre(self, code: str) -> Point | None:
        """Return the centre of gravity of a municipality or a province; None for unknown codes."""
        if code not in self._centres:
            rings = self.rings([code])
            largest = max(rings, key=lambda ring: abs(_area(ring))) if rings else None
            self._centres[code] = _centre(largest) if largest is not None else None
        return self._centres[code]

    @cached_property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east and north end of the landscape's own provinces, in degrees."""
        points = [point for ring in self.rings(self.home) for point in ring]
        lons, lats = [lon for lon, _ in points], [lat for _, lat in points]
        return min(lons), min(lats), max(lons), max(lats)

    @cached_property
    def _arcs(self) -> list[list[Point]]:
        (scale_x, scale_y) = self._topology["transform"]["scale"]
        (left, bottom) = self._topology["transform"]["translate"]
        arcs = []
        for steps in self._topology["arcs"]:
            x = y = 0
            points = []
            for dx, dy in steps:
                x, y = x + dx, y + dy
                points.append((x * scale_x + left, y * scale_y + bottom))
            arcs.append(points)
        return arcs

    def _points(self, arc: int) -> list[Point]:
        return self._arcs[arc] if arc >= 0 else self._arcs[~arc][::-1]

    def _ends(self, arc: int) -> tuple[Point, Point]:
        points = self._points(arc)
        return points[0], points[-1]

    def _walked(self, ring: Sequence[int]) -> list[Point]:
        points: list[Point] = []
        for arc in ring:
            points.extend(self._points(arc)[1 if points else 0 :])
        return points


def _rings(shape: dict[str, Any]) -> list[list[int]]:
    """Return the rings of a shape, of all its parts."""
    if shape["type"] == "Polygon":
        return list(shape["arcs"])
    return [ring for part in shape["arcs"] for ring in part]


def _joined(arcs: Iterable[int], ends: Callable[[int], tuple[Point, Point]]) -> list[list[int]]:
    """Return arcs put end to end, as closed rings."""
    starting: dict[Point, list[int]] = {}
    for arc in sorted(arcs):
        starting.setdefault(ends(arc)[0], []).append(arc)
    rings = []
    while starting:
        start, there = next(iter(starting.items()))
        ring, at = [], start
        while there := starting.get(at, []):
            arc = there.pop()
            if not there:
                del starting[at]
            ring.append(arc)
            at = ends(arc)[1]
            if at == start:
                break
        rings.append(ring)
    return rings


def _area(ring: Sequence[Point]) -> float:
    """Return the area of a ring in square degrees, negative when it runs clockwise."""
    pairs = pairwise(ring)
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs) / 2


def _centre(ring: Sequence[Point]) -> Point:
    """Return the centre of gravity of what a ring encloses."""
    # From the first point, so that nothing is lost to the size of the numbers.
    left, bottom = ring[0]
    moved = [(x - left, y - bottom) for x, y in ring]
    area = _area(moved)
    if math.isclose(area, 0.0, abs_tol=1e-12):
        return ring[0]
    x = y = 0.0
    for (x0, y0), (x1, y1) in pairwise(moved):
        cross = x0 * y1 - x1 * y0
        x, y = x + (x0 + x1) * cross, y + (y0 + y1) * cross
    return left + x / (6 * area), bottom + y / (6 * area)
