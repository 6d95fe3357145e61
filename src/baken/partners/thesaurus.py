"""How near the landscape's themes are to each other, and how much each one says."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set
from heapq import heappop, heappush
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from baken.model import Landscape
from baken.search import Lists

Array = NDArray[np.float32]

CLOSE: Final = 0.5
"""Nearness from which a theme counts as the one asked for."""

_NARROWER: Final = 0.85
_BROADER: Final = 0.6
_RELATED: Final = 0.5
_FURTHEST: Final = 0.3
_SIBLING: Final = 0.7
_LED_UP: Final = 0.85
"""What is narrower answers a need almost as well; what is broader or related does in part. Links
multiply along a way, down to 0.3. 2026-11-22, dev split, 91 needs: nDCG@5 0.882 for 0.85, 0.6 and
0.5; 0.878 for 0.9, 0.6 and 0.5, which put chest surgery first for "a hospital lung department"
(n001); 0.875 for 0.8, 0.6 and 0.4, which loses parents and neighbours of rare themes.

Down again after up, to a theme's siblings, a link is worth 0.7 for 0.85, so that work on one cancer
counts less for another. A theme that nobody works on leads to the nearest that somebody does: all
is scaled so that this one is as near as a narrower one. Both cost nothing (same needs, 831 themes,
weights tuned for each: 0.891 with, 0.892 without) and answer "GCP training" and "blaasontsteking",
whose words lead to themes that nobody here works on."""

_Links = dict[str, list[tuple[str, float]]]


class Thesaurus:
    """Themes of a landscape and of its organisations; shared between threads."""

    def __init__(
        self, landscape: Landscape, themes: Sequence[str], holders: Lists, size: int
    ) -> None:
        """Learn the links of all themes.

        Args:
            landscape: whose themes.
            themes: theme ids in the order of their codes.
            holders: rows of the organisations that have each theme, ascending, by its code.
            size: how many organisations there are.
        """
        links: _Links = {theme: [] for theme in landscape.themes}
        for theme in landscape.themes.values():
            for broader in theme.broader:
                links[theme.id].append((broader, _BROADER))
                links.setdefault(broader, []).append((theme.id, _NARROWER))
            links[theme.id].extend((related, _RELATED) for related in theme.related)
        self._links = links
        self._column = {theme: column for column, theme in enumerate(themes)}
        self._held = {theme for theme, column in self._column.items() if len(holders[column])}
        self._holders = holders
        self._size = size
        # Worked out when first asked for: all at once would cost a cold start a third of a second.
        self._near: dict[str, Mapping[str, float]] = {}
        self._rarity: dict[str, float] = {}

    def near(self, theme: str) -> Mapping[str, float]:
        """Return how near themes are to an asked one, 0.3–1; those further away are left out."""
        if theme not in self._near:
            self._near[theme] = _nearness(theme, self._links, self._held)
        return self._near[theme]

    def rarity(self, theme: str) -> float:
        """Return what it says that a theme is asked for, 0–1, less the more organisations have it.

        This is inverse document frequency, scaled to 1 for a theme of a single organisation. A
        theme that nobody works on says as much as the nearest that somebody does, times how near.
        """
        if theme not in self._rarity:
            self._rarity[theme] = self._rarity_of(theme)
        return self._rarity[theme]

    def match(self, asked: Sequence[str], tags: NDArray[Any]) -> Array:
        """Return how near each passage's nearest theme is, 0–1, shape (asked themes, passages).

        Args:
            asked: theme ids.
            tags: the codes of each passage's themes, see `baken.search.Index`.
        """
        matched = np.zeros((len(asked), len(tags)), dtype=np.float32)
        if tags.shape[1]:
            for row, theme in zip(matched, asked, strict=True):
                nearness = np.zeros(len(self._column) + 1, dtype=np.float32)
                for other, value in self.near(theme).items():
                    nearness[self._column[other]] = value
                nearness[tags].max(axis=1, out=row)
        return matched

    def holders(self, theme: str) -> Array:
        """Return how near each organisation's nearest theme is, 0–1, shape (organisations,)."""
        nearness = np.zeros(self._size, dtype=np.float32)
        # The nearest last, so that it stands.
        for other, value in sorted(self.near(theme).items(), key=lambda item: item[1]):
            nearness[self._holders[self._column[other]]] = value
        return nearness

    def _rarity_of(self, theme: str) -> float:
        nearness = self.holders(theme)
        enough = min(_NARROWER, float(nearness.max(initial=0.0)))
        if enough == 0.0:
            return 0.0
        holders = int(np.count_nonzero(nearness >= enough))
        scale = math.log(1 + len(nearness))
        return enough / _NARROWER * math.log(1 + len(nearness) / holders) / scale


def _nearness(theme: str, links: _Links, held: Set[str]) -> dict[str, float]:
    """Return how near themes are to one, so that those that somebody works on are in reach.

    The best ways are followed first, so the first held theme that is met is the nearest; ways are
    followed down to a third of what counts in search of one.
    """
    reached: dict[str, float] = {}
    settled: set[tuple[str, bool]] = set()
    frontier = [(-1.0, theme, False)]
    scale, floor = 1.0, _FURTHEST / 3
    while frontier:
        negative, current, has_gone_up = heappop(frontier)
        value = -negative
        if value < floor:
            break
        if (current, has_gone_up) in settled or (current, False) in settled:
            continue
        settled.add((current, has_gone_up))
        if current in held and held.isdisjoint(reached):
            scale = max(1.0, _LED_UP / value)
            floor = max(floor, _FURTHEST / scale)
        reached.setdefault(current, value)
        for neighbour, decay in links.get(current, ()):
            is_sibling = has_gone_up and decay == _NARROWER
            worth = value * (_SIBLING if is_sibling else decay)
            if worth >= floor:
                heappush(frontier, (-worth, neighbour, has_gone_up or decay == _BROADER))
    scaled = {other: min(1.0, near * scale) for other, near in reached.items()}
    return {other: near for other, near in scaled.items() if near >= _FURTHEST}
